//! Tests of avro_codec.
