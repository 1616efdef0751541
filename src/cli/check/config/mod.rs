//! `schemawire.toml`: found, read, and held against the files.
//!
//! | table | keys |
//! |---|---|
//! | `[check]` | `against` `level` `policy` `profile` `source` `deletes` `fail-on` `max-findings` |
//! | `[[subjects]]` | `files` `subject` `format` `level` `policy` `profile` `owners` `consumers` |
//! | `[rules]` | a rule's name = `error` `warning` `note` `off` |
//! | `[[waivers]]` | `id`, or `rule` with `subject` and `element`; `reason` `until` `by` |
//! | `[[proto]]` | `roots` `vendor` |
//! | `[json.ids]` | the beginning of a URI = a folder |
//!
//! An unknown key is an error with its line and column, and so is a glob or a folder that leads to nothing: what is written
//! here and does nothing is a mistake that somebody relies on. `schemas/schemawire.schema.json` describes the file for editors.

mod buf;
mod reader;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};

use self::reader::{Fields, Reader};
use super::date::Date;
use super::rules;
use super::settings::{ConfigFile, Deletes, Settings, SubjectRule, Target, Waiver};
use super::subjects::PLACEHOLDERS;
use crate::cli::failure::Failure;
use crate::compat::Severity;
use crate::source::ProtoRoots;

pub(super) use buf::modules;

/// The file's name.
pub(super) const NAME: &str = "schemawire.toml";

/// What may stand where. The JSON Schema for editors is tested against these.
const TOP: &[&str] = &["check", "subjects", "rules", "waivers", "proto", "json"];
const CHECK: &[&str] =
    &["against", "level", "policy", "profile", "source", "deletes", "fail-on", "max-findings"];
const SUBJECTS: &[&str] =
    &["files", "subject", "format", "level", "policy", "profile", "owners", "consumers"];
const WAIVERS: &[&str] = &["id", "rule", "subject", "element", "reason", "until", "by"];
const PROTO: &[&str] = &["roots", "vendor"];
const JSON: &[&str] = &["ids"];

/// The file that holds for a directory: in it, or in the nearest around it, up to the outermost of the repository.
pub(super) fn find(directory: &Path) -> Option<PathBuf> {
    for folder in directory.ancestors() {
        let file = folder.join(NAME);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    None
}

/// Reads a file.
pub(super) fn load(file: &Path) -> Result<Settings, Failure> {
    let shown = file.file_name().map_or_else(|| NAME.into(), |it| it.to_string_lossy().into_owned());
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("cannot read `{}`: {error}", file.display())))?;
    let mut settings = parse(&shown, &text)?;
    settings.file = Some(ConfigFile { path: file.to_owned(), shown, text: text.into() });
    Ok(settings)
}

fn parse(shown: &str, text: &str) -> Result<Settings, Failure> {
    let reader = Reader { shown, text };
    let document = reader.parse()?;
    let top = reader.fields(document.get_ref(), (0, 0), TOP)?;
    let mut settings = Settings::default();
    if let Some(check) = top.table("check", CHECK)? {
        settings.against = check.text("against")?.map(str::to_owned);
        settings.level = check.parsed("level")?;
        settings.policy = check.parsed("policy")?;
        settings.profile = check.parsed("profile")?;
        settings.max_findings = check.number("max-findings")?;
        settings.source = check.boolean("source")?.unwrap_or_default();
        settings.deletes = check.parsed("deletes")?.unwrap_or_default();
        settings.fail_on = check.parsed::<Word>("fail-on")?.map(|word| word.0);
    }
    for fields in top.tables("subjects", SUBJECTS)? {
        subjects(reader, fields, &mut settings.subjects)?;
    }
    if let Some((table, _)) = top.any_table("rules")? {
        for (key, value) in table {
            let rule = key.get_ref().as_ref();
            if rules::find(rule).is_none() {
                let message = format!("there is no rule `{rule}`; `schemawire rules` lists them");
                return Err(reader.complain((key.span().start, key.span().end), message));
            }
            let word = value.get_ref().as_str().unwrap_or_default();
            let severity = if word == "off" { Ok(None) } else { Word::from_str(word).map(|it| Some(it.0)) };
            let wrong =
                |error| reader.complain((value.span().start, value.span().end), format!("{error}, or off"));
            settings.rules.insert(rule.to_owned(), severity.map_err(wrong)?);
        }
    }
    for fields in top.tables("waivers", WAIVERS)? {
        settings.waivers.push(waiver(reader, fields)?);
    }
    for fields in top.tables("proto", PROTO)? {
        let folders =
            |key| fields.texts(key).map(|it| it.iter().map(|(folder, _)| trimmed(folder)).collect());
        settings.roots.protobuf.push(ProtoRoots {
            roots: folders("roots")?,
            vendor: folders("vendor")?,
            is_shared: false,
        });
        for (folder, span) in fields.texts("roots")?.into_iter().chain(fields.texts("vendor")?) {
            settings.folders.push((trimmed(folder), reader.position(span)));
        }
    }
    if let Some(json) = top.table("json", JSON)?
        && let Some((table, _)) = json.any_table("ids")?
    {
        for (key, value) in table {
            let span = (value.span().start, value.span().end);
            let folder =
                value.get_ref().as_str().ok_or_else(|| reader.complain(span, "a folder, in quotes"))?;
            settings.roots.json.push((key.get_ref().as_ref().to_owned(), trimmed(folder)));
            settings.folders.push((trimmed(folder), reader.position(span)));
        }
    }
    Ok(settings)
}

fn subjects(reader: Reader<'_>, fields: Fields<'_, '_>, rules: &mut Vec<SubjectRule>) -> Result<(), Failure> {
    let files = fields.texts("files")?;
    if files.is_empty() {
        return Err(fields.complain("`files` is missing: a glob, or several"));
    }
    let subject = fields.text("subject")?.map(str::to_owned);
    for placeholder in subject.as_deref().unwrap_or_default().split('{').skip(1) {
        let name = placeholder.split_once('}').map(|(name, _)| name);
        if !name.is_some_and(|name| PLACEHOLDERS.contains(&name)) {
            let message = format!("a placeholder is one of {{{}}}", PLACEHOLDERS.join("}, {"));
            return Err(fields.complain_of("subject", message));
        }
    }
    let texts = |key| {
        Ok::<_, Failure>(fields.texts(key)?.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>())
    };
    let (owners, consumers) = (texts("owners")?, texts("consumers")?);
    for (file, span) in files {
        if let Some(message) = unsupported(file) {
            return Err(reader.complain(span, message));
        }
        rules.push(SubjectRule {
            glob: glob(file).map_err(|error| reader.complain(span, error))?,
            shown: file.to_owned(),
            position: reader.position(span),
            subject: subject.clone(),
            format: fields.parsed("format")?,
            level: fields.parsed("level")?,
            policy: fields.parsed("policy")?,
            profile: fields.parsed("profile")?,
            owners: owners.clone(),
            consumers: consumers.clone(),
        });
    }
    Ok(())
}

/// What is said about a path or a glob that names files of Avro's other languages.
pub(super) fn unsupported(path: &str) -> Option<String> {
    let languages = [(".avdl", "Avro IDL is"), (".avpr", "Avro protocols are")];
    let (_, what) = languages.iter().find(|(ending, _)| path.ends_with(ending))?;
    Some(format!("`{path}`: {what} not supported; compile it to .avsc files and check those"))
}

fn waiver(reader: Reader<'_>, fields: Fields<'_, '_>) -> Result<Waiver, Failure> {
    let matcher = |key| {
        let text = fields.text(key)?;
        text.map(|text| loose_glob(text).map_err(|error| fields.complain_of(key, error))).transpose()
    };
    let target = match (fields.text("id")?, fields.text("rule")?) {
        (Some(id), None) => Target::Id(id.to_owned()),
        (None, Some(rule)) if rules::find(rule).is_some() => {
            Target::Rule { rule: rule.to_owned(), subject: matcher("subject")?, element: matcher("element")? }
        }
        (None, Some(rule)) => return Err(fields.complain_of("rule", format!("there is no rule `{rule}`"))),
        _ => return Err(fields.complain("a waiver has an `id`, or a `rule` with `subject` and `element`")),
    };
    let reason = fields.text("reason")?.filter(|reason| !reason.trim().is_empty());
    let reason = reason.ok_or_else(|| fields.complain("`reason` is missing: why it may be waived"))?;
    let until = fields
        .get("until")
        .ok_or_else(|| fields.complain("`until` is missing: its last day, as 2027-03-01"))?;
    let day = match until.get_ref() {
        toml::de::DeValue::Datetime(day) => Date::parse(&day.to_string()),
        other => other.as_str().and_then(Date::parse),
    };
    let until = day.ok_or_else(|| fields.complain_of("until", "a day, as 2027-03-01"))?;
    let position = reader.position((fields.span().0, fields.span().1));
    let by = fields.text("by")?.map(str::to_owned);
    Ok(Waiver { position, target, reason: reason.to_owned(), until, by })
}

/// A glob over paths, in which `*` stays within its folder.
fn glob(text: &str) -> Result<GlobMatcher, globset::Error> {
    GlobBuilder::new(text.trim_start_matches("./"))
        .literal_separator(true)
        .build()
        .map(|it| it.compile_matcher())
}

/// A glob over names, in which `*` goes over everything.
fn loose_glob(text: &str) -> Result<GlobMatcher, globset::Error> {
    GlobBuilder::new(text).literal_separator(false).build().map(|it| it.compile_matcher())
}

fn trimmed(folder: &str) -> String {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    if folder == "." { String::new() } else { folder.to_owned() }
}

/// A severity, by its word.
struct Word(Severity);

impl FromStr for Word {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Severity::Error, Severity::Warning, Severity::Note];
        let found = all.into_iter().find(|severity| severity.as_str() == text);
        found.map(Self).ok_or("one of error, warning, note")
    }
}

impl FromStr for Deletes {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "allow" => Ok(Self::Allow),
            "warn" => Ok(Self::Warn),
            "deny" => Ok(Self::Deny),
            _ => Err("one of allow, warn, deny"),
        }
    }
}
