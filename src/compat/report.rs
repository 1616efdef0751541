//! What a check found.

use std::fmt;

use super::level::Level;
use super::rule::{Rule, RuleId, Severity, rule};

/// All findings of one check. Its text, by `Display`, is for people:
///
/// ```text
/// incompatible under BACKWARD: 1 error
///
/// error[avro/field-added-without-default]: record `Quake` gained field `felt`, which has no default
///   new: /fields/3, line 6, column 5
///   old: /fields, line 2, column 1, earlier version 2 (counted from the oldest)
///   why: Messages written before do not hold the field, and nothing says what its value is.
///   fix: Give the field a default. …
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// The level that was asked for.
    pub level: Level,
    /// The findings, newest old version first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether a registry would take the proposed schema (the `confluent` profile): no finding is an error.
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }

    /// The same as a word.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.is_compatible() { Verdict::Compatible } else { Verdict::Incompatible }
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

impl Finding {
    /// The rule's row: why it breaks, and what to do.
    #[must_use]
    pub fn rule(&self) -> Option<&'static Rule> {
        rule(self.rule)
    }
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
    /// The reference that the place is in, by its name; `None` for the schema itself.
    pub reference: Option<String>,
}

/// Whether one can read the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It can.
    Compatible,
    /// It cannot.
    Incompatible,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} under {}", self.verdict(), self.level)?;
        let mut lead = ": ";
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let count = self.findings.iter().filter(|finding| finding.severity == severity).count();
            if count > 0 {
                let plural = if count == 1 { "" } else { "s" };
                write!(f, "{lead}{count} {}{plural}", severity.as_str())?;
                lead = ", ";
            }
        }
        for finding in &self.findings {
            write!(f, "\n\n{finding}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity.as_str(), self.rule, self.message)?;
        if let Some(place) = &self.new {
            write!(f, "\n  new: {place}")?;
        }
        match &self.old {
            Some(place) => write!(f, "\n  old: {place}, ")?,
            None => f.write_str("\n  old: ")?,
        }
        write!(f, "earlier version {} (counted from the oldest)", self.against + 1)?;
        if let Some(rule) = self.rule() {
            write!(f, "\n  why: {}\n  fix: {}", rule.why, rule.fix)?;
        }
        Ok(())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.pointer.is_empty() { "the root" } else { &self.pointer })?;
        if let Some(position) = self.position {
            write!(f, ", line {}, column {}", position.line, position.column)?;
        }
        if let Some(reference) = &self.reference {
            write!(f, ", in reference `{reference}`")?;
        }
        Ok(())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compatible => "compatible",
            Self::Incompatible => "incompatible",
        })
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Old => "old",
            Self::New => "new",
        })
    }
}
