//! The parts of a value that is being read: items, entries, fields.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::decode::Typed;
use super::input::Input;
use super::plan::{Index, Plan, Struct};
use super::skip::skip;
use crate::codec::{DecodeError, DecodeErrorKind};

/// Refuses a type that stopped reading before the end.
pub(super) fn all_read(read: usize, length: usize, input: &Input<'_>) -> Result<(), DecodeError> {
    match read == length {
        true => Ok(()),
        false => {
            let message = format!("the type reads {read} of {length} items");
            Err(input.error(DecodeErrorKind::Type, message))
        }
    }
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
    type Error = DecodeError;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        if self.given == self.length {
            return Ok(None);
        }
        let item = Typed { plan: self.plan, input: self.input, index: self.item };
        let value = seed.deserialize(item).map_err(|error| in_item(error, self.given))?;
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
    type Error = DecodeError;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some(index) = self.items.get(self.given) else { return Ok(None) };
        let item = Typed { plan: self.plan, input: self.input, index: *index };
        let value = seed.deserialize(item).map_err(|error| in_item(error, self.given))?;
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
    type Error = DecodeError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        if self.given == self.length {
            return Ok(None);
        }
        let key = Typed { plan: self.plan, input: self.input, index: self.key };
        seed.deserialize(key).map(Some).map_err(|error| in_item(error, self.given))
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let value = Typed { plan: self.plan, input: self.input, index: self.value };
        let value = seed.deserialize(value).map_err(|error| in_item(error, self.given))?;
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
    pub(super) fn skip_unread(&mut self) -> Result<(), DecodeError> {
        while let Some(field) = self.step.fields.get(self.next).filter(|it| it.skip) {
            skip(self.plan, self.input, field.step).map_err(|error| error.inside(&field.name.text))?;
            self.next += 1;
        }
        Ok(())
    }

    #[inline]
    fn value<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        let Some(field) = self.step.fields.get(self.next) else { return Ok(None) };
        let value = Typed { plan: self.plan, input: self.input, index: field.step };
        let value = seed.deserialize(value).map_err(|error| error.inside(&field.name.text))?;
        self.next += 1;
        Ok(Some(value))
    }
}

impl<'de> SeqAccess<'de> for Fields<'_, '_, 'de> {
    type Error = DecodeError;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        self.value(seed)
    }
}

impl<'de> MapAccess<'de> for Fields<'_, '_, 'de> {
    type Error = DecodeError;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        self.skip_unread()?;
        let Some(field) = self.step.fields.get(self.next) else { return Ok(None) };
        seed.deserialize(StrDeserializer::<DecodeError>::new(&field.name.text)).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let offset = self.input.offset();
        let nothing =
            || DecodeError::new(DecodeErrorKind::Type, "the type asks for a value without a key").at(offset);
        self.value(seed)?.ok_or_else(nothing)
    }
}

#[cold]
fn in_item(error: DecodeError, index: usize) -> DecodeError {
    error.inside(&format!("[{index}]"))
}
