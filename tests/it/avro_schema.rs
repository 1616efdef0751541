//! Tests of avro_schema.
