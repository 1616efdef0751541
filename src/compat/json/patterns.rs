//! Patterns for names of properties, matched by the engine that validates documents.

use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::{Value, json};

/// Patterns, each built once. One that cannot be built, or gives up, finds nothing.
#[derive(Debug, Default)]
pub(super) struct Patterns<'d> {
    built: HashMap<&'d str, Option<Validator>>,
}

impl<'d> Patterns<'d> {
    /// Whether the pattern is found somewhere in the name.
    pub(super) fn finds(&mut self, pattern: &'d str, name: &str) -> bool {
        let build = || jsonschema::draft7::new(&json!({"pattern": pattern})).ok();
        let built = self.built.entry(pattern).or_insert_with(build);
        built.as_ref().is_some_and(|it| it.is_valid(&Value::String(name.to_owned())))
    }
}
