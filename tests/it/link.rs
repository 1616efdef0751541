//! Tests of link.
