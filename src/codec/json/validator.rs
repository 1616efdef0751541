//! A JSON Schema, compiled once to check payloads.

use std::collections::HashMap;
use std::fmt::Write as _;

use jsonschema::paths::LocationSegment;
use jsonschema::{PatternOptions, Retrieve, Uri};

use super::node::{Arena, Cursor, Directory};
use crate::schema::json::{Draft, Model, all_references, model_of, resolve};
use crate::schema::{Format, Schema, SchemaError, SchemaErrorKind};
use crate::value::Value;

/// A compiled schema. `format` is an annotation and is not checked, as the specification has it by default.
pub(super) struct Validator(jsonschema::Validator<Arena>);

/// Where a value breaks its schema.
pub(super) struct Violation {
    /// What is wrong and which keyword says so; the value itself is not shown.
    pub(super) message: String,
    /// The path to the value, as `place.tags[3]`.
    pub(super) path: String,
}

/// The steps a pattern may take on one text before it counts as not matching.
const BACKTRACKS: usize = 100_000;
/// What one compiled pattern may take.
const PATTERN_BYTES: usize = 1 << 20;

impl Validator {
    /// Compiles a schema with what it refers to.
    pub(super) fn of(schema: &Schema) -> Result<Self, SchemaError> {
        let model = model_of(schema).ok_or_else(|| {
            let message = format!("a JSON codec cannot be bound to a schema of {}", schema.format());
            SchemaError::new(Format::Json, SchemaErrorKind::Mismatch, message)
        })?;
        let pattern = PatternOptions::fancy_regex().backtrack_limit(BACKTRACKS).size_limit(PATTERN_BYTES);
        let options = jsonschema::options_for::<Arena>()
            .with_draft(dialect(model.draft()))
            .with_retriever(Given::new(schema, model))
            .with_pattern_options(pattern)
            .should_validate_formats(false);
        options.build(&document(model)).map(Self).map_err(|error| {
            let error = error.masked();
            let message = format!("the schema cannot be used for validation: {error}");
            SchemaError::new(Format::Json, SchemaErrorKind::Invalid, message)
        })
    }

    /// Checks a value that was read from JSON.
    pub(super) fn check(&self, value: &Value<'_>) -> Result<(), Violation> {
        let directory = Directory::default();
        let root = Cursor::Value { value, index: 0, directory: &directory };
        // The short answer first: it makes no place and no message.
        if self.0.is_valid(root) {
            return Ok(());
        }
        self.0.validate(root).map_err(|error| {
            let mut path = String::new();
            for segment in error.instance_path().segments() {
                match segment {
                    LocationSegment::Index(index) => _ = write!(path, "[{index}]"),
                    LocationSegment::Property(name) => {
                        let dot = if path.is_empty() { "" } else { "." };
                        _ = write!(path, "{dot}{}", name.chars().take(100).collect::<String>());
                    }
                }
            }
            let place = match error.absolute_keyword_location() {
                Some(uri) => uri.to_string(),
                None => format!("#{}", error.schema_path()),
            };
            Violation { message: format!("{} ({place} of the schema)", error.masked()), path }
        })
    }
}

impl std::fmt::Debug for Validator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Validator").finish_non_exhaustive()
    }
}

/// The documents that came with the schema. Everything else is refused: nothing is fetched.
struct Given {
    documents: Vec<serde_json::Value>,
    by_uri: HashMap<String, usize>,
}

impl Given {
    /// A document is found under its name resolved against the `$id` around it, under the bare name, and under its own `$id`.
    fn new(schema: &Schema, model: &Model) -> Self {
        let mut given = Self { documents: Vec::new(), by_uri: HashMap::new() };
        for (name, base, other) in all_references(model, schema.references()) {
            let Some(other) = model_of(other) else { continue };
            let own = other.id().map(|id| resolve(&base, id));
            for uri in [Some(resolve(&base, name)), Some(name.to_owned()), own].into_iter().flatten() {
                // The library's own spelling of URIs: normalized, and below a root of its own where they have none.
                if let Ok(uri) = jsonschema::uri::from_str(without_fragment(&uri)) {
                    given.by_uri.entry(uri.to_string()).or_insert(given.documents.len());
                }
            }
            given.documents.push(document(other));
        }
        given
    }
}

impl Retrieve for Given {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<serde_json::Value, Box<dyn std::error::Error + Send + Sync>> {
        let index = self.by_uri.get(without_fragment(uri.as_str()));
        index.and_then(|index| self.documents.get(*index)).cloned().ok_or_else(|| {
            format!("no schema was given for `{uri}`: nothing is fetched, so name it among the references")
                .into()
        })
    }
}

/// The document as the library takes it: its draft named in the library's words, and the outermost `definitions` also
/// under `$defs`, as Confluent's registry has it.
fn document(model: &Model) -> serde_json::Value {
    let mut document = model.root().to_value();
    if let serde_json::Value::Object(members) = &mut document {
        members.insert("$schema".into(), model.draft().uri().into());
        if let Some(serde_json::Value::Object(definitions)) = members.get("definitions").cloned() {
            let known = members.entry("$defs").or_insert_with(|| serde_json::Map::new().into());
            if let serde_json::Value::Object(known) = known {
                for (name, schema) in definitions {
                    known.entry(name).or_insert(schema);
                }
            }
        }
    }
    document
}

fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(document, _)| document)
}

const fn dialect(draft: Draft) -> jsonschema::Draft {
    match draft {
        Draft::Draft4 => jsonschema::Draft::Draft4,
        Draft::Draft6 => jsonschema::Draft::Draft6,
        Draft::Draft7 => jsonschema::Draft::Draft7,
        Draft::Draft201909 => jsonschema::Draft::Draft201909,
        Draft::Draft202012 => jsonschema::Draft::Draft202012,
    }
}
