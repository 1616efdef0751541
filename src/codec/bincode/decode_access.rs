//! The parts of a value that is being read: items, entries, fields.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::decode::Typed;
use super::fault::Fault;
use super::input::Input;
use super::plan::{Index, Plan, Struct};
use super::skip::skip;
use crate::codec::DecodeErrorKind;

/// Refuses a type that stopped reading before the end.
#[inline]
pub(super) fn all_read(read: usize, length: usize, input: &Input<'_>) -> Result<(), Fault> {
    if read == length { Ok(()) } else { Err(left_over(read, length, input)) }
}

#[cold]
fn left_over(read: usize, length: usize, input: &Input<'_>) -> Fault {
    input.error(DecodeErrorKind::Type, format!("the type reads {read} of {length} items"))
}

/// The items of a sequence.
pub(super) struct InSequence<'p, 'i, 'de> {
    pub(super) plan: &'p Plan,
    pub(super) input: &'i mut Input<'de>,
    pub(super) item: Index,
    pub(super) given: usize,
    pub(super) length: usize,
}

impl<'de> SeqAccess<'de> for InSequence<'_, '_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.given == self.length {
            return Ok(None);
        }
        let item = Typed { plan: self.plan, input: self.input, index: self.item };
        let value = seed.deserialize(item).map_err(|error| error.inside_item(self.given))?;
        self.given += 1;
        Ok(Some(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length - self.given)
    }
}

/// The items of a tuple.
pub(super) struct InTuple<'p, 'i, 'de> {
    pub(super) plan: &'p Plan,
    pub(super) input: &'i mut Input<'de>,
    pub(super) items: &'p [Index],
    pub(super) given: usize,
}

impl<'de> SeqAccess<'de> for InTuple<'_, '_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(index) = self.items.get(self.given) else { return Ok(None) };
        let item = Typed { plan: self.plan, input: self.input, index: *index };
        let value = seed.deserialize(item).map_err(|error| error.inside_item(self.given))?;
        self.given += 1;
        Ok(Some(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.given)
    }
}

/// The entries of a map.
pub(super) struct Entries<'p, 'i, 'de> {
    pub(super) plan: &'p Plan,
    pub(super) input: &'i mut Input<'de>,
    pub(super) key: Index,
    pub(super) value: Index,
    pub(super) given: usize,
    pub(super) length: usize,
}

impl<'de> MapAccess<'de> for Entries<'_, '_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        if self.given == self.length {
            return Ok(None);
        }
        let key = Typed { plan: self.plan, input: self.input, index: self.key };
        seed.deserialize(key).map(Some).map_err(|error| error.inside_item(self.given))
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let value = Typed { plan: self.plan, input: self.input, index: self.value };
        let value = seed.deserialize(value).map_err(|error| error.inside_item(self.given))?;
        self.given += 1;
        Ok(value)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length - self.given)
    }
}

/// The fields of a struct, in order or by name.
pub(super) struct Fields<'p, 'i, 'de> {
    pub(super) plan: &'p Plan,
    pub(super) input: &'i mut Input<'de>,
    pub(super) step: &'p Struct,
    pub(super) next: usize,
}

impl<'de> Fields<'_, '_, 'de> {
    /// Reads over the fields that the reader does not have, up to the next one that it has.
    pub(super) fn skip_unread(&mut self) -> Result<(), Fault> {
        while let Some(field) = self.step.fields.get(self.next).filter(|it| it.skip) {
            skip(self.plan, self.input, field.step).map_err(|error| error.inside(&field.name.text))?;
            self.next += 1;
        }
        Ok(())
    }

    #[inline]
    fn value<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(field) = self.step.fields.get(self.next) else { return Ok(None) };
        let value = Typed { plan: self.plan, input: self.input, index: field.step };
        let value = seed.deserialize(value).map_err(|error| error.inside(&field.name.text))?;
        self.next += 1;
        Ok(Some(value))
    }
}

impl<'de> SeqAccess<'de> for Fields<'_, '_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        self.value(seed)
    }
}

impl<'de> MapAccess<'de> for Fields<'_, '_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.skip_unread()?;
        let Some(field) = self.step.fields.get(self.next) else { return Ok(None) };
        seed.deserialize(StrDeserializer::<Fault>::new(&field.name.text)).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let offset = self.input.offset();
        let nothing =
            || Fault::new(DecodeErrorKind::Type, "the type asks for a value without a key").at(offset);
        self.value(seed)?.ok_or_else(nothing)
    }
}
