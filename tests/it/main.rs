//! The one test binary: a module per area.
//!
//! `cargo test --test it NAME` runs one of them.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

#[cfg(feature = "avro")]
mod avro_codec;
#[cfg(feature = "avro")]
mod avro_schema;
#[cfg(all(feature = "cli", feature = "bench"))]
mod bench;
#[cfg(feature = "bincode")]
mod bincode_codec;
#[cfg(feature = "cli")]
mod check;
#[cfg(feature = "cli")]
mod cli;
mod clients;
mod compat;
mod consumer;
#[cfg(all(feature = "avro", feature = "protobuf", feature = "json", feature = "bincode"))]
mod convert;
mod floors;
mod forward;
mod frame_vectors;
mod frames;
mod http_client;
#[cfg(feature = "json")]
mod json_codec;
mod link;
#[cfg(feature = "prometheus")]
mod metrics;
#[cfg(feature = "kafka")]
mod on_kafka;
mod partitioners;
#[cfg(all(feature = "avro", feature = "protobuf"))]
mod payloads;
mod producer_consumer;
mod producing;
mod proof;
#[cfg(feature = "protobuf")]
mod protobuf_codec;
mod records;
mod registry;
mod registry_cache;
mod robustness;
mod serdes;
mod server;
#[cfg(all(feature = "tracing", feature = "json"))]
mod spans;
mod streams;
mod support;
mod transport;
mod values;
mod words;
