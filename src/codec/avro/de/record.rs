//! Records to structs and maps, by the names of the reader's fields; and to tuples, by their order.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::NodeDeserializer;
use crate::codec::DecodeErrorKind;
use crate::codec::avro::fault::Fault;
use crate::codec::avro::plan::{Action, Record, Step};
use crate::codec::avro::read::Decoder;

/// Hands a record's fields to a visitor by name, in the order of the bytes. A struct holds its fields within itself, a map (`MAP`) pays for each.
#[inline]
pub(super) fn fields<'de, const MAP: bool, V: Visitor<'de>>(
    decoder: &mut Decoder<'de, '_>,
    number: u32,
    visitor: V,
) -> Result<V::Value, Fault> {
    decoder.enter()?;
    // What the Rust value takes, however few bytes it comes from.
    decoder.spend_bytes(size_of::<V::Value>())?;
    let record = decoder.plan.record(number);
    let mut access = Fields::<MAP> { decoder, record, steps: record.steps.iter(), current: None };
    let value = visitor.visit_map(&mut access)?;
    access.finish()?;
    decoder.leave();
    Ok(value)
}

struct Fields<'a, 'de, 'p, const MAP: bool> {
    decoder: &'a mut Decoder<'de, 'p>,
    record: &'p Record,
    steps: std::slice::Iter<'p, Step>,
    /// The step whose name was handed over, and whose value was not.
    current: Option<&'p Step>,
}

impl<const MAP: bool> Fields<'_, '_, '_, MAP> {
    /// Passes over what a visitor that stopped early has left.
    #[inline]
    fn finish(&mut self) -> Result<(), Fault> {
        if let Some(step) = self.current.take() {
            self.pass(step)?;
        }
        while let Some(step) = self.steps.next() {
            self.pass(step)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn pass(&mut self, step: &Step) -> Result<(), Fault> {
        match step.action {
            Action::Default(_) => Ok(()),
            Action::Skip | Action::Read(_) => {
                self.decoder.skip(step.node).map_err(|fault| fault.inside(step.name))
            }
        }
    }
}

impl<'de, const MAP: bool> MapAccess<'de> for Fields<'_, 'de, '_, MAP> {
    type Error = Fault;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        loop {
            let Some(step) = self.steps.next() else { return Ok(None) };
            if step.action == Action::Skip {
                self.pass(step)?;
                continue;
            }
            self.current = Some(step);
            if MAP {
                self.decoder.spend_bytes(size_of::<K::Value>() + step.name.len())?;
            }
            return seed.deserialize(BorrowedStrDeserializer::new(step.name)).map(Some);
        }
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let Some(step) = self.current.take() else {
            return Err(Fault::new(DecodeErrorKind::Custom, "a field's value was asked for before its name"));
        };
        if MAP {
            self.decoder.spend_bytes(size_of::<T::Value>())?;
        }
        value(self.decoder, self.record, step, seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.steps.len())
    }
}

/// The value of one field: from the bytes, or its default.
#[inline]
fn value<'de, T: DeserializeSeed<'de>>(
    decoder: &mut Decoder<'de, '_>,
    record: &Record,
    step: &Step,
    seed: T,
) -> Result<T::Value, Fault> {
    let Action::Read(_) = step.action else { return default(decoder, record, step, seed) };
    match seed.deserialize(NodeDeserializer::new(decoder, step.node)) {
        Ok(value) => Ok(value),
        Err(fault) => Err(failed(fault, decoder, step)),
    }
}

/// The value of a field that takes its default.
#[inline(never)]
fn default<'de, T: DeserializeSeed<'de>>(
    decoder: &mut Decoder<'de, '_>,
    record: &Record,
    step: &Step,
    seed: T,
) -> Result<T::Value, Fault> {
    let Action::Default(field) = step.action else {
        return Err(Fault::new(DecodeErrorKind::Custom, "a field that the reader does not have"));
    };
    let default = record.field(field).default.unwrap_or_default();
    // A default is no part of the payload, so that a million records could take a million copies of it.
    decoder.spend_bytes(default.len())?;
    let payload = decoder.jump(default);
    let value = seed.deserialize(NodeDeserializer::new(decoder, step.node));
    decoder.jump(payload);
    value.map_err(|fault| failed(fault, decoder, step))
}

#[cold]
fn failed(fault: Fault, decoder: &Decoder<'_, '_>, step: &Step) -> Fault {
    fault.at(decoder.offset()).inside(step.name)
}

/// Hands a record's fields to a visitor one after the other, in the reader's order: a tuple has no names.
pub(super) fn positions<'de, V: Visitor<'de>>(
    decoder: &mut Decoder<'de, '_>,
    number: u32,
    length: Option<usize>,
    visitor: V,
) -> Result<V::Value, Fault> {
    let record = decoder.plan.record(number);
    let count = record.fields.len();
    if length.is_some_and(|length| length != count) {
        let message =
            format!("the schema's record has {count} fields, the Rust type takes {}", length.unwrap_or(0));
        return Err(decoder.fault(DecodeErrorKind::Type, message));
    }
    decoder.enter()?;
    decoder.spend_bytes(size_of::<V::Value>())?;
    let base = decoder.starts.len();
    let end = decoder.locate(record)?;
    let mut access = Positions { decoder, record, base, next: 0 };
    let value = visitor.visit_seq(&mut access)?;
    let left = count - access.next;
    decoder.starts.truncate(base);
    decoder.jump(end);
    if left > 0 {
        let message = format!("the schema's record has {left} fields more than the Rust type takes");
        return Err(decoder.fault(DecodeErrorKind::Type, message));
    }
    decoder.leave();
    Ok(value)
}

struct Positions<'a, 'de, 'p> {
    decoder: &'a mut Decoder<'de, 'p>,
    record: &'p Record,
    /// Where this record's fields start on the decoder's stack.
    base: usize,
    next: usize,
}

impl<'de> SeqAccess<'de> for Positions<'_, 'de, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.next == self.record.fields.len() {
            return Ok(None);
        }
        let field = self.next as u32;
        self.next += 1;
        let Some(step) = self.record.step_of(field) else {
            return Err(Fault::new(DecodeErrorKind::Custom, "a record without steps"));
        };
        if let Some(start) = self.decoder.starts.get(self.base + field as usize).copied() {
            self.decoder.jump(start);
        }
        value(self.decoder, self.record, step, seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.record.fields.len() - self.next)
    }
}
