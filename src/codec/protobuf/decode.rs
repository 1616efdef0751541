//! A payload to a dynamic [`Value`]: straight from the wire into the arena, text and bytes lent.
//!
//! A message is read in two steps, as its fields may come in any order and in pieces: its fields are found, then shown in
//! the order of their declaration.

mod map;
mod scalar;
mod skim;

use std::ops::Range;

use super::plan::{FieldPlan, Kind, MessagePlan, Plan, Shape};
use super::wire::{Cursor, Raw, malformed, too_deep};
use crate::codec::{DecodeError, DecodeErrorKind};
use crate::limits::Limits;
use crate::value::{Timestamp, Value, ValueBuilder};

/// What one node of the arena takes, at most.
const NODE: usize = 32;

/// What one find takes.
const FIND: usize = size_of::<Found>();

/// Reads the whole payload as that message.
pub(super) fn decode<'de>(
    plan: &Plan,
    message: usize,
    payload: &'de [u8],
    limits: &Limits,
) -> Result<Value<'de>, DecodeError> {
    if payload.len() > limits.bytes {
        let sentence = format!("the payload has {} bytes, the limit is {}", payload.len(), limits.bytes);
        return Err(DecodeError::new(DecodeErrorKind::Limit, sentence));
    }
    let fields = plan.message(message).map_or(0, |it| it.fields.len());
    // A name and a value a field, unless the schema is much larger than the payload.
    let nodes = 1 + 2 * fields.min(payload.len());
    let out = ValueBuilder::shared(std::sync::Arc::clone(&plan.names), nodes);
    let mut decoder = Decoder { plan, payload, limits, out, found: Vec::new(), elements: 0 };
    decoder.message(message, std::slice::from_ref(&(0..payload.len())), 1)?;
    Ok(decoder.out.finish())
}

struct Decoder<'p, 'de> {
    plan: &'p Plan,
    payload: &'de [u8],
    limits: &'p Limits,
    out: ValueBuilder<'de>,
    /// The fields found in all messages that are being read, the innermost last.
    found: Vec<Found>,
    elements: usize,
}

/// A field as it was found.
#[derive(Debug, Clone)]
struct Found {
    /// The place of the field in its plan.
    place: usize,
    raw: Raw,
    /// Where its tag stands.
    at: usize,
}

impl<'de> Decoder<'_, 'de> {
    /// Shows the message that stands in these pieces, which are read as one.
    fn message(&mut self, index: usize, pieces: &[Range<usize>], depth: usize) -> Result<(), DecodeError> {
        let at = pieces.first().map_or(0, |piece| piece.start);
        if depth > self.limits.depth {
            return Err(too_deep(self.limits.depth).at(at));
        }
        let plan = self.plan;
        let message = plan.message(index).ok_or_else(|| malformed("a message that is not declared"))?;
        let base = self.found.len();
        self.find(message, pieces, depth)?;
        let shown = match message.is_timestamp {
            true => self.timestamp(message, base, depth, at),
            false => self.record(message, base, depth, at),
        };
        self.found.truncate(base);
        shown
    }

    /// Finds the fields of a message and puts them in the order of their declaration; those of one field stay in theirs.
    fn find(
        &mut self,
        message: &MessagePlan,
        pieces: &[Range<usize>],
        depth: usize,
    ) -> Result<(), DecodeError> {
        let base = self.found.len();
        for piece in pieces {
            let mut cursor = Cursor::new(self.payload, piece.clone());
            while !cursor.is_at_end() {
                let at = cursor.at;
                let (number, raw) = cursor.field(self.limits.depth)?;
                if let Some(place) = message.place(number) {
                    self.found.push(Found { place, raw, at });
                }
                self.check_size(at)?;
            }
        }
        let found = self.found.get_mut(base..).unwrap_or_default();
        let dropped = settle_oneofs(message, found);
        if !found.is_sorted_by_key(|it| it.place) {
            found.sort_by_key(|it| it.place);
        }
        for (place, Found { raw, at, .. }) in dropped {
            let Some(field) = message.fields.get(place) else { continue };
            self.skim(field, &raw, at, depth).map_err(|error| error.inside(&field.text))?;
        }
        Ok(())
    }

    fn record(
        &mut self,
        message: &MessagePlan,
        base: usize,
        depth: usize,
        at: usize,
    ) -> Result<(), DecodeError> {
        let open = self.out.begin_record_id(message.name);
        let mut length = 0;
        let mut next = base;
        let mut always = message.always.iter().copied().peekable();
        loop {
            let found = self.found.get(next).map(|it| it.place).filter(|place| *place != DROPPED);
            let place = match (found, always.peek().copied()) {
                (Some(found), Some(shown)) => found.min(shown),
                (Some(place), None) | (None, Some(place)) => place,
                (None, None) => break,
            };
            if always.peek() == Some(&place) {
                always.next();
            }
            let start = next;
            while self.found.get(next).is_some_and(|it| it.place == place) {
                next += 1;
            }
            let Some(field) = message.fields.get(place) else { break };
            self.out.name_id(field.name);
            length += 1;
            self.field(field, start..next, depth, at).map_err(|error| error.inside(&field.text))?;
            self.check_size(at)?;
        }
        self.out.end_with(open, length);
        Ok(())
    }

    /// Shows one field from all its finds.
    fn field(
        &mut self,
        field: &FieldPlan,
        finds: Range<usize>,
        depth: usize,
        at: usize,
    ) -> Result<(), DecodeError> {
        match field.shape {
            Shape::Map => self.map(field, finds, depth),
            Shape::Repeated { .. } => self.list(field, finds, depth),
            Shape::Required if finds.is_empty() => {
                let sentence = "the field is required, and not there";
                Err(DecodeError::new(DecodeErrorKind::Unresolvable, sentence).at(at))
            }
            _ if finds.is_empty() => {
                self.default(field.kind);
                Ok(())
            }
            _ => match field.kind {
                Kind::Message(index) | Kind::Group(index) if finds.len() == 1 => {
                    let piece = self.piece(finds.start, field.kind)?;
                    self.message(index, std::slice::from_ref(&piece), depth + 1)
                }
                Kind::Message(index) | Kind::Group(index) => {
                    let pieces =
                        finds.map(|find| self.piece(find, field.kind)).collect::<Result<Vec<_>, _>>()?;
                    self.message(index, &pieces, depth + 1)
                }
                kind => {
                    // The last one counts.
                    for find in finds.start..finds.end - 1 {
                        if let Some(Found { raw, at, .. }) = self.found.get(find) {
                            self.skim(field, raw, *at, depth)?;
                        }
                    }
                    self.scalar(kind, finds.end - 1)
                }
            },
        }
    }

    fn list(&mut self, field: &FieldPlan, finds: Range<usize>, depth: usize) -> Result<(), DecodeError> {
        let open = self.out.begin_array();
        let mut length = 0;
        for find in finds {
            let inside = |error: DecodeError, index: usize| error.inside(&format!("[{index}]"));
            match field.kind {
                Kind::Message(index) | Kind::Group(index) => {
                    let piece = self.piece(find, field.kind).map_err(|error| inside(error, length))?;
                    self.count(1, piece.start)?;
                    self.message(index, &[piece], depth + 1).map_err(|error| inside(error, length))?;
                    length += 1;
                }
                kind => length += self.scalars(kind, find, length)?,
            }
        }
        self.out.end_with(open, length);
        Ok(())
    }

    /// Where the message stands that a find holds.
    fn piece(&self, find: usize, kind: Kind) -> Result<Range<usize>, DecodeError> {
        match (self.found.get(find).map(|it| &it.raw), kind) {
            (Some(Raw::Delimited(range)), Kind::Message(_)) | (Some(Raw::Group(range)), Kind::Group(_)) => {
                Ok(range.clone())
            }
            (_, Kind::Group(_)) => Err(self.wrong_wire_type(find, "a group")),
            _ => Err(self.wrong_wire_type(find, "a length and bytes")),
        }
    }

    fn wrong_wire_type(&self, find: usize, expected: &str) -> DecodeError {
        let found = self.found.get(find);
        let name = found.map_or("nothing", |it| it.raw.name());
        malformed(format!("{name} where the schema has {expected}")).at(found.map_or(0, |it| it.at))
    }

    /// `google.protobuf.Timestamp` as a timestamp.
    fn timestamp(
        &mut self,
        message: &MessagePlan,
        base: usize,
        depth: usize,
        at: usize,
    ) -> Result<(), DecodeError> {
        let (mut seconds, mut nanos) = (0, 0);
        for Found { place, raw, at } in self.found.get(base..).unwrap_or_default() {
            let Some(field) = message.fields.get(*place) else { continue };
            self.skim(field, raw, *at, depth).map_err(|error| error.inside(&field.text))?;
            match (field.number, raw) {
                (1, Raw::Varint(bits)) => seconds = *bits as i64,
                (2, Raw::Varint(bits)) => nanos = *bits as i32,
                _ => {}
            }
        }
        let moment = u32::try_from(nanos).ok().and_then(|nanos| Timestamp::new(seconds, nanos).ok());
        let moment =
            moment.ok_or_else(|| malformed(format!("{nanos} is no number of nanoseconds")).at(at))?;
        self.out.timestamp(moment);
        Ok(())
    }

    fn count(&mut self, elements: usize, at: usize) -> Result<(), DecodeError> {
        self.elements = self.elements.saturating_add(elements);
        if self.elements > self.limits.elements {
            let sentence = format!("more than {} elements", self.limits.elements);
            return Err(DecodeError::new(DecodeErrorKind::Limit, sentence).at(at));
        }
        Ok(())
    }

    /// Holds the arena and the finds within the limit: a message of two bytes may show any number of defaults.
    fn check_size(&self, at: usize) -> Result<(), DecodeError> {
        let taken = self.out.node_count().saturating_mul(NODE) + self.found.len().saturating_mul(FIND);
        if taken > self.limits.bytes.saturating_add(self.payload.len()) {
            let sentence = format!("the value would take more than {} bytes", self.limits.bytes);
            return Err(DecodeError::new(DecodeErrorKind::Limit, sentence).at(at));
        }
        Ok(())
    }
}

/// The place of a find that does not count.
const DROPPED: usize = usize::MAX;

/// Of the members of a `oneof` the last one counts, with the pieces of it that stand behind every other member.
/// Gives those that do not count, with their places.
fn settle_oneofs(message: &MessagePlan, found: &mut [Found]) -> Vec<(usize, Found)> {
    let oneof = |it: &Found| match message.fields.get(it.place).map(|field| field.shape) {
        Some(Shape::Explicit { oneof }) => oneof,
        _ => None,
    };
    let mut members: Vec<(u32, usize)> =
        found.iter().enumerate().filter_map(|(index, it)| Some((oneof(it)?, index))).collect();
    members.sort_unstable();
    let mut dropped = Vec::new();
    for group in members.chunk_by(|a, b| a.0 == b.0) {
        let place = |index: usize, found: &[Found]| found.get(index).map(|it| it.place);
        let last = group.last().and_then(|(_, index)| place(*index, found));
        let kept = group.iter().rev().take_while(|(_, index)| place(*index, found) == last).count();
        for (_, index) in group.iter().take(group.len() - kept) {
            if let Some(it) = found.get_mut(*index) {
                dropped.push((it.place, it.clone()));
                it.place = DROPPED;
            }
        }
    }
    dropped
}
