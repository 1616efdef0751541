//! JSON: typed through serde, dynamic through the arena, checked against its JSON Schema where that is asked for.
//!
//! ```text
//! Json            T <-> bytes            the schema only names what is written; nothing is checked
//! ValidatedJson   T <-> bytes            what is written fits the writer's schema, what is read fits the reader's
//! ```
//!
//! A changed struct reads older payloads by serde's `#[serde(default)]` and `#[serde(alias = "…")]`.
//!
//! ✔ Typed values borrow `&str` from the payload where it has no escapes; `Cow` (with `#[serde(borrow)]`) where it may have some.
//! ✔ Bytes behind the value, a cut payload, a wrong type are errors with their byte and path.
//! ✔ The dynamic and the validated path refuse an object that has a member twice. serde's structs refuse it, too; a map does not.
//! ✔ A float that JSON has no number for (NaN, an infinity) is an error with its path, not a `null`; the dynamic path writes it as text.
//! ✔ Nothing is ever fetched: a `$ref` leads to the schema itself or to one of its references.
//! ✗ `format` is an annotation (the specification's default) and is not checked.
//! ✗ Dynamic numbers are the narrowest of `Int`, `Long` and `Unsigned` that holds them, and otherwise the nearest `f64`.
//!
//! # Limits
//!
//! A payload that is checked or dynamic is parsed once: the tree that the validator sees is what the Rust type is made of, as `serde_json`
//! would make it. What is unusual or wrong goes to `serde_json` itself.
//!
//! Payload length, nesting and elements are checked before `serde_json` sees the payload; deeper than 127 levels it reads
//! nothing, whatever the limit says. A dynamic value takes up to 32 bytes an item and 88 a member while it is read, and no
//! more than `bytes` in all; validation adds 32 a member of an object with more than 64. A typed value takes what its type takes: the worst is a list of large structs whose members all have
//! defaults, where three bytes (`{},`) make one struct, so `elements` bounds it.
//!
//! ```
//! use schemawire::codec::json::ValidatedJson;
//! use schemawire::codec::{Binding, Codec, Decode, Encode};
//! use schemawire::schema::Schema;
//!
//! let schema = Schema::json(r#"{"type": "array", "items": {"type": "integer", "maximum": 9}}"#)?;
//! let json = ValidatedJson.bind(&Binding::new(&schema))?;
//!
//! let mut payload = Vec::new();
//! json.encode(&[1, 2, 3], &mut payload)?;
//! let digits: Vec<u8> = json.decode(&payload)?;
//! assert_eq!(digits, [1, 2, 3]);
//!
//! let error = json.encode(&[1, 23], &mut payload).unwrap_err();
//! assert_eq!(error.path, "[1]");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod exact;
mod fault;
mod node;
mod parse;
mod scan;
mod tree;
mod typed;
mod validator;

use serde::{Deserialize, Serialize};

use super::{
    Binding, BoundCodec, Codec, Decode, DecodeError, DecodeErrorKind, Encode, EncodeError, EncodeErrorKind,
};
use crate::limits::Limits;
use crate::schema::{Format, SchemaError, SchemaErrorKind};
use crate::value::{AsJson, Value};
use exact::{Exact, Trace};
use typed::Typed;
use validator::Validator;

/// JSON, not checked against its schema.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

/// JSON, checked against the writer's schema when it is written and against the reader's when it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ValidatedJson;

impl Json {
    /// The same, checked against its schemas.
    #[must_use]
    pub const fn validating() -> ValidatedJson {
        ValidatedJson
    }
}

/// JSON bound to its schemas.
#[derive(Debug)]
pub struct BoundJson {
    limits: Limits,
    validators: Option<Validators>,
}

/// Compiled once, when the codec is bound.
#[derive(Debug)]
struct Validators {
    writer: Validator,
    /// The writer's, where there is none.
    reader: Option<Validator>,
}

impl Codec for Json {
    type Bound = BoundJson;

    fn format(&self) -> Format {
        Format::Json
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundJson, SchemaError> {
        let schemas = std::iter::once(binding.writer).chain(binding.reader);
        match schemas.map(|it| it.format()).find(|it| *it != Format::Json) {
            None => Ok(BoundJson { limits: binding.limits, validators: None }),
            Some(other) => {
                let message = format!("a JSON codec cannot be bound to a schema of {other}");
                Err(SchemaError::new(Format::Json, SchemaErrorKind::Mismatch, message))
            }
        }
    }
}

impl Codec for ValidatedJson {
    type Bound = BoundJson;

    fn format(&self) -> Format {
        Format::Json
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundJson, SchemaError> {
        let bound = Json.bind(binding)?;
        let reader = binding.reader.filter(|reader| *reader != binding.writer);
        let validators = Validators {
            writer: Validator::of(binding.writer)?,
            reader: reader.map(Validator::of).transpose()?,
        };
        Ok(BoundJson { validators: Some(validators), ..bound })
    }
}

impl BoundJson {
    /// Appends what `write` writes, checked; takes it back when it fails.
    fn write(
        &self,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Result<(), EncodeError> {
        let start = out.len();
        let written = write(out).map_err(|error| fault::encode(&error));
        let written = written.and_then(|()| self.check_written(out.get(start..).unwrap_or_default()));
        if written.is_err() {
            out.truncate(start);
        }
        written
    }

    /// Checks the bytes, not the value: what counts is what a reader will see.
    fn check_written(&self, payload: &[u8]) -> Result<(), EncodeError> {
        let Some(validators) = &self.validators else { return Ok(()) };
        let unreadable = |error: DecodeError| {
            let kind = match error.kind {
                DecodeErrorKind::Limit => EncodeErrorKind::Limit,
                _ => EncodeErrorKind::Value,
            };
            EncodeError { kind, message: error.message, path: error.path }
        };
        let value = self.read(payload).map_err(unreadable)?;
        validators.writer.check(&value).map_err(|violation| EncodeError {
            kind: EncodeErrorKind::Value,
            message: violation.message,
            path: violation.path,
        })
    }

    /// The payload as a tree.
    fn read<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        match parse::read(payload, self.limits) {
            Some(value) => Ok(value),
            None => {
                scan::within_limits(payload, self.limits)?;
                tree::read(payload, self.limits)
            }
        }
    }

    /// Checks what was read with the reader's schema.
    fn check_read(&self, value: &Value<'_>) -> Result<(), DecodeError> {
        let Some(validators) = &self.validators else { return Ok(()) };
        let reader = validators.reader.as_ref().unwrap_or(&validators.writer);
        reader.check(value).map_err(|violation| DecodeError {
            path: violation.path,
            ..DecodeError::new(DecodeErrorKind::Invalid, violation.message)
        })
    }
}

impl<T: Serialize + ?Sized> Encode<T> for BoundJson {
    fn encode(&self, value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let trace = Trace::default();
        let written = self.write(out, |out| serde_json::to_writer(out, &Exact { value, trace: &trace }));
        // What validation finds has its path already.
        written.map_err(|error| {
            if error.path.is_empty() { EncodeError { path: trace.into_path(), ..error } } else { error }
        })
    }
}

impl<'de, T: Deserialize<'de>> Decode<'de, T> for BoundJson {
    fn decode(&self, payload: &'de [u8]) -> Result<T, DecodeError> {
        if self.validators.is_some() {
            let value = self.read(payload)?;
            self.check_read(&value)?;
            if let Ok(value) = T::deserialize(&mut Typed::new(&value)) {
                return Ok(value);
            }
        } else {
            scan::within_limits(payload, self.limits)?;
        }
        serde_json::from_slice(payload).map_err(|error| fault::decode(&error, payload))
    }
}

impl BoundCodec for BoundJson {
    fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.write(out, |out| serde_json::to_writer(out, &AsJson(value.root())))
    }

    fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        let value = self.read(payload)?;
        self.check_read(&value)?;
        Ok(value)
    }
}
