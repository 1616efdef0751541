//! The Rust types of the schema. Put your own in their place: the benchmark takes whatever `Message` is.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    #[serde(rename = "")]
    pub field: String,
    #[serde(rename = "größe")]
    pub gr_e: f64,
    #[serde(rename = "order-lines")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_lines: Option<Vec<OrderLinesItem>>,
    #[serde(rename = "order lines")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_lines2: Option<i64>,
    #[serde(rename = "2fast")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_2fast: Option<bool>,
    pub r#async: String,
    #[serde(rename = "日本")]
    pub field2: Type,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLinesItem {
    #[serde(rename = "@id")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(rename = "$ref\"")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#ref: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Type {
    pub a: i64,
}
