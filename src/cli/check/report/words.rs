//! Words and escapes that several reports share.

use crate::cli::check::outcome::{Counts, Dependent, Found, OldSpot, Outcome, Version};
use crate::schema::{Format, Position};

/// A line more.
macro_rules! line {
    ($out:expr, $($text:tt)*) => {{
        $out.push_str(&format!($($text)*));
        $out.push('\n');
    }};
}
pub(super) use line;

/// Text that stays on its line and moves no cursor: control characters, and marks that turn the direction of writing, as escapes.
pub(in crate::cli) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if other.is_control() || turns_direction(other) => out.extend(other.escape_unicode()),
            other => out.push(other),
        }
    }
    out
}

fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// What is wrong, with the place in the document where the sentence alone does not say which of its parts is meant.
pub(super) fn sentence(found: &Found) -> String {
    let pointer = found.new.as_ref().map(|spot| spot.pointer.as_str());
    let pointer = pointer.or_else(|| found.old.first().map(|spot| spot.pointer.as_str())).unwrap_or_default();
    if found.format == Some(Format::Json) && !pointer.is_empty() && !found.message.contains(pointer) {
        format!("{}, at {pointer}", found.message)
    } else {
        found.message.clone()
    }
}

/// `1 error`, `2 errors`.
pub(super) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// `path:line:column` of where a finding is shown; what is gone is shown where it was.
pub(super) fn place(found: &Found) -> String {
    let new = found.new.as_ref().map(|spot| (spot.path.clone(), spot.position));
    let old = || found.old.first().map(|spot| (old_path(spot), spot.position));
    let Some((path, position)) = new.or_else(old) else { return String::new() };
    position.map_or_else(|| path.clone(), |position| format!("{path}:{position}"))
}

/// The file and the place in it; of what is gone, those that it had.
pub(super) fn position(found: &Found) -> (&str, Option<Position>) {
    let new = found.new.as_ref().map(|spot| (spot.path.as_str(), spot.position));
    let old = || found.old.first().map(|spot| (spot.path.as_str(), spot.position));
    new.or_else(old).unwrap_or_default()
}

/// `schemas/order.avsc@4f1c2ab`.
pub(super) fn old_path(spot: &OldSpot) -> String {
    match &spot.version.revision {
        Some(revision) => format!("{}@{revision}", spot.path),
        None => spot.path.clone(),
    }
}

/// The versions that a finding breaks, each once, oldest first.
pub(super) fn versions(found: &Found) -> Vec<&Version> {
    let mut versions: Vec<&Version> = Vec::new();
    for spot in &found.old {
        if !versions.contains(&&spot.version) {
            versions.push(&spot.version);
        }
    }
    versions.sort_by_key(|version| version.number);
    versions
}

/// `billing-value (billing.avsc -> money.avsc)`.
pub(super) fn dependent(dependent: &Dependent) -> String {
    format!("{} ({})", dependent.subject, dependent.chain.join(" -> "))
}

/// `37 compatible · 2 new · 1 error`.
pub(super) fn tally(counts: &Counts) -> Vec<String> {
    let mut parts = vec![format!("{} compatible", counts.compatible)];
    let words = [(counts.new, "new"), (counts.deleted, "deleted"), (counts.waived, "waived")];
    let (before, after) = words.split_at(2);
    parts.extend(before.iter().filter(|it| it.0 > 0).map(|(number, word)| format!("{number} {word}")));
    for (number, word) in [(counts.errors, "error"), (counts.warnings, "warning"), (counts.notes, "note")] {
        parts.extend((number > 0).then(|| count(number, word)));
    }
    parts.extend(after.iter().filter(|it| it.0 > 0).map(|(number, word)| format!("{number} {word}")));
    parts
}

/// How many findings are not shown, and how to see them.
pub(super) fn left_out(number: usize) -> String {
    let verb = if number == 1 { "is" } else { "are" };
    format!("{number} more {verb} not shown; --max-findings 0 shows all")
}

/// The sentence over everything.
pub(super) fn headline(outcome: &Outcome) -> String {
    let versions = if outcome.versions == 0 {
        String::new()
    } else {
        format!(", {}", count(outcome.versions, "version"))
    };
    let seconds = outcome.elapsed.as_secs_f64();
    format!(
        "Checked {} against {}{versions}, in {seconds:.2} s",
        count(outcome.subjects.len(), "subject"),
        outcome.baseline
    )
}
