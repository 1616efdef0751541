//! The message that is measured, as prost-build names it.

use super::names::{joined, raw, upper_camel, words};
use crate::cli::failure::Failure;
use crate::schema::protobuf::link;
use crate::schema::{Format, Schema, SchemaError, SchemaErrorKind};

/// The outermost message.
pub(super) struct Root {
    pub(super) full_name: String,
    /// Its path in Rust below the generated module.
    path: String,
}

impl Root {
    /// The message of that name, or the first one.
    pub(super) fn of(schema: &Schema, message: Option<&str>) -> Result<Self, Failure> {
        let file = link(schema)?;
        let found = match message {
            Some(name) => file.parent_pool().get_message_by_name(name),
            None => file.messages().next(),
        };
        let found = found.ok_or_else(|| {
            SchemaError::new(
                Format::Protobuf,
                SchemaErrorKind::Invalid,
                "the schema declares no such message",
            )
        })?;
        let mut parts: Vec<String> = Vec::new();
        let mut outer = found.parent_message();
        while let Some(message) = outer {
            parts.insert(0, module(message.name()));
            outer = message.parent_message();
        }
        let package = found.package_name().to_owned();
        let modules: Vec<String> = package.split('.').filter(|it| !it.is_empty()).map(module).collect();
        let kind = named(upper_camel(&words(found.name())));
        let path = modules.into_iter().chain(parts).chain([kind]).collect::<Vec<_>>().join("::");
        Ok(Self { full_name: found.full_name().to_owned(), path })
    }

    /// `src/lib.rs`.
    pub(super) fn library(&self) -> String {
        format!(
            r#"//! The Rust types of the schema, which build.rs writes.

/// Modules are packages and messages that hold others.
pub mod types {{
    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}}

/// What is measured.
pub use types::{} as Message;
"#,
            self.path
        )
    }
}

fn module(name: &str) -> String {
    named(joined(&words(name), "_"))
}

/// A name as prost-build makes it one of Rust.
fn named(name: String) -> String {
    match &*name {
        "super" | "self" | "Self" | "extern" | "crate" | "_" => name + "_",
        other if other.starts_with(|it: char| it.is_numeric()) => format!("_{name}"),
        other => raw(other),
    }
}
