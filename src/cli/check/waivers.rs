//! Findings that somebody accepted, until a day that is named.

use std::fmt::Write;

use super::date::Date;
use super::findings::About;
use super::outcome::{Found, Outcome, Spot, Waived};
use super::rules;
use super::settings::{ConfigFile, Settings, Target, Waiver};
use crate::cli::failure::Failure;
use crate::compat::{Level, Profile, Severity};
use crate::schema::Format;

/// Marks what is waived; what is over and what waives nothing become findings themselves.
///
/// Whether a waiver is of use can only be seen when everything was checked, which `is_whole` says.
pub(super) fn apply(outcome: &mut Outcome, settings: &Settings, today: Date, is_whole: bool) {
    let mut own = Vec::new();
    for waiver in &settings.waivers {
        let mut covers = false;
        for found in outcome.findings.iter_mut().filter(|found| waiver.target.covers(found)) {
            covers = true;
            if today <= waiver.until {
                found.waiver = Some(Waived {
                    reason: waiver.reason.clone(),
                    until: waiver.until.to_string(),
                    by: waiver.by.clone(),
                    days: waiver.until.days() - today.days(),
                });
            }
        }
        let by = waiver.by.as_ref().map_or_else(String::new, |by| format!(" of {by}"));
        let what = &waiver.target;
        if today > waiver.until && (covers || is_whole) {
            let message = format!("the waiver{by} for {what} ended on {}: {}", waiver.until, waiver.reason);
            own.extend(finding(rules::EXPIRED, waiver, settings, message));
        } else if !covers && is_whole {
            let message = format!("the waiver{by} for {what} waives nothing");
            own.extend(finding(rules::UNUSED, waiver, settings, message));
        }
    }
    outcome.findings.extend(own);
    super::collapse::sort(&mut outcome.findings);
}

impl Target {
    fn covers(&self, found: &Found) -> bool {
        match self {
            Self::Id(id) => found.id == *id,
            Self::Rule { rule, subject, element } => {
                let fits = |glob: &Option<globset::GlobMatcher>, name: &str| {
                    glob.as_ref().is_none_or(|glob| glob.is_match(name))
                };
                found.rule == rule && fits(subject, &found.subject) && fits(element, &found.element)
            }
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Id(id) => write!(f, "finding {id}"),
            Self::Rule { rule, subject, .. } => {
                write!(f, "{rule}")?;
                subject.as_ref().map_or(Ok(()), |subject| write!(f, " in {}", subject.glob()))
            }
        }
    }
}

/// A finding about the configuration itself.
fn finding(rule: &str, waiver: &Waiver, settings: &Settings, message: String) -> Option<Found> {
    let file = settings.file.as_ref()?;
    let about = About {
        subject: &file.shown,
        path: &file.shown,
        format: Format::Json,
        level: Level::None,
        profile: Profile::default(),
        owners: &[],
        consumers: &[],
    };
    let element = waiver.target.to_string();
    let mut found = about.found(rule, &element, "", message)?;
    found.format = None;
    found.new = Some(Spot {
        path: file.shown.clone(),
        position: Some(waiver.position),
        end: None,
        pointer: String::new(),
        text: std::sync::Arc::clone(&file.text),
    });
    Some(found)
}

/// The end of a configuration that waives all open findings that are as bad as `fail_on`; `None` where there is none.
pub(super) fn written(
    outcome: &Outcome,
    fail_on: Severity,
    reason: &str,
    until: Date,
    by: Option<&str>,
) -> Option<(String, usize)> {
    let own =
        |found: &&Found| found.severity >= fail_on && !matches!(found.rule, rules::EXPIRED | rules::UNUSED);
    let mut text = String::new();
    let mut count = 0;
    for found in outcome.open().filter(own) {
        let line = super::report::plain(&format!("{}: {} ({})", found.subject, found.message, found.rule));
        let pairs = [("id", found.id.as_str()), ("reason", reason)];
        text.push_str("\n[[waivers]]");
        drop_error(writeln!(text, " # {line}"));
        for (key, value) in pairs.into_iter().chain(by.map(|by| ("by", by))) {
            drop_error(writeln!(text, "{key} = {}", quoted(value)));
        }
        drop_error(writeln!(text, "until = {until}"));
        count += 1;
    }
    (count > 0).then_some((text, count))
}

/// Appends to the configuration, which is made where there is none.
pub(super) fn append(
    file: Option<&ConfigFile>,
    otherwise: &std::path::Path,
    text: &str,
) -> Result<std::path::PathBuf, Failure> {
    let path = file.map_or_else(|| otherwise.to_owned(), |file| file.path.clone());
    let before = file.map_or("", |file| &file.text);
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let text = if before.is_empty() { text.trim_start() } else { text };
    std::fs::write(&path, format!("{before}{gap}{text}"))
        .map_err(|error| Failure::io(&format!("cannot write `{}`", path.display()), &error))?;
    Ok(path)
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if control.is_control() => drop_error(write!(out, "\\u{:04X}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Writing to a string does not fail.
fn drop_error(_: std::fmt::Result) {}
