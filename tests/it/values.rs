//! The dynamic value and the logical types.

mod arena;
#[cfg(feature = "avro")]
mod avro;
mod json;
mod logical;
mod logical_text;
mod with;
