//! Values without parts: numbers, bytes, symbols, and the logical types.

use super::{NodeSerializer, union};
use crate::codec::EncodeErrorKind;
use crate::codec::avro::fault::{Refusal, list};
use crate::codec::avro::logical::{LogicalValue, write_uuid_text};
use crate::codec::avro::plan::{Enumeration, Node, Width};
use crate::codec::avro::write;
use crate::value::Uuid;

impl NodeSerializer<'_, '_, '_> {
    /// A whole number as any node that holds it exactly.
    pub(super) fn whole(self, value: i128, wide: bool) -> Result<(), Refusal> {
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

    #[inline(never)]
    pub(super) fn boolean(self, value: bool) -> Result<(), Refusal> {
        let this = self.settle("a boolean", |node, _| (node == Node::Boolean).then_some(0))?;
        match this.node {
            Node::Boolean => {
                this.encoder.out.push(u8::from(value));
                Ok(())
            }
            _ => Err(this.mismatch("a boolean")),
        }
    }

    /// Text as any node that is made of it.
    #[inline(never)]
    pub(super) fn text(self, value: &str) -> Result<(), Refusal> {
        let this = self.settle("text", |node, plan| union::rank_text(plan, node, value))?;
        match this.node {
            Node::String | Node::UuidText => write::bytes(this.encoder.out, value.as_bytes()),
            Node::Enum(number) => return this.symbol(number, value),
            _ => return Err(this.mismatch("text")),
        }
        Ok(())
    }

    /// A float as any node that holds it.
    pub(super) fn float(self, value: f32) -> Result<(), Refusal> {
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

    /// A double as any node that holds it exactly.
    pub(super) fn double(self, value: f64) -> Result<(), Refusal> {
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

    /// Bytes as any node that is made of them.
    pub(super) fn raw(self, value: &[u8]) -> Result<(), Refusal> {
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
    pub(super) fn symbol(self, number: u32, symbol: &str) -> Result<(), Refusal> {
        let enumeration = self.encoder.plan.enumeration(number);
        match enumeration.symbols.iter().position(|it| it.text == symbol) {
            Some(place) => {
                write::long(self.encoder.out, place as i64);
                Ok(())
            }
            None => Err(no_symbol(enumeration, symbol)),
        }
    }

    /// A symbol that is a variant of a Rust enum: as a rule the one at the variant's own place.
    #[inline]
    pub(super) fn variant_symbol(self, number: u32, place: u32, symbol: &str) -> Result<(), Refusal> {
        match self.encoder.plan.enumeration(number).symbols.get(place as usize) {
            Some(named) if named.text == symbol => {
                write::long(self.encoder.out, place.into());
                Ok(())
            }
            _ => self.symbol(number, symbol),
        }
    }

    /// A logical value: on a union the first branch that holds it exactly.
    pub(super) fn logical(self, value: LogicalValue) -> Result<(), Refusal> {
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

#[cold]
fn no_symbol(enumeration: &Enumeration, symbol: &str) -> Refusal {
    let has: Vec<_> = enumeration.symbols.iter().map(|it| it.text).collect();
    let full = enumeration.names.full;
    let message = format!("`{symbol}` is no symbol of the schema's enum `{full}`, which has {}", list(&has));
    Refusal::new(EncodeErrorKind::Value, message)
}

#[cold]
fn out_of_range(value: i128, node: &str) -> Refusal {
    Refusal::new(EncodeErrorKind::Value, format!("{value} does not fit `{node}`"))
}

pub(super) fn wrong_size(length: usize, size: u32) -> Refusal {
    Refusal::new(
        EncodeErrorKind::Value,
        format!("{length} bytes do not fit the schema's fixed of {size} bytes"),
    )
}

/// The double that is exactly that number.
pub(in crate::codec::avro) fn exact_double(value: i128) -> Option<f64> {
    let double = value as f64;
    (double as i128 == value).then_some(double)
}

/// The float that is exactly that number.
pub(in crate::codec::avro) fn exact_float(value: i128) -> Option<f32> {
    let float = value as f32;
    (float as i128 == value).then_some(float)
}

/// The float that is exactly that double.
pub(in crate::codec::avro) fn exact_narrow(value: f64) -> Option<f32> {
    let float = value as f32;
    (f64::from(float) == value || value.is_nan()).then_some(float)
}
