//! What a check found.

use super::Severity;
use super::rule::RuleId;

/// All findings of one check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// The findings, newest old version first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether a registry would take the proposed schema (the `confluent` profile): no finding is an error.
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }
}

/// One place where one rule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How much it matters here.
    pub severity: Severity,
    /// Which of the earlier versions, as an index into the history.
    pub against: usize,
    /// Which side reads in the direction that fails.
    pub reader: Side,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The place in the proposed schema.
    pub new: Option<Place>,
    /// The place in the earlier version.
    pub old: Option<Place>,
}

/// One of the two schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The earlier version.
    Old,
    /// The proposed one.
    New,
}

/// A place in a schema's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// As a JSON pointer, or a path of names in Protobuf.
    pub pointer: String,
    /// Line and column, where the text has them.
    pub position: Option<crate::schema::Position>,
}

/// Whether one can read the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It can.
    Compatible,
    /// It cannot.
    Incompatible,
}
