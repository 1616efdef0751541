//! Protobuf: schemas, message indexes, the typed and the dynamic codec.

mod canonical;
mod dynamic;
mod indexes;
mod quake;
mod robustness;
mod schemas;
mod typed;
