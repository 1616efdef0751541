//! The registry's HTTP API: the client over the server, the server's own answers, and the server on its socket.
#![cfg(all(feature = "server", feature = "registry-http", feature = "avro"))]

#[path = "server/batch.rs"]
mod batch;
#[path = "server/client.rs"]
mod client;
#[path = "server/codes.rs"]
mod codes;
#[path = "server/command.rs"]
pub(crate) mod command;
#[path = "server/edges.rs"]
mod edges;
#[path = "server/kills.rs"]
mod kills;
#[cfg(all(feature = "protobuf", feature = "json"))]
#[path = "server/parameters.rs"]
mod parameters;
#[path = "server/scope.rs"]
mod scope;
#[path = "server/sockets.rs"]
mod sockets;
mod tags;
#[path = "server/tls.rs"]
mod tls;
#[path = "server/transcripts.rs"]
mod transcripts;
#[path = "server/wire.rs"]
mod wire;
