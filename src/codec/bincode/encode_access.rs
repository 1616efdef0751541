//! The parts of a value that is being written: items, entries, fields.

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::encode::Typed;
use super::output::Output;
use super::plan::{Index, Plan, Struct};
use crate::codec::{EncodeError, EncodeErrorKind};

/// Where the items of a sequence belong.
#[derive(Debug)]
pub(super) enum List<'p> {
    Same(Index),
    Fixed(Index, usize),
    Each(&'p [Index]),
}

/// An open sequence or tuple.
#[derive(Debug)]
pub(super) struct Items<'p, 'w, 'o> {
    pub(super) plan: &'p Plan,
    pub(super) output: &'w mut Output<'o>,
    pub(super) list: List<'p>,
    pub(super) given: usize,
    /// The length that was written before the items.
    pub(super) promised: Option<usize>,
    /// Where the length has to be written once it is known.
    pub(super) start: Option<usize>,
    /// Items are counted as they come.
    pub(super) claim: bool,
    pub(super) levels: usize,
}

impl Items<'_, '_, '_> {
    #[inline]
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let index = match &self.list {
            List::Same(index) => Some(*index),
            List::Fixed(index, length) => Some(*index).filter(|_| self.given < *length),
            List::Each(items) => items.get(self.given).copied(),
        };
        let Some(index) = index else { return Err(self.wrong_length()) };
        if self.claim {
            self.output.claim(1)?;
        }
        let item = Typed { plan: self.plan, output: self.output, index };
        value.serialize(item).map_err(|error| in_item(error, self.given))?;
        self.given += 1;
        Ok(())
    }

    fn close(self) -> Result<(), EncodeError> {
        let expected = match &self.list {
            List::Same(_) => self.promised,
            List::Fixed(_, length) => Some(*length),
            List::Each(items) => Some(items.len()),
        };
        if expected.is_some_and(|expected| expected != self.given) {
            return Err(self.wrong_length());
        }
        if let Some(start) = self.start {
            self.output.insert_length(start, self.given);
        }
        self.output.ascend(self.levels);
        Ok(())
    }

    #[cold]
    fn wrong_length(&self) -> EncodeError {
        let message = match &self.list {
            List::Same(_) => format!("the value says another length than the {} items it gives", self.given),
            List::Fixed(_, length) => format!("the layout has {length} items here"),
            List::Each(items) => format!("the layout has {} items here", items.len()),
        };
        EncodeError::new(EncodeErrorKind::Value, message)
    }
}

/// An open map.
#[derive(Debug)]
pub(super) struct Entries<'p, 'w, 'o> {
    pub(super) plan: &'p Plan,
    pub(super) output: &'w mut Output<'o>,
    pub(super) key: Index,
    pub(super) value: Index,
    pub(super) given: usize,
    pub(super) promised: Option<usize>,
    pub(super) start: Option<usize>,
    pub(super) levels: usize,
}

impl SerializeMap for Entries<'_, '_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EncodeError> {
        self.output.claim(usize::from(self.promised.is_none()))?;
        let place = Typed { plan: self.plan, output: self.output, index: self.key };
        key.serialize(place).map_err(|error| in_item(error, self.given))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let place = Typed { plan: self.plan, output: self.output, index: self.value };
        value.serialize(place).map_err(|error| in_item(error, self.given))?;
        self.given += 1;
        Ok(())
    }

    fn end(self) -> Result<(), EncodeError> {
        if self.promised.is_some_and(|promised| promised != self.given) {
            let message = format!("the value says another length than the {} entries it gives", self.given);
            return Err(EncodeError::new(EncodeErrorKind::Value, message));
        }
        if let Some(start) = self.start {
            self.output.insert_length(start, self.given);
        }
        self.output.ascend(self.levels);
        Ok(())
    }
}

/// An open struct.
#[derive(Debug)]
pub(super) struct Fields<'p, 'w, 'o> {
    pub(super) plan: &'p Plan,
    pub(super) output: &'w mut Output<'o>,
    step: &'p Struct,
    next: usize,
    pub(super) levels: usize,
}

impl<'p, 'w, 'o> Fields<'p, 'w, 'o> {
    pub(super) fn open(
        plan: &'p Plan,
        output: &'w mut Output<'o>,
        step: &'p Struct,
        levels: usize,
    ) -> Result<Self, EncodeError> {
        output.claim(usize::from(step.fields.is_empty()))?;
        output.descend(levels)?;
        Ok(Self { plan, output, step, next: 0, levels })
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), EncodeError> {
        let field = self.step.fields.get(self.next).filter(|it| it.name.is(name));
        let Some(field) = field else { return Err(self.another_field(name)) };
        let place = Typed { plan: self.plan, output: self.output, index: field.step };
        value.serialize(place).map_err(|error| error.inside(name))?;
        self.next += 1;
        Ok(())
    }

    fn close(self) -> Result<(), EncodeError> {
        match self.step.fields.get(self.next) {
            Some(missing) => Err(missing_field(&missing.name.text)),
            None => {
                self.output.ascend(self.levels);
                Ok(())
            }
        }
    }

    #[cold]
    fn another_field(&self, name: &'static str) -> EncodeError {
        let known = self.step.fields.iter().any(|it| *it.name.text == *name);
        match self.step.fields.get(self.next).filter(|_| known) {
            Some(expected) => {
                let message = format!(
                    "the layout has the field `{}` here, the type writes `{name}`",
                    expected.name.text
                );
                EncodeError::new(EncodeErrorKind::Type, message)
            }
            None => {
                let message = format!("the layout's struct has no field `{name}`");
                EncodeError::new(EncodeErrorKind::UnknownField, message)
            }
        }
    }
}

#[cold]
fn missing_field(name: &str) -> EncodeError {
    EncodeError::new(EncodeErrorKind::MissingField, format!("the layout's field `{name}` is not written"))
}

#[cold]
fn in_item(error: EncodeError, index: usize) -> EncodeError {
    error.inside(&format!("[{index}]"))
}

macro_rules! compound {
    ($($trait:ident for $compound:ident: $method:ident($($name:ident: $type:ty)?) => $inner:ident;)+) => {$(
        impl $trait for $compound<'_, '_, '_> {
            type Ok = ();
            type Error = EncodeError;

            fn $method<T: Serialize + ?Sized>(&mut self, $($name: $type,)? value: &T) -> Result<(), EncodeError> {
                self.$inner($($name,)? value)
            }

            fn end(self) -> Result<(), EncodeError> {
                self.close()
            }
        }
    )+};
}

compound! {
    SerializeSeq for Items: serialize_element() => item;
    SerializeTuple for Items: serialize_element() => item;
    SerializeTupleStruct for Items: serialize_field() => item;
    SerializeTupleVariant for Items: serialize_field() => item;
    SerializeStruct for Fields: serialize_field(name: &'static str) => field;
    SerializeStructVariant for Fields: serialize_field(name: &'static str) => field;
}
