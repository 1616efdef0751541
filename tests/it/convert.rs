//! Conversions of schemas between formats, and of values along.

mod avro_source;
mod bincode_source;
mod corpora;
mod golden;
mod json_source;
mod protobuf_source;
mod random;
mod round;
