//! The cases that all clients share: `tests/clients/cases`.

use std::path::Path;

use serde_json::Value as Json;

use schemawire::record::Headers;
use schemawire::schema::{Format, Mode, Reference, Schema};

/// The header in which the framing of a record's value travels.
const HEADER: &str = "__value_schema_id";

/// One directory: a schema, what it refers to, and values.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) format: String,
    /// What is written of a Protobuf schema.
    pub(super) message: Option<String>,
    pub(super) values: Vec<Json>,
    document: Json,
}

/// What lies in a record: its value, and the header of the framing if there is one.
#[derive(Debug, PartialEq)]
pub(super) struct Message {
    pub(super) value: Vec<u8>,
    pub(super) header: Option<Vec<u8>>,
}

impl Message {
    pub(super) fn new(value: Vec<u8>, headers: &Headers) -> Self {
        let header = headers.last(HEADER).flatten().map(<[u8]>::to_vec);
        Self { value, header }
    }

    pub(super) fn headers(&self) -> Headers {
        let mut headers = Headers::new();
        if let Some(header) = &self.header {
            headers.push(HEADER, Some(header));
        }
        headers
    }
}

impl Case {
    /// Where the cases are.
    pub(super) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/cases");

    pub(super) fn load(name: &str) -> Self {
        let text = read(name, "case.json");
        let document: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self {
            name: name.to_owned(),
            format: document["format"].as_str().expect("a format").to_owned(),
            message: document["message"].as_str().map(str::to_owned),
            values: document["values"].as_array().expect("values").clone(),
            document,
        }
    }

    pub(super) fn is_in_header(&self) -> bool {
        self.name.ends_with("+header")
    }

    pub(super) fn subject(&self) -> String {
        format!("{}-value", self.name.trim_end_matches("+header"))
    }

    /// The schema with all that it refers to, each in the first version of its subject.
    pub(super) fn schema(&self) -> Schema {
        self.parse(&self.document)
    }

    fn parse(&self, document: &Json) -> Schema {
        let text = read(&self.name, document["schema"].as_str().expect("a file"));
        let format: Format = self.format.parse().expect("a format");
        let references = document["references"].as_array().into_iter().flatten().map(|reference| {
            let text = |member: &str| reference[member].as_str().expect("text").to_owned();
            let named = Reference { name: text("name"), subject: text("subject"), version: 1 };
            (named, self.parse(reference))
        });
        Schema::parse(format, &text, references.collect(), Mode::Strict).expect("a schema")
    }

    /// A message that was written into a directory.
    pub(super) fn message(&self, place: &Path, number: usize) -> Message {
        let path = |kind: &str| place.join(format!("{}.{number}.{kind}", self.name));
        let value = std::fs::read(path("message"));
        let value = value.unwrap_or_else(|error| panic!("{}: no message {number}: {error}", self.name));
        Message { value, header: std::fs::read(path("header")).ok() }
    }

    /// Writes a message into a directory.
    pub(super) fn store(&self, place: &Path, number: usize, message: &Message) {
        let path = |kind: &str| place.join(format!("{}.{number}.{kind}", self.name));
        std::fs::write(path("message"), &message.value).expect("written");
        if let Some(header) = &message.header {
            std::fs::write(path("header"), header).expect("written");
        }
    }
}

fn read(name: &str, file: &str) -> String {
    let path = Path::new(Case::ROOT).join(name.trim_end_matches("+header")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A value without the tags that tell dynamic languages what a text stands for: `{"$bytes": "AAH/"}` is `"AAH/"`.
pub(super) fn plain(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(members) => match members.iter().next() {
            Some((tag, inner)) if tag.starts_with('$') => inner.clone(),
            _ => members.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        },
        other => other.clone(),
    }
}

/// Whether two values are the same. Protobuf's JSON writes 64-bit integers as text, so a text of digits is its number.
pub(super) fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|it| same(value, it)))
        }
        (Json::Number(number), Json::String(text)) | (Json::String(text), Json::Number(number)) => {
            number.to_string() == *text
        }
        (Json::Number(one), Json::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}
