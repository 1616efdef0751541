//! What both codecs bind to: the messages of the writer's schema, and the plans of the writer's and the reader's.

use std::any::TypeId;
use std::sync::Arc;

use super::plan::{self, Plan};
use super::types::{Found, Typed, Types};
use super::{decode, encode, guard};
use crate::codec::{Binding, DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind, Message};
use crate::limits::Limits;
use crate::schema::protobuf::{Declaration, Messages};
use crate::schema::{Format, MessageCount, Model, Schema, SchemaError, SchemaErrorKind};
use crate::value::Value;

#[derive(Debug)]
pub(super) struct Bound {
    /// The messages of the writer's schema.
    messages: Messages,
    /// The full names of the messages that may be meant, the likeliest first; empty where none was asked for.
    meant: Vec<Box<str>>,
    writer: Arc<Plan>,
    reader: Arc<Plan>,
    /// The likeliest message: the dynamic one, and the one of codecs that are named for it.
    likeliest: Likeliest,
    limits: Limits,
    count: MessageCount,
    types: Types,
}

#[derive(Debug)]
struct Likeliest {
    full_name: Box<str>,
    path: Option<Box<[i32]>>,
    in_writer: usize,
    /// Absent where the reader's schema does not declare it.
    in_reader: Option<usize>,
}

impl Bound {
    /// Binds to the schemas; `named` is the only message that may be meant, where there is one.
    pub(super) fn new(binding: &Binding<'_>, named: Option<&str>) -> Result<Self, SchemaError> {
        let messages = Messages::of(model(binding.writer)?);
        let meant = meant(&messages, binding, named)?;
        let writer = plan_of(binding.writer)?;
        let reader = match binding.reader {
            Some(reader) if reader != binding.writer => plan_of(reader)?,
            _ => Arc::clone(&writer),
        };
        let first = match meant.first() {
            Some(name) => messages.named(name),
            None => messages.first(),
        };
        let first = first.ok_or_else(|| mismatch("the schema declares no message"))?;
        let in_writer = writer.named(&first.full_name);
        let likeliest = Likeliest {
            full_name: first.full_name.clone(),
            path: first.path_by(binding.message_count).map(Box::from),
            in_writer: in_writer.ok_or_else(|| mismatch("the schema declares no message"))?,
            in_reader: reader.named(&first.full_name),
        };
        Ok(Self {
            messages,
            meant,
            writer,
            reader,
            likeliest,
            limits: binding.limits,
            count: binding.message_count,
            types: Types::default(),
        })
    }

    /// The path to the likeliest message.
    pub(super) fn path(&self) -> Result<&[i32], EncodeError> {
        let path = self.likeliest.path.as_deref();
        path.ok_or_else(|| not_declared_in_text(&self.likeliest.full_name))
    }

    /// The likeliest message in the schema that is read with.
    pub(super) fn message(&self) -> Result<usize, DecodeError> {
        self.likeliest.in_reader.ok_or_else(|| {
            let sentence = format!("the reader's schema does not declare `{}`", self.likeliest.full_name);
            DecodeError::new(DecodeErrorKind::Unresolvable, sentence)
        })
    }

    /// The path to `T` in the writer's schema.
    pub(super) fn path_of<T: prost::Name + 'static>(&self) -> Result<&[i32], EncodeError> {
        match self.typed::<T>() {
            Ok(Typed { path: Some(path), .. }) => Ok(path),
            Ok(_) => Err(not_declared_in_text(&T::full_name())),
            Err(sentence) => Err(EncodeError::new(EncodeErrorKind::Type, &**sentence)),
        }
    }

    /// `T` in the schema that is read with.
    pub(super) fn message_of<T: prost::Name + 'static>(&self) -> Result<usize, DecodeError> {
        match self.typed::<T>() {
            Ok(typed) => Ok(typed.message),
            Err(sentence) => Err(DecodeError::new(DecodeErrorKind::Type, &**sentence)),
        }
    }

    fn typed<T: prost::Name + 'static>(&self) -> &Found {
        self.types.find(TypeId::of::<T>(), || self.find(&T::full_name()))
    }

    fn find(&self, full_name: &str) -> Found {
        let is_meant = self.meant.is_empty() || self.meant.iter().any(|it| **it == *full_name);
        if !is_meant {
            let meant = self.meant.join("` or `");
            return Err(format!("the message is `{meant}`, the Rust type is `{full_name}`").into());
        }
        let declared = self.messages.named(full_name);
        let declared =
            declared.ok_or_else(|| format!("the writer's schema does not declare `{full_name}`"))?;
        let message = self.reader.named(full_name);
        let message = message.ok_or_else(|| format!("the reader's schema does not declare `{full_name}`"))?;
        Ok(Typed { path: declared.path_by(self.count).map(Box::from), message })
    }

    /// Decodes with prost, behind the guard.
    pub(super) fn decode<T: prost::Message + Default>(
        &self,
        message: usize,
        payload: &[u8],
    ) -> Result<T, DecodeError> {
        guard::check(&self.reader, message, payload, &self.limits)?;
        T::decode(payload).map_err(|error| self.explain(message, payload, &error))
    }

    /// Why prost refused the payload: prost does not say where, so the schema is asked.
    #[cold]
    fn explain(&self, message: usize, payload: &[u8], error: &prost::DecodeError) -> DecodeError {
        match decode::decode(&self.reader, message, payload, &self.limits) {
            Err(explained) if explained.kind != DecodeErrorKind::Limit => explained,
            // The payload is right by the schema.
            Ok(_) => {
                let sentence = format!("the Rust type does not fit the schema: {error}");
                DecodeError::new(DecodeErrorKind::Type, sentence)
            }
            Err(_) => DecodeError::new(DecodeErrorKind::Malformed, error.to_string()),
        }
    }

    pub(super) fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        decode::decode(&self.reader, self.message()?, payload, &self.limits)
    }

    pub(super) fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        let written = encode::encode(&self.writer, self.likeliest.in_writer, value.root(), &self.limits, out);
        if written.is_err() {
            out.truncate(start);
        }
        written
    }
}

/// Appends what prost writes; it cannot fail, as the buffer grows.
pub(super) fn encode(value: &impl prost::Message, out: &mut Vec<u8>) {
    value.encode_raw(out);
}

fn model(schema: &Schema) -> Result<&crate::schema::protobuf::Model, SchemaError> {
    match schema.model() {
        Model::Protobuf(model) => Ok(model),
        _ => Err(mismatch(format!("a {} schema cannot be bound to the Protobuf codec", schema.format()))),
    }
}

fn plan_of(schema: &Schema) -> Result<Arc<Plan>, SchemaError> {
    let file = crate::schema::protobuf::link(schema)?;
    Ok(Arc::new(plan::compile(&file)))
}

/// The messages that may be meant.
fn meant(
    messages: &Messages,
    binding: &Binding<'_>,
    named: Option<&str>,
) -> Result<Vec<Box<str>>, SchemaError> {
    let declared = |name: &str| match messages.named(name) {
        Some(found) => Ok(vec![found.full_name.clone()]),
        None => Err(mismatch(format!("the schema does not declare a message `{name}`"))),
    };
    let asked: Option<Vec<Box<str>>> = match binding.message {
        None => None,
        Some(Message::Name(name)) => Some(declared(name)?),
        Some(Message::Indexes(path)) => {
            let leads = messages.at(path, binding.message_count);
            let found: Vec<_> = leads.map(|it: &Declaration| it.full_name.clone()).collect();
            if found.is_empty() {
                return Err(mismatch(format!(
                    "the message indexes {path:?} lead to no message of the schema"
                )));
            }
            Some(found)
        }
    };
    let Some(named) = named else { return Ok(asked.unwrap_or_default()) };
    match asked {
        Some(asked) if !asked.iter().any(|it| **it == *named) => {
            Err(mismatch(format!("the message is `{}`, the codec is for `{named}`", asked.join("` or `"))))
        }
        _ => declared(named),
    }
}

fn mismatch(sentence: impl Into<String>) -> SchemaError {
    SchemaError::new(Format::Protobuf, SchemaErrorKind::Mismatch, sentence)
}

fn not_declared_in_text(full_name: &str) -> EncodeError {
    let sentence = format!(
        "`{full_name}` stands for a map or a group, which by this count is no message that a path could lead to"
    );
    EncodeError::new(EncodeErrorKind::Type, sentence)
}
