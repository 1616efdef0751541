//! Rules, a row each; docs and explanations come from this table.

/// A rule's name, as `avro/field-added-without-default`. Never renamed.
pub type RuleId = &'static str;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Compatible by the level's rules, and harmful all the same.
    Warning,
    /// Incompatible.
    Error,
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// How much it matters.
    pub severity: Severity,
    /// Confluent's name for the difference, where it has one.
    pub confluent: Option<&'static str>,
    /// What it finds, in a line.
    pub summary: &'static str,
    /// Why it breaks.
    pub why: &'static str,
    /// What to do instead.
    pub fix: &'static str,
}

/// All rules, by name.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &[]
}

/// The rule of that name.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id == id)
}
