//! The Rust types of the schema. Put your own in their place: the benchmark takes whatever `Message` is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is measured.
pub type Message = Payment;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub id: schemawire::value::Uuid,
    pub amount: schemawire::value::Decimal,
    pub fee: schemawire::value::Decimal,
    pub made_at: schemawire::value::Timestamp,
    pub local_at: schemawire::value::LocalTimestamp,
    pub day: schemawire::value::Date,
    pub hour: schemawire::value::Time,
    pub term: schemawire::value::Duration,
    pub signature: Vec<u8>,
    pub digest: Vec<u8>,
    pub nothing: (),
    pub ratio: f32,
    pub state: State,
    pub labels: BTreeMap<String, Option<String>>,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum State {
    #[serde(rename = "NEW")]
    New,
    #[serde(rename = "IN_REVIEW")]
    InReview,
    #[serde(rename = "paid_out")]
    PaidOut,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub product: String,
    pub counts: Vec<i64>,
    pub state: State,
}
