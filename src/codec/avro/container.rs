//! Object container files: a schema and the values written with it, in blocks
//! ([specification](https://avro.apache.org/docs/1.12.0/specification/#object-container-files)).
//!
//! ```text
//! "Obj" 1 | map<bytes> { avro.schema, avro.codec, … } | marker (16)
//!         | count, size, values…, marker (16)          a block, as often as needed
//! ```
//!
//! ```
//! use schemawire::codec::avro::container::{Compression, ContainerReader, ContainerWriter};
//! use schemawire::schema::Schema;
//! use schemawire::value::from_json;
//!
//! let schema = Schema::avro(r#"{"type": "record", "name": "Point", "fields": [{"name": "x", "type": "int"}]}"#)?;
//! let mut writer = ContainerWriter::new(&schema, Compression::Deflate, [7; 16])?;
//! writer.append_value(&from_json(r#"{"x": 1}"#)?)?;
//! let file = writer.finish()?;
//!
//! let reader = ContainerReader::new(&file)?;
//! assert_eq!(reader.schema(), &schema);
//! for value in reader {
//!     assert_eq!(value?.to_string(), r#"{"x":1}"#);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Files are slices and vectors here; whoever has a file reads it. Blocks may be plain or deflated, and compressed in whatever other way the `apache-avro` of the
//! build was given features for. A block expands to no more than [`Limits::bytes`] where it is deflated; the others have apache-avro's own limit, too, of 512 MiB.

mod read;
mod write;

pub use read::ContainerReader;
pub use write::ContainerWriter;

use std::str::FromStr;

use super::BoundAvro;
use crate::class::Class;
use crate::codec::{Avro, Binding, Codec, DecodeError, EncodeError};
use crate::limits::Limits;
use crate::schema::{Format, Mode, Schema, SchemaError, SchemaErrorKind};

/// What every container file starts with: three letters and the format's version.
const MAGIC: [u8; 4] = *b"Obj\x01";

/// How the blocks of a file are compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    Null,
    /// Raw deflate (RFC 1951).
    Deflate,
    /// Another one, by the name that stands in the file: `snappy`, `zstandard`, `bzip2`, `xz`, where the `apache-avro` of this build has that feature.
    Other(String),
}

impl Compression {
    /// The name that stands in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Deflate => "deflate",
            Self::Other(name) => name,
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "null" => Self::Null,
            "deflate" => Self::Deflate,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Compresses a block.
    fn pack(&self, mut block: Vec<u8>) -> Result<Vec<u8>, ContainerError> {
        self.codec()?.compress(&mut block).map_err(|error| ContainerError::Compression(error.to_string()))?;
        Ok(block)
    }

    /// Expands a block to at most `limit` bytes.
    fn unpack(&self, block: &[u8], limit: usize) -> Result<Vec<u8>, ContainerError> {
        let expanded = match self {
            Self::Deflate => miniz_oxide::inflate::decompress_to_vec_with_limit(block, limit)
                .map_err(|error| ContainerError::Compression(error.to_string()))?,
            _ => {
                let mut block = block.to_vec();
                self.codec()?
                    .decompress(&mut block)
                    .map_err(|error| ContainerError::Compression(error.to_string()))?;
                block
            }
        };
        if expanded.len() > limit {
            return Err(ContainerError::Compression(format!(
                "the block expands to more than {limit} bytes, the limit"
            )));
        }
        Ok(expanded)
    }

    fn codec(&self) -> Result<apache_avro::Codec, ContainerError> {
        apache_avro::Codec::from_str(self.as_str())
            .map_err(|_| ContainerError::UnknownCompression(self.as_str().to_owned()))
    }
}

/// Why a container file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerError {
    /// The bytes do not start as a container file does.
    #[error("not an Avro container file: it does not start with `Obj` and 1")]
    NotAContainer,
    /// The header does not follow the format, or has no schema.
    #[error("the header of the container file is broken: {0}")]
    Header(String),
    /// The schema in the header is none.
    #[error("the schema of the container file")]
    Schema(#[from] SchemaError),
    /// Blocks are compressed in a way that this build does not know.
    #[error(
        "blocks are compressed with `{0}`: this build knows null, deflate, and those that features of apache-avro add"
    )]
    UnknownCompression(String),
    /// A block does not expand, or to more than the limit.
    #[error("a block cannot be expanded: {0}")]
    Compression(String),
    /// A block is cut, or does not end with the file's marker.
    #[error("block {block}, at byte {offset} of the file: {message}")]
    Block {
        /// Which block, counted from 0.
        block: usize,
        /// Where it starts.
        offset: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A value in a block cannot be read.
    #[error("value {value} of block {block}")]
    Decode {
        /// Which block, counted from 0.
        block: usize,
        /// Which value of it, counted from 0.
        value: usize,
        /// What is wrong; its offset is counted from the block's first value.
        source: DecodeError,
    },
    /// A value does not fit the file's schema.
    #[error("a value for the container file")]
    Encode(#[from] EncodeError),
}

impl ContainerError {
    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::UnknownCompression(_) => Class::Config,
            Self::Schema(error) => error.class(),
            _ => Class::BadData,
        }
    }
}

/// The schema of a type that derives apache-avro's `AvroSchema`.
///
/// # Errors
/// A schema that is not valid by the specification; its derive allows some.
pub fn schema_of<T: apache_avro::AvroSchema>() -> Result<Schema, SchemaError> {
    let text = serde_json::to_string(&T::get_schema())
        .map_err(|error| SchemaError::new(Format::Avro, SchemaErrorKind::Invalid, error.to_string()))?;
    Schema::parse(Format::Avro, &text, Vec::new(), Mode::Strict)
}

/// The codec of a schema that is a part of the file format.
fn bound(text: &str, limits: Limits) -> Result<BoundAvro, SchemaError> {
    Avro.allow_trailing_bytes().bind(&Binding::new(&Schema::avro(text)?).with_limits(limits))
}
