//! Whether a reader's value says the same as the writer's, by the names, numbers and promotions of each format.

use crate::schema::{Format, Schema};
use crate::value::Value;

/// Both schemas, linked once for all values.
#[derive(Debug)]
pub(super) enum Meaning {
    #[cfg(feature = "avro")]
    Avro(super::avro::Comparison),
    #[cfg(feature = "bincode")]
    Bincode(super::bincode::Comparison),
    #[cfg(feature = "protobuf")]
    Protobuf(super::protobuf::Comparison),
    /// What is read is what was written.
    Plain,
    /// A schema does not link, so that nothing is known to be the same.
    Unknown,
}

impl Meaning {
    pub(super) fn of(writer: &Schema, reader: &Schema, message: Option<&str>) -> Self {
        let _ = (reader, message);
        let found = match writer.format() {
            #[cfg(feature = "avro")]
            Format::Avro => super::avro::Comparison::of(writer, reader).map(Self::Avro),
            #[cfg(feature = "bincode")]
            Format::Bincode => super::bincode::Comparison::of(writer, reader).map(Self::Bincode),
            #[cfg(feature = "protobuf")]
            Format::Protobuf => super::protobuf::Comparison::of(writer, reader, message).map(Self::Protobuf),
            Format::Json => Some(Self::Plain),
            _ => None,
        };
        found.unwrap_or(Self::Unknown)
    }

    /// Compares what a payload is to its writer with what a reader makes of it.
    pub(super) fn is_same(&self, written: &Value<'_>, read: &Value<'_>) -> bool {
        match self {
            #[cfg(feature = "avro")]
            Self::Avro(it) => it.is_same(written, read),
            #[cfg(feature = "bincode")]
            Self::Bincode(it) => it.is_same(written, read),
            #[cfg(feature = "protobuf")]
            Self::Protobuf(it) => it.is_same(written, read),
            Self::Plain => written == read,
            Self::Unknown => false,
        }
    }
}
