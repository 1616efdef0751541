//! Compatibility: whether what one schema wrote another can read, where not, and why.
//!
//! ```text
//! level, history, proposed -> for each version that counts, newest first: (reader, writer) -> findings -> Report
//! ```
//!
//! Pure: no I/O, no clock. It never stops at the first finding, and it ends on every pair of schemas.
//!
//! | format | what is checked |
//! |---|---|
//! | Avro | all that Confluent's registry checks, by the rules of [`rules`]; changed logical types as warnings |
//! | JSON Schema | all that Confluent's registry compares, in all drafts, under both policies |
//! | Protobuf | all that Confluent's registry checks from version 8.3 on; what it lets pass and is misread as warnings |
//! | others | nothing yet: a version that differs is refused, by `compat/format-not-yet-checked` |
//!
//! ```
//! # #[cfg(feature = "avro")] {
//! use schemawire::compat::{Level, check};
//! use schemawire::schema::Schema;
//!
//! let old = Schema::avro(r#"{"type": "record", "name": "R", "fields": []}"#)?;
//! let new = Schema::avro(r#"{"type": "record", "name": "R", "fields": [{"name": "f", "type": "int"}]}"#)?;
//! let report = check(Level::Backward, &[old], &new);
//! assert!(!report.is_compatible());
//! assert_eq!(report.findings[0].rule, "avro/field-added-without-default");
//! assert_eq!(report.findings[0].new.as_ref().unwrap().pointer, "/fields/0");
//! # }
//! # Ok::<(), schemawire::schema::SchemaError>(())
//! ```

#[cfg(feature = "avro")]
mod avro;
#[cfg(feature = "json")]
mod json;
mod level;
#[cfg(any(feature = "avro", feature = "json", feature = "protobuf"))]
mod places;
#[cfg(feature = "protobuf")]
mod protobuf;
mod report;
mod rule;

pub use level::{Level, Policy};
pub use report::{Finding, Place, Report, Side, Verdict};
pub use rule::{Rule, RuleId, Severity, rule, rules};

use crate::schema::Schema;

/// Checks a proposed schema against the earlier versions of its subject, oldest first, as the level asks.
#[must_use]
pub fn check(level: Level, history: &[Schema], proposed: &Schema) -> Report {
    check_with(level, Policy::Strict, history, proposed)
}

/// As [`check`], under a policy. Only JSON Schema heeds it.
#[must_use]
pub fn check_with(level: Level, policy: Policy, history: &[Schema], proposed: &Schema) -> Report {
    let count = match level {
        Level::None => 0,
        level if level.is_transitive() => history.len(),
        _ => 1,
    };
    let mut report = Report { level, findings: Vec::new() };
    for (against, old) in history.iter().enumerate().rev().take(count) {
        let pair = Pair { level, against, old, new: proposed };
        report.findings.extend(pair.findings(policy));
    }
    report
}

/// One earlier version and the proposed schema.
#[derive(Debug, Clone, Copy)]
struct Pair<'s> {
    level: Level,
    against: usize,
    old: &'s Schema,
    new: &'s Schema,
}

impl Pair<'_> {
    fn findings(self, policy: Policy) -> Vec<Finding> {
        #[cfg(not(feature = "json"))]
        let _ = policy;
        let (old, new) = (self.old.format(), self.new.format());
        if old != new {
            let message = format!("the earlier version is {old}, and the proposed schema is {new}");
            return vec![self.of_all(rule::id::FORMAT_CHANGED, message)];
        }
        match new {
            #[cfg(feature = "avro")]
            crate::schema::Format::Avro => avro::findings(self),
            #[cfg(feature = "json")]
            crate::schema::Format::Json => json::findings(self, policy),
            #[cfg(feature = "protobuf")]
            crate::schema::Format::Protobuf => protobuf::findings(self),
            _ if self.is_unchanged() => Vec::new(),
            other => {
                let message = format!(
                    "the schema differs from this version, and rules for {other} do not exist yet; only level NONE accepts a change"
                );
                vec![self.of_all(rule::id::FORMAT_NOT_YET_CHECKED, message)]
            }
        }
    }

    /// Whether both mean the same to every reader.
    fn is_unchanged(self) -> bool {
        self.old == self.new
            || (self.old.canonical() == self.new.canonical()
                && self.old.references() == self.new.references())
    }

    /// A finding about the schemas as a whole.
    fn of_all(self, id: RuleId, message: String) -> Finding {
        let reader = if self.level.is_backward() { Side::New } else { Side::Old };
        self.finding(id, reader, message)
    }

    fn finding(self, id: RuleId, reader: Side, message: String) -> Finding {
        let severity = rule(id).map_or(Severity::Error, |rule| rule.severity);
        Finding { rule: id, severity, against: self.against, reader, message, new: None, old: None }
    }
}
