//! The registry's HTTP API, without a socket: the client over the server, and the server's own answers.
#![cfg(all(feature = "server", feature = "registry-http", feature = "avro"))]

#[path = "server/client.rs"]
mod client;
#[path = "server/transcripts.rs"]
mod transcripts;
