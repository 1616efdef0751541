//! Contexts: numberings of their own.

use schemawire::ids::SchemaKey;
use schemawire::registry::{Deleted, Subject};

use super::machine::{Machine, code, id, name};

const A: &str = r#""string""#;
const B: &str = r#""bytes""#;

fn two_contexts() -> Machine {
    let mut machine = Machine::default();
    machine.register("s", A).unwrap();
    machine.register(":.eu:s", B).unwrap();
    machine.register(":.eu:t", A).unwrap();
    machine
}

#[test]
fn each_context_counts_its_own_ids() {
    let machine = two_contexts();
    assert_eq!(machine.state.contexts(), [".", ".eu"]);
    let ids = ["s", ":.eu:s", ":.eu:t"].map(|subject| machine.version(subject, 1).unwrap().id.0);
    assert_eq!(ids, [1, 1, 2]);
    assert_eq!(Machine::default().state.contexts(), ["."]);
}

#[test]
fn an_id_counts_in_the_context_of_its_hint() {
    let machine = two_contexts();
    let text = |number, hint: Option<&str>| {
        let hint: Option<Subject> = hint.map(name);
        let content = machine.state.content(&machine.codecs, SchemaKey::Id(id(number)), hint.as_ref());
        content.map(|content| content.schema.text().to_owned())
    };
    assert_eq!(text(1, None).unwrap(), A);
    assert_eq!(text(1, Some("anything")).unwrap(), A);
    assert_eq!(text(1, Some(":.eu:")).unwrap(), B);
    assert_eq!(text(1, Some(":.eu:unknown")).unwrap(), B);
    assert_eq!(text(2, Some("t")).unwrap(), A, "not in the default context, but under that name in another");
    assert_eq!(code(text(2, Some("s"))), 40403);
    assert_eq!(code(text(2, None)), 40403);
    assert_eq!(code(text(1, Some(":.us:s"))), 40403);

    let uses =
        |number, hint: &str| machine.state.uses(id(number), Some(&name(hint)), Deleted::Hidden).unwrap();
    assert_eq!(uses(2, ":.eu:").len(), 1);
    assert_eq!(uses(1, "s")[0].0, name("s"));
}

#[test]
fn subjects_are_listed_by_context_and_prefix() {
    let machine = two_contexts();
    let list = |prefix: &str| {
        let subjects = machine.state.subjects(prefix, Deleted::Hidden);
        subjects.iter().map(Subject::to_string).collect::<Vec<_>>()
    };
    assert_eq!(list(":*:"), [":.eu:s", ":.eu:t", "s"]);
    assert_eq!(list(":*:s"), [":.eu:s", "s"]);
    assert_eq!(list(""), ["s"]);
    assert_eq!(list(":.eu:"), [":.eu:s", ":.eu:t"]);
    assert_eq!(list(":.eu:t"), [":.eu:t"]);
    assert_eq!(list("t"), [""; 0]);
    assert_eq!(list(":.us:"), [""; 0]);
}

#[test]
fn a_context_alone_takes_no_schema() {
    assert_eq!(code(Machine::default().register(":.eu:", A)), 42208);
    assert_eq!(code(Machine::default().register(":.__GLOBAL:", A)), 42208);
}
