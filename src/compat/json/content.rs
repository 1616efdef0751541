//! What a schema says about properties, or items, that it does not list.

use super::compare::Comparison;
use crate::compat::rule::RuleId;
use crate::schema::json_text::{Node, Shape};

/// What `additionalProperties` and its like say.
#[derive(Debug, Clone, Copy)]
pub(super) enum Extra<'d> {
    /// Anything may be there: `true`, or nothing said.
    Open,
    /// Nothing may be there.
    Closed,
    /// What is there has to fit a schema.
    Schema(&'d Node),
}

impl<'d> Extra<'d> {
    pub(super) fn of(value: Option<&'d Node>) -> Self {
        match value {
            Some(Node { shape: Shape::Bool(false), .. }) => Self::Closed,
            Some(node @ Node { shape: Shape::Object(_), .. }) => Self::Schema(node),
            _ => Self::Open,
        }
    }

    /// Whether nothing is said, or that anything goes.
    pub(super) const fn is_open(self) -> bool {
        matches!(self, Self::Open)
    }
}

/// The schema for what is not listed: of `additional…`, or where that leaves it open, of `unevaluated…`.
pub(super) const fn cover<'d>(additional: Extra<'d>, unevaluated: Extra<'d>) -> Option<&'d Node> {
    match (additional, unevaluated) {
        (Extra::Schema(node), _) | (Extra::Open, Extra::Schema(node)) => Some(node),
        _ => None,
    }
}

/// Compares what two schemas say about what is not listed.
pub(super) fn compare<'d>(
    comparison: &mut Comparison<'_, 'd>,
    keyword: &'d str,
    (original, update): (Extra<'d>, Extra<'d>),
    (removed, narrowed): (RuleId, RuleId),
) {
    match (original, update) {
        (Extra::Open | Extra::Schema(_), Extra::Closed) => comparison.differs(removed, keyword),
        (Extra::Open, Extra::Schema(_)) => comparison.differs(narrowed, keyword),
        (Extra::Schema(original), Extra::Schema(update)) => comparison.inside(original, update, None),
        _ => {}
    }
}
