//! Which types, fields and branches of a writer and a reader belong together; the specification's rules, each by itself.

use super::compile::kind_name;
use super::mismatch::{Failure, mismatch};
use super::plan::{Node, Width};
use crate::schema::avro::{LinkedKind, LinkedType, Logical, Name, Unit};

/// For each field of the reader the place of the writer's field that it takes.
pub(super) fn match_fields(from: &[&str], to: &[(&str, &[String])]) -> Vec<Option<usize>> {
    let place = |name: &str| from.iter().position(|it| *it == name);
    let mut matched: Vec<_> = to.iter().map(|(name, _)| place(name)).collect();
    for (target, (_, aliases)) in to.iter().enumerate() {
        if matched.get(target).copied().flatten().is_some() {
            continue;
        }
        let free = |at: &usize| !matched.contains(&Some(*at));
        let found = aliases.iter().filter_map(|alias| place(alias)).find(free);
        if let Some(slot) = matched.get_mut(target) {
            *slot = found;
        }
    }
    matched
}

/// The rank of a promotion, behind all branches of the very type.
pub(super) const PROMOTED: u8 = 3;

/// How well a branch of the reader's union suits a type: the lower the better; `None` where it cannot.
pub(super) fn rank(writer: &LinkedType, branch: &LinkedType) -> Option<u8> {
    let named = |from: &Name, to: &Name, aliases: &[Name]| match () {
        () if from == to => Some(0),
        () if aliases.contains(from) => Some(1),
        () if from.simple() == to.simple() => Some(2),
        () => None,
    };
    match (&writer.kind, &branch.kind) {
        (LinkedKind::Record(from, _), LinkedKind::Record(to, _)) => named(&from.name, &to.name, &to.aliases),
        (LinkedKind::Enum(from), LinkedKind::Enum(to)) => named(&from.name, &to.name, &to.aliases),
        (LinkedKind::Fixed(from), LinkedKind::Fixed(to)) => named(&from.name, &to.name, &to.aliases),
        (LinkedKind::Array(_), LinkedKind::Array(_)) | (LinkedKind::Map(_), LinkedKind::Map(_)) => Some(0),
        (from, to) if std::mem::discriminant(from) == std::mem::discriminant(to) => Some(0),
        (from, to) => primitive(from, to).map(|_| PROMOTED),
    }
}

/// Primitives as themselves, and the specification's promotions.
pub(super) fn primitive(from: &LinkedKind, to: &LinkedKind) -> Option<(Node, Width)> {
    use LinkedKind::{Boolean, Bytes, Double, Float, Int, Long, Null, String};
    let node = match (from, to) {
        (Null, Null) => Node::Null,
        (Boolean, Boolean) => Node::Boolean,
        (Int, Int) => Node::Int,
        (Int, Long) => Node::IntAsLong,
        (Int, Float) => Node::IntAsFloat,
        (Int, Double) => Node::IntAsDouble,
        (Long, Long) => Node::Long,
        (Long, Float) => Node::LongAsFloat,
        (Long, Double) => Node::LongAsDouble,
        (Float, Float) => Node::Float,
        (Float, Double) => Node::FloatAsDouble,
        (Double, Double) => Node::Double,
        (Bytes | String, Bytes) => Node::Bytes,
        (Bytes | String, String) => Node::String,
        _ => return None,
    };
    Some((node, if matches!(from, Int) { Width::Int } else { Width::Long }))
}

/// The names without their namespaces are equal, or the reader has the writer's full name for an alias.
pub(super) fn names_match(writer: &Name, reader: &Name, aliases: &[Name]) -> bool {
    writer.simple() == reader.simple() || aliases.contains(writer)
}

/// Logical types on both sides must be the same, but for a decimal's precision; text is not the digits of a decimal.
pub(super) fn agree(writer: &LinkedType, reader: &LinkedType) -> Result<(), Failure> {
    let same = match (writer.logical, reader.logical) {
        (Some(Logical::Decimal { scale: from, .. }), Some(Logical::Decimal { scale: to, .. })) => from == to,
        (None, Some(Logical::Decimal { .. })) => !matches!(writer.kind, LinkedKind::String),
        (Some(from), Some(to)) => from == to,
        (_, None) | (None, _) => true,
    };
    if same {
        return Ok(());
    }
    let message = format!(
        "{} would be read as {}: the specification would take the number as it stands, which is another value; \
         read it with the writer's annotation, or as the plain type",
        logical_name(writer),
        logical_name(reader),
    );
    Err(mismatch(writer, reader, message))
}

fn logical_name(ty: &LinkedType) -> String {
    let unit = |unit| match unit {
        Unit::Millis => "millis",
        Unit::Micros => "micros",
        Unit::Nanos => "nanos",
    };
    match ty.logical {
        None => kind_name(&ty.kind).to_owned(),
        Some(Logical::Decimal { precision, scale }) => {
            format!("decimal of precision {precision}, scale {scale}")
        }
        Some(Logical::Uuid) => "uuid".to_owned(),
        Some(Logical::Date) => "date".to_owned(),
        Some(Logical::Duration) => "duration".to_owned(),
        Some(Logical::Time(it)) => format!("time-{}", unit(it)),
        Some(Logical::Timestamp(it)) => format!("timestamp-{}", unit(it)),
        Some(Logical::LocalTimestamp(it)) => format!("local-timestamp-{}", unit(it)),
    }
}
