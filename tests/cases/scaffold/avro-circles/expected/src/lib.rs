//! The Rust types of the schema. Put your own in their place: the benchmark takes whatever `Message` is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is measured.
pub type Message = Tree;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    pub left: Option<Box<Tree>>,
    pub children: Vec<Tree>,
    pub named: BTreeMap<String, Option<Tree>>,
    pub owner: Option<Box<Owner>>,
    pub label: Label,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    pub trees: Vec<Tree>,
    pub favourite: Option<Box<TreeOrString>>,
    pub label: Label,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TreeOrString {
    #[serde(rename = "Tree")]
    Tree(Box<Tree>),
    #[serde(rename = "string")]
    String(String),
}
