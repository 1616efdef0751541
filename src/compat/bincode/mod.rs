//! bincode rules: how a writer's layout resolves to a reader's, by names, as the codec does it.
//!
//! ```text
//! two layouts -comparison-> pairs (writer's type, reader's type), each with what does not fit
//!             -findings---> a finding for each, with both places
//! ```
//!
//! No registry but ours knows layouts, so both profiles answer the same. A layout in which a pair fits for no value cannot be bound at
//! all; where some values do not fit, messages that hold them are refused. The encoding of integers is the writer's, and may change.

mod comparison;
mod findings;
mod places;
pub(super) mod rules;
mod sample;

pub(super) use findings::findings;
pub(super) use sample::{any, candidates};
