//! Structs and maps as records and maps; a struct's fields may come in any order.

use std::ops::Range;

use serde::ser::{Serialize, SerializeMap, SerializeStruct, SerializeStructVariant};

use super::{Encoder, NodeSerializer};
use crate::codec::EncodeErrorKind;
use crate::codec::avro::fault::{Refusal, list};
use crate::codec::avro::plan::{Node, Record, Step};
use crate::codec::avro::write::Block;

/// A record or a map that is being written.
pub(in crate::codec::avro) enum Entries<'a, 'o, 'p> {
    Record(Fields<'a, 'o, 'p>),
    Map(MapEntries<'a, 'o, 'p>),
}

/// The fields of a record. Those in the schema's order go straight to their place. From the first that does not, all are written as they come,
/// their places are kept, and the end puts them in order.
pub(in crate::codec::avro) struct Fields<'a, 'o, 'p> {
    pub(super) encoder: &'a mut Encoder<'o, 'p>,
    record: &'p Record,
    /// The fields that come next in the schema's order; none once there is a disorder.
    rest: &'p [Step],
    disorder: Option<Box<Disorder>>,
    /// The field whose name was given, and whose value was not.
    key: Option<usize>,
}

/// Fields that stand where they came.
struct Disorder {
    /// How many fields stand in their place, before those that do not.
    in_place: usize,
    start: usize,
    /// By field, where its bytes are.
    places: Vec<Option<Range<usize>>>,
}

impl<'a, 'o, 'p> Fields<'a, 'o, 'p> {
    #[inline]
    pub(super) fn begin(encoder: &'a mut Encoder<'o, 'p>, number: u32) -> Self {
        let record = encoder.plan.record(number);
        Self { encoder, record, rest: &record.steps, disorder: None, key: None }
    }

    /// How many fields were written in the schema's order.
    fn in_place(&self) -> usize {
        match &self.disorder {
            Some(disorder) => disorder.in_place,
            None => self.record.steps.len() - self.rest.len(),
        }
    }

    /// The number of a field.
    fn find(&self, name: &str) -> Result<usize, Refusal> {
        self.record.fields.iter().position(|it| it.name.text == name).ok_or_else(|| {
            let has: Vec<_> = self.record.fields.iter().map(|it| it.name.text).collect();
            let full = self.record.names.full;
            let message = format!("the schema's record `{full}` has no such field; it has {}", list(&has));
            Refusal::new(EncodeErrorKind::UnknownField, message).inside(name)
        })
    }

    /// Writes the value of a field by its name, which is the next one's as a rule.
    #[inline(always)]
    fn put_named<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
        match self.rest.first() {
            Some(step) if step.is_named(name) => self.put_next(step.node, value),
            _ => self.put_found(name, value),
        }
    }

    #[inline(never)]
    fn put_found<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Refusal> {
        let field = self.find(name)?;
        self.put(field, value)
    }

    /// Writes the value of the first field of `rest`, which is of that node.
    #[inline(always)]
    fn put_next<T: Serialize + ?Sized>(&mut self, node: Node, value: &T) -> Result<(), Refusal> {
        match value.serialize(NodeSerializer::new(self.encoder, node)) {
            Ok(()) => {
                self.rest = self.rest.get(1..).unwrap_or_default();
                Ok(())
            }
            Err(refusal) => Err(self.refused(refusal)),
        }
    }

    #[cold]
    fn refused(&self, refusal: Refusal) -> Refusal {
        refusal.inside(self.rest.first().map_or("", |step| step.name))
    }

    /// Writes the value of the next field, for those who count instead of naming.
    #[inline]
    pub(super) fn put_in_order<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        match self.rest.first() {
            Some(step) => self.put_next(step.node, value),
            None => {
                Err(Refusal::new(EncodeErrorKind::Type, "more values than the schema's record has fields"))
            }
        }
    }

    /// Writes the value of a field by its number.
    fn put<T: Serialize + ?Sized>(&mut self, field: usize, value: &T) -> Result<(), Refusal> {
        match self.rest.first() {
            Some(step) if field == self.in_place() => self.put_next(step.node, value),
            _ => self.put_aside(field, value),
        }
    }

    fn put_aside<T: Serialize + ?Sized>(&mut self, field: usize, value: &T) -> Result<(), Refusal> {
        let Some(&Step { name, node, .. }) = self.record.steps.get(field) else {
            return Err(Refusal::new(EncodeErrorKind::UnknownField, "the schema's record has no such field"));
        };
        let in_place = self.in_place();
        self.rest = &[];
        let start = self.encoder.out.len();
        let count = self.record.fields.len();
        let disorder = self
            .disorder
            .get_or_insert_with(|| Box::new(Disorder { in_place, start, places: vec![None; count] }));
        let again = field < in_place;
        let Some(place) = disorder.places.get_mut(field).filter(|it| !again && it.is_none()) else {
            return Err(Refusal::new(EncodeErrorKind::Custom, "the field is given twice").inside(name));
        };
        match value.serialize(NodeSerializer::new(self.encoder, node)) {
            Ok(()) => {
                *place = Some(start..self.encoder.out.len());
                Ok(())
            }
            Err(refusal) => Err(refusal.inside(name)),
        }
    }

    /// Writes the defaults of the fields that were not given, and puts all in order.
    #[inline]
    pub(super) fn finish(self) -> Result<(), Refusal> {
        if self.rest.is_empty() && self.disorder.is_none() {
            self.encoder.leave();
            return Ok(());
        }
        self.complete()
    }

    #[inline(never)]
    fn complete(self) -> Result<(), Refusal> {
        let in_place = self.in_place();
        let Self { encoder, record, disorder, .. } = self;
        let place = |field: usize| disorder.as_ref().and_then(|it| it.places.get(field)?.clone());
        let end = encoder.out.len();
        for (number, field) in record.fields.iter().enumerate().skip(in_place) {
            match (place(number), field.default) {
                (Some(place), _) => encoder.out.extend_from_within(place),
                (None, Some(default)) => encoder.out.extend_from_slice(default),
                (None, None) => {
                    let message = "the value has no such field, and the writer's schema no default for it";
                    return Err(Refusal::new(EncodeErrorKind::MissingField, message).inside(field.name.text));
                }
            }
        }
        if let Some(disorder) = &disorder {
            encoder.out.drain(disorder.start..end);
        }
        encoder.leave();
        Ok(())
    }
}

/// The entries of a map.
pub(in crate::codec::avro) struct MapEntries<'a, 'o, 'p> {
    encoder: &'a mut Encoder<'o, 'p>,
    value: Node,
    block: Block,
    count: usize,
    /// Where the key of the entry starts, to name it in an error.
    key: usize,
}

impl<'a, 'o, 'p> MapEntries<'a, 'o, 'p> {
    pub(super) fn begin(encoder: &'a mut Encoder<'o, 'p>, value: Node, block: Block) -> Self {
        Self { encoder, value, block, count: 0, key: 0 }
    }

    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        self.key = self.encoder.out.len();
        key.serialize(NodeSerializer::new(self.encoder, Node::String))
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        let key_end = self.encoder.out.len();
        match value.serialize(NodeSerializer::new(self.encoder, self.value)) {
            Ok(()) => {
                self.count += 1;
                Ok(())
            }
            Err(refusal) => Err(refusal.inside_entry(text_at(self.encoder.out, self.key..key_end))),
        }
    }

    /// A field of a struct that is written as a map.
    #[inline(never)]
    fn entry<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Refusal> {
        self.key(key)?;
        self.value(value)
    }

    fn finish(self) {
        self.block.end(self.encoder.out, self.count);
        self.encoder.out.push(0);
        self.encoder.leave();
    }
}

/// The text that was just written, without its length.
fn text_at(out: &[u8], range: Range<usize>) -> &str {
    let bytes = out.get(range).unwrap_or_default();
    let length = bytes.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    bytes.get(length..).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

impl SerializeMap for Entries<'_, '_, '_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        match self {
            Self::Map(map) => map.key(key),
            Self::Record(fields) => {
                // The name is written as text behind the record so far, looked up there, and taken back.
                let start = fields.encoder.out.len();
                key.serialize(NodeSerializer::new(fields.encoder, Node::String))?;
                let end = fields.encoder.out.len();
                let found = fields.find(text_at(fields.encoder.out, start..end));
                fields.encoder.out.truncate(start);
                fields.key = Some(found?);
                Ok(())
            }
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        match self {
            Self::Map(map) => map.value(value),
            Self::Record(fields) => match fields.key.take() {
                Some(field) => fields.put(field, value),
                None => Err(Refusal::new(EncodeErrorKind::Custom, "a value without its key")),
            },
        }
    }

    fn end(self) -> Result<(), Refusal> {
        match self {
            Self::Record(fields) => fields.finish(),
            Self::Map(map) => {
                map.finish();
                Ok(())
            }
        }
    }
}

impl SerializeStruct for Entries<'_, '_, '_> {
    type Ok = ();
    type Error = Refusal;

    // Small enough, and a call for each field costs as much as what it does.
    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        match self {
            Self::Record(fields) => fields.put_named(key, value),
            Self::Map(map) => map.entry(key, value),
        }
    }

    #[inline]
    fn end(self) -> Result<(), Refusal> {
        SerializeMap::end(self)
    }
}

impl SerializeStructVariant for Entries<'_, '_, '_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        SerializeStruct::serialize_field(self, key, value)
    }

    fn end(self) -> Result<(), Refusal> {
        SerializeMap::end(self)
    }
}
