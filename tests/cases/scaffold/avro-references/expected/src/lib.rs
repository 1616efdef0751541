//! The Rust types of the schema. Put your own in their place: the benchmark takes whatever `Message` is.

use serde::{Deserialize, Serialize};

/// What is measured.
pub type Message = Vec<Line>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub price: Money,
    pub discount: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Money {
    pub units: i64,
}
