//! Reading a container file: the header at once, the values one by one.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Compression, ContainerError, MAGIC, bound};
use crate::codec::avro::BoundAvro;
use crate::codec::{Avro, Binding, Codec};
use crate::limits::Limits;
use crate::schema::{Format, Mode, Schema};
use crate::value::Value;

/// The values of a container file, one after the other; the first error is the last item.
#[derive(Debug)]
pub struct ContainerReader<'f> {
    header: Header<'f>,
    schema: Schema,
    compression: Compression,
    limits: Limits,
    /// Reads a value; reads a block.
    values: BoundAvro,
    blocks: BoundAvro,
    file: &'f [u8],
    /// The blocks that are not opened yet.
    rest: &'f [u8],
    block: OpenBlock,
    failed: bool,
}

/// The header, behind the magic bytes.
#[derive(Debug, Deserialize)]
struct Header<'f> {
    #[serde(borrow)]
    meta: BTreeMap<&'f str, &'f [u8]>,
    marker: &'f [u8],
}

const HEADER: &str = r#"{"type": "record", "name": "Header", "fields": [
    {"name": "meta", "type": {"type": "map", "values": "bytes"}},
    {"name": "marker", "type": {"type": "fixed", "name": "Marker", "size": 16}}]}"#;

/// A block as it stands in the file.
#[derive(Debug, Deserialize)]
struct Block<'f> {
    count: i64,
    values: &'f [u8],
    marker: &'f [u8],
}

pub(super) const BLOCK: &str = r#"{"type": "record", "name": "Block", "fields": [
    {"name": "count", "type": "long"}, {"name": "values", "type": "bytes"},
    {"name": "marker", "type": {"type": "fixed", "name": "Marker", "size": 16}}]}"#;

/// The block whose values are being read.
#[derive(Debug, Default)]
struct OpenBlock {
    /// How many blocks were opened.
    opened: usize,
    /// Where it starts in the file.
    offset: usize,
    values: Vec<u8>,
    /// Where the next value starts.
    position: usize,
    left: i64,
    seen: usize,
}

impl<'f> ContainerReader<'f> {
    /// Reads the header; values will be read as they were written.
    ///
    /// # Errors
    /// Bytes that are no container file, or whose schema does not parse.
    pub fn new(file: &'f [u8]) -> Result<Self, ContainerError> {
        Self::with(file, None, Limits::DEFAULT)
    }

    /// Reads the header; values will be read as that schema sees them, within those limits (of each value, and of each block's bytes).
    ///
    /// # Errors
    /// As [`ContainerReader::new`]; a reader's schema that the file's cannot be read as.
    pub fn with(file: &'f [u8], reader: Option<&Schema>, limits: Limits) -> Result<Self, ContainerError> {
        let Some(body) = file.strip_prefix(&MAGIC) else { return Err(ContainerError::NotAContainer) };
        // The file as a whole has no limit: it lies in memory already.
        let whole = limits.with_bytes(usize::MAX);
        let header = bound(HEADER, whole)?.decode_prefix::<Header<'f>>(body);
        let (header, length) = header.map_err(|error| ContainerError::Header(error.to_string()))?;
        let text = |name: &str| match header.meta.get(name).copied().map(std::str::from_utf8) {
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(_)) => Err(ContainerError::Header(format!("`{name}` is not UTF-8"))),
            None => Ok(None),
        };
        let schema = text("avro.schema")?;
        let schema = schema.ok_or_else(|| ContainerError::Header("it has no `avro.schema`".to_owned()))?;
        // A file is as old as it is: what old versions allowed is kept.
        let schema = Schema::parse(Format::Avro, schema, Vec::new(), Mode::Lenient)?;
        let compression = Compression::named(text("avro.codec")?.unwrap_or("null"));
        compression.codec()?;
        let binding = Binding::new(&schema).with_limits(limits);
        let binding = reader.map_or(binding, |reader| binding.with_reader(reader));
        Ok(Self {
            compression,
            limits,
            values: Avro.allow_trailing_bytes().bind(&binding)?,
            blocks: bound(BLOCK, whole)?,
            header,
            schema,
            file,
            rest: body.get(length..).unwrap_or_default(),
            block: OpenBlock::default(),
            failed: false,
        })
    }

    /// The schema that the values were written with.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How the blocks are compressed.
    #[must_use]
    pub fn compression(&self) -> &Compression {
        &self.compression
    }

    /// All that the header says, schema and compression included.
    pub fn metadata(&self) -> impl Iterator<Item = (&'f str, &'f [u8])> {
        self.header.meta.iter().map(|(key, value)| (*key, *value))
    }

    fn next_value(&mut self) -> Result<Option<Value<'static>>, ContainerError> {
        while self.block.left == 0 {
            let left = self.block.values.len() - self.block.position;
            if left > 0 {
                let block = self.block.opened - 1;
                let message = format!("{left} bytes are left behind its values");
                return Err(ContainerError::Block { block, offset: self.block.offset, message });
            }
            if self.rest.is_empty() {
                return Ok(None);
            }
            self.open()?;
        }
        let payload = self.block.values.get(self.block.position..).unwrap_or_default();
        let (value, length) = self.values.decode_value_prefix(payload).map_err(|source| {
            ContainerError::Decode { block: self.block.opened - 1, value: self.block.seen, source }
        })?;
        let value = value.into_owned();
        self.block.position += length;
        self.block.left -= 1;
        self.block.seen += 1;
        Ok(Some(value))
    }

    /// Opens the next block.
    fn open(&mut self) -> Result<(), ContainerError> {
        let offset = self.file.len() - self.rest.len();
        let number = self.block.opened;
        let broken = |message: String| ContainerError::Block { block: number, offset, message };
        let (block, length) =
            self.blocks.decode_prefix::<Block<'f>>(self.rest).map_err(|error| broken(error.to_string()))?;
        if block.marker != self.header.marker {
            return Err(broken("it does not end with the file's marker".to_owned()));
        }
        if block.count < 0 {
            return Err(broken(format!("it says that it has {} values", block.count)));
        }
        // Values without a byte each could be claimed without end.
        if usize::try_from(block.count).unwrap_or(usize::MAX) > self.limits.elements {
            return Err(broken(format!("{} values, the limit is {}", block.count, self.limits.elements)));
        }
        let values = self.compression.unpack(block.values, self.limits.bytes)?;
        self.rest = self.rest.get(length..).unwrap_or_default();
        self.block =
            OpenBlock { opened: number + 1, offset, values, position: 0, left: block.count, seen: 0 };
        Ok(())
    }
}

impl Iterator for ContainerReader<'_> {
    type Item = Result<Value<'static>, ContainerError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_value().transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}
