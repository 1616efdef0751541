//! The registry's HTTP API: the client over the server, the server's own answers, and the server on its socket.
#![cfg(all(feature = "server", feature = "registry-http", feature = "avro"))]

#[path = "server/client.rs"]
mod client;
#[path = "server/command.rs"]
mod command;
#[path = "server/sockets.rs"]
mod sockets;
#[path = "server/transcripts.rs"]
mod transcripts;
#[path = "server/wire.rs"]
mod wire;
