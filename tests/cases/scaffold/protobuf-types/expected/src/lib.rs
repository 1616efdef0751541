//! The Rust types of the schema, which build.rs writes.

/// Modules are packages and messages that hold others.
pub mod types {
    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}

/// What is measured.
pub use types::acme::r#type::v2beta1::http_request_2::self_::Line as Message;
