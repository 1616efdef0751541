//! The typed way out: what serde says of a value, written as the plan's nodes, nothing built in between.

mod capture;
mod encoder;
mod leaf;
mod record;
mod sequence;
mod union;

pub(super) use encoder::Encoder;
pub(super) use leaf::{exact_double, exact_float, exact_narrow};

use serde::ser::{Serialize, Serializer};

use super::fault::Refusal;
use super::plan::{Node, Width};
use super::write::{self, Block};
use crate::codec::EncodeErrorKind;

/// Writes a value as one node.
pub(super) struct NodeSerializer<'a, 'o, 'p> {
    pub(super) encoder: &'a mut Encoder<'o, 'p>,
    pub(super) node: Node,
}

impl<'a, 'o, 'p> NodeSerializer<'a, 'o, 'p> {
    #[inline]
    pub(super) fn new(encoder: &'a mut Encoder<'o, 'p>, node: Node) -> Self {
        Self { encoder, node }
    }

    /// An error that says what the Rust type gives and what the schema wants.
    #[cold]
    fn mismatch(&self, given: &str) -> Refusal {
        let wants = self.encoder.plan.names(self.node).full;
        Refusal::new(EncodeErrorKind::Type, format!("{given} cannot be written as `{wants}`"))
    }
}

macro_rules! whole {
    ($($method:ident($type:ty) $($node:pat => $widened:ty)?;)*) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<(), Refusal> {
            match self.node {
                $($node => {
                    write::long(self.encoder.out, <$widened>::from(value).into());
                    Ok(())
                })?
                _ => self.whole(value.into(), size_of::<$type>() >= 8),
            }
        }
    )*};
}

impl<'a, 'o, 'p> Serializer for NodeSerializer<'a, 'o, 'p> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = sequence::Sequence<'a, 'o, 'p>;
    type SerializeTuple = sequence::Sequence<'a, 'o, 'p>;
    type SerializeTupleStruct = sequence::Sequence<'a, 'o, 'p>;
    type SerializeTupleVariant = sequence::Sequence<'a, 'o, 'p>;
    type SerializeMap = record::Entries<'a, 'o, 'p>;
    type SerializeStruct = record::Entries<'a, 'o, 'p>;
    type SerializeStructVariant = record::Entries<'a, 'o, 'p>;

    fn is_human_readable(&self) -> bool {
        false
    }

    whole! {
        serialize_i8(i8) Node::Int | Node::Long => i32;
        serialize_i16(i16) Node::Int | Node::Long => i32;
        serialize_i32(i32) Node::Int | Node::Long | Node::Temporal(..) => i32;
        serialize_i64(i64) Node::Long | Node::Temporal(_, Width::Long) => i64;
        serialize_i128(i128);
        serialize_u8(u8) Node::Int | Node::Long => i32;
        serialize_u16(u16) Node::Int | Node::Long => i32;
        serialize_u32(u32) Node::Long => i64;
        serialize_u64(u64);
    }

    fn serialize_u128(self, value: u128) -> Result<(), Refusal> {
        match i128::try_from(value) {
            Ok(value) => self.whole(value, true),
            Err(_) => Err(Refusal::new(EncodeErrorKind::Value, format!("{value} does not fit `long`"))),
        }
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), Refusal> {
        if self.node == Node::Boolean {
            self.encoder.out.push(u8::from(value));
            return Ok(());
        }
        self.boolean(value)
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<(), Refusal> {
        if self.node == Node::Float {
            self.encoder.out.extend_from_slice(&value.to_le_bytes());
            return Ok(());
        }
        self.float(value)
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<(), Refusal> {
        if self.node == Node::Double {
            self.encoder.out.extend_from_slice(&value.to_le_bytes());
            return Ok(());
        }
        self.double(value)
    }
    fn serialize_char(self, value: char) -> Result<(), Refusal> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Refusal> {
        if self.node == Node::String {
            write::bytes(self.encoder.out, value.as_bytes());
            return Ok(());
        }
        self.text(value)
    }

    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refusal> {
        self.raw(value)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Refusal> {
        match self.node {
            Node::Null => Ok(()),
            Node::Union(number) => match self.encoder.plan.union(number).null {
                Some(branch) => {
                    write::long(self.encoder.out, branch.into());
                    Ok(())
                }
                None => Err(self.mismatch("nothing")),
            },
            _ => Err(self.mismatch("nothing")),
        }
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refusal> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<(), Refusal> {
        let this = self.settle("a unit struct", |node, plan| union::rank_struct(plan, node, name))?;
        match this.node {
            Node::Record(_) => serde::ser::SerializeStruct::end(this.fields(None)?),
            _ => this.serialize_none(),
        }
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        name: &'static str,
        place: u32,
        variant: &'static str,
    ) -> Result<(), Refusal> {
        if let Node::Enum(number) = self.node {
            return self.variant_symbol(number, place, variant);
        }
        let this = match self.into_variant(variant) {
            Ok(this) if this.node == Node::Null => return Ok(()),
            Ok(this) if matches!(this.node, Node::Record(_)) => {
                return serde::ser::SerializeStruct::end(this.fields(None)?);
            }
            Ok(this) => {
                return Err(this.mismatch(&format!("the variant `{name}::{variant}`, which has no content,")));
            }
            Err(this) => this,
        };
        let this = this.settle("a variant", |node, plan| union::rank_symbol(plan, node, variant))?;
        match this.node {
            Node::Enum(number) => this.variant_symbol(number, place, variant),
            Node::String => {
                write::bytes(this.encoder.out, variant.as_bytes());
                Ok(())
            }
            _ => Err(this.mismatch(&format!("the variant `{name}::{variant}`"))),
        }
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        match capture::logical(name, value)? {
            Some(logical) => self.logical(logical),
            None => value.serialize(self),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        value.serialize(self.variant(name, variant)?)
    }

    /// As [`serde::Serializer::collect_seq`], with one loop for each kind of item.
    fn collect_seq<I>(self, items: I) -> Result<(), Refusal>
    where
        I: IntoIterator,
        I::Item: Serialize,
    {
        let items = items.into_iter();
        let length = match items.size_hint() {
            (least, Some(most)) if least == most => Some(least),
            _ => None,
        };
        self.sequence(length)?.collect(items)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, Refusal> {
        self.sequence(length)
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, Refusal> {
        self.sequence(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleStruct, Refusal> {
        self.sequence(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, Refusal> {
        self.variant(name, variant)?.sequence(Some(length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, Refusal> {
        self.settle("a map", |node, _| union::rank_map(node))?.fields(length)
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeStruct, Refusal> {
        if let Node::Record(number) = self.node {
            self.encoder.enter()?;
            return Ok(record::Entries::Record(record::Fields::begin(self.encoder, number)));
        }
        self.structure(name, length)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, Refusal> {
        self.variant(name, variant)?.fields(Some(length))
    }
}

impl<'a, 'o, 'p> NodeSerializer<'a, 'o, 'p> {
    /// Begins a struct that is behind a union, or a map.
    #[inline(never)]
    fn structure(self, name: &str, length: usize) -> Result<record::Entries<'a, 'o, 'p>, Refusal> {
        self.settle("a struct", |node, plan| union::rank_struct(plan, node, name))?.fields(Some(length))
    }

    /// Begins a record or a map.
    fn fields(self, length: Option<usize>) -> Result<record::Entries<'a, 'o, 'p>, Refusal> {
        let Self { encoder, node } = self;
        match node {
            Node::Record(number) => {
                encoder.enter()?;
                Ok(record::Entries::Record(record::Fields::begin(encoder, number)))
            }
            Node::Map(number) => {
                encoder.enter()?;
                let value = encoder.plan.item(number);
                let block = Block::begin(encoder.out, length);
                Ok(record::Entries::Map(record::MapEntries::begin(encoder, value, block)))
            }
            _ => Err(Self { encoder, node }.mismatch("a map or struct")),
        }
    }

    /// Begins whatever is written one by one.
    fn sequence(self, length: Option<usize>) -> Result<sequence::Sequence<'a, 'o, 'p>, Refusal> {
        let this = self.settle("a sequence", |node, _| union::rank_sequence(node))?;
        sequence::Sequence::begin(this, length)
    }
}
