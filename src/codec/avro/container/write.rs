//! Writing a container file, block by block.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Compression, ContainerError, MAGIC};
use crate::codec::avro::{BoundAvro, write};
use crate::codec::{Avro, Binding, BoundCodec, Codec, Encode};
use crate::schema::Schema;
use crate::value::Value;

/// How many bytes of values a block has before it is closed, as in other implementations.
const BLOCK_BYTES: usize = 16_000;

/// A container file in the making.
#[derive(Debug)]
pub struct ContainerWriter {
    codec: BoundAvro,
    compression: Compression,
    marker: [u8; 16],
    file: Vec<u8>,
    block: Vec<u8>,
    count: usize,
}

impl ContainerWriter {
    /// Begins a file. The marker stands behind every block, so that a reader finds the next one in a damaged file: take 16 random bytes.
    ///
    /// # Errors
    /// A schema that is not Avro, or refers to others (a file's schema stands alone); a compression that this build does not know.
    pub fn new(schema: &Schema, compression: Compression, marker: [u8; 16]) -> Result<Self, ContainerError> {
        if let Some((reference, _)) = schema.references().first() {
            let message =
                format!("its schema refers to `{}`, and a file's schema has to stand alone", reference.name);
            return Err(ContainerError::Header(message));
        }
        compression.codec()?;
        let codec = Avro.bind(&Binding::new(schema))?;
        let meta = BTreeMap::from([("avro.codec", compression.as_str()), ("avro.schema", schema.text())]);
        let mut file = MAGIC.to_vec();
        write::long(&mut file, meta.len() as i64);
        for (key, value) in meta {
            write::bytes(&mut file, key.as_bytes());
            write::bytes(&mut file, value.as_bytes());
        }
        file.push(0);
        file.extend_from_slice(&marker);
        Ok(Self { codec, compression, marker, file, block: Vec::new(), count: 0 })
    }

    /// Appends a dynamic value.
    ///
    /// # Errors
    /// A value that does not fit the schema; the file is as it was before.
    pub fn append_value(&mut self, value: &Value<'_>) -> Result<(), ContainerError> {
        self.codec.encode_value(value, &mut self.block)?;
        self.appended()
    }

    /// Appends a value of a Rust type.
    ///
    /// # Errors
    /// As [`ContainerWriter::append_value`].
    pub fn append<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ContainerError> {
        self.codec.encode(value, &mut self.block)?;
        self.appended()
    }

    fn appended(&mut self) -> Result<(), ContainerError> {
        self.count += 1;
        if self.block.len() >= BLOCK_BYTES { self.close_block() } else { Ok(()) }
    }

    fn close_block(&mut self) -> Result<(), ContainerError> {
        if self.count == 0 {
            return Ok(());
        }
        let packed = self.compression.pack(std::mem::take(&mut self.block))?;
        write::long(&mut self.file, self.count as i64);
        write::bytes(&mut self.file, &packed);
        self.file.extend_from_slice(&self.marker);
        self.count = 0;
        Ok(())
    }

    /// The finished file.
    ///
    /// # Errors
    /// A last block that cannot be compressed.
    pub fn finish(mut self) -> Result<Vec<u8>, ContainerError> {
        self.close_block()?;
        Ok(self.file)
    }
}
