//! Tests of robustness.
