//! The parts of a value that is being written: items, entries, fields.

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::encode::Typed;
use super::fault::Refusal;
use super::output::Output;
use super::plan::{FieldStep, Index, Plan, Step, Struct};
use crate::codec::EncodeErrorKind;

/// Where the items of a sequence belong.
#[derive(Debug)]
pub(super) enum List<'p> {
    Same(&'p Step),
    Fixed(&'p Step, usize),
    Each(&'p [Index]),
}

/// An open sequence or tuple.
#[derive(Debug)]
pub(super) struct Items<'p, 'w, 'o> {
    pub(super) plan: &'p Plan,
    pub(super) output: &'w mut Output<'o>,
    pub(super) list: List<'p>,
    pub(super) given: usize,
    pub(super) ending: Ending,
    pub(super) levels: usize,
}

/// What is left to do about the length once all items are given.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending {
    /// The layout has it.
    Known,
    /// It was written before the items.
    Promised(usize),
    /// It has to be written there; the items may have to be claimed as they come.
    Counted { start: usize, claim: bool },
}

impl Items<'_, '_, '_> {
    #[inline]
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        let step = match &self.list {
            List::Same(step) => *step,
            List::Fixed(step, length) if self.given < *length => *step,
            List::Each(items) => match items.get(self.given) {
                Some(index) => self.plan.step(*index),
                None => return Err(self.wrong_length()),
            },
            _ => return Err(self.wrong_length()),
        };
        if let Ending::Counted { claim: true, .. } = self.ending {
            self.output.claim(1)?;
        }
        let item = Typed { plan: self.plan, output: self.output, step };
        value.serialize(item).map_err(|error| error.inside_item(self.given))?;
        self.given += 1;
        Ok(())
    }

    #[inline]
    fn close(self) -> Result<(), Refusal> {
        let expected = match (&self.list, self.ending) {
            (List::Fixed(_, length), _) => *length,
            (List::Each(items), _) => items.len(),
            (List::Same(_), Ending::Promised(length)) => length,
            (List::Same(_), _) => self.given,
        };
        if expected != self.given {
            return Err(self.wrong_length());
        }
        if let Ending::Counted { start, .. } = self.ending {
            self.output.insert_length(start, self.given);
        }
        self.output.ascend(self.levels);
        Ok(())
    }

    #[cold]
    fn wrong_length(&self) -> Refusal {
        let message = match &self.list {
            List::Same(_) => format!("the value says another length than the {} items it gives", self.given),
            List::Fixed(_, length) => format!("the layout has {length} items here"),
            List::Each(items) => format!("the layout has {} items here", items.len()),
        };
        Refusal::new(EncodeErrorKind::Value, message)
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
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        self.output.claim(usize::from(self.promised.is_none()))?;
        let place = Typed { plan: self.plan, output: self.output, step: self.plan.step(self.key) };
        key.serialize(place).map_err(|error| error.inside_item(self.given))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        let place = Typed { plan: self.plan, output: self.output, step: self.plan.step(self.value) };
        value.serialize(place).map_err(|error| error.inside_item(self.given))?;
        self.given += 1;
        Ok(())
    }

    fn end(self) -> Result<(), Refusal> {
        if self.promised.is_some_and(|promised| promised != self.given) {
            let message = format!("the value says another length than the {} entries it gives", self.given);
            return Err(Refusal::new(EncodeErrorKind::Value, message));
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
    /// Those that are still to come.
    rest: &'p [FieldStep],
    pub(super) levels: usize,
}

impl<'p, 'w, 'o> Fields<'p, 'w, 'o> {
    #[inline]
    pub(super) fn open(
        plan: &'p Plan,
        output: &'w mut Output<'o>,
        step: &'p Struct,
        levels: usize,
    ) -> Result<Self, Refusal> {
        output.claim(usize::from(step.fields.is_empty()))?;
        output.descend(levels)?;
        Ok(Self { plan, output, step, rest: &step.fields, levels })
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
        let Some((field, rest)) = self.rest.split_first().filter(|(it, _)| it.name.is(name)) else {
            return Err(self.another_field(name));
        };
        let place = Typed { plan: self.plan, output: self.output, step: self.plan.step(field.step) };
        value.serialize(place).map_err(|error| error.inside(name))?;
        self.rest = rest;
        Ok(())
    }

    #[inline]
    fn close(self) -> Result<(), Refusal> {
        match self.rest.first() {
            Some(missing) => Err(missing_field(&missing.name.text)),
            None => {
                self.output.ascend(self.levels);
                Ok(())
            }
        }
    }

    #[cold]
    fn another_field(&self, name: &'static str) -> Refusal {
        let known = self.step.fields.iter().any(|it| *it.name.text == *name);
        match self.rest.first().filter(|_| known) {
            Some(expected) => {
                let message = format!(
                    "the layout has the field `{}` here, the type writes `{name}`",
                    expected.name.text
                );
                Refusal::new(EncodeErrorKind::Type, message)
            }
            None => {
                let message = format!("the layout's struct has no field `{name}`");
                Refusal::new(EncodeErrorKind::UnknownField, message)
            }
        }
    }
}

#[cold]
fn missing_field(name: &str) -> Refusal {
    Refusal::new(EncodeErrorKind::MissingField, format!("the layout's field `{name}` is not written"))
}

macro_rules! compound {
    ($($trait:ident for $compound:ident: $method:ident($($name:ident: $type:ty)?) => $inner:ident;)+) => {$(
        impl $trait for $compound<'_, '_, '_> {
            type Ok = ();
            type Error = Refusal;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, $($name: $type,)? value: &T) -> Result<(), Refusal> {
                self.$inner($($name,)? value)
            }

            #[inline]
            fn end(self) -> Result<(), Refusal> {
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
