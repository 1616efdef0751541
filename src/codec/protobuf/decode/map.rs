//! Maps: entries are messages of key and value, of two with the same key the last one counts.

use std::collections::HashMap;
use std::ops::Range;

use super::super::plan::{FieldPlan, Kind, MessagePlan};
use super::super::wire::{Cursor, Raw, malformed};
use super::Decoder;
use crate::codec::DecodeError;

/// A key as it stands in the payload: equal keys of one type are equal here.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key<'de> {
    Text(&'de [u8]),
    Bits(u64),
}

impl<'de> Decoder<'_, 'de> {
    pub(super) fn map(
        &mut self,
        field: &FieldPlan,
        finds: Range<usize>,
        depth: usize,
    ) -> Result<(), DecodeError> {
        let plan = self.plan;
        let entry = field.kind.message().and_then(|index| plan.message(index));
        let entry = entry.ok_or_else(|| malformed("a map whose entry is not declared"))?;
        let last = if finds.len() > 1 {
            Some(self.last_of_each_key(entry, field.kind, finds.clone())?)
        } else {
            None
        };
        let open = self.out.begin_map();
        let mut length = 0;
        for (index, find) in finds.enumerate() {
            let range = self.piece(find, field.kind)?;
            self.count(1, range.start)?;
            if last.as_ref().is_some_and(|last| !last.contains(&find)) {
                let raw = Raw::Delimited(range.clone());
                self.skim(field, &raw, range.start, depth - 1)?;
                continue;
            }
            let at = range.start;
            self.entry(entry, range, depth).map_err(|error| error.inside(&format!("[{index}]")))?;
            self.check_size(at)?;
            length += 1;
        }
        self.out.end_with(open, length);
        Ok(())
    }

    /// Shows the key and the value of one entry, each its default where it is absent.
    fn entry(&mut self, entry: &MessagePlan, range: Range<usize>, depth: usize) -> Result<(), DecodeError> {
        let base = self.found.len();
        self.find(entry, std::slice::from_ref(&range), depth)?;
        for number in [1, 2] {
            let place = entry.place(number);
            let Some(field) = place.and_then(|place| entry.fields.get(place)) else { continue };
            let is_it = |find: &usize| self.found.get(*find).map(|it| it.place) == place;
            let finds: Vec<usize> = (base..self.found.len()).filter(is_it).collect();
            let (start, end) = match (finds.first(), finds.last()) {
                (Some(first), Some(last)) => (*first, *last + 1),
                _ => (0, 0),
            };
            match field.kind {
                // An absent message is an empty one here, as a map has no absent values.
                Kind::Message(index) if start == end => {
                    self.message(index, std::slice::from_ref(&(range.end..range.end)), depth + 1)?
                }
                _ if start == end => self.default(field.kind),
                _ => self.field(field, start..end, depth, range.start)?,
            }
        }
        self.found.truncate(base);
        Ok(())
    }

    /// The finds that no later one of the same key overrides.
    fn last_of_each_key(
        &self,
        entry: &MessagePlan,
        kind: Kind,
        finds: Range<usize>,
    ) -> Result<std::collections::HashSet<usize>, DecodeError> {
        let mut last = HashMap::with_capacity(finds.len());
        for find in finds {
            let mut cursor = Cursor::new(self.payload, self.piece(find, kind)?);
            let mut key = None;
            while !cursor.is_at_end() {
                match cursor.field(self.limits.depth)? {
                    (1, Raw::Delimited(range)) => {
                        key = Some(Key::Text(self.payload.get(range).unwrap_or_default()))
                    }
                    (1, Raw::Varint(bits) | Raw::Fixed64(bits)) => key = Some(Key::Bits(bits)),
                    (1, Raw::Fixed32(bits)) => key = Some(Key::Bits(bits.into())),
                    _ => {}
                }
            }
            let default = match entry.place(1).and_then(|place| entry.fields.get(place)).map(|it| it.kind) {
                Some(Kind::Text) => Key::Text(&[]),
                _ => Key::Bits(0),
            };
            last.insert(key.unwrap_or(default), find);
        }
        Ok(last.into_values().collect())
    }
}
