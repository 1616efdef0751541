//! What a scaffold is made of, with names that files and packages may have.

use super::names::{joined, words};
use crate::schema::{Format, Schema};

/// A schema and what belongs to it.
pub(super) struct Parts<'a> {
    pub(super) schema: &'a Schema,
    /// The message's full name, where one was asked for.
    pub(super) message: Option<&'a str>,
    /// The schema's file within `schema/`.
    pub(super) file: String,
    pub(super) references: Vec<Referred>,
    /// Where the messages come from, in words.
    pub(super) data: &'a str,
}

/// A schema that is referred to, however far away.
pub(super) struct Referred {
    pub(super) name: String,
    /// Its file within `schema/`.
    pub(super) file: String,
    pub(super) text: String,
}

impl<'a> Parts<'a> {
    pub(super) fn of(schema: &'a Schema, message: Option<&'a str>, data: &'a str) -> Self {
        let mut references = Vec::new();
        collect(schema, &mut references);
        let taken = |file: &str| references.iter().any(|it: &Referred| it.file == file);
        let ending = ending(schema.format());
        let numbered = (2_u32..).map(|number| format!("message{number}.{ending}"));
        let mut files = std::iter::once(format!("message.{ending}")).chain(numbered);
        let file = files.find(|it| !taken(it)).unwrap_or_default();
        Self { schema, message, file, references, data }
    }

    /// The crate's name, as `order-line-bench`.
    pub(super) fn package(&self) -> String {
        let full = self.message.map(str::to_owned).or_else(|| self.schema.full_name()).unwrap_or_default();
        let name = joined(&words(full.rsplit('.').next().unwrap_or(&full)), "-");
        let fits = name.starts_with(|it: char| it.is_ascii_alphabetic()) && name.len() <= 40;
        if fits { name + "-bench" } else { "messages-bench".to_owned() }
    }
}

fn collect(schema: &Schema, references: &mut Vec<Referred>) {
    for (reference, schema) in schema.references() {
        if references.iter().any(|it| it.name == reference.name) {
            continue;
        }
        let file = match schema.format() {
            // An import is looked up by its path, which the parser refuses where it leads out of a directory.
            Format::Protobuf => reference.name.clone(),
            format => format!("reference-{}.{}", references.len() + 1, ending(format)),
        };
        references.push(Referred { name: reference.name.clone(), file, text: schema.text().to_owned() });
        collect(schema, references);
    }
}

const fn ending(format: Format) -> &'static str {
    match format {
        Format::Avro => "avsc",
        Format::Protobuf => "proto",
        _ => "json",
    }
}
