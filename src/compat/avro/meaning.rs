//! What values mean to both sides, beyond whether they resolve: annotations, rounding, and what other readers make of names.

use super::findings::name;
use super::rules::id;
use crate::compat::rule::RuleId;
use crate::schema::avro::{LinkedKind as Kind, LinkedType, Logical, Name};

/// What becomes of values that both sides read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Decimals whose scales differ by so many digits.
    Scale(u32),
    /// Decimals of fewer digits.
    Precision,
    /// Another logical type.
    Other,
    /// Bytes as text, which not all of them are.
    Text,
    /// The reader's annotation takes less than the writer's plain type holds.
    Restricted,
}

/// How a reader takes the writer's values for others, or refuses some, by their annotations alone.
pub(super) fn reading(writer: &LinkedType, reader: &LinkedType) -> Option<Reading> {
    if matches!((&writer.kind, &reader.kind), (Kind::Bytes, Kind::String)) {
        return Some(Reading::Text);
    }
    match (writer.logical, reader.logical) {
        (
            Some(Logical::Decimal { precision: digits, scale: from }),
            Some(Logical::Decimal { precision, scale: to }),
        ) => match from.abs_diff(to) {
            0 => (digits > precision).then_some(Reading::Precision),
            digits => Some(Reading::Scale(digits)),
        },
        (Some(from), Some(to)) => (from != to).then_some(Reading::Other),
        // A date or a moment has every number of its type; a time of day, a decimal or a text form does not.
        (None, Some(Logical::Decimal { .. } | Logical::Time(_))) => Some(Reading::Restricted),
        (None, Some(Logical::Uuid)) => matches!(reader.kind, Kind::String).then_some(Reading::Restricted),
        _ => None,
    }
}

fn other_namespace(written: &Name, read: &Name) -> (RuleId, String) {
    let message = format!(
        "`{written}` is read as `{read}`, of another namespace, within a union: Java's reader compares full names there"
    );
    (id::NAMESPACE_CHANGED_IN_UNION, message)
}

/// A type with what its values stand for.
pub(super) fn annotation(it: &LinkedType) -> String {
    it.logical.map_or_else(|| format!("plain {}", name(&it.kind)), word)
}

/// What our codec reads and others do not, or read rounded: notes.
pub(super) fn elsewhere(
    writer: &LinkedType,
    reader: &LinkedType,
    in_union: bool,
) -> Option<(RuleId, String)> {
    match (&reader.kind, &writer.kind) {
        (Kind::Float, Kind::Int | Kind::Long) | (Kind::Double, Kind::Long) => Some((
            id::NUMBER_ROUNDED,
            format!("{} is read as {}, which rounds large numbers", name(&writer.kind), name(&reader.kind)),
        )),
        (Kind::Record(r, _), Kind::Record(w, _)) if r.name != w.name => {
            if in_union && !r.aliases.contains(&w.name) {
                return Some(other_namespace(&w.name, &r.name));
            }
            let written = |name: &str| w.fields.iter().any(|it| it.name == name);
            let field = r
                .fields
                .iter()
                .find(|field| !written(&field.name) && field.aliases.iter().any(|alias| written(alias)))?;
            let message = format!(
                "record `{}` has another name and reads its field `{}` by an alias; Java's reader then takes the default",
                r.name, field.name
            );
            Some((id::ALIAS_LOST, message))
        }
        (Kind::Enum(r), Kind::Enum(w)) if in_union && r.name != w.name && !r.aliases.contains(&w.name) => {
            Some(other_namespace(&w.name, &r.name))
        }
        (Kind::Fixed(r), Kind::Fixed(w)) if in_union && r.name != w.name && !r.aliases.contains(&w.name) => {
            Some(other_namespace(&w.name, &r.name))
        }
        _ => None,
    }
}

fn word(logical: Logical) -> String {
    match logical {
        Logical::Decimal { precision, scale } => format!("decimals of {precision} digits, scale {scale}"),
        Logical::Uuid => "UUIDs".into(),
        Logical::Date => "dates in days".into(),
        Logical::Time(unit) => format!("times of day in {}", unit.as_str()),
        Logical::Timestamp(unit) => format!("timestamps in {}", unit.as_str()),
        Logical::LocalTimestamp(unit) => format!("local timestamps in {}", unit.as_str()),
        Logical::Duration => "durations".into(),
    }
}
