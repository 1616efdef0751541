//! Which type a message holds, where a topic has several.
//!
//! | format | the type's name |
//! |---|---|
//! | Avro | the full name of the schema's type; of a top-level union, that of the branch that was written |
//! | Protobuf | the full name of the message that the indexes in the frame lead to |
//! | JSON | the schema's title |
//! | bincode | the layout's type name |

use std::sync::Arc;

use super::lookup::Dynamic;
use super::{Serdes, SerdesError};
use crate::frame::{Frame, MessageIndexes};
use crate::ids::KeyOrValue;
use crate::record::Headers;
use crate::schema::{Format, Schema};

impl Serdes {
    /// The full name of the type that a message holds, without reading its value; `None` for a type without a name. A name is looked
    /// up once a schema (and message, and branch).
    ///
    /// # Errors
    /// [`SerdesError::UnknownSchema`] where the schema is not loaded; a frame that does not read.
    pub fn type_name(
        &self,
        message: &[u8],
        role: KeyOrValue,
        headers: &Headers,
    ) -> Result<Option<Arc<str>>, SerdesError> {
        let frame = self.framing().read(message, role, headers)?;
        let content = self.cached(frame.key, None).ok_or(SerdesError::UnknownSchema(frame.key))?;
        let schema = &content.schema;
        let indexes = match schema.format() {
            Format::Protobuf => frame.protobuf()?.0,
            Format::Avro => branch(schema, &frame),
            _ => MessageIndexes::NONE,
        };
        let lookup = Dynamic { schema, indexes: &indexes };
        if let Some(name) = self.0.names.read().find(&lookup) {
            return Ok(name.clone());
        }
        let name: Option<Arc<str>> = self.name_of(schema, &indexes).map(Into::into);
        self.0.names.update(&lookup, |_| name.clone());
        Ok(name)
    }

    #[cfg_attr(
        not(any(feature = "avro", feature = "protobuf")),
        expect(unused_variables, clippy::unused_self, reason = "what has no parts has one name")
    )]
    fn name_of(&self, schema: &Schema, indexes: &MessageIndexes) -> Option<String> {
        match schema.model() {
            #[cfg(feature = "avro")]
            crate::schema::Model::Avro(model) => match (&model.root.kind, indexes.path()) {
                (crate::schema::avro::Kind::Union(branches), [branch]) => {
                    let branch = branches.get(usize::try_from(*branch).ok()?)?;
                    Some(branch.kind.name().to_owned())
                }
                _ => schema.full_name(),
            },
            #[cfg(feature = "protobuf")]
            crate::schema::Model::Protobuf(model) => {
                let messages = crate::schema::protobuf::Messages::of(model);
                let mut leads = messages.at(indexes.path(), self.0.settings.message_count);
                Some(leads.next()?.full_name.to_string())
            }
            _ => schema.full_name(),
        }
    }
}

/// Which branch of a top-level union was written: the number in front of the value. None for other types, and for what is no number.
#[cfg(feature = "avro")]
fn branch(schema: &Schema, frame: &Frame<'_, '_>) -> MessageIndexes {
    let is_union = |schema: &Schema| match schema.model() {
        crate::schema::Model::Avro(model) => matches!(model.root.kind, crate::schema::avro::Kind::Union(_)),
        _ => false,
    };
    // A branch of up to two bytes is one of 8,192; the same zigzag as that of message indexes.
    let number = match frame.rest {
        [low @ 0..=0x7f, ..] => u32::from(*low),
        [low, high @ 0..=0x7f, ..] => u32::from(low & 0x7f) | u32::from(*high) << 7,
        _ => return MessageIndexes::NONE,
    };
    let is_negative = number & 1 != 0;
    if is_negative || !is_union(schema) {
        return MessageIndexes::NONE;
    }
    MessageIndexes::new(&[(number >> 1).cast_signed()])
}

#[cfg(not(feature = "avro"))]
fn branch(_schema: &Schema, _frame: &Frame<'_, '_>) -> MessageIndexes {
    MessageIndexes::NONE
}
