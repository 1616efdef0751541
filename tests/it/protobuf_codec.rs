//! Protobuf: schemas, message indexes, the typed and the dynamic codec.

mod canonical;
mod indexes;
mod schemas;
