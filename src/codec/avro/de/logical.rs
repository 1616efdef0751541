//! The logical types of [`crate::value`], which are known by the name of their newtype.

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::NodeDeserializer;
use crate::codec::DecodeErrorKind;
use crate::codec::avro::fault::Fault;
use crate::codec::avro::logical::{LogicalValue, annotation};
use crate::codec::avro::plan::{Node, Temporal};
use crate::value::logical::token;

/// Which logical type a Rust type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Decimal,
    Uuid,
    Date,
    Time,
    Timestamp,
    LocalTimestamp,
    Duration,
}

impl Token {
    /// The logical type of that newtype's name; `None` for the newtypes of users.
    #[inline]
    pub(super) fn named(name: &str) -> Option<Self> {
        if !name.starts_with("schemawire::") {
            return None;
        }
        Some(match name {
            token::DECIMAL => Self::Decimal,
            token::UUID => Self::Uuid,
            token::DATE => Self::Date,
            token::TIME => Self::Time,
            token::TIMESTAMP => Self::Timestamp,
            token::LOCAL_TIMESTAMP => Self::LocalTimestamp,
            token::DURATION => Self::Duration,
            _ => return None,
        })
    }

    const fn fits(self, node: Node) -> bool {
        matches!(
            (self, node),
            (Self::Decimal, Node::Decimal(_))
                | (Self::Uuid, Node::UuidText | Node::UuidFixed)
                | (Self::Date, Node::Temporal(Temporal::Date, _))
                | (Self::Time, Node::Temporal(Temporal::Time(_), _))
                | (Self::Timestamp, Node::Temporal(Temporal::Timestamp(_), _))
                | (Self::LocalTimestamp, Node::Temporal(Temporal::LocalTimestamp(_), _))
                | (Self::Duration, Node::Duration)
        )
    }

    const fn describe(self) -> &'static str {
        match self {
            Self::Decimal => "decimal",
            Self::Uuid => "uuid",
            Self::Date => "date",
            Self::Time => "time-…",
            Self::Timestamp => "timestamp-…",
            Self::LocalTimestamp => "local-timestamp-…",
            Self::Duration => "duration",
        }
    }
}

/// Hands over a logical value as its inner form. A node without that annotation is refused: its number has no unit.
pub(super) fn deserialize<'de, V: Visitor<'de>>(
    this: NodeDeserializer<'_, 'de, '_>,
    token: Token,
    visitor: V,
) -> Result<V::Value, Fault> {
    let NodeDeserializer { decoder, node } = this;
    if let Node::Unresolvable(number) = node {
        return Err(decoder.unresolvable(number));
    }
    let value = if token.fits(node) { decoder.logical(node)? } else { None };
    match value {
        Some(value) => visitor.visit_newtype_struct(Inner::of(value)),
        None => {
            let has = annotation(decoder.plan, node);
            let message = format!("the schema has {has}, the Rust type wants {}", token.describe());
            Err(decoder.fault(DecodeErrorKind::Type, message))
        }
    }
}

/// What stands inside a logical newtype.
enum Inner {
    Part(Part),
    Parts([Option<Part>; 3]),
    Bytes([u8; 16]),
}

#[derive(Clone, Copy)]
enum Part {
    I32(i32),
    U32(u32),
    I64(i64),
    U64(u64),
    I128(i128),
}

impl Inner {
    fn of(value: LogicalValue) -> Self {
        let two = |first, second| Self::Parts([Some(first), Some(second), None]);
        match value {
            LogicalValue::Decimal(it) => two(Part::I128(it.unscaled()), Part::U32(it.scale())),
            LogicalValue::Uuid(it) => Self::Bytes(it.0),
            LogicalValue::Date(it) => Self::Part(Part::I32(it.days())),
            LogicalValue::Time(it) => Self::Part(Part::U64(it.nanos())),
            LogicalValue::Timestamp(it) => two(Part::I64(it.seconds()), Part::U32(it.subsecond_nanos())),
            LogicalValue::LocalTimestamp(it) => {
                let it = it.assume_utc();
                two(Part::I64(it.seconds()), Part::U32(it.subsecond_nanos()))
            }
            LogicalValue::Duration(it) => {
                Self::Parts([it.months, it.days, it.millis].map(|part| Some(Part::U32(part))))
            }
        }
    }
}

impl<'de> Deserializer<'de> for Inner {
    type Error = Fault;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Part(part) => part.deserialize_any(visitor),
            Self::Parts(parts) => visitor.visit_seq(Parts(parts.into_iter())),
            Self::Bytes(bytes) => visitor.visit_bytes(&bytes),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> Deserializer<'de> for Part {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::I32(it) => visitor.visit_i32(it),
            Self::U32(it) => visitor.visit_u32(it),
            Self::I64(it) => visitor.visit_i64(it),
            Self::U64(it) => visitor.visit_u64(it),
            Self::I128(it) => visitor.visit_i128(it),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Parts(std::array::IntoIter<Option<Part>, 3>);

impl<'de> SeqAccess<'de> for Parts {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        match self.0.next().flatten() {
            Some(part) => seed.deserialize(part).map(Some),
            None => Ok(None),
        }
    }
}
