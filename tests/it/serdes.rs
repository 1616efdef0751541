//! Tests of serdes.
