//! All that a check found: two verdicts, and an order in which to deploy.

use std::fmt;

use super::finding::Finding;
use super::level::{Level, Profile};
use super::rule::Severity;

/// All findings of one check. Its text, by `Display`, is for people:
///
/// ```text
/// incompatible under BACKWARD: 1 error
/// deploy: producers first
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
    /// Whether Confluent's registry would take the proposed schema.
    pub confluent: Verdict,
    /// Whether every message is read with its meaning, in the directions of the level.
    pub wire: Verdict,
    /// What to deploy first, judged by the messages of the latest earlier version; `None` where there is none, and under NONE.
    pub deployment: Option<Deployment>,
    /// The findings, newest old version first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether a registry would take the proposed schema (the `confluent` profile).
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        self.confluent == Verdict::Compatible
    }

    /// The verdict under that profile.
    #[must_use]
    pub const fn verdict(&self, profile: Profile) -> Verdict {
        match profile {
            Profile::Confluent => self.confluent,
            Profile::Wire => self.wire,
        }
    }

    /// Reads both verdicts off the findings.
    pub(super) fn judge(&mut self) {
        let of = |profile| Verdict::of(!self.findings.iter().any(|finding| finding.breaks(profile)));
        (self.confluent, self.wire) = (of(Profile::Confluent), of(Profile::Wire));
    }
}

/// Whether one can read the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Verdict {
    /// It can.
    #[default]
    Compatible,
    /// It cannot.
    Incompatible,
}

impl Verdict {
    pub(super) const fn of(is_compatible: bool) -> Self {
        if is_compatible { Self::Compatible } else { Self::Incompatible }
    }
}

/// What to deploy first when the schema of a subject changes, so that no message meets a reader that cannot read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deployment {
    /// The new schema reads old messages, and the old one does not read new ones.
    ConsumersFirst,
    /// The old schema reads new messages, and the new one does not read old ones: consumers follow when those are gone.
    ProducersFirst,
    /// Each reads the other's.
    Either,
    /// Neither reads the other's: no order is safe.
    Neither,
}

impl Deployment {
    /// From whether the new schema reads old messages, and the old one new ones.
    pub(super) const fn of(backward: bool, forward: bool) -> Self {
        match (backward, forward) {
            (true, true) => Self::Either,
            (true, false) => Self::ConsumersFirst,
            (false, true) => Self::ProducersFirst,
            (false, false) => Self::Neither,
        }
    }

    /// In words: `consumers first`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConsumersFirst => "consumers first",
            Self::ProducersFirst => "producers first",
            Self::Either => "either first",
            Self::Neither => "no order is safe",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} under {}", self.confluent, self.level)?;
        let mut lead = ": ";
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let count = self.findings.iter().filter(|finding| finding.severity == severity).count();
            if count > 0 {
                let plural = if count == 1 { "" } else { "s" };
                write!(f, "{lead}{count} {}{plural}", severity.as_str())?;
                lead = ", ";
            }
        }
        match (self.confluent, self.wire) {
            (Verdict::Compatible, Verdict::Incompatible) => f.write_str(
                "\nthe profiles differ: Confluent's registry takes it, and some messages are not read, or misread",
            )?,
            (Verdict::Incompatible, Verdict::Compatible) => f.write_str(
                "\nthe profiles differ: Confluent's registry refuses it, and every message is read with its meaning",
            )?,
            _ => {}
        }
        if let Some(deployment) = self.deployment {
            write!(f, "\ndeploy: {}", deployment.as_str())?;
        }
        for finding in &self.findings {
            write!(f, "\n\n{finding}")?;
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

impl fmt::Display for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
