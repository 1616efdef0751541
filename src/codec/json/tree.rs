//! A payload as a [`Value`]: objects as maps, text lent from the payload where it has no escapes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::fault;
use crate::codec::{DecodeError, DecodeErrorKind};
use crate::limits::Limits;
use crate::value::{Value, ValueBuilder};

/// Reads a payload that is within the limits of nesting and of elements.
pub(super) fn read(payload: &[u8], limits: Limits) -> Result<Value<'_>, DecodeError> {
    // Honest payloads have a node every dozen bytes; a wrong guess costs a list that grows.
    let out = ValueBuilder::with_capacity((payload.len() / 12 + 4).min(limits.bytes / NODE));
    let mut tree = Tree { out, names: Vec::with_capacity(32), limit: limits.bytes, refusal: None };
    let mut json = serde_json::Deserializer::from_slice(payload);
    let read = Next(&mut tree).deserialize(&mut json).and_then(|()| json.end());
    match read {
        Ok(()) => Ok(tree.out.finish()),
        Err(error) => {
            let error = fault::decode(&error, payload);
            Err(DecodeError { kind: tree.refusal.unwrap_or(error.kind), ..error })
        }
    }
}

/// What a node of the arena is counted as, its share of a growing list included.
const NODE: usize = 32;

struct Tree<'de> {
    out: ValueBuilder<'de>,
    /// The member names of all open objects, one object's after the other's.
    names: Vec<Cow<'de, str>>,
    /// How many bytes the arena and the names may take.
    limit: usize,
    /// Why we stopped, where it was not `serde_json` that did.
    refusal: Option<DecodeErrorKind>,
}

impl<'de> Tree<'de> {
    fn refuse<E: Error>(&mut self, kind: DecodeErrorKind, message: impl fmt::Display) -> E {
        self.refusal = Some(kind);
        E::custom(message)
    }

    fn room<E: Error>(&mut self) -> Result<(), E> {
        let taken = self.out.node_count() * NODE + self.names.len() * size_of::<Cow<'_, str>>();
        if taken <= self.limit {
            return Ok(());
        }
        let message = format!("the value takes more than {} bytes", self.limit);
        Err(self.refuse(DecodeErrorKind::Limit, message))
    }

    /// Takes the names of the innermost object away, and refuses one that stands there twice.
    fn unique<E: Error>(&mut self, start: usize) -> Result<(), E> {
        let names = self.names.get_mut(start..).unwrap_or_default();
        let twice = if names.len() <= 64 {
            first_repeated(names)
        } else {
            names.sort_unstable();
            names.windows(2).find_map(|pair| match pair {
                [one, other] if one == other => Some(one),
                _ => None,
            })
        };
        let twice: Option<String> = twice.map(|name| name.chars().take(100).collect());
        self.names.truncate(start);
        match twice {
            None => Ok(()),
            Some(name) => {
                let message = format!("`{name}` stands twice in one object");
                Err(self.refuse(DecodeErrorKind::Malformed, message))
            }
        }
    }
}

/// The first of a few names that stands there before. A name is compared only where one like it was seen.
fn first_repeated<'n, 'de>(names: &'n [Cow<'de, str>]) -> Option<&'n Cow<'de, str>> {
    let mut seen = 0_u128;
    names.iter().enumerate().find_map(|(index, name)| {
        let bytes = name.as_bytes();
        let edges = bytes
            .first()
            .zip(bytes.last())
            .map_or(0, |(first, last)| first.wrapping_mul(7).wrapping_add(*last));
        let likeness = 1 << ((edges as usize ^ bytes.len().wrapping_mul(11)) % 128);
        let known = seen & likeness != 0;
        seen |= likeness;
        (known && names.get(..index).is_some_and(|before| before.contains(name))).then_some(name)
    })
}

/// The next value goes into the tree.
struct Next<'t, 'de>(&'t mut Tree<'de>);

impl<'de> DeserializeSeed<'de> for Next<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Next<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.out.null();
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.out.bool(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        match i32::try_from(value) {
            Ok(value) => self.0.out.int(value),
            Err(_) => self.0.out.long(value),
        };
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        if let Ok(value) = i64::try_from(value) {
            return self.visit_i64(value);
        }
        self.0.out.unsigned(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.0.out.double(value);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.out.copied_text(text);
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.0.out.text(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let open = self.0.out.begin_array();
        let mut length = 0;
        while items.next_element_seed(Next(self.0))?.is_some() {
            length += 1;
            self.0.room()?;
        }
        self.0.out.end_with(open, length);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let open = self.0.out.begin_map();
        let start = self.0.names.len();
        while members.next_key_seed(Name(self.0))?.is_some() {
            members.next_value_seed(Next(self.0))?;
            self.0.room()?;
        }
        let length = self.0.names.len() - start;
        self.0.unique(start)?;
        self.0.out.end_with(open, length);
        Ok(())
    }
}

/// The next member's name goes into the tree.
struct Name<'t, 'de>(&'t mut Tree<'de>);

impl<'de> DeserializeSeed<'de> for Name<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        self.0.out.copied_text(name);
        self.0.names.push(name.to_owned().into());
        Ok(())
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<(), E> {
        self.0.out.text(name);
        self.0.names.push(name.into());
        Ok(())
    }
}
