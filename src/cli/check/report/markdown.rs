//! A comment for a pull request. Its first line is a mark by which a later run finds and replaces it.

use super::excerpt::Excerpt;
use super::words::{count, line, place, sentence, tally, versions};
use crate::cli::check::outcome::Found;
use crate::compat::Severity;

/// GitHub takes comments of up to 65,536 characters.
const LONGEST: usize = 60_000;

pub(super) fn render(excerpt: &Excerpt<'_>) -> String {
    let outcome = excerpt.outcome;
    let counts = outcome.counts();
    let mut out = String::from("<!-- schemawire:check -->\n");
    let head = match (counts.errors, counts.warnings) {
        _ if !outcome.troubles.is_empty() => "⚠️ Some schemas could not be checked".to_owned(),
        (0, 0) => "✅ No breaking schema change".to_owned(),
        (0, warnings) => format!("⚠️ {}", count(warnings, "warning")),
        (errors, _) => format!("❌ {}", count(errors, "breaking schema change")),
    };
    line!(out, "### {head}\n");
    for trouble in &outcome.troubles {
        line!(out, "* {}: {}", cell(&trouble.message), cell(&trouble.causes.join("; ")));
    }
    if !excerpt.open.is_empty() {
        out.push_str("| | Subject | Change | Breaks | Owner |\n|---|---|---|---|---|\n");
    }
    let mut left_out = excerpt.open_left_out();
    for found in &excerpt.open {
        if out.len() > LONGEST / 2 { left_out += 1 } else { row(found, &mut out) }
    }
    if left_out > 0 {
        line!(out, "\n{left_out} more {} not shown.", if left_out == 1 { "is" } else { "are" });
    }
    out.push('\n');
    for found in &excerpt.open {
        if out.len() > LONGEST {
            break;
        }
        details(found, &mut out);
    }
    let deployments: Vec<String> = outcome
        .subjects
        .iter()
        .filter_map(|subject| Some(format!("{}: {}", code(&subject.name), subject.deployment?.as_str())))
        .collect();
    if !deployments.is_empty() && out.len() < LONGEST {
        let shown = deployments.iter().take(20).cloned().collect::<Vec<_>>().join("; ");
        let more = deployments.len().saturating_sub(20);
        let more = if more == 0 { String::new() } else { format!("; {more} more") };
        line!(out, "Order of deployment: {shown}{more}\n");
    }
    line!(out, "{} · against {}", tally(&counts).join(" · "), code(&outcome.baseline));
    out
}

fn row(found: &Found, out: &mut String) {
    let broken: Vec<String> = versions(found).iter().map(|version| version.short()).collect();
    let owners: Vec<String> = found.owners.iter().map(|owner| cell(owner)).collect();
    line!(
        out,
        "| {} | {} | {} ({}) | {} | {} |",
        mark(found.severity),
        code(&found.subject),
        cell(&sentence(found)),
        code(&place(found)),
        cell(&broken.join(", ")),
        owners.join(", ")
    );
}

fn details(found: &Found, out: &mut String) {
    line!(
        out,
        "<details><summary>{} {}</summary>\n",
        mark(found.severity),
        cell(&format!("{}: {}", found.rule, found.subject))
    );
    line!(out, "{} {}\n", cell(found.why), cell(found.fix));
    for dependent in &found.dependents {
        line!(out, "* breaks {}", cell(&super::words::dependent(dependent)));
    }
    if let Some(witness) = &found.witness {
        line!(out, "* proof: {}", code(&witness.to_string()));
    }
    for fix in found.fixes.iter().filter(|fix| fix.verified) {
        line!(out, "* verified fix: {}", cell(&fix.description));
    }
    line!(out, "* id {}\n\n</details>\n", code(&found.id));
}

const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Note => "ℹ️",
    }
}

/// Text of one cell: what stands in backquotes is code, and nothing else is markup.
fn cell(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return entities(text);
    }
    let show =
        |(index, part): (usize, &&str)| if index.is_multiple_of(2) { entities(part) } else { code(part) };
    parts.iter().enumerate().map(show).collect()
}

/// Code on one line.
pub(in crate::cli) fn code(text: &str) -> String {
    let is_plain = |it: char| it.is_alphanumeric() || " ._-/:@{}\",=()#$".contains(it);
    let has_edges = text.is_empty() || text.starts_with(' ') || text.ends_with(' ');
    if text.chars().all(is_plain) && !has_edges {
        format!("`{text}`")
    } else {
        format!("<code>{}</code>", entities(text))
    }
}

/// Every character that Markdown or HTML could take for its own as an entity, which neither does.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in super::plain(text).chars() {
        match character {
            '&' | '<' | '>' | '@' | '\\' | '|' | '*' | '_' | '[' | ']' | '`' | '~' | '#' | '!' => {
                out.push_str(&format!("&#{};", u32::from(character)));
            }
            other => out.push(other),
        }
    }
    out
}
