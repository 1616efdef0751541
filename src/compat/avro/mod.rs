//! Avro rules: schema resolution as the specification and Java's checker have it
//! ([specification, *Schema Resolution*](https://avro.apache.org/docs/1.12.0/specification/#schema-resolution)).
//!
//! ```text
//! two graphs -resolution-> pairs (reader type, writer type), each with its faults and the pairs it needs
//!                          -> which pairs fail (greatest fixed point: a pair is fine until shown otherwise)
//!            -findings---> what fails, from the root down, with both places
//! ```
//!
//! Nothing recurses: chains of types may be as long as the text.

mod branches;
mod findings;
mod fixes;
mod meaning;
mod resolution;
pub(super) mod rules;
mod sample;

pub(super) use findings::{View, findings};
pub(super) use fixes::fixes;
pub(super) use sample::{any, candidates};
