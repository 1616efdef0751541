//! References between registered schemas.

use schemawire::registry::event::{Event, SchemaRecord};
use schemawire::registry::{Deleted, Deletion, Proposal, VersionSpec};
use schemawire::schema::{Format, Mode, Reference, Schema};

use super::machine::{Machine, code, id, name, refusal};

/// A proposal that refers to registered schemas, each by name, subject and version.
fn referring(machine: &Machine, text: &str, references: &[(&str, &str, i32)]) -> Proposal {
    let attached = references.iter().map(|(name_, subject, version)| {
        let reference = Reference { name: (*name_).into(), subject: (*subject).into(), version: *version };
        let spec = u32::try_from(*version).map_or(VersionSpec::Latest, super::machine::number);
        let subject = name(subject);
        let schemas = [subject.clone(), subject.in_context(".eu")];
        let found = schemas
            .iter()
            .find_map(|it| machine.state.version(&machine.codecs, it, spec, Deleted::Included).ok());
        let schema = found.map_or_else(|| Schema::avro(MONEY).unwrap(), |it| it.schema.clone());
        (reference, schema)
    });
    Proposal::new(Schema::parse(Format::Avro, text, attached.collect(), Mode::Strict).expect("a schema"))
}

const MONEY: &str = r#"{"type":"record","name":"x.Money","fields":[{"name":"cents","type":"long"}]}"#;
const LINE: &str = r#"{"type":"record","name":"x.Line","fields":[{"name":"price","type":"x.Money"},{"name":"tax","type":"x.Money"}]}"#;
const ORDER: &str = r#"{"type":"record","name":"Order","namespace":"x","fields":[{"name":"lines","type":{"type":"array","items":"Line"}},{"name":"total","type":"Money"}]}"#;

/// Money, lines that use it twice, orders that use both.
fn shop() -> Machine {
    let mut machine = Machine::default();
    machine.register("money", MONEY).unwrap();
    let line = referring(&machine, LINE, &[("x.Money", "money", 1)]);
    machine.propose("line", &line).unwrap();
    let order = referring(&machine, ORDER, &[("x.Line", "line", -1), ("x.Money", "money", 1)]);
    machine.propose("order", &order).unwrap();
    machine
}

#[test]
fn a_schema_comes_back_with_all_it_refers_to_nested_and_twice() {
    let machine = shop();
    let order = machine.version("order", 1).unwrap();
    let names = |schema: &Schema| {
        schema.references().iter().map(|(it, _)| (it.name.clone(), it.version)).collect::<Vec<_>>()
    };
    assert_eq!(
        names(&order.schema),
        [("x.Line".into(), 1), ("x.Money".into(), 1)],
        "-1 became the version it stood for"
    );
    let line = &order.schema.references()[0].1;
    assert_eq!(names(line), [("x.Money".into(), 1)]);
    assert_eq!(order.schema.text(), ORDER, "references stay names");
    let by = |subject: &str| {
        machine.state.referenced_by(&name(subject), VersionSpec::Latest, Deleted::Hidden).unwrap()
    };
    assert_eq!((by("money"), by("line"), by("order")), (vec![id(2), id(3)], vec![id(3)], vec![]));
    assert_eq!(machine.replayed(), machine.state);
}

#[test]
fn a_reference_that_leads_nowhere_is_refused() {
    let mut machine = shop();
    for (reference, part) in [
        (("x.Money", "money", 2), r#"No schema reference found for subject "money" and version 2"#),
        (("x.Money", "gold", -1), r#"No schema reference found for subject "gold" and version -1"#),
        (("x.Money", "money", 0), r#"No schema reference found for subject "money" and version 0"#),
    ] {
        let line = referring(&machine, LINE, &[reference]);
        let (kind, message) = refusal(machine.propose("s", &line));
        assert_eq!(kind.code(), 42201);
        assert!(message.contains(part), "{message}");
    }
    let local = vec![(Reference::local("x.Money"), Schema::avro(MONEY).unwrap())];
    let local = Schema::parse(Format::Avro, LINE, local, Mode::Strict).unwrap();
    let (kind, message) = refusal(machine.propose("s", &Proposal::new(local)));
    assert_eq!(kind.code(), 42201);
    assert!(message.contains("reference 'x.Money' names no subject"), "{message}");
}

#[test]
fn what_the_registry_holds_counts_not_what_the_caller_attached() {
    let mut machine = shop();
    let other = Schema::avro(r#"{"type":"enum","name":"x.Money","symbols":["A"]}"#).unwrap();
    let reference = Reference { name: "x.Money".into(), subject: "money".into(), version: 1 };
    let text =
        r#"{"type":"record","name":"x.Wallet","fields":[{"name":"m","type":"x.Money","default":"A"}]}"#;
    let schema = Schema::parse(Format::Avro, text, vec![(reference, other)], Mode::Strict).unwrap();
    assert_eq!(code(machine.propose("wallet", &Proposal::new(schema))), 42201, "Money has no symbol A");
}

#[test]
fn a_version_that_is_referred_to_cannot_go() {
    let mut machine = shop();
    assert_eq!(
        refusal(machine.delete("money", 1, Deletion::Soft)).1,
        "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=money,version=1}."
    );
    assert_eq!(code(machine.delete_subject("line", Deletion::Soft)), 42206);
    machine.delete_subject("order", Deletion::Soft).unwrap();
    machine.delete_subject("line", Deletion::Soft).unwrap();
    assert_eq!(
        code(machine.delete_subject("line", Deletion::Permanent)),
        42206,
        "a hidden schema is still read by its id"
    );
    machine.delete_subject("money", Deletion::Soft).unwrap();
    let order = machine.state.content(&machine.codecs, schemawire::ids::SchemaKey::Id(id(3)), None).unwrap();
    assert_eq!(order.schema.references().len(), 2, "also through what is hidden");
    for subject in ["order", "line", "money"] {
        machine.delete_subject(subject, Deletion::Permanent).unwrap();
    }
    assert_eq!(machine.state.subjects(":*:", Deleted::Included), []);
}

#[test]
fn what_is_hidden_but_referred_to_stays_when_its_schema_comes_back() {
    let mut machine = shop();
    for subject in ["order", "line", "money"] {
        machine.delete_subject(subject, Deletion::Soft).unwrap();
    }
    assert_eq!(machine.register("money", MONEY).unwrap().version.0, 2);
    assert_eq!(machine.versions("money", Deleted::Included), [1, 2]);
    let order = machine.state.content(&machine.codecs, schemawire::ids::SchemaKey::Id(id(3)), None);
    assert_eq!(order.unwrap().schema.text(), ORDER);
}

#[test]
fn a_reference_is_relative_to_the_context_of_the_schema_that_refers() {
    let mut machine = Machine::default();
    machine.register(":.eu:money", MONEY).unwrap();
    let line = referring(&machine, LINE, &[("x.Money", "money", 1)]);
    assert_eq!(code(machine.propose("line", &line)), 42201, "no money in the default context");
    let line = machine.propose(":.eu:line", &line).unwrap();
    assert_eq!(line.schema.references()[0].0.subject, "money", "kept as it was given");
    assert_eq!(code(machine.delete(":.eu:money", 1, Deletion::Soft)), 42206);
}

#[test]
fn references_in_another_order_are_one_schema_once_they_are_normalized() {
    let mut machine = shop();
    let references = [("x.Money", "money", 1), ("x.Line", "line", 1)];
    let turned = referring(&machine, ORDER, &references);
    assert_eq!(code(machine.lookup("order", &turned)), 40403);
    assert_eq!(machine.lookup("order", &turned.normalized()).unwrap().version.0, 1);
    let thrice = [references[0], references[1], references[0]];
    let thrice = referring(&machine, ORDER, &thrice).normalized();
    assert_eq!(machine.propose("order", &thrice).unwrap().version.0, 1);
}

#[test]
fn a_circle_in_a_log_from_elsewhere_is_an_error_not_an_overflow() {
    let mut machine = Machine::default();
    for (subject, other) in [("a", "b"), ("b", "a")] {
        let text =
            format!(r#"{{"type":"record","name":"{subject}","fields":[{{"name":"f","type":"{other}"}}]}}"#);
        let mut record = SchemaRecord::new(subject, 1, 1, &text);
        record.references =
            Some(vec![(&Reference { name: other.into(), subject: other.into(), version: 1 }).into()]);
        let event = Event::Schema { subject: subject.into(), version: 1, value: Some(record) };
        machine.state.apply(&event, 0);
    }
    let error = machine.version("a", 1).expect_err("no end");
    assert_eq!(error.kind.code(), 42201);
    let mut causes = vec![error.to_string()];
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    assert!(causes.last().unwrap().contains("go in a circle"), "{causes:?}");
}

#[test]
fn a_chain_of_references_deeper_than_the_limit_is_an_error_not_an_overflow() {
    let mut machine = Machine::default();
    for level in 0..5_000 {
        let mut record = SchemaRecord::new("s", level + 1, level + 1, r#""int""#);
        let below = Reference { name: "n".into(), subject: "s".into(), version: level as i32 };
        record.references = (level > 0).then(|| vec![(&below).into()]);
        let event = Event::Schema { subject: "s".into(), version: level + 1, value: Some(record) };
        machine.state.apply(&event, 0);
    }
    assert_eq!(machine.version("s", 60).unwrap().version.0, 60);
    assert_eq!(code(machine.version("s", 5_000)), 42201);
}
