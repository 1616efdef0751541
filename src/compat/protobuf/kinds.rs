//! What a field holds: a scalar, an enum, a message, or a map of those; and which of them read each other.

use prost_types::field_descriptor_proto::Type;

use super::declarations::{Declarations, Declared, Field};

/// What a field holds, its label aside.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'f> {
    One(Value<'f>),
    Map { key: Value<'f>, value: Value<'f> },
}

/// One value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'f> {
    Scalar(Type),
    /// By its index.
    Enum(usize),
    /// By its index where its name leads to one, and as it was written. An enum that is not found is taken for a message.
    Message(Option<usize>, &'f str),
}

/// The scalars that Confluent's registry takes for each other: those whose bytes are of one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Varint,
    ZigZag,
    Delimited,
    Fixed32,
    Fixed64,
    Float,
    Double,
}

impl<'f> Kind<'f> {
    pub(super) fn of(declarations: &Declarations<'f>, message: usize, field: &Field<'f>) -> Self {
        let value = Value::of(declarations, message, field);
        // In a text, only what the parser made of `map<K, V>` says that it is a message.
        let is_made = field.proto.r#type == Some(Type::Message.into());
        let made = declarations.made(message, type_name(field)).filter(|_| is_made);
        let entry = made.or(match value {
            Value::Message(number, _) => number,
            _ => None,
        });
        let entry = entry.filter(|number| declarations.message(*number).is_some_and(|it| it.is_map_entry));
        let Some(entry) = entry else { return Self::One(value) };
        let fields = declarations.fields(entry);
        match (fields.get(&1), fields.get(&2)) {
            // Names in an entry mean what they mean around it. The values of a map are no maps.
            (Some(key), Some(value)) => Self::Map {
                key: Value::of(declarations, entry, key),
                value: Value::of(declarations, entry, value),
            },
            _ => Self::One(value),
        }
    }
}

impl<'f> Value<'f> {
    fn of(declarations: &Declarations<'f>, message: usize, field: &Field<'f>) -> Self {
        let name = type_name(field);
        let scalar = field.proto.r#type.and_then(|number| Type::try_from(number).ok());
        let group = declarations.made(message, name).filter(|_| scalar == Some(Type::Group));
        match scalar.filter(|it| !matches!(it, Type::Message | Type::Enum | Type::Group)) {
            Some(scalar) => Self::Scalar(scalar),
            None if group.is_some() => Self::Message(group, name),
            None => match declarations.resolve(message, name) {
                Some(Declared::Enum(number)) => Self::Enum(number),
                Some(Declared::Message(number)) => Self::Message(Some(number), name),
                None => Self::Message(None, name),
            },
        }
    }

    pub(super) fn is_message(&self) -> bool {
        matches!(self, Self::Message(..))
    }

    /// The group of a scalar or an enum.
    pub(super) fn group(&self) -> Option<Group> {
        Some(match self {
            Self::Enum(_) => Group::Varint,
            Self::Message(..) => return None,
            Self::Scalar(scalar) => match scalar {
                Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Bool => Group::Varint,
                Type::Sint32 | Type::Sint64 => Group::ZigZag,
                Type::String | Type::Bytes => Group::Delimited,
                Type::Fixed32 | Type::Sfixed32 => Group::Fixed32,
                Type::Fixed64 | Type::Sfixed64 => Group::Fixed64,
                Type::Float => Group::Float,
                Type::Double => Group::Double,
                Type::Message | Type::Enum | Type::Group => return None,
            },
        })
    }

    /// Whether some value of the writer's is another one, or none, for this reader; both are of one group.
    pub(super) fn misreads(&self, writer: &Self) -> bool {
        let (reader, writer) = match (self, writer) {
            (Self::Scalar(reader), Self::Scalar(writer)) => (*reader, *writer),
            // On the wire an enum is an int32; as an enum, most numbers have no name.
            (Self::Scalar(reader), Self::Enum(_)) => (*reader, Type::Int32),
            (Self::Enum(_), Self::Scalar(_)) => return true,
            _ => return false,
        };
        let is_wider = matches!(
            (writer, reader),
            (Type::Bool, _)
                | (Type::Int32, Type::Int64)
                | (Type::Uint32, Type::Uint64 | Type::Int64)
                | (Type::Sint32, Type::Sint64)
                | (Type::String, Type::Bytes)
        );
        reader != writer && !is_wider
    }
}

fn type_name<'f>(field: &Field<'f>) -> &'f str {
    field.proto.type_name.as_deref().unwrap_or_default()
}
