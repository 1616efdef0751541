//! Avro rules.
