//! Tests of protobuf_codec.
