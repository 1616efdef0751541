//! Avro schemas: what parses and what does not, the two canonical texts, fingerprints, references, the graph.

mod canonical;
mod linking;
mod parsing;

use schemawire::schema::avro::Model;
use schemawire::schema::{self, Format, Mode, Reference, Schema, SchemaError};

/// A schema with references, each by name and schema.
fn with(text: &str, references: &[(&str, &Schema)]) -> Result<Schema, SchemaError> {
    let references =
        references.iter().map(|(name, schema)| (Reference::local(name), (*schema).clone())).collect();
    Schema::parse(Format::Avro, text, references, Mode::Strict)
}

fn lenient(text: &str) -> Result<Schema, SchemaError> {
    Schema::parse(Format::Avro, text, Vec::new(), Mode::Lenient)
}

fn model(schema: &Schema) -> &Model {
    match schema.model() {
        schema::Model::Avro(model) => model,
        other => panic!("not Avro: {other:?}"),
    }
}
