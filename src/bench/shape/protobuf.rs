//! The shapes of a Protobuf message.

use std::collections::HashMap;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::{ANY_TEXT, Field, Record, Shape, ShapeId, Shapes, float, whole};
use crate::schema::protobuf::link;
use crate::schema::{Format, Schema, SchemaError, SchemaErrorKind};

pub(super) fn shapes(schema: &Schema, message: Option<&str>) -> Result<Shapes, SchemaError> {
    let file = link(schema)?;
    let found = match message {
        Some(name) => file.parent_pool().get_message_by_name(name),
        None => file.messages().next(),
    };
    let Some(message) = found else {
        let what = message.map_or_else(
            || "the schema declares no message".into(),
            |it| format!("the schema declares no message `{it}`"),
        );
        return Err(SchemaError::new(Format::Protobuf, SchemaErrorKind::Invalid, what));
    };
    let mut builder = Builder { shapes: Shapes::default(), places: HashMap::new(), waiting: Vec::new() };
    let root = builder.message(&message);
    while let Some((id, message)) = builder.waiting.pop() {
        let record = builder.record(&message);
        builder.shapes.set(id, Shape::Record(record));
    }
    builder.shapes.root = root;
    Ok(builder.shapes)
}

struct Builder {
    shapes: Shapes,
    /// The places of messages, by full name.
    places: HashMap<String, ShapeId>,
    /// Messages whose fields are still to be added. They may nest without end.
    waiting: Vec<(ShapeId, MessageDescriptor)>,
}

impl Builder {
    fn message(&mut self, message: &MessageDescriptor) -> ShapeId {
        if message.full_name() == "google.protobuf.Timestamp" {
            return self.shapes.add(Shape::Timestamp { unit: 1, local: false });
        }
        if let Some(place) = self.places.get(message.full_name()) {
            return *place;
        }
        let place = self.shapes.add(Shape::Null);
        self.places.insert(message.full_name().to_owned(), place);
        self.waiting.push((place, message.clone()));
        place
    }

    fn record(&mut self, message: &MessageDescriptor) -> Record {
        let oneofs: Vec<_> = message.oneofs().filter(|it| !it.is_synthetic()).collect();
        let fields = message.fields().map(|field| {
            let choice = field.containing_oneof().and_then(|it| oneofs.iter().position(|known| *known == it));
            let shape = self.field(&field);
            let required = field.cardinality() == prost_reflect::Cardinality::Required;
            Field {
                name: field.name().to_owned(),
                shape,
                optional: field.supports_presence() && !required && choice.is_none(),
                choice,
            }
        });
        Record { fields: fields.collect(), name: message.full_name().to_owned() }
    }

    fn field(&mut self, field: &FieldDescriptor) -> ShapeId {
        if field.is_map()
            && let Kind::Message(entry) = field.kind()
        {
            let key = self.kind(&entry.map_entry_key_field().kind());
            let value = self.kind(&entry.map_entry_value_field().kind());
            return self.shapes.add(Shape::Map { key, value });
        }
        let one = self.kind(&field.kind());
        if field.is_list() {
            self.shapes.add(Shape::List { item: one, least: 0, most: usize::MAX })
        } else {
            one
        }
    }

    fn kind(&mut self, kind: &Kind) -> ShapeId {
        let shape = match kind {
            Kind::Message(message) => return self.message(message),
            Kind::Enum(it) => {
                let symbols = it.values().map(|value| value.name().to_owned()).collect();
                Shape::Symbols { name: it.full_name().to_owned(), symbols }
            }
            Kind::Double => float(true),
            Kind::Float => float(false),
            Kind::Bool => Shape::Bool,
            Kind::String => ANY_TEXT,
            Kind::Bytes => Shape::Bytes,
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => whole(true, 32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => whole(true, 64),
            Kind::Uint32 | Kind::Fixed32 => whole(false, 32),
            Kind::Uint64 | Kind::Fixed64 => whole(false, 64),
        };
        self.shapes.add(shape)
    }
}
