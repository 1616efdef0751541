//! Tests of bincode_codec.
