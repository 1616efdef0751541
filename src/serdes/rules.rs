//! Rules that a schema asks for and that nobody here executes: what would be written or read without them is refused.
//!
//! | rule | applies to |
//! |---|---|
//! | domain and encoding rules of mode `WRITE`, `WRITEREAD` | a message that is written |
//! | domain and encoding rules of mode `READ`, `WRITEREAD` | a message that is read |
//! | migration rules (`UPGRADE`, `DOWNGRADE`, `UPDOWN`) | a message that is read with another version than its writer's, [on the way](super::migration) |
//!
//! A rule that applies stops the message, unless it is disabled, its own `onFailure` for that direction is `NONE`, or the settings go
//! on without its type. What is to be encrypted is not written in any case. Source: Confluent Schema Registry, *Data contracts*.

use std::collections::BTreeSet;
use std::fmt;

use crate::registry::{DataRule, RuleSet};

/// When a rule would have to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleDirection {
    /// Before a message is written.
    Write,
    /// After a message is read.
    Read,
    /// Between the writer's version and the reader's.
    Migrate,
}

impl fmt::Display for RuleDirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Write => "before a message is written",
            Self::Read => "after a message is read",
            Self::Migrate => "between the versions of writer and reader",
        })
    }
}

/// Which way a message is migrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From an older writer's version to a newer one.
    Up,
    /// To an older one.
    Down,
}

impl Way {
    /// Whether a rule of that mode runs on this way. A mode that nobody knows might.
    fn is_for(self, mode: &str) -> bool {
        let other = match self {
            Self::Up => "DOWNGRADE",
            Self::Down => "UPGRADE",
        };
        !other.eq_ignore_ascii_case(mode)
    }

    /// Whether what a rule names for failures says that they are nothing. Of two actions the first is for upgrades, the second for downgrades.
    fn forgives(self, on_failure: Option<&str>) -> bool {
        let actions: Vec<&str> = on_failure.unwrap_or_default().split(',').map(str::trim).collect();
        let action = match (actions.as_slice(), self) {
            ([up, _], Self::Up) => up,
            ([_, down], Self::Down) => down,
            ([only], _) => only,
            _ => return false,
        };
        *action == "NONE"
    }
}

impl RuleDirection {
    /// Whether a rule of that mode runs in this direction. A mode that nobody knows might.
    fn is_for(self, mode: &str) -> bool {
        let is = |wanted: &[&str]| wanted.iter().any(|it| it.eq_ignore_ascii_case(mode));
        match self {
            Self::Write => !is(&["READ"]),
            Self::Read => !is(&["WRITE"]),
            Self::Migrate => true,
        }
    }

    /// Whether what a rule names for failures says that they are nothing. Of two actions the first is for writing, the second for reading.
    fn forgives(self, on_failure: Option<&str>) -> bool {
        let Some(actions) = on_failure else { return false };
        let actions: Vec<&str> = actions.split(',').map(str::trim).collect();
        let is_none = |action: &&str| *action == "NONE";
        match (actions.as_slice(), self) {
            ([write, _], Self::Write) => is_none(write),
            ([_, read], Self::Read) => is_none(read),
            // Whether it would be an upgrade or a downgrade is not known: both have to be nothing.
            (all, _) => all.iter().all(is_none),
        }
    }
}

/// The first migration rule of a version that applies on a way through it and is not executed.
pub(super) fn unmigrated<'r>(
    rules: Option<&'r RuleSet>,
    way: Way,
    skipped: &BTreeSet<String>,
) -> Option<&'r DataRule> {
    rules?.migration_rules.iter().find(|rule| {
        let is_skipped = skipped.contains(rule.executor.as_deref().unwrap_or_default());
        !rule.disabled && way.is_for(&rule.mode) && !is_skipped && !way.forgives(rule.on_failure.as_deref())
    })
}

/// The first rule that applies in a direction and is not executed.
pub(super) fn unexecuted<'r>(
    rules: Option<&'r RuleSet>,
    direction: RuleDirection,
    skipped: &BTreeSet<String>,
) -> Option<&'r DataRule> {
    let rules = rules?;
    let applying: [&[DataRule]; 2] = match direction {
        RuleDirection::Migrate => [&rules.migration_rules, &[]],
        RuleDirection::Write | RuleDirection::Read => [&rules.domain_rules, &rules.encoding_rules],
    };
    applying.into_iter().flatten().find(|rule| {
        let executor = rule.executor.as_deref().unwrap_or_default();
        let is_secret =
            direction == RuleDirection::Write && executor.to_ascii_uppercase().starts_with("ENCRYPT");
        let is_skipped = skipped.contains(executor) || direction.forgives(rule.on_failure.as_deref());
        !rule.disabled && direction.is_for(&rule.mode) && (is_secret || !is_skipped)
    })
}
