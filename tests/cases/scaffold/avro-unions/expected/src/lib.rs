//! The Rust types of the schema. Put your own in their place: the benchmark takes whatever `Message` is.

use serde::{Deserialize, Serialize};

/// What is measured.
pub type Message = Event;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub key: StringOrLongOrBytes,
    pub body: Option<CreatedOrCreatedOrArray>,
    pub at: Option<schemawire::value::Timestamp>,
    pub only: Double,
    pub level: LevelOrFloat,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StringOrLongOrBytes {
    #[serde(rename = "string")]
    String(String),
    #[serde(rename = "long")]
    Long(i64),
    #[serde(rename = "bytes")]
    Bytes(Vec<u8>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CreatedOrCreatedOrArray {
    #[serde(rename = "acme.v1.Created")]
    Created(Created),
    #[serde(rename = "acme.v2.Created")]
    Created2(Created2),
    #[serde(rename = "array")]
    Array(Vec<IntOrBoolean>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Double {
    #[serde(rename = "double")]
    Double(f64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LevelOrFloat {
    #[serde(rename = "Level")]
    Level(Level),
    #[serde(rename = "float")]
    Float(f32),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Created {
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Created2 {
    pub author: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum IntOrBoolean {
    #[serde(rename = "int")]
    Int(i32),
    #[serde(rename = "boolean")]
    Boolean(bool),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Level {
    #[serde(rename = "LOW")]
    Low,
    #[serde(rename = "HIGH")]
    High,
}
