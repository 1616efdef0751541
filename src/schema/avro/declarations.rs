//! The named types that a schema declares, its references' included.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Kind, Model, Name, Type};
use crate::schema::{Reference, Schema};

/// The type that each full name stands for.
pub(super) type Declarations<'m> = HashMap<&'m str, &'m Type>;

/// Calls `visit` for every named type that is declared within a type, in the order of the text.
pub(super) fn each_declared<'m>(schema: &'m Type, visit: &mut impl FnMut(&'m Name, &'m Type)) {
    match &schema.kind {
        Kind::Array(inner) | Kind::Map(inner) => each_declared(inner, visit),
        Kind::Union(branches) => branches.iter().for_each(|branch| each_declared(branch, visit)),
        Kind::Record(record) => {
            visit(&record.name, schema);
            record.fields.iter().for_each(|field| each_declared(&field.schema, visit));
        }
        Kind::Enum(it) => visit(&it.name, schema),
        Kind::Fixed(it) => visit(&it.name, schema),
        _ => {}
    }
}

/// One schema among those that a schema refers to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'s> {
    /// The name it is referred to with.
    pub(super) name: &'s str,
    pub(super) schema: &'s Schema,
    pub(super) model: &'s Model,
}

/// All Avro schemas that are referred to, directly and through others, each once, however many ways lead to it.
pub(super) fn sources(references: &[(Reference, Schema)]) -> Vec<Source<'_>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting: Vec<&(Reference, Schema)> = references.iter().rev().collect();
    while let Some((reference, schema)) = waiting.pop() {
        if !seen.insert(Arc::as_ptr(&schema.0)) {
            continue;
        }
        if let crate::schema::Model::Avro(model) = schema.model() {
            found.push(Source { name: &reference.name, schema, model });
        }
        waiting.extend(schema.references().iter().rev());
    }
    found
}
