//! The Rust types of the schema. Put your own in their place: the benchmark takes whatever `Message` is.

use serde::{Deserialize, Serialize};

/// What is measured.
pub type Message = Self_;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Self_ {
    pub r#type: String,
    #[serde(rename = "self")]
    pub self_: i32,
    #[serde(rename = "Self")]
    pub self_2: i32,
    #[serde(rename = "userId")]
    pub user_id: i64,
    #[serde(rename = "user_id")]
    pub user_id2: i64,
    #[serde(rename = "_1")]
    pub field_1: i32,
    #[serde(rename = "__")]
    pub field: i32,
    #[serde(rename = "HTTPServer2")]
    pub http_server2: Vec2,
    pub vec: Vec3,
    pub message: Message2,
    pub option: Option2,
    pub some: Option<Some2>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vec2 {
    pub r#gen: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vec3 {
    pub union: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message2 {
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Option2 {
    #[serde(rename = "Self")]
    Self_,
    None,
    #[serde(rename = "ok")]
    Ok,
    #[serde(rename = "OK")]
    Ok2,
    #[serde(rename = "_")]
    Symbol,
    #[serde(rename = "_2")]
    Symbol2,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Some2 {}
