//! The typed way in: serde's view of a payload, driven by the plan, nothing built in between.

mod logical;
mod record;
mod sequence;
mod variant;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserializer, Visitor};

use super::fault::Fault;
use super::plan::{Node, Optional, Width};
use super::read::Decoder;
use crate::codec::DecodeErrorKind;

/// Hands the value of one node to a visitor.
pub(super) struct NodeDeserializer<'a, 'de, 'p> {
    pub(super) decoder: &'a mut Decoder<'de, 'p>,
    pub(super) node: Node,
}

impl<'a, 'de, 'p> NodeDeserializer<'a, 'de, 'p> {
    #[inline]
    pub(super) fn new(decoder: &'a mut Decoder<'de, 'p>, node: Node) -> Self {
        Self { decoder, node }
    }

    /// The same value behind its union: the branch is read, and its node takes the union's place.
    #[inline]
    fn settled(self) -> Result<Self, Fault> {
        match self.node {
            Node::Union(_) | Node::Chosen(_) => self.settled_union(),
            _ => Ok(self),
        }
    }

    fn settled_union(mut self) -> Result<Self, Fault> {
        // A union holds no union, so that this ends after two rounds.
        loop {
            self.node = match self.node {
                Node::Union(union) => Node::Chosen(self.decoder.branch(union)?),
                Node::Chosen(branch) => self.decoder.plan.branch(branch).node,
                _ => return Ok(self),
            };
        }
    }

    /// An error that says what the schema has and what the Rust type asks for.
    #[cold]
    fn mismatch(&self, wanted: &str) -> Fault {
        let has = self.node.describe();
        self.decoder
            .fault(DecodeErrorKind::Type, format!("the schema has {has}, the Rust type wants {wanted}"))
    }
}

/// A float that 32 bits hold without loss.
fn exact_f32(value: f64, decoder: &Decoder<'_, '_>) -> Result<f32, Fault> {
    let float = value as f32;
    if f64::from(float) == value || value.is_nan() {
        return Ok(float);
    }
    Err(decoder.fault(DecodeErrorKind::Type, format!("the double {value} does not fit f32 without loss")))
}

/// A whole number that 64 bits of float hold without loss.
fn exact_f64(value: i64, decoder: &Decoder<'_, '_>) -> Result<f64, Fault> {
    let float = value as f64;
    // 2^63 itself is the one float that `as i64` would bring back to another number.
    if float as i64 == value && float < i64::MAX as f64 {
        return Ok(float);
    }
    Err(decoder.fault(DecodeErrorKind::Type, format!("the long {value} does not fit a float without loss")))
}

/// Numbers whose node says all: the common node first, everything else by its own type.
macro_rules! number {
    ($($method:ident)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.node {
                Node::Long => visitor.visit_i64(self.decoder.long()?),
                Node::Int => visitor.visit_i32(self.decoder.int()?),
                Node::IntAsLong => visitor.visit_i64(self.decoder.int()?.into()),
                _ => self.number(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_, 'de, '_> {
    type Error = Fault;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let decoder = self.decoder;
        match self.node {
            Node::Null => visitor.visit_unit(),
            Node::Boolean => visitor.visit_bool(decoder.boolean()?),
            Node::Int => visitor.visit_i32(decoder.int()?),
            Node::Long => visitor.visit_i64(decoder.long()?),
            Node::IntAsLong => visitor.visit_i64(decoder.int()?.into()),
            Node::Float => visitor.visit_f32(decoder.float()?),
            Node::IntAsFloat => visitor.visit_f32(decoder.int()? as f32),
            Node::LongAsFloat => visitor.visit_f32(decoder.long()? as f32),
            Node::Double => visitor.visit_f64(decoder.double()?),
            Node::IntAsDouble => visitor.visit_f64(decoder.int()?.into()),
            Node::LongAsDouble => visitor.visit_f64(decoder.long()? as f64),
            Node::FloatAsDouble => visitor.visit_f64(decoder.float()?.into()),
            Node::Bytes => visitor.visit_borrowed_bytes(decoder.bytes()?),
            Node::String | Node::UuidText => visitor.visit_borrowed_str(decoder.text()?),
            Node::Fixed(size) => visitor.visit_borrowed_bytes(decoder.take(size as usize, "a fixed")?),
            Node::UuidFixed => visitor.visit_borrowed_bytes(decoder.take(16, "a UUID")?),
            Node::Duration => visitor.visit_borrowed_bytes(decoder.take(12, "a duration")?),
            Node::Temporal(_, Width::Int) => visitor.visit_i32(decoder.int()?),
            Node::Temporal(_, Width::Long) => visitor.visit_i64(decoder.long()?),
            Node::Decimal(number) => visitor.visit_borrowed_bytes(decoder.decimal_bytes(number)?),
            Node::Enum(number) => visitor.visit_borrowed_str(decoder.symbol(number)?.name.text),
            Node::Array(number) => sequence::array(decoder, number, None, visitor),
            Node::Map(number) => sequence::map(decoder, number, visitor),
            Node::Record(number) => record::fields::<true, V>(decoder, number, visitor),
            Node::Union(_) | Node::Chosen(_) => {
                Self { decoder, node: self.node }.settled_union()?.deserialize_any(visitor)
            }
            Node::Unresolvable(number) => Err(decoder.unresolvable(number)),
        }
    }

    number! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node {
            Node::Boolean => visitor.visit_bool(self.decoder.boolean()?),
            _ => self.deserialize_any(visitor),
        }
    }

    /// A double is read into `f32` where nothing is lost.
    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node {
            Node::Float => visitor.visit_f32(self.decoder.float()?),
            _ => self.float(visitor),
        }
    }

    /// A long is read into `f64` where nothing is lost.
    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node {
            Node::Double => visitor.visit_f64(self.decoder.double()?),
            Node::FloatAsDouble => visitor.visit_f64(self.decoder.float()?.into()),
            _ => self.double(visitor),
        }
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node {
            Node::String => visitor.visit_borrowed_str(self.decoder.text()?),
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    /// A UUID that is text in the schema is handed over as its 16 bytes.
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let this = self.settled()?;
        match this.node {
            Node::Bytes => visitor.visit_borrowed_bytes(this.decoder.bytes()?),
            Node::UuidText => visitor.visit_bytes(&this.decoder.uuid_text()?),
            _ => this.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Self { decoder, node } = self;
        match node {
            Node::Union(number) => {
                let union = decoder.plan.union(number);
                if let Some(Optional { null, node }) = union.optional {
                    return match decoder.either()? == null {
                        true => visitor.visit_none(),
                        false => visitor.visit_some(Self { decoder, node }),
                    };
                }
                let branch = decoder.branch(number)?;
                match decoder.plan.branch(branch).node {
                    Node::Null => visitor.visit_none(),
                    // With one other branch there is nothing to tell apart; with more, a Rust enum inside the option wants the branch's name.
                    inner if union.sole.is_some() => visitor.visit_some(Self { decoder, node: inner }),
                    _ => visitor.visit_some(Self { decoder, node: Node::Chosen(branch) }),
                }
            }
            Node::Null => visitor.visit_none(),
            _ => visitor.visit_some(Self { decoder, node }),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    /// A record is passed over: a struct without fields takes none of it.
    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let this = self.settled()?;
        match this.node {
            Node::Record(_) => {
                this.decoder.skip(this.node)?;
                visitor.visit_unit()
            }
            _ => this.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match logical::Token::named(name) {
            Some(token) => logical::deserialize(self.settled()?, token, visitor),
            None => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        sequence::any(self.settled()?, None, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Fault> {
        sequence::any(self.settled()?, Some(length), visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        sequence::any(self.settled()?, Some(length), visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let this = self.settled()?;
        match this.node {
            Node::Map(number) => sequence::map(this.decoder, number, visitor),
            Node::Record(number) => record::fields::<true, V>(this.decoder, number, visitor),
            _ => Err(this.mismatch("a map")),
        }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.node {
            Node::Record(number) => record::fields::<false, V>(self.decoder, number, visitor),
            _ => self.structure(name, visitor),
        }
    }

    #[inline]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if let Node::Enum(number) = self.node {
            let symbol = self.decoder.symbol(number)?;
            return visitor.visit_enum(BorrowedStrDeserializer::new(symbol.name.text));
        }
        variant::deserialize(self, name, variants, visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.decoder.skip(self.node)?;
        visitor.visit_unit()
    }
}

impl<'de> NodeDeserializer<'_, 'de, '_> {
    /// A struct from a node that is no record at first sight.
    #[inline(never)]
    fn structure<V: Visitor<'de>>(self, name: &str, visitor: V) -> Result<V::Value, Fault> {
        let this = self.settled()?;
        match this.node {
            Node::Record(number) => record::fields::<false, V>(this.decoder, number, visitor),
            Node::Map(number) => sequence::map(this.decoder, number, visitor),
            Node::Unresolvable(number) => Err(this.decoder.unresolvable(number)),
            _ => Err(this.mismatch(&format!("a record for the struct `{name}`"))),
        }
    }

    /// A number from a node that is rarely one: an enum gives the place of its symbol.
    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let this = self.settled()?;
        match this.node {
            Node::Enum(number) => visitor.visit_u32(this.decoder.symbol(number)?.number),
            _ => this.deserialize_any(visitor),
        }
    }

    fn float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let this = self.settled()?;
        let value = match this.node {
            Node::Double => this.decoder.double()?,
            Node::IntAsDouble => this.decoder.int()?.into(),
            Node::FloatAsDouble => this.decoder.float()?.into(),
            Node::Int | Node::IntAsLong => this.decoder.int()?.into(),
            Node::LongAsDouble | Node::Long => exact_f64(this.decoder.long()?, this.decoder)?,
            _ => return this.deserialize_any(visitor),
        };
        visitor.visit_f32(exact_f32(value, this.decoder)?)
    }

    fn double<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let this = self.settled()?;
        match this.node {
            Node::Long => visitor.visit_f64(exact_f64(this.decoder.long()?, this.decoder)?),
            _ => this.deserialize_any(visitor),
        }
    }
}
