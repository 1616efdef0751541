//! Which number a Rust struct gives to each field of a record, learnt while its first value is read by names.
//!
//! ```text
//! first value    "price" -> visit_str -> a variant of the struct's identifier, whose place is kept
//! later values      4    -> visit_u64 -> the same variant, or else the value is read again, by names
//! ```
//!
//! Derived code finds a field by comparing names, which takes as long as reading a short number, or by the field's number, which takes nothing. What the
//! number is, only the struct knows (serde's list of its names has aliases in it, its numbers count fields), so the struct is asked, and held to its answer.

use std::hash::{Hash, Hasher};
use std::mem::discriminant;
use std::sync::OnceLock;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer};

use super::fault::Fault;
use super::plan::Step;

/// How many Rust structs learn the numbers of one record; others are read by names.
const STRUCTS: usize = 4;

/// The number of a field that is handed over by its name.
pub(super) const BY_NAME: u8 = u8::MAX;

/// What is learnt of the structs that one record was read into.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    structs: [OnceLock<Learnt>; STRUCTS],
}

/// The record's steps as one struct numbers them.
#[derive(Debug)]
struct Learnt {
    identifier: Identifier,
    steps: Box<[Step]>,
}

/// What tells one struct from another: where the code is that tells its fields apart. Code at one place does one thing; where the same
/// code stands in two places, it is learnt twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identifier(usize);

impl Identifier {
    /// No code at all.
    pub(super) const NONE: Self = Self(0);

    #[inline(always)]
    pub(super) fn of<'de, K: DeserializeSeed<'de>>() -> Self {
        let code: fn(K, Key) -> Result<K::Value, Fault> = tell_slowly;
        Self(code as usize)
    }
}

/// What a struct's field is told by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key {
    Name(&'static str),
    Number(u8),
}

/// The struct's field of that name or number.
#[inline(always)]
pub(super) fn tell<'de, K: DeserializeSeed<'de>>(seed: K, key: Key) -> Result<K::Value, Fault> {
    match key {
        Key::Name(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
        Key::Number(number) => seed.deserialize(u64::from(number).into_deserializer()),
    }
}

/// The same in a place of its own. All that an [`Identifier`] stands for is in here.
#[inline(never)]
pub(super) fn tell_slowly<'de, K: DeserializeSeed<'de>>(seed: K, key: Key) -> Result<K::Value, Fault> {
    tell(seed, key)
}

/// Whether fields that are told apart by this seed may be numbered: nothing in it can make it another one for the next value, and what it gives is a
/// variant without content, as far as the size shows.
pub(super) const fn may_be_numbered<'de, K: DeserializeSeed<'de>>() -> bool {
    size_of::<K>() == 0 && size_of::<K::Value>() == 1
}

/// The place of an identifier's variant among all; the same one for all values of what is no enum.
#[inline(always)]
pub(super) fn place<T>(identifier: &T) -> u8 {
    let mut place = Place(BY_NAME);
    discriminant(identifier).hash(&mut place);
    place.0
}

/// What a discriminant hashes: its number.
struct Place(u8);

impl Hasher for Place {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.first().copied().unwrap_or(BY_NAME);
    }

    #[inline(always)]
    fn write_isize(&mut self, number: isize) {
        self.0 = u8::try_from(number).unwrap_or(BY_NAME);
    }

    fn finish(&self) -> u64 {
        self.0.into()
    }
}

impl Numbers {
    /// The first struct that was read, and its steps.
    #[inline]
    pub(super) fn first(&self) -> Option<(Identifier, &[Step])> {
        let first = self.structs.first()?.get()?;
        Some((first.identifier, &first.steps))
    }

    /// The record's steps with the numbers of that struct, where they are learnt.
    #[inline]
    pub(super) fn of(&self, identifier: Identifier) -> Option<&[Step]> {
        let mut learnt = self.structs.iter().map_while(OnceLock::get);
        learnt.find(|it| it.identifier == identifier).map(|it| &*it.steps)
    }

    /// Whether another struct may learn them.
    pub(super) fn have_room(&self) -> bool {
        self.structs.iter().any(|it| it.get().is_none())
    }

    /// Keeps what a struct says to each of the record's steps. A variant that stands for several names is no field's number: the one for fields
    /// that the struct does not have, or a field given twice. Places that never differ say nothing: what is no enum has one place for all.
    #[cold]
    pub(super) fn learn(&self, identifier: Identifier, steps: &[Step], places: &[u8]) {
        let mut times = [0_usize; 256];
        for place in places {
            if let Some(times) = times.get_mut(usize::from(*place)) {
                *times += 1;
            }
        }
        let differ = times.iter().zip(0..BY_NAME).filter(|(times, _)| **times > 0).count() > 1;
        let number = |place: u8| match times.get(usize::from(place)) {
            Some(1) if differ => place,
            _ => BY_NAME,
        };
        let numbered = || steps.iter().zip(places).map(|(step, place)| step.numbered(number(*place)));
        for free in &self.structs {
            let there = free.get_or_init(|| Learnt { identifier, steps: numbered().collect() });
            if there.identifier == identifier {
                return;
            }
        }
    }
}
