//! Records to structs and maps, by the names of the reader's fields; and to tuples, by their order.

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::NodeDeserializer;
use crate::codec::DecodeErrorKind;
use crate::codec::avro::fault::Fault;
use crate::codec::avro::numbers::{self, BY_NAME, Identifier, Key};
use crate::codec::avro::plan::{Action, Record, Step};
use crate::codec::avro::read::{Decoder, Telling};

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
    let mut access = Fields::<MAP> {
        decoder,
        record,
        steps: record.steps.iter(),
        current: None,
        identifier: Identifier::NONE,
        learning: None,
    };
    // The struct that was read first is most often the only one.
    if !MAP
        && access.decoder.telling == Telling::Numbers
        && let Some((identifier, steps)) = record.numbers.first()
    {
        access.identifier = identifier;
        access.steps = steps.iter();
    }
    let value = visitor.visit_map(&mut access);
    // Untouched, so that a large value need not move.
    if value.is_ok() {
        access.finish()?;
        decoder.leave();
    }
    value
}

struct Fields<'a, 'de, 'p, const MAP: bool> {
    decoder: &'a mut Decoder<'de, 'p>,
    record: &'p Record,
    steps: std::slice::Iter<'p, Step>,
    /// The step whose name was handed over, and whose value was not.
    current: Option<&'p Step>,
    /// The struct whose numbers the steps have.
    identifier: Identifier,
    /// Where on the decoder's stack the places of this record's fields start, while the struct's numbers are learnt.
    learning: Option<usize>,
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
        if let Some(base) = self.learning {
            self.learn(base);
        }
        Ok(())
    }

    #[cold]
    fn learn(&mut self, base: usize) {
        let places = self.decoder.places.get(base..base + self.record.steps.len()).unwrap_or_default();
        self.record.numbers.learn(self.identifier, &self.record.steps, places);
        self.decoder.places.truncate(base);
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
        if !MAP && numbers::may_be_numbered::<K>() && self.identifier != Identifier::of::<K>() {
            self.meet(Identifier::of::<K>());
        }
        let Some(mut step) = self.steps.next() else { return Ok(None) };
        if step.action == Action::Skip {
            match self.skip(step)? {
                Some(next) => step = next,
                None => return Ok(None),
            }
        }
        self.current = Some(step);
        let number = if MAP || !numbers::may_be_numbered::<K>() { BY_NAME } else { step.number() };
        if number == BY_NAME {
            return self.name(step, seed).map(Some);
        }
        match numbers::tell(seed, Key::Number(number)) {
            Ok(field) if numbers::place(&field) == number => Ok(Some(field)),
            _ => Err(self.wrong_number(step)),
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

impl<'de, 'p, const MAP: bool> Fields<'_, 'de, 'p, MAP> {
    /// Goes on with the numbers of the struct that asks.
    #[inline(never)]
    fn meet(&mut self, identifier: Identifier) {
        match self.record.numbers.of(identifier) {
            Some(steps) if self.decoder.telling == Telling::Numbers => self.go_on(identifier, steps),
            _ => self.meet_unknown(identifier),
        }
    }

    /// From here on with those steps of the record.
    #[inline]
    fn go_on(&mut self, identifier: Identifier, steps: &'p [Step]) {
        let next = self.record.steps.len() - self.steps.len();
        self.steps = steps.get(next..).unwrap_or_default().iter();
        self.identifier = identifier;
        // Whoever asks in two ways is not learnt.
        self.learning = None;
    }

    /// Goes on without numbers, and learns them.
    #[inline(never)]
    fn meet_unknown(&mut self, identifier: Identifier) {
        let record = self.record;
        self.go_on(identifier, &record.steps);
        if self.steps.len() == record.steps.len() && record.numbers.have_room() {
            let base = self.decoder.places.len();
            self.decoder.places.resize(base + record.steps.len(), BY_NAME);
            self.learning = Some(base);
        }
    }

    /// Passes over this step and those behind it that are to be skipped: the next one that is not.
    #[inline(never)]
    fn skip(&mut self, mut step: &'p Step) -> Result<Option<&'p Step>, Fault> {
        while step.action == Action::Skip {
            self.decoder.skip(step.node).map_err(|fault| fault.inside(step.name))?;
            match self.steps.next() {
                Some(next) => step = next,
                None => return Ok(None),
            }
        }
        Ok(Some(step))
    }

    /// The number stands for another field: all is read again by names, and this field from now on.
    #[cold]
    fn wrong_number(&mut self, step: &Step) -> Fault {
        step.forget_number();
        self.decoder.telling = Telling::WrongNumber;
        Fault::new(DecodeErrorKind::Custom, "a number stands for another field than its name")
    }

    /// Hands over a field by its name.
    #[inline(never)]
    fn name<K: DeserializeSeed<'de>>(&mut self, step: &'p Step, seed: K) -> Result<K::Value, Fault> {
        if MAP {
            self.decoder.spend_bytes(size_of::<K::Value>() + step.name.len())?;
        }
        let field = numbers::tell_slowly(seed, Key::Name(step.name))?;
        if let Some(base) = self.learning {
            let at = base + self.record.steps.len() - self.steps.len() - 1;
            match self.decoder.places.get_mut(at) {
                Some(place) if numbers::may_be_numbered::<K>() => *place = numbers::place(&field),
                // Whoever asks in two ways is not learnt.
                _ => self.learning = None,
            }
        }
        Ok(field)
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
