//! What is known of a writer's documents: schemas that all hold, and the types that are left.

use std::collections::BTreeSet;

use super::inclusion::At;
use crate::schema::json::Draft;
use crate::schema::json_text::{Node, Shape};

/// Schemas that all hold.
#[derive(Debug, Clone)]
pub(super) struct Writer<'d> {
    pub(super) nodes: Vec<At<'d>>,
    pub(super) mask: Mask,
    /// The lists of alternatives of which one has been chosen.
    pub(super) split: Vec<usize>,
}

impl<'d> Writer<'d> {
    /// The values of a list that all documents are in.
    pub(super) fn values(&self) -> Option<&'d [Node]> {
        self.nodes.iter().find_map(|(_, node)| {
            let listed = node.member("enum").map(Node::items);
            listed.or_else(|| node.member("const").map(std::slice::from_ref))
        })
    }

    pub(super) fn required(&self) -> BTreeSet<&'d str> {
        let lists = self.nodes.iter().filter_map(|(_, node)| node.member("required"));
        lists.flat_map(|it| it.items().iter().filter_map(Node::as_str)).collect()
    }

    /// The largest of a keyword's numbers, with its text.
    pub(super) fn most(&self, keyword: &str) -> Option<(f64, &'d str)> {
        self.numbers(keyword).max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The smallest of a keyword's numbers, with its text.
    pub(super) fn least(&self, keyword: &str) -> Option<(f64, &'d str)> {
        self.numbers(keyword).min_by(|a, b| a.0.total_cmp(&b.0))
    }

    fn numbers(&self, keyword: &str) -> impl Iterator<Item = (f64, &'d str)> {
        self.nodes.iter().filter_map(move |(_, node)| number(node.member(keyword)?))
    }

    pub(super) fn has(&self, keyword: &str, holds: impl Fn(&Node) -> bool) -> bool {
        self.nodes.iter().any(|(_, node)| node.member(keyword).is_some_and(&holds))
    }
}

/// A number with its text.
pub(super) fn number(node: &Node) -> Option<(f64, &str)> {
    match &node.shape {
        Shape::Number(text) => Some((text.parse().ok()?, text)),
        _ => None,
    }
}

/// A set of JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mask(pub(super) u8);

impl Mask {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(2);
    /// Written as an integer.
    pub(super) const INTEGER: Self = Self(4);
    /// Written with a fraction of zero, as `1.0`: an integer from draft 6 on.
    pub(super) const WHOLE: Self = Self(8);
    pub(super) const FRACTION: Self = Self(16);
    pub(super) const TEXT: Self = Self(32);
    pub(super) const ARRAY: Self = Self(64);
    pub(super) const OBJECT: Self = Self(128);
    pub(super) const NUMBER: Self = Self(4 | 8 | 16);
    pub(super) const ANY: Self = Self(255);

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(super) const fn is_disjoint(self, other: Self) -> bool {
        self.0 & other.0 == 0
    }

    /// The types one by one, numbers as one.
    pub(super) fn kinds(self) -> Vec<Self> {
        let all = [Self::NULL, Self::BOOLEAN, Self::NUMBER, Self::TEXT, Self::ARRAY, Self::OBJECT];
        all.into_iter().map(|it| Self(it.0 & self.0)).filter(|it| !it.is_empty()).collect()
    }

    pub(super) fn of_types(types: &Node, draft: Draft) -> Self {
        let of = |name: &str| match name {
            "null" => Self::NULL.0,
            "boolean" => Self::BOOLEAN.0,
            "integer" if draft < Draft::Draft6 => Self::INTEGER.0,
            "integer" => Self::INTEGER.0 | Self::WHOLE.0,
            "number" => Self::NUMBER.0,
            "string" => Self::TEXT.0,
            "array" => Self::ARRAY.0,
            "object" => Self::OBJECT.0,
            _ => 0,
        };
        match &types.shape {
            Shape::String(name) => Self(of(name)),
            Shape::Array(names) => {
                Self(names.iter().filter_map(Node::as_str).fold(0, |mask, name| mask | of(name)))
            }
            _ => Self::ANY,
        }
    }

    pub(super) fn of_values(values: &[Node]) -> Self {
        Self(values.iter().fold(0, |mask, value| mask | Self::of_value(value).0))
    }

    pub(super) fn of_value(value: &Node) -> Self {
        match &value.shape {
            Shape::Null => Self::NULL,
            Shape::Bool(_) => Self::BOOLEAN,
            // `1` and `1.0` are one value, however it is written.
            Shape::Number(text) => match text.parse::<f64>() {
                Ok(number) if number.fract() == 0.0 => Self(Self::INTEGER.0 | Self::WHOLE.0),
                _ => Self::FRACTION,
            },
            Shape::String(_) => Self::TEXT,
            Shape::Array(_) => Self::ARRAY,
            Shape::Object(_) => Self::OBJECT,
        }
    }
}
