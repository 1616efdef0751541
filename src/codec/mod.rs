//! Codecs: one value to one payload and back, bound once to a writer's and a reader's schema.
//!
//! ```text
//! Codec -bind(writer, reader)-> BoundCodec   typed:   Encode<T>, Decode<'de, T>
//!                                            dynamic: encode_value, decode_value
//! ```
//!
//! A [`Codec`] is what a user implements to add a format; [`Codecs`] holds the ones in use.
//! Everything here is synchronous and does no I/O.

#[cfg(feature = "avro")]
pub mod avro;
#[cfg(feature = "bincode")]
pub mod bincode;
mod codecs;
mod error;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "protobuf")]
pub mod protobuf;
#[cfg(any(feature = "avro", feature = "bincode"))]
mod text;

#[cfg(feature = "avro")]
pub use avro::Avro;
#[cfg(feature = "bincode")]
pub use bincode::Bincode;
pub use codecs::{BoundDynamic, Codecs, DynCodec, Dynamic};
pub use error::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind};
#[cfg(feature = "json")]
pub use json::Json;
#[cfg(feature = "protobuf")]
pub use protobuf::{Protobuf, ProtobufMessage};

use std::any::Any;
use std::fmt::Debug;

use crate::limits::Limits;
use crate::schema::{Format, MessageCount, Schema, SchemaError};
use crate::value::Value;

/// Writes values of type `T`. The bound sits on the implementation (`impl<T: Serialize + ?Sized> Encode<T> for BoundAvro`).
pub trait Encode<T: ?Sized> {
    /// Appends the payload to `out`. Law: after an error `out` is as long as before.
    ///
    /// # Errors
    /// A value that does not fit the writer's schema, with the path to the field.
    fn encode(&self, value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// The path of message declarations that names `T` in the writer's schema, outermost first.
    /// Only Protobuf has one, which then travels in the frame.
    ///
    /// # Errors
    /// A message that the writer's schema does not declare.
    fn message_indexes(&self) -> Result<Option<&[i32]>, EncodeError> {
        Ok(None)
    }
}

/// Reads values of type `T`, which may borrow from the payload.
pub trait Decode<'de, T> {
    /// Reads the whole payload as the reader's schema sees it. Law: `decode(encode(value)) == value` where reader and writer are one.
    ///
    /// # Errors
    /// Bytes that the writer's schema cannot have written (cut, too long, out of range), or that exceed a limit, with their place.
    fn decode(&self, payload: &'de [u8]) -> Result<T, DecodeError>;
}

/// A codec bound to its schemas; the dynamic half. The typed half is [`Encode`] and [`Decode`] on the same type.
pub trait BoundCodec: Any + Debug + Send + Sync {
    /// Appends the payload of a dynamic value to `out`. Law: after an error `out` is as long as before.
    ///
    /// # Errors
    /// A value that does not fit the writer's schema, with the path to the field.
    fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Reads the whole payload as the reader's schema sees it.
    ///
    /// # Errors
    /// As [`Decode::decode`].
    fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError>;

    /// The path of message declarations that names the bound message in the writer's schema, as the dynamic half writes it.
    /// Only Protobuf has one, which then travels in the frame.
    fn value_indexes(&self) -> Option<&[i32]> {
        None
    }
}

/// A format's codec: what a user implements to add one.
pub trait Codec: Debug + Send + Sync + 'static {
    /// What [`Codec::bind`] gives, on which the typed half is implemented.
    type Bound: BoundCodec;

    /// The format it is for.
    fn format(&self) -> Format;

    /// What tells this codec from others of its type, such as the message it was named for; handles are cached by it.
    fn variant(&self) -> &str {
        ""
    }

    /// Resolves writer against reader, once; what it gives is used for every message of that pair.
    ///
    /// # Errors
    /// Schemas that do not link or do not fit each other, or a message that the schema does not declare.
    fn bind(&self, binding: &Binding<'_>) -> Result<Self::Bound, SchemaError>;

    /// Parses a text of this format, as a registry returns it. Custom formats override it; built-in ones need not.
    ///
    /// # Errors
    /// Text that is not a schema of this format.
    fn parse(
        &self,
        text: &str,
        references: Vec<(crate::schema::Reference, Schema)>,
        mode: crate::schema::Mode,
    ) -> Result<Schema, SchemaError> {
        Schema::parse(self.format(), text, references, mode)
    }
}

/// What a codec is bound to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Binding<'s> {
    /// The schema the bytes are, or will be, written with.
    pub writer: &'s Schema,
    /// The schema the program reads with; the writer's where there is none.
    pub reader: Option<&'s Schema>,
    /// Which message of the writer's schema the payload is (Protobuf only).
    pub message: Option<Message<'s>>,
    /// What the path to a message counts, in the frame of what is written and in frames that were read (Protobuf only).
    pub message_count: MessageCount,
    /// What one payload may cost to decode.
    pub limits: Limits,
}

/// How a message is named in a Protobuf schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'s> {
    /// By its full name.
    Name(&'s str),
    /// By the indexes that came in the frame.
    Indexes(&'s [i32]),
}

impl<'s> Binding<'s> {
    /// Writer and reader are the same schema.
    #[must_use]
    pub const fn new(writer: &'s Schema) -> Self {
        Self {
            writer,
            reader: None,
            message: None,
            message_count: MessageCount::AsRegistered,
            limits: Limits::DEFAULT,
        }
    }

    /// Reads with that schema.
    #[must_use]
    pub const fn with_reader(mut self, reader: &'s Schema) -> Self {
        self.reader = Some(reader);
        self
    }

    /// Reads or writes that message.
    #[must_use]
    pub const fn with_message(mut self, message: Message<'s>) -> Self {
        self.message = Some(message);
        self
    }

    /// Counts messages so (default: as the schema is registered).
    #[must_use]
    pub const fn with_message_count(mut self, count: MessageCount) -> Self {
        self.message_count = count;
        self
    }

    /// Holds those limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}
