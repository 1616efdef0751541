//! A schema as a list of named elements, and what differs between two lists.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::schema::{Model, Schema};

/// The elements of a schema, in the order of its text.
#[derive(Debug, Default)]
pub(super) struct Elements {
    list: Vec<(String, String)>,
}

/// One element that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Its names from the outermost on.
    pub(super) path: String,
    /// What it was; none where it is new.
    pub(super) old: Option<String>,
    /// What it is; none where it is gone.
    pub(super) new: Option<String>,
}

impl Elements {
    pub(super) fn of(schema: &Schema) -> Self {
        let mut elements = Self::default();
        match schema.model() {
            Model::Avro(model) => super::avro::elements(model, &mut elements),
            Model::Protobuf(model) => super::protobuf::elements(model.file(), &mut elements),
            Model::Json(model) => super::json::elements(model.root(), &mut elements),
            // Layouts are JSON; what has no elements here is compared as a whole.
            _ => match serde_json::from_str::<Value>(&schema.canonical()) {
                Ok(value) => super::json::values(&value, "", &mut elements),
                Err(_) => elements.add("the schema", schema.canonical()),
            },
        }
        elements
    }

    pub(super) fn add(&mut self, path: impl Into<String>, what: impl Into<String>) {
        self.list.push((path.into(), what.into()));
    }

    /// What is gone or changed, in the old order, then what is new, in the new one.
    pub(super) fn compare(&self, new: &Self) -> Vec<Change> {
        let index =
            |list: &'_ [(String, String)]| -> HashMap<String, String> { list.iter().cloned().collect() };
        let (before, after) = (index(&self.list), index(&new.list));
        let mut changes = Vec::new();
        for (path, what) in &self.list {
            let now = after.get(path);
            if now != Some(what) {
                changes.push(Change { path: path.clone(), old: Some(what.clone()), new: now.cloned() });
            }
        }
        for (path, what) in new.list.iter().filter(|(path, _)| !before.contains_key(path)) {
            changes.push(Change { path: path.clone(), old: None, new: Some(what.clone()) });
        }
        changes
    }
}

/// `{"version": 1, "changes": [{"kind", "path", "old", "new"}]}`.
pub(super) fn as_json(changes: &[Change]) -> Value {
    let one = |change: &Change| {
        let kind = match (&change.old, &change.new) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        json!({ "kind": kind, "path": change.path, "old": change.old, "new": change.new })
    };
    json!({ "version": 1, "changes": changes.iter().map(one).collect::<Vec<_>>() })
}
