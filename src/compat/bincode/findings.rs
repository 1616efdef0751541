//! From differences to findings: what a person reads, with both places.

use super::comparison::{Difference, Fault, compare};
use super::places::Side as Text;
use super::rules::id;
use crate::compat::trail::{End, Trail};
use crate::compat::{Finding, Pair, Side, rule};
use crate::schema::{Model, Schema};

/// All findings of one earlier version, in the directions of the level.
pub(in crate::compat) fn findings(pair: Pair<'_>) -> Vec<Finding> {
    let (Some(old), Some(new)) = (text(pair.old), text(pair.new)) else { return Vec::new() };
    let mut findings = Vec::new();
    if pair.level.is_forward() {
        direction(pair, Side::Old, (&old, &new), &mut findings);
    }
    if pair.level.is_backward() {
        direction(pair, Side::New, (&old, &new), &mut findings);
    }
    findings
}

fn text(schema: &Schema) -> Option<Text<'_>> {
    match schema.model() {
        Model::Bincode(model) => Some(Text::new(schema, model)),
        _ => None,
    }
}

/// One side reading the other.
fn direction(pair: Pair<'_>, side: Side, (old, new): (&Text<'_>, &Text<'_>), findings: &mut Vec<Finding>) {
    let (writer, reader) = if side == Side::New { (old, new) } else { (new, old) };
    let (differences, is_too_large) = compare(writer.linked, reader.linked);
    if is_too_large {
        let message = "the layouts' types meet in more places than can be compared".to_owned();
        findings.push(pair.finding(rule::id::TOO_LARGE, side, message));
    }
    for difference in differences {
        let (old_spot, new_spot) = match side {
            Side::New => (difference.writer, difference.reader),
            Side::Old => (difference.reader, difference.writer),
        };
        let element = match difference.fault {
            Fault::Missing => reader.element(difference.reader),
            Fault::Unknown => writer.element(difference.writer),
            _ => new.element(new_spot),
        };
        let (id, message, shape) = words(side, &difference, &element);
        let mut finding = pair.finding(id, side, message);
        finding.new = Some(new.place(new_spot));
        finding.old = Some(old.place(old_spot));
        finding.element = element;
        finding.shape = shape;
        let end = match difference.fault {
            Fault::Narrowed(..) | Fault::Required => End::Telling,
            _ => End::Any,
        };
        finding.trail = difference.way.steps().map(|steps| Box::new(Trail { steps, end, message: None }));
        findings.push(finding);
    }
}

/// The rule, the sentence, and the shape of the change.
fn words(side: Side, difference: &Difference, element: &str) -> (&'static str, String, String) {
    let (writes, reads) = if side == Side::New { ("before", "now") } else { ("now", "before") };
    let change = |written: &str, read: &str| match side {
        Side::New => format!("{written} -> {read}"),
        Side::Old => format!("{read} -> {written}"),
    };
    match &difference.fault {
        Fault::Kind(written, read) => (
            id::TYPE_CHANGED,
            format!("`{element}`: {written} ({writes}) cannot be read as {read} ({reads})"),
            change(written, read),
        ),
        Fault::Narrowed(written, read) => (
            id::NUMBER_NARROWED,
            format!(
                "`{element}` is {} ({writes}), and {} ({reads}) does not hold all of its values",
                written.word(),
                read.word()
            ),
            change(written.word(), read.word()),
        ),
        Fault::Required => (
            id::OPTION_REQUIRED,
            format!("`{element}` is an option ({writes}), and needs a value ({reads})"),
            change("option", "value"),
        ),
        Fault::Missing if side == Side::New => {
            (id::FIELD_ADDED, format!("field `{element}` is new and has no default"), String::new())
        }
        Fault::Missing => (
            id::FIELD_REMOVED,
            format!("field `{element}` is gone, and has no default in the earlier version"),
            String::new(),
        ),
        Fault::Unknown if side == Side::New => (
            id::VARIANT_REMOVED,
            format!("variant `{element}` is gone, which earlier messages may hold"),
            String::new(),
        ),
        Fault::Unknown => (
            id::VARIANT_ADDED,
            format!("variant `{element}` is new, and the earlier version does not know it"),
            String::new(),
        ),
        Fault::Shape => {
            (id::VARIANT_SHAPE_CHANGED, format!("variant `{element}` has another shape"), String::new())
        }
    }
}
