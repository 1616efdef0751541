//! Soft and permanent deletes.

use schemawire::compat::Level;
use schemawire::ids::SchemaKey;
use schemawire::registry::state::decide;
use schemawire::registry::{Config, Deleted, Deletion, RegistryMode, VersionSpec};

use super::machine::{Machine, code, id, name, refusal};

const TEXTS: [&str; 3] = [r#""string""#, r#""bytes""#, r#""int""#];

/// Subject `s` with three versions.
fn three() -> Machine {
    let mut machine = Machine::default();
    machine.set(None, Config::level(Level::None)).unwrap();
    TEXTS.iter().for_each(|text| drop(machine.register("s", text).unwrap()));
    machine
}

#[test]
fn a_version_is_hidden_first_and_forgotten_then() {
    let mut machine = three();
    assert_eq!(code(machine.delete("t", 1, Deletion::Soft)), 40401);
    assert_eq!(code(machine.delete("s", 4, Deletion::Soft)), 40402);
    assert_eq!(
        refusal(machine.delete("s", 1, Deletion::Permanent)).1,
        "Subject 's' Version 1 was not deleted first before being permanently deleted"
    );
    assert_eq!(machine.delete("s", 1, Deletion::Soft).unwrap(), 1);
    assert_eq!(
        refusal(machine.delete("s", 1, Deletion::Soft)).1,
        "Subject 's' Version 1 was soft deleted. Set permanent=true to delete permanently"
    );
    assert_eq!(refusal(machine.version("s", 1)).1, "Version 1 not found.");
    assert_eq!(machine.versions("s", Deleted::Hidden), [2, 3]);
    assert_eq!(machine.versions("s", Deleted::Included), [1, 2, 3]);
    assert_eq!(machine.versions("s", Deleted::Only), [1]);
    let content = |machine: &Machine| machine.state.content(&machine.codecs, SchemaKey::Id(id(1)), None);
    assert_eq!(content(&machine).unwrap().schema.text(), TEXTS[0], "its id still reads old messages");

    assert_eq!(machine.delete("s", 1, Deletion::Permanent).unwrap(), 1);
    assert_eq!(machine.versions("s", Deleted::Included), [2, 3]);
    assert_eq!(refusal(content(&machine)).1, "Schema 1 not found");
    assert_eq!(code(machine.delete("s", 1, Deletion::Permanent)), 40402);
    assert_eq!(machine.replayed(), machine.state);
}

#[test]
fn a_subject_is_hidden_first_and_forgotten_then_with_its_settings() {
    let mut machine = three();
    machine.set(Some("s"), Config::level(Level::Full)).unwrap();
    machine.set_mode(Some("s"), RegistryMode::ReadWrite).unwrap();
    machine.delete("s", 2, Deletion::Soft).unwrap();
    assert_eq!(code(machine.delete_subject("t", Deletion::Soft)), 40401);
    assert_eq!(
        refusal(machine.delete_subject("s", Deletion::Permanent)).1,
        "Subject 's' was not deleted first before being permanently deleted"
    );
    assert_eq!(machine.delete_subject("s", Deletion::Soft).unwrap(), [1, 3], "those that go now");
    assert_eq!(
        refusal(machine.delete_subject("s", Deletion::Soft)).1,
        "Subject 's' was soft deleted. Set permanent=true to delete permanently"
    );
    assert_eq!(refusal(machine.version("s", 1)).1, "Subject 's' not found.");
    let subjects = |machine: &Machine, deleted| machine.state.subjects("", deleted);
    assert_eq!(subjects(&machine, Deleted::Hidden), []);
    assert_eq!(subjects(&machine, Deleted::Included), [name("s")]);
    assert_eq!(subjects(&machine, Deleted::Only), [name("s")]);
    assert!(machine.state.config(Some(&name("s"))).is_ok(), "a subject that is hidden keeps its settings");

    assert_eq!(machine.delete_subject("s", Deletion::Permanent).unwrap(), [1, 2, 3]);
    assert_eq!(subjects(&machine, Deleted::Included), []);
    assert_eq!(code(machine.state.config(Some(&name("s")))), 40408);
    assert_eq!(code(machine.state.mode(Some(&name("s")))), 40409);
    assert_eq!(code(machine.delete_subject("s", Deletion::Permanent)), 40401);
    assert_eq!(machine.replayed(), machine.state);
}

#[test]
fn a_subject_with_some_versions_hidden_is_not_a_deleted_one() {
    let mut machine = three();
    machine.delete("s", 3, Deletion::Soft).unwrap();
    assert_eq!(machine.state.subjects("", Deleted::Only), []);
    let latest = machine.state.version(&machine.codecs, &name("s"), VersionSpec::Latest, Deleted::Hidden);
    assert_eq!(latest.unwrap().version.0, 2);
    let latest = machine.state.version(&machine.codecs, &name("s"), VersionSpec::Latest, Deleted::Included);
    assert_eq!(latest.unwrap().version.0, 3);
}

#[test]
fn the_latest_version_can_be_hidden_and_forgotten_by_that_name() {
    let mut machine = three();
    let mut latest = |how| {
        let subject = name("s");
        machine.run(|state, _| decide::delete_version(state, &subject, VersionSpec::Latest, how))
    };
    assert_eq!(latest(Deletion::Soft).unwrap().0, 3);
    assert_eq!(latest(Deletion::Permanent).unwrap().0, 3);
    assert_eq!(latest(Deletion::Soft).unwrap().0, 2);
}

#[test]
fn the_last_version_takes_the_subjects_settings_with_it() {
    let mut machine = Machine::default();
    machine.register("s", TEXTS[0]).unwrap();
    machine.set(Some("s"), Config::level(Level::Full)).unwrap();
    machine.delete("s", 1, Deletion::Soft).unwrap();
    machine.delete("s", 1, Deletion::Permanent).unwrap();
    assert_eq!(code(machine.state.config(Some(&name("s")))), 40408);
}

#[test]
fn an_id_that_was_forgotten_is_not_given_again_even_from_a_compacted_log() {
    let mut machine = three();
    machine.delete("s", 3, Deletion::Soft).unwrap();
    machine.delete("s", 3, Deletion::Permanent).unwrap();
    // What compaction leaves: the newest value of each key, tombstones gone.
    let mut newest = std::collections::BTreeMap::new();
    for (at, event) in machine.log.iter().enumerate() {
        newest.insert(event.write().0, (at, event.clone()));
    }
    let mut kept: Vec<_> = newest.into_values().filter(|(_, event)| event.write().1.is_some()).collect();
    kept.sort_by_key(|(at, _)| *at);
    let mut restarted = Machine::default();
    for (_, event) in kept {
        restarted.state.apply(&event, 0);
    }
    assert_eq!(restarted.versions("s", Deleted::Included), [1, 2]);
    assert_eq!(restarted.register("t", r#""long""#).unwrap().id.0, 4);
}

#[test]
fn nothing_is_deleted_in_a_read_only_mode() {
    let mut machine = three();
    machine.set_mode(Some("s"), RegistryMode::ReadOnly).unwrap();
    assert_eq!(refusal(machine.delete("s", 1, Deletion::Soft)).1, "Subject s is in read-only mode");
    assert_eq!(code(machine.delete_subject("s", Deletion::Soft)), 42205);
}
