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
//! | Protobuf | all that Confluent's registry checks from version 8.3 on; what it lets pass and is misread as warnings, groups too; not extensions and options |
//! | bincode layouts | how the codec resolves them, by names |
//! | custom | nothing: a version that differs is refused, by `compat/format-not-yet-checked` |
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
#[cfg(feature = "bincode")]
mod bincode;
#[cfg(any(feature = "avro", feature = "bincode", feature = "json", feature = "protobuf"))]
mod dice;
mod edits;
mod examples;
mod finding;
#[cfg(feature = "json")]
mod json;
mod level;
#[cfg(any(feature = "avro", feature = "bincode", feature = "json", feature = "protobuf"))]
mod places;
#[cfg(feature = "protobuf")]
mod protobuf;
mod report;
mod rule;
mod sample;
mod trail;

pub(crate) use edits::fixes;
pub use examples::Example;
pub use finding::{Edit, Finding, Fix, Outcome, Place, Range, Side, Witness};
pub use level::{Level, Policy, Profile};
pub use report::{Deployment, Report, Verdict};
pub use rule::{Category, Provable, Rule, RuleId, Severity, rule, rules};
pub(crate) use sample::candidates;
pub use sample::sample;
pub use trail::{End, Step, Trail};

use crate::schema::Schema;

/// Checks a proposed schema against the earlier versions of its subject, oldest first, as the level asks.
#[must_use]
pub fn check(level: Level, history: &[Schema], proposed: &Schema) -> Report {
    Check { level, ..Check::default() }.run(history, proposed)
}

/// As [`check`], under a policy. Only JSON Schema heeds it.
#[must_use]
pub fn check_with(level: Level, policy: Policy, history: &[Schema], proposed: &Schema) -> Report {
    Check { level, policy, ..Check::default() }.run(history, proposed)
}

/// How to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Check {
    /// Which versions, and in which directions.
    pub level: Level,
    /// Confluent's policy. Only JSON Schema heeds it.
    pub policy: Policy,
    /// Whether rules of the category [`Category::Source`] run as well.
    pub source: bool,
}

impl Check {
    /// Checks a proposed schema against the earlier versions of its subject, oldest first.
    #[must_use]
    pub fn run(&self, history: &[Schema], proposed: &Schema) -> Report {
        let level = self.level;
        let mut report = Report { level, ..Report::default() };
        if level == Level::None {
            return report;
        }
        let count = if level.is_transitive() { history.len() } else { 1 };
        let new = View::of(proposed);
        for (against, old) in history.iter().enumerate().rev().take(count) {
            let view = View::of(old);
            let pair = Pair { check: *self, level, against, old, new: proposed };
            report.findings.extend(pair.findings(&view, &new));
            if against + 1 == history.len() {
                report.deployment = Some(pair.deployment(&view, &new, &report.findings));
            }
        }
        report.judge();
        report
    }
}

/// One earlier version and the proposed schema.
#[derive(Debug, Clone, Copy)]
struct Pair<'s> {
    check: Check,
    /// The directions that are looked at now; not always those that the check is about.
    level: Level,
    against: usize,
    old: &'s Schema,
    new: &'s Schema,
}

/// A schema as its format's checker sees it. Where there are several versions, it is made once for all of them.
#[derive(Debug)]
enum View {
    #[cfg(feature = "avro")]
    Avro(avro::View),
    /// The checker makes its own, of both schemas together.
    OfPair,
}

impl View {
    fn of(schema: &Schema) -> Self {
        match schema.format() {
            #[cfg(feature = "avro")]
            crate::schema::Format::Avro => Self::Avro(avro::View::of(schema)),
            _ => Self::OfPair,
        }
    }
}

impl Pair<'_> {
    /// The latest version decides what to deploy first; the direction that the level does not ask for is looked at as well.
    fn deployment(self, old: &View, new: &View, findings: &[Finding]) -> Deployment {
        let holds = |level: Level, side: Side| {
            let fails = |it: &Finding| it.against == self.against && it.reader == side && it.wire;
            let is_asked = if side == Side::New { self.level.is_backward() } else { self.level.is_forward() };
            if is_asked {
                return !findings.iter().any(fails);
            }
            !Self { level, ..self }.findings(old, new).iter().any(fails)
        };
        let (backward, forward) = (holds(Level::Backward, Side::New), holds(Level::Forward, Side::Old));
        Deployment::of(backward, forward)
    }

    fn findings(self, old_view: &View, new_view: &View) -> Vec<Finding> {
        let _ = (old_view, new_view);
        #[cfg(not(any(feature = "json", feature = "protobuf")))]
        let _ = self.check;
        let (old, new) = (self.old.format(), self.new.format());
        if old != new {
            let message = format!("the earlier version is {old}, and the proposed schema is {new}");
            return vec![self.of_all(rule::id::FORMAT_CHANGED, message)];
        }
        #[cfg(feature = "avro")]
        if let (View::Avro(old), View::Avro(new)) = (old_view, new_view) {
            return avro::findings(self, old, new);
        }
        match new {
            #[cfg(feature = "bincode")]
            crate::schema::Format::Bincode => bincode::findings(self),
            #[cfg(feature = "json")]
            crate::schema::Format::Json => json::findings(self),
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

    /// A finding as the rule's row has it: an error is one for Confluent's registry, and either harms messages.
    fn finding(self, id: RuleId, reader: Side, message: String) -> Finding {
        let row = rule(id);
        let severity = row.map_or(Severity::Error, |rule| rule.severity);
        let category = row.map_or(Category::Wire, |rule| rule.category);
        Finding {
            rule: id,
            severity,
            category,
            against: self.against,
            reader,
            message,
            element: String::new(),
            shape: String::new(),
            new: None,
            old: None,
            confluent: severity == Severity::Error && category == Category::Wire,
            wire: category == Category::Wire,
            witness: None,
            fixes: Vec::new(),
            trail: None,
        }
    }
}
