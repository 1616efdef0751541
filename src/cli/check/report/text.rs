//! For people: each finding as a compiler shows it, with the line at fault, both sides, and what to do.

use super::Paint;
use super::excerpt::Excerpt;
use super::words::{
    count, dependent, headline, left_out, line, old_path, place, plain, sentence, tally, versions,
};
use crate::cli::check::outcome::{Found, Spot, State, Verdicts};
use crate::cli::output::Style;
use crate::compat::{Edit, Fix, Severity};
use crate::schema::Position;

/// The longest stretch of a line that is shown.
const WIDTH: usize = 120;

/// The longest text, in bytes, that lines are shown of: in a longer one each finding would cost a walk through all of it.
const QUOTED: usize = 1 << 20;

pub(super) fn render(excerpt: &Excerpt<'_>, paint: Paint<'_>) -> String {
    let mut out = String::new();
    for found in &excerpt.open {
        finding(found, paint, &mut out);
        out.push('\n');
    }
    if excerpt.open_left_out() > 0 {
        line!(out, "{}: {}\n", paint(Style::Bold, "note"), left_out(excerpt.open_left_out()));
    }
    let outcome = excerpt.outcome;
    for note in &outcome.notes {
        line!(out, "{}: {}", paint(Style::Bold, "note"), plain(note));
    }
    for subject in outcome.subjects.iter().filter(|subject| subject.state == State::New) {
        let file = if subject.name == subject.path { String::new() } else { format!(" ({})", subject.path) };
        let line = format!("{} is new{file}: nothing to compare it with", subject.name);
        line!(out, "{}: {}", paint(Style::Bold, "note"), plain(&line));
    }
    line!(out, "{}", plain(&headline(outcome)));
    let counts = outcome.counts();
    let mut parts = tally(&counts);
    let soonest = outcome
        .findings
        .iter()
        .filter_map(|found| Some((found.waiver.as_ref()?.days, found)))
        .min_by_key(|it| it.0);
    if let (Some((days, found)), Some(last)) = (soonest, parts.last_mut()) {
        let days = usize::try_from(days).unwrap_or_default();
        last.push_str(&format!(
            " (the next ends in {}: {} {})",
            count(days, "day"),
            plain(&found.subject),
            found.rule
        ));
    }
    line!(out, "  {}", parts.join(" · "));
    out
}

fn finding(found: &Found, paint: Paint<'_>, out: &mut String) {
    let style = match found.severity {
        Severity::Error => Style::Red,
        Severity::Warning => Style::Yellow,
        Severity::Note => Style::Bold,
    };
    let head = paint(style, &format!("{}[{}]", found.severity.as_str(), found.rule));
    line!(out, "{head}: {}", plain(&sentence(found)));
    let at = plain(&place(found));
    match &found.new {
        Some(spot) => excerpt(spot, &at, style, paint, out),
        None => line!(out, "   {} {at}", paint(Style::Dim, "┌─")),
    }
    let mut row = |name: &str, text: &str| {
        line!(out, "   {} {name}: {}", paint(Style::Dim, "="), plain(text));
    };
    row("subject", &found.subject);
    let broken: Vec<String> = versions(found).iter().map(ToString::to_string).collect();
    if found.level.is_some() && !broken.is_empty() {
        row("against", &broken.join(", "));
    }
    if let Some(level) = found.level {
        row("level", level.as_str());
    }
    if let Some(old) = found.old.last().filter(|_| found.new.is_some()) {
        let position = old.position.map(|position| format!(":{position}")).unwrap_or_default();
        row("old", &format!("{}{position}", old_path(old)));
    }
    match found.verdicts {
        Some(Verdicts { confluent: false, wire: true }) => row("but", "Confluent's registry lets it pass"),
        Some(Verdicts { confluent: true, wire: false }) => {
            row("but", "every message is read with its meaning; only Confluent's registry refuses it");
        }
        _ => {}
    }
    if let Some(witness) = &found.witness {
        row("witness", &witness.to_string());
    }
    for it in found.dependents.iter().take(10) {
        row(if it.subject == found.subject { "by way of" } else { "breaks too" }, &dependent(it));
    }
    if found.dependents.len() > 10 {
        row("breaks too", &format!("{} more", found.dependents.len() - 10));
    }
    row("why", found.why);
    row("help", found.fix);
    for fix in found.fixes.iter().filter(|fix| fix.verified) {
        row("verified", &format!("{}: {}", fix.description, edits(fix)));
    }
    if !found.owners.is_empty() {
        row("owners", &found.owners.join(", "));
    }
    if !found.consumers.is_empty() {
        row("consumers", &found.consumers.join(", "));
    }
    row("more", &format!("schemawire explain {}", found.rule));
    row("id", &found.id);
}

/// `put \`, "default": ""\` at 9:37`.
fn edits(fix: &Fix) -> String {
    let one = |edit: &Edit| {
        let (start, end) = (edit.range.start, edit.range.end);
        match (edit.text.as_str(), start == end) {
            (text, true) => format!("put `{text}` at {start}"),
            ("", false) => format!("take {start} to {end} away"),
            (text, false) => format!("put `{text}` for {start} to {end}"),
        }
    };
    fix.edits.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// ```text
///    ┌─ schemas/order.avsc:9:5
///    │
///  9 │     {"name": "sku", "type": "string"}
///    │     ─────────────────────────────────
/// ```
fn excerpt(spot: &Spot, at: &str, style: Style, paint: Paint<'_>, out: &mut String) {
    let number = spot.position.map(|position| position.line.to_string()).unwrap_or_default();
    let margin = " ".repeat(number.len().max(1) + 2);
    let bar = |mark: &str| format!("{margin}{}", paint(Style::Dim, mark));
    line!(out, "{} {at}", bar("┌─"));
    let Some(position) = spot.position.filter(|_| spot.text.len() <= QUOTED) else { return };
    let Some(line) = spot.text.lines().nth(position.line.saturating_sub(1) as usize) else { return };
    let (shown, before, width) = window(line, position, spot.end);
    line!(out, "{}", bar("│"));
    line!(out, " {} {} {shown}", paint(Style::Dim, &number), paint(Style::Dim, "│"));
    let underline = paint(style, &"─".repeat(width.max(1)));
    line!(out, "{} {}{underline}", bar("│"), " ".repeat(before));
    line!(out, "{}", bar("│"));
}

/// The part of a line around a place, how many characters stand before the place, and how many belong to it.
fn window(line: &str, position: Position, end: Option<Position>) -> (String, usize, usize) {
    let start = position.column.saturating_sub(1) as usize;
    let length = line.chars().count();
    let from = if start > WIDTH / 2 && length > WIDTH { start - WIDTH / 2 } else { 0 };
    let shown = |from: usize, count: usize| -> String {
        let part: String = line.chars().skip(from).take(count).collect();
        plain(&part.replace('\t', "    "))
    };
    let stop = match end {
        Some(end) if end.line == position.line => end.column.saturating_sub(1) as usize,
        Some(_) => length,
        None => start + 1,
    };
    let before = shown(from, start - from).chars().count();
    let width = shown(start, stop.min(from + WIDTH).saturating_sub(start)).chars().count();
    (shown(from, WIDTH), before, width)
}
