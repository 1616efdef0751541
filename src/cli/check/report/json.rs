//! One JSON document; `schemas/schemawire.report.schema.json` describes it. `version` changes when a member goes or means something else.

use serde_json::{Map, Value, json};

use super::excerpt::Excerpt;
use crate::cli::check::outcome::{Found, OldSpot, Spot, Verdicts};
use crate::compat::{Fix, Outcome, Witness};
use crate::schema::Position;

pub(super) fn render(excerpt: &Excerpt<'_>) -> String {
    let outcome = excerpt.outcome;
    let counts = outcome.counts();
    let subjects = outcome.subjects.iter().map(|subject| {
        json!({
            "name": subject.name,
            "path": subject.path,
            "format": subject.format.as_str(),
            "level": subject.level.as_str(),
            "state": subject.state.as_str(),
            "deployment": subject.deployment.map(|it| it.as_str()),
            "versions": subject.versions,
        })
    });
    let troubles = outcome
        .troubles
        .iter()
        .map(|it| json!({ "message": it.message, "causes": it.causes, "help": it.help }));
    let report = json!({
        "version": 1,
        "tool": { "name": "schemawire", "version": env!("CARGO_PKG_VERSION") },
        "baseline": outcome.baseline,
        "summary": {
            "compared": counts.compared,
            "compatible": counts.compatible,
            "new": counts.new,
            "deleted": counts.deleted,
            "errors": counts.errors,
            "warnings": counts.warnings,
            "notes": counts.notes,
            "waived": counts.waived,
            "versions": outcome.versions,
            "leftOut": excerpt.left_out(),
        },
        "subjects": subjects.collect::<Vec<_>>(),
        "findings": excerpt.all.iter().map(|found| finding(found)).collect::<Vec<_>>(),
        "troubles": troubles.collect::<Vec<_>>(),
        "notes": outcome.notes,
    });
    format!("{report:#}\n")
}

fn finding(found: &Found) -> Value {
    let dependents = found.dependents.iter().map(|it| json!({ "subject": it.subject, "chain": it.chain }));
    json!({
        "id": found.id,
        "rule": found.rule,
        "severity": found.severity.as_str(),
        "format": found.format.map(|format| format.as_str()),
        "subject": found.subject,
        "level": found.level.map(|level| level.as_str()),
        "element": found.element,
        "message": found.message,
        "why": found.why,
        "fix": found.fix,
        "confluentType": found.confluent,
        "verdicts": found.verdicts.map(verdicts),
        "witness": found.witness.as_ref().map(witness),
        "fixes": found.fixes.iter().map(fix).collect::<Vec<_>>(),
        "new": found.new.as_ref().map(new),
        "old": found.old.iter().map(old).collect::<Vec<_>>(),
        "dependents": dependents.collect::<Vec<_>>(),
        "owners": found.owners,
        "consumers": found.consumers,
        "waiver": found.waiver.as_ref().map(|it| json!({ "reason": it.reason, "until": it.until, "by": it.by })),
    })
}

fn verdicts(verdicts: Verdicts) -> Value {
    let word = |breaks: bool| if breaks { "incompatible" } else { "compatible" };
    json!({ "confluent": word(verdicts.confluent), "wire": word(verdicts.wire) })
}

fn witness(witness: &Witness) -> Value {
    let (refused, misread) = match &witness.outcome {
        Outcome::Refused(error) => (Some(error), None),
        Outcome::Misread(json) => (None, Some(json)),
    };
    let (message, json) = (&witness.message, &witness.json);
    json!({
        "message": message,
        "json": json,
        "hex": witness.hex(),
        "refused": refused,
        "readAs": misread,
        "alone": witness.is_alone,
    })
}

fn fix(fix: &Fix) -> Value {
    let edits = fix.edits.iter().map(|edit| {
        let mut out = Map::new();
        put(&mut out, ["line", "column"], Some(edit.range.start));
        put(&mut out, ["endLine", "endColumn"], Some(edit.range.end));
        out.insert("text".into(), edit.text.as_str().into());
        Value::from(out)
    });
    json!({ "description": fix.description, "verified": fix.verified, "edits": edits.collect::<Vec<_>>() })
}

fn new(spot: &Spot) -> Value {
    let mut out = Map::new();
    out.insert("path".into(), spot.path.as_str().into());
    put(&mut out, ["line", "column"], spot.position);
    put(&mut out, ["endLine", "endColumn"], spot.end);
    out.insert("pointer".into(), spot.pointer.as_str().into());
    out.into()
}

fn old(spot: &OldSpot) -> Value {
    let mut out = Map::new();
    out.insert("version".into(), spot.version.number.into());
    out.insert("rev".into(), spot.version.revision.clone().into());
    out.insert("date".into(), spot.version.date.clone().into());
    out.insert("path".into(), spot.path.as_str().into());
    put(&mut out, ["line", "column"], spot.position);
    out.insert("pointer".into(), spot.pointer.as_str().into());
    out.into()
}

fn put(out: &mut Map<String, Value>, names: [&str; 2], position: Option<Position>) {
    if let Some(position) = position {
        let [line, column] = names;
        out.insert(line.into(), position.line.into());
        out.insert(column.into(), position.column.into());
    }
}
