//! The canonical text of a schema once spellings that mean nothing are made one.
//!
//! | format | what is made one |
//! |---|---|
//! | Avro | order of aliases and of members without a meaning, empty `doc`, `scale` 0 of a decimal |
//! | JSON Schema | order of members |
//! | others | nothing: the canonical text |
//!
//! Order that matters stays: that of fields, symbols and union branches. What it gives is normal already.

use crate::schema::json_text::{Node, Shape};
use crate::schema::{Model, Schema};

/// The text that stands for all texts that differ in such spellings only.
pub(super) fn normalized(schema: &Schema) -> String {
    match schema.model() {
        #[cfg(feature = "avro")]
        Model::Avro(model) => avro::normalized(model),
        Model::Json(model) => {
            let mut root = model.root().clone();
            sort_members(&mut root);
            root.to_text()
        }
        _ => schema.canonical(),
    }
}

fn sort_members(node: &mut Node) {
    match &mut node.shape {
        Shape::Object(members) => {
            members.sort_by(|a, b| a.name.cmp(&b.name));
            members.iter_mut().for_each(|member| sort_members(&mut member.value));
        }
        Shape::Array(items) => items.iter_mut().for_each(sort_members),
        _ => {}
    }
}

#[cfg(feature = "avro")]
mod avro {
    use std::sync::Arc;

    use crate::schema::avro::{Field, Kind, Model, Property, Type, canonical};

    pub(super) fn normalized(model: &Model) -> String {
        let mut model = model.clone();
        normalize(&mut model.root);
        canonical(&model)
    }

    fn normalize(it: &mut Type) {
        sort(&mut it.properties);
        match &mut it.kind {
            Kind::Array(items) | Kind::Map(items) => normalize(items),
            Kind::Union(branches) => branches.iter_mut().for_each(normalize),
            Kind::Record(record) => {
                let record = Arc::make_mut(record);
                record.aliases.sort();
                keep_unless_empty(&mut record.doc);
                record.fields.iter_mut().for_each(field);
            }
            Kind::Enum(it) => {
                it.aliases.sort();
                keep_unless_empty(&mut it.doc);
            }
            Kind::Fixed(it) => {
                it.aliases.sort();
                keep_unless_empty(&mut it.doc);
            }
            _ => {}
        }
    }

    fn field(field: &mut Field) {
        field.aliases.sort();
        keep_unless_empty(&mut field.doc);
        sort(&mut field.properties);
        normalize(&mut field.schema);
    }

    /// The logical type and its parameters first, then by name; a scale of 0 is what a decimal has without one.
    fn sort(properties: &mut Vec<Property>) {
        let decimal = properties.iter().any(|it| it.name == "logicalType" && it.value == "decimal");
        properties.retain(|it| !(decimal && it.name == "scale" && it.value == 0));
        let rank = |name: &str| ["logicalType", "precision", "scale"].iter().position(|it| *it == name);
        properties.sort_by(|a, b| {
            let key = |it: &Property| rank(&it.name).unwrap_or(usize::MAX);
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
        });
    }

    fn keep_unless_empty(doc: &mut Option<String>) {
        doc.take_if(|doc| doc.is_empty());
    }
}
