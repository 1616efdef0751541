#![doc = include_str!("../README.md")]

pub mod backoff;
#[cfg(feature = "bench")]
pub mod bench;
pub mod class;
pub mod codec;
pub mod compat;
pub mod consumer;
#[cfg(any(feature = "avro", feature = "protobuf", feature = "bincode"))]
pub mod convert;
pub mod error;
pub mod frame;
pub mod ids;
pub mod limits;
#[cfg(feature = "prometheus")]
pub mod metrics;
pub mod observer;
pub mod producer;
pub mod proof;
pub mod record;
pub mod registry;
pub mod schema;
pub mod serdes;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "cli")]
pub mod source;
pub mod transport;
pub mod value;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
