//! The dynamic value and the logical types.

mod arena;
mod json;
mod logical;
mod logical_text;
mod with;
