//! Differences in words. Each is said from the side of the person who proposes the new version.

use super::comparison::{Fault, Part, Types};
use super::declarations::{Declarations, Field, shown};
use super::kinds::{Kind, Value};
use crate::compat::Side;

/// How many names of a list are shown.
const SHOWN: usize = 20;

/// What it takes to say what differs when one side reads the other.
#[derive(Clone, Copy)]
pub(super) struct Sentences<'d, 'f> {
    /// The side that reads.
    pub(super) side: Side,
    pub(super) reader: &'d Declarations<'f>,
    pub(super) writer: &'d Declarations<'f>,
}

impl<'f> Sentences<'_, 'f> {
    pub(super) fn package(self) -> String {
        let say = |package: &str| match package {
            "" => "none".to_owned(),
            package => format!("`{}`", shown(package)),
        };
        let (old, new) = self.ordered(self.reader.package(), self.writer.package());
        format!("the package was {} and is {}", say(old), say(new))
    }

    pub(super) fn message_missing(self, message: usize) -> String {
        let name = self.writer.local_name(message);
        match self.side {
            Side::New => format!("message `{name}` is gone"),
            Side::Old => format!("message `{name}` is new, and the earlier version does not know it"),
        }
    }

    pub(super) fn required_missing(self, types: Types, field: &Field<'_>) -> String {
        let (name, number) = (shown(field.proto.name()), field.proto.number());
        let message = self.reader.local_name(types.0);
        match self.side {
            Side::New => format!("message `{message}` gained required field `{name}` = {number}"),
            Side::Old => format!(
                "message `{message}` lost field `{name}` = {number}, which the earlier version requires"
            ),
        }
    }

    pub(super) fn required_unknown(self, types: Types, field: &Field<'_>) -> String {
        let (name, number) = (shown(field.proto.name()), field.proto.number());
        let message = self.writer.local_name(types.1);
        match self.side {
            Side::New => format!("message `{message}` lost required field `{name}` = {number}"),
            Side::Old => format!(
                "message `{message}` gained required field `{name}` = {number}, which the earlier version does not have"
            ),
        }
    }

    pub(super) fn oneof_field_missing(self, oneof: &str, field: &Field<'_>) -> String {
        let oneof = shown(oneof);
        let (name, number) = (shown(field.proto.name()), field.proto.number());
        match self.side {
            Side::New => format!("oneof `{oneof}` lost `{name}` = {number}"),
            Side::Old => {
                format!("oneof `{oneof}` gained `{name}` = {number}, which the earlier version does not know")
            }
        }
    }

    pub(super) fn joins_oneof(self, types: Types, oneof: usize, fields: &[Field<'_>]) -> String {
        let names = list(fields.iter().map(|field| field.proto.name()), fields.len());
        let proto = self.reader.message(types.0).and_then(|it| it.proto.oneof_decl.get(oneof));
        let oneof = shown(proto.map_or("", |it| it.name()));
        let (reads, writes) = self.times();
        format!(
            "oneof `{oneof}` takes one of {names} ({reads}), of which a message could hold several ({writes})"
        )
    }

    /// What differs between two fields of one number.
    pub(super) fn field(self, types: Types, fields: (&Field<'f>, &Field<'f>), fault: &Fault) -> String {
        let (reader, writer) = fields;
        let number = reader.proto.number();
        let (old, new) = self.ordered(reader, writer);
        if *fault == Fault::Name {
            let (old, new) = (shown(old.proto.name()), shown(new.proto.name()));
            return format!("field {number} was called `{old}` and is called `{new}`");
        }
        let name = format!("field `{}` = {number}", shown(new.proto.name()));
        let (reads, writes) = self.times();
        match fault {
            Fault::Group => {
                let verb = if new.is_group() { "became" } else { "was" };
                format!(
                    "{name} {verb} a group, whose bytes are of another form than those of any other field"
                )
            }
            Fault::Label => format!("{name} was {} and is {}", label(old), label(new)),
            Fault::Repeated => {
                format!("{name} is {} ({reads}) and may hold several values ({writes})", label(reader))
            }
            Fault::Inside { .. } => format!(
                "{name} is of a referenced type whose definitions cannot read each other; what is wrong is reported there"
            ),
            Fault::Required => format!("{name} is required ({reads}), and need not be there ({writes})"),
            Fault::Default(written, read) => {
                let say =
                    |it: &str| if it.is_empty() { "zero".to_owned() } else { format!("`{}`", shown(it)) };
                format!(
                    "{name} stands for {} where it is absent ({writes}), and for {} ({reads})",
                    say(written),
                    say(read)
                )
            }
            Fault::Kind(part) | Fault::Scalar(part) | Fault::Type(part) | Fault::Narrowed(part) => {
                let read = describe(self.reader, types.0, reader, *part);
                let written = describe(self.writer, types.1, writer, *part);
                let (old, new) = self.ordered(read.as_str(), written.as_str());
                let of = match part {
                    Part::All => "",
                    Part::Key => "the keys of ",
                    Part::Value => "the values of ",
                };
                let verb = if *part == Part::All { ("was", "is") } else { ("were", "are") };
                let tail = match fault {
                    Fault::Narrowed(_) => {
                        format!("; not every value written {writes} is the same when it is read {reads}")
                    }
                    _ => String::new(),
                };
                format!("{of}{name} {} {old} and {} {new}{tail}", verb.0, verb.1)
            }
            Fault::Name | Fault::EnumValues { .. } => name,
        }
    }

    /// What enums have no value for, and what has another name there.
    pub(super) fn enum_values(
        self,
        missing: &[String],
        renamed: &[(String, String)],
    ) -> (Option<String>, Option<String>) {
        let (verb, whose) = match self.side {
            Side::New => ("lost", "they are still in earlier messages"),
            Side::Old => ("gained", "the earlier version does not know them"),
        };
        let gone = (!missing.is_empty()).then(|| {
            let names = list(missing.iter().map(String::as_str), missing.len());
            format!("the enum {verb} {names}; {whose}")
        });
        let pairs: Vec<String> = renamed
            .iter()
            .take(SHOWN)
            .map(|(written, read)| {
                let (old, new) = self.ordered(read.as_str(), written.as_str());
                format!("{} -> {}", shown(old), shown(new))
            })
            .collect();
        let other = (!pairs.is_empty()).then(|| {
            let pairs = list(pairs.iter().map(String::as_str), renamed.len());
            format!("the same numbers have other names: {pairs}")
        });
        (gone, other)
    }

    /// The reader's and the writer's, as the old and the new.
    fn ordered<T>(self, reader: T, writer: T) -> (T, T) {
        match self.side {
            Side::New => (writer, reader),
            Side::Old => (reader, writer),
        }
    }

    /// When it is read, and when it was written.
    fn times(self) -> (&'static str, &'static str) {
        match self.side {
            Side::New => ("now", "before"),
            Side::Old => ("before", "now"),
        }
    }
}

/// What a field holds, or the keys or values of its map.
pub(super) fn describe(
    declarations: &Declarations<'_>,
    message: usize,
    field: &Field<'_>,
    part: Part,
) -> String {
    match (Kind::of(declarations, message, field), part) {
        (Kind::One(value), _) | (Kind::Map { value, .. }, Part::Value) => say(declarations, value),
        (Kind::Map { key, .. }, Part::Key) => say(declarations, key),
        (Kind::Map { key, value }, Part::All) => {
            format!("a map of {} to {}", say(declarations, key), say(declarations, value))
        }
    }
}

fn say(declarations: &Declarations<'_>, value: Value<'_>) -> String {
    match value {
        Value::Scalar(scalar) => {
            format!("`{}`", scalar.as_str_name().trim_start_matches("TYPE_").to_ascii_lowercase())
        }
        Value::Enum(number) => {
            format!("enum `{}`", shown(declarations.enumeration(number).map_or("", |it| it.name())))
        }
        Value::Message(Some(number), _) => format!("message `{}`", declarations.local_name(number)),
        Value::Message(None, written) => format!("`{}`, which is not declared", shown(written)),
    }
}

fn label(field: &Field<'_>) -> &'static str {
    use prost_types::field_descriptor_proto::Label;
    match field.label {
        Some(Label::Required) => "required",
        Some(Label::Repeated) => "repeated",
        Some(Label::Optional) => "optional",
        None => "a single value",
    }
}

/// Names in backquotes; very many, and very long ones, are cut short.
fn list<'n>(names: impl Iterator<Item = &'n str>, count: usize) -> String {
    let mut list = names.take(SHOWN).map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ");
    if count > SHOWN {
        list.push_str(&format!(" and {} more", count - SHOWN));
    }
    list
}
