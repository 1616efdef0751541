//! The typed way out: what serde says of a value, written as the plan's nodes, nothing built in between.

mod capture;
mod record;
mod sequence;
mod union;

use serde::ser::{Serialize, Serializer};

use super::fault::{Refusal, list};
use super::logical::{LogicalValue, write_uuid_text};
use super::plan::{Node, Plan, Width};
use super::write::{self, Block};
use crate::codec::EncodeErrorKind;
use crate::value::Uuid;

/// Writes one payload by one plan.
#[derive(Debug)]
pub(super) struct Encoder<'o, 'p> {
    pub(super) out: &'o mut Vec<u8>,
    pub(super) plan: &'p Plan,
    limit: usize,
    depth: usize,
}

impl<'o, 'p> Encoder<'o, 'p> {
    pub(super) fn new(out: &'o mut Vec<u8>, plan: &'p Plan, depth: usize) -> Self {
        Self { out, plan, limit: depth, depth }
    }

    /// Goes one level deeper: what could not be read back is not written.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Refusal> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => {
                let message = format!("nested deeper than {} levels, the limit", self.limit);
                Err(Refusal::new(EncodeErrorKind::Limit, message))
            }
        }
    }

    #[inline]
    pub(super) fn leave(&mut self) {
        self.depth += 1;
    }

    /// How many levels are left; [`Encoder::back_to`] restores it after a try that failed inside.
    pub(super) fn level(&self) -> usize {
        self.depth
    }

    pub(super) fn back_to(&mut self, level: usize) {
        self.depth = level;
    }
}

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

    /// A whole number as any node that holds it exactly.
    fn whole(self, value: i128, wide: bool) -> Result<(), Refusal> {
        let this = self.settle("a whole number", |node, _| union::rank_whole(node, value, wide))?;
        let out = &mut *this.encoder.out;
        match this.node {
            Node::Int | Node::Temporal(_, Width::Int) => {
                write::long(out, i32::try_from(value).map_err(|_| out_of_range(value, "int"))?.into());
            }
            Node::Long | Node::Temporal(_, Width::Long) => {
                write::long(out, i64::try_from(value).map_err(|_| out_of_range(value, "long"))?);
            }
            Node::Double => {
                let double = exact_double(value).ok_or_else(|| out_of_range(value, "double"))?;
                out.extend_from_slice(&double.to_le_bytes());
            }
            Node::Float => {
                let float = exact_float(value).ok_or_else(|| out_of_range(value, "float"))?;
                out.extend_from_slice(&float.to_le_bytes());
            }
            Node::Enum(number) => {
                let symbols = this.encoder.plan.enumeration(number).symbols.len();
                let symbol = usize::try_from(value).ok().filter(|it| *it < symbols);
                let symbol = symbol.ok_or_else(|| {
                    let message = format!("there is no symbol {value}: the schema's enum has {symbols}");
                    Refusal::new(EncodeErrorKind::Value, message)
                })?;
                write::long(this.encoder.out, symbol as i64);
            }
            _ => return Err(this.mismatch("a whole number")),
        }
        Ok(())
    }

    /// Bytes as any node that is made of them.
    fn raw(self, value: &[u8]) -> Result<(), Refusal> {
        let this = self.settle("bytes", |node, plan| union::rank_bytes(plan, node, value.len()))?;
        let size = match this.node {
            Node::Bytes => None,
            Node::Decimal(number) => this.encoder.plan.decimal(number).size,
            Node::Fixed(size) => Some(size),
            Node::UuidFixed => Some(16),
            Node::Duration => Some(12),
            Node::UuidText if let Ok(uuid) = value.try_into() => {
                write_uuid_text(Uuid(uuid), this.encoder.out);
                return Ok(());
            }
            _ => return Err(this.mismatch("bytes")),
        };
        match size {
            None => write::bytes(this.encoder.out, value),
            Some(size) if size as usize == value.len() => this.encoder.out.extend_from_slice(value),
            Some(size) => return Err(wrong_size(value.len(), size)),
        }
        Ok(())
    }

    /// A symbol of an enum.
    fn symbol(self, number: u32, symbol: &str) -> Result<(), Refusal> {
        let enumeration = self.encoder.plan.enumeration(number);
        match enumeration.symbols.iter().position(|it| it.text == symbol) {
            Some(place) => {
                write::long(self.encoder.out, place as i64);
                Ok(())
            }
            None => {
                let has: Vec<_> = enumeration.symbols.iter().map(|it| it.text).collect();
                let full = enumeration.names.full;
                let message = format!(
                    "`{symbol}` is no symbol of the schema's enum `{full}`, which has {}",
                    list(&has)
                );
                Err(Refusal::new(EncodeErrorKind::Value, message))
            }
        }
    }

    /// A logical value: on a union the first branch that holds it exactly.
    fn logical(self, value: LogicalValue) -> Result<(), Refusal> {
        let plan = self.encoder.plan;
        let Node::Union(number) = self.node else {
            return value.write(plan, self.node, self.encoder.out);
        };
        let start = self.encoder.out.len();
        let mut refused = None;
        for (index, branch) in plan.branches(plan.union(number)).iter().enumerate() {
            if !value.belongs(branch.node) {
                continue;
            }
            write::long(self.encoder.out, index as i64);
            match value.write(plan, branch.node, self.encoder.out) {
                Ok(()) => return Ok(()),
                Err(refusal) => refused = refused.or(Some(refusal)),
            }
            self.encoder.out.truncate(start);
        }
        Err(refused.unwrap_or_else(|| value.misplaced(plan, self.node)))
    }
}

fn out_of_range(value: i128, node: &str) -> Refusal {
    Refusal::new(EncodeErrorKind::Value, format!("{value} does not fit `{node}`"))
}

fn wrong_size(length: usize, size: u32) -> Refusal {
    Refusal::new(
        EncodeErrorKind::Value,
        format!("{length} bytes do not fit the schema's fixed of {size} bytes"),
    )
}

/// The double that is exactly that number.
pub(super) fn exact_double(value: i128) -> Option<f64> {
    let double = value as f64;
    (double as i128 == value).then_some(double)
}

/// The float that is exactly that number.
pub(super) fn exact_float(value: i128) -> Option<f32> {
    let float = value as f32;
    (float as i128 == value).then_some(float)
}

/// The float that is exactly that double.
pub(super) fn exact_narrow(value: f64) -> Option<f32> {
    let float = value as f32;
    (f64::from(float) == value || value.is_nan()).then_some(float)
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
        let this = self.settle("a boolean", |node, _| (node == Node::Boolean).then_some(0))?;
        match this.node {
            Node::Boolean => {
                this.encoder.out.push(u8::from(value));
                Ok(())
            }
            _ => Err(this.mismatch("a boolean")),
        }
    }

    #[inline]
    fn serialize_f32(self, value: f32) -> Result<(), Refusal> {
        let this = self.settle("a float", |node, _| match node {
            Node::Float => Some(0),
            Node::Double => Some(1),
            _ => None,
        })?;
        match this.node {
            Node::Float => this.encoder.out.extend_from_slice(&value.to_le_bytes()),
            Node::Double => this.encoder.out.extend_from_slice(&f64::from(value).to_le_bytes()),
            _ => return Err(this.mismatch("a float")),
        }
        Ok(())
    }

    #[inline]
    fn serialize_f64(self, value: f64) -> Result<(), Refusal> {
        let this = self.settle("a double", |node, _| match node {
            Node::Double => Some(0),
            Node::Float => exact_narrow(value).map(|_| 1),
            _ => None,
        })?;
        match this.node {
            Node::Double => this.encoder.out.extend_from_slice(&value.to_le_bytes()),
            Node::Float => match exact_narrow(value) {
                Some(float) => this.encoder.out.extend_from_slice(&float.to_le_bytes()),
                None => {
                    let message = format!("the double {value} does not fit `float` without loss");
                    return Err(Refusal::new(EncodeErrorKind::Value, message));
                }
            },
            _ => return Err(this.mismatch("a double")),
        }
        Ok(())
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
        let this = self.settle("text", |node, plan| union::rank_text(plan, node, value))?;
        match this.node {
            Node::String | Node::UuidText => write::bytes(this.encoder.out, value.as_bytes()),
            Node::Enum(number) => return this.symbol(number, value),
            _ => return Err(this.mismatch("text")),
        }
        Ok(())
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

    fn serialize_unit_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Refusal> {
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
            Node::Enum(number) => this.symbol(number, variant),
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
        self.settle("a struct", |node, plan| union::rank_struct(plan, node, name))?.fields(Some(length))
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
    /// Begins a record or a map.
    #[inline]
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
