//! Tests of json_codec.
