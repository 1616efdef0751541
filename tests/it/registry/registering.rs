//! Registering and looking up: ids, versions, GUIDs, levels, metadata.

use schemawire::compat::Level;
use schemawire::ids::SchemaKey;
use schemawire::registry::{
    Config, ConfigChange, Deleted, Deletion, Metadata, Proposal, RegistryErrorKind, RegistryMode, RuleSet,
    VersionSpec,
};
use schemawire::schema::Schema;

use super::machine::{Machine, avro, code, id, name, number, record, refusal};

const A: &str = r#""string""#;
const B: &str = r#""bytes""#;

fn machine(level: Level) -> Machine {
    let mut machine = Machine::default();
    machine.set(None, Config::level(level)).unwrap();
    machine
}

#[test]
fn ids_count_up_and_one_content_has_one_id_whatever_its_subjects() {
    let mut machine = machine(Level::None);
    let ids = [("s", A), ("t", B), ("t", A), ("s", A), ("u", r#" "string" "#), ("s", B)]
        .map(|(subject, text)| machine.register(subject, text).unwrap())
        .map(|registered| (registered.id.0, registered.version.0));
    assert_eq!(ids, [(1, 1), (2, 1), (1, 2), (1, 1), (1, 1), (2, 2)]);
    assert_eq!(machine.log.len(), 1 + 5, "a schema that is known under its subject writes nothing");
}

#[test]
fn the_canonical_text_is_what_is_stored_and_nothing_of_it_is_lost() {
    let mut machine = Machine::default();
    let text = r#"{ "type": "record", "name": "R", "fields": [ {"name": "a", "default": 1, "type": {"logicalType": "date", "type": "int"}, "aliases": ["b"]} ] }"#;
    machine.register("s", text).unwrap();
    let stored = machine.version("s", 1).unwrap();
    assert_eq!(
        stored.schema.text(),
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"int","logicalType":"date"},"default":1,"aliases":["b"]}]}"#
    );
}

#[test]
fn one_content_has_one_guid_in_every_registry() {
    let (mut one, mut other) = (machine(Level::None), machine(Level::None));
    other.register("first", B).unwrap();
    let (a, b) = (one.register("s", A).unwrap(), other.register(":.eu:t", r#" "string""#).unwrap());
    assert_eq!(a.guid, b.guid);
    assert_eq!(
        a.guid.to_string(),
        "095d71cf-1255-6b9d-5e33-0ad575b3df5d",
        "MD5 of the text, computed elsewhere"
    );
    let found = other.state.content(&other.codecs, SchemaKey::Guid(a.guid), None).unwrap();
    assert_eq!((found.schema.text(), found.guid), (A, Some(a.guid)));
}

#[test]
fn one_text_in_two_formats_is_two_schemas() {
    let mut machine = machine(Level::None);
    let text = r#"{"type":"string","x":1}"#;
    let in_avro = machine.register("a", text).unwrap();
    let proposal = Proposal::new(Schema::json(text).unwrap());
    let in_json = machine.propose("j", &proposal).unwrap();
    assert_eq!((in_avro.schema.text(), in_avro.guid), (in_json.schema.text(), in_json.guid));
    assert_ne!(in_avro.id, in_json.id, "an id says the format, too");
    assert_eq!(code(machine.lookup("a", &proposal)), 40403);
    assert_eq!(machine.propose("a", &proposal).unwrap().version.0, 2);
    machine.set_mode(Some("i"), RegistryMode::Import).unwrap();
    assert_eq!(code(machine.propose("i", &proposal.with_id(in_avro.id))), 42207);
}

#[test]
fn a_level_refuses_what_does_not_fit_and_says_why() {
    let mut machine = machine(Level::Backward);
    machine.register("s", &record(&["a:int"])).unwrap();
    let proposed = record(&["a:int", "b:int"]);
    let error = machine.register("s", &proposed).expect_err("b has no default");
    assert_eq!(error.kind, RegistryErrorKind::Incompatible);
    assert!(
        error.message.starts_with(
            r#"Schema being registered is incompatible with an earlier schema for subject "s", details: ["#
        ),
        "{}",
        error.message
    );
    for part in ["{oldSchemaVersion: 1}", "{oldSchema: '{\"type\":\"record\"", "compatibility: 'BACKWARD'}]"]
    {
        assert!(error.message.contains(part), "{part} in {}", error.message);
    }
    assert!(!error.report.expect("a report").is_compatible());
    assert_eq!(machine.versions("s", Deleted::Included), [1], "what is refused leaves nothing");

    machine.set(Some("s"), Config::level(Level::None)).unwrap();
    assert_eq!(machine.register("s", &proposed).unwrap().version.0, 2);
}

#[cfg(feature = "protobuf")]
#[test]
fn a_second_protobuf_version_is_checked_and_refused_with_all_that_breaks() {
    let mut machine = machine(Level::Backward);
    let propose = |machine: &mut Machine, text: &str| {
        let text = format!("syntax = \"proto3\"; package shop; {text}");
        machine.propose("s", &Proposal::new(Schema::protobuf(&text).unwrap()))
    };
    propose(&mut machine, "message Order { int32 pieces = 1; string note = 2; } message Label {}").unwrap();
    let error = propose(&mut machine, "message Order { string pieces = 1; float note = 2; }");
    let error = error.expect_err("the bytes are of another form");
    assert_eq!(error.kind, RegistryErrorKind::Incompatible);
    let report = error.report.expect("a report");
    let rules: Vec<&str> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(
        rules,
        ["protobuf/message-missing", "protobuf/scalar-kind-changed", "protobuf/scalar-kind-changed"]
    );
    let wider = "message Order { int64 pieces = 1; reserved 2; string memo = 3; } message Label {}";
    assert_eq!(propose(&mut machine, wider).unwrap().version.0, 2);
}

#[test]
fn a_known_schema_is_given_back_before_its_level_and_mode_are_looked_at() {
    let mut machine = machine(Level::None);
    machine.register("s", A).unwrap();
    machine.register("s", B).unwrap();
    machine.set(Some("s"), Config::level(Level::FullTransitive)).unwrap();
    machine.set_mode(Some("s"), RegistryMode::ReadOnly).unwrap();
    assert_eq!(machine.register("s", A).unwrap().version.0, 1);
    assert_eq!(code(machine.register("s", r#""int""#)), 42205);
}

#[test]
fn deleted_versions_do_not_count_for_compatibility_and_numbers_go_on() {
    let mut machine = machine(Level::BackwardTransitive);
    machine.register("s", &record(&["a:int"])).unwrap();
    assert_eq!(code(machine.register("s", &record(&["b:int"]))), 409);
    machine.delete("s", 1, Deletion::Soft).unwrap();
    let second = machine.register("s", &record(&["b:int"])).unwrap();
    assert_eq!((second.version.0, second.id.0), (2, 2));
}

#[test]
fn a_schema_that_was_soft_deleted_comes_back_with_its_id_as_a_new_version() {
    let mut machine = machine(Level::None);
    machine.register("s", A).unwrap();
    machine.register("s", B).unwrap();
    machine.delete_subject("s", Deletion::Soft).unwrap();
    let again = machine.register("s", A).unwrap();
    assert_eq!((again.version.0, again.id.0), (3, 1));
    assert_eq!(machine.versions("s", Deleted::Included), [2, 3], "the older entry is gone");
    assert_eq!(machine.versions("s", Deleted::Hidden), [3]);
    assert_eq!(machine.replayed(), machine.state);
}

#[test]
fn a_check_compares_with_one_version_or_with_all_that_the_level_asks_for() {
    let mut machine = machine(Level::None);
    for fields in [&["a:int"][..], &["a:int", "b:int"]] {
        machine.register("s", &record(fields)).unwrap();
    }
    machine.set(Some("s"), Config::level(Level::BackwardTransitive)).unwrap();
    let check = |version, proposed: &str| {
        let answer = machine.state.check(&machine.codecs, &name("s"), version, &avro(proposed));
        answer.map(|report| report.is_compatible())
    };
    let proposed = record(&["a:int", "b:int"]);
    assert!(!check(None, &proposed).unwrap(), "version 1 has no b");
    assert!(check(Some(VersionSpec::Latest), &proposed).unwrap());
    assert!(check(Some(number(2)), &proposed).unwrap());
    assert!(!check(Some(number(1)), &proposed).unwrap());
    assert_eq!(code(check(Some(number(3)), &proposed)), 40402);

    let elsewhere = |version| machine.state.check(&machine.codecs, &name("new"), version, &avro(A));
    assert!(elsewhere(None).unwrap().is_compatible());
    assert!(elsewhere(Some(VersionSpec::Latest)).unwrap().is_compatible());
    assert_eq!(code(elsewhere(Some(number(1)))), 40401);
}

#[test]
fn a_lookup_finds_the_version_or_says_what_is_missing() {
    let mut machine = machine(Level::None);
    assert_eq!(refusal(machine.lookup("s", &avro(A))).1, "Subject 's' not found.");
    machine.register("s", A).unwrap();
    machine.register("s", B).unwrap();
    assert_eq!(machine.lookup("s", &avro(r#"{"type":"string"}"#)).unwrap().version.0, 1);
    assert_eq!(refusal(machine.lookup("s", &avro(r#""int""#))).1, "Schema not found");
    machine.delete("s", 1, Deletion::Soft).unwrap();
    assert_eq!(code(machine.lookup("s", &avro(A))), 40403);
    let deleted = machine.state.lookup(&machine.codecs, &name("s"), &avro(A), Deleted::Included).unwrap();
    assert!(deleted.deleted);
}

#[test]
fn metadata_and_rules_are_kept_and_make_another_content() {
    let mut machine = Machine::default();
    let metadata = Metadata::with_properties([("owner", "a")]);
    let rules: RuleSet = serde_json::from_str(
        r#"{"domainRules":[{"name":"r","kind":"CONDITION","mode":"WRITE","type":"CEL","expr":"true"}]}"#,
    )
    .unwrap();
    let bare = machine.register("s", A).unwrap();
    let with = avro(A).with_metadata(metadata.clone()).with_rule_set(rules.clone());
    let second = machine.propose("s", &with).unwrap();
    assert_ne!((bare.id, bare.guid), (second.id, second.guid));
    assert_eq!((second.metadata.as_ref(), second.rule_set.as_ref()), (Some(&metadata), Some(&rules)));

    assert_eq!(
        machine.register("s", A).unwrap().version.0,
        1,
        "without metadata the bare version is the same"
    );
    let third = machine.register("s", r#"{"type":"string","x":1}"#).unwrap();
    assert_eq!(
        third.metadata,
        Some(metadata.clone()),
        "a new text without metadata keeps that of the version before"
    );
    let looked_up = machine.lookup("s", &with).unwrap();
    assert_eq!(looked_up.version.0, 2);
    let content = machine.state.content(&machine.codecs, SchemaKey::Id(second.id), None).unwrap();
    assert_eq!((content.metadata, content.rule_set), (Some(metadata), Some(rules)));
}

#[test]
fn settings_lay_defaults_under_and_overrides_over_a_schemas_metadata() {
    let mut machine = Machine::default();
    machine.register("s", A).unwrap();
    let mut config = Config::default();
    config.default_metadata = Some(Metadata::with_properties([("owner", "nobody"), ("tier", "3")]));
    config.override_metadata = Some(Metadata::with_properties([("tier", "1")]));
    machine.set(Some("s"), config).unwrap();
    let registered =
        machine.propose("s", &avro(A).with_metadata(Metadata::with_properties([("owner", "a")])));
    let expected = Metadata::with_properties([("owner", "a"), ("tier", "1")]);
    assert_eq!(registered.unwrap().metadata, Some(expected));

    let bare = machine.register("t", A).unwrap();
    let mut config = Config::default();
    config.override_metadata = Some(Metadata::with_properties([("tier", "1")]));
    machine.set(Some("t"), config.clone()).unwrap();
    let second = machine.register("t", A).unwrap();
    assert_eq!((bare.metadata.clone(), second.metadata.clone()), (None, config.override_metadata));
    assert_eq!(
        (second.version.0, machine.register("t", A).unwrap()),
        (2, second),
        "a known text gets what the settings add"
    );
}

#[test]
fn a_compatibility_group_compares_only_versions_of_its_own() {
    let mut machine = Machine::default();
    let mut config = Config::level(Level::Backward);
    config.group = Some("major".into());
    machine.set(Some("s"), config).unwrap();
    let major =
        |text: &str, number: &str| avro(text).with_metadata(Metadata::with_properties([("major", number)]));
    machine.propose("s", &major(&record(&["a:int"]), "1")).unwrap();
    let breaking = record(&["a:string"]);
    assert_eq!(code(machine.propose("s", &major(&breaking, "1"))), 409);
    assert_eq!(machine.propose("s", &major(&breaking, "2")).unwrap().version.0, 2);
    assert_eq!(machine.propose("s", &major(&record(&["a:long"]), "1")).unwrap().version.0, 3);
}

#[test]
fn rules_that_are_none_are_refused() {
    for (rules, part) in [
        (r#"{"domainRules":[{"name":"","type":"CEL"}]}"#, "no valid name"),
        (r#"{"domainRules":[{"name":"1a","type":"CEL"}]}"#, "no valid name"),
        (r#"{"domainRules":[{"name":"a","type":"CEL"},{"name":"a","type":"CEL"}]}"#, "two domain rules"),
        (r#"{"domainRules":[{"name":"a"}]}"#, "no type"),
        (r#"{"domainRules":[{"name":"a","type":"CEL","kind":"GUESS"}]}"#, "kind GUESS"),
        (r#"{"domainRules":[{"name":"a","type":"CEL","mode":"UPGRADE"}]}"#, "mode UPGRADE"),
        (r#"{"migrationRules":[{"name":"a","type":"CEL"}]}"#, "mode WRITEREAD"),
    ] {
        let rules: RuleSet = serde_json::from_str(rules).unwrap();
        let (kind, message) = refusal(Machine::default().propose("s", &avro(A).with_rule_set(rules)));
        assert_eq!(kind, RegistryErrorKind::InvalidRuleSet);
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn an_import_brings_ids_and_versions_of_its_own() {
    let mut machine = Machine::default();
    assert_eq!(code(machine.propose("s", &avro(A).with_id(id(9)))), 42205, "ids are given, not taken");
    machine.set_mode(None, RegistryMode::Import).unwrap();
    assert_eq!(code(machine.register("s", A)), 42205, "an id is needed");
    let imported = machine.propose("s", &avro(&record(&["a:int"])).with_id(id(9)).with_version(number_of(4)));
    let imported = imported.unwrap();
    assert_eq!((imported.id.0, imported.version.0), (9, 4));
    let breaking = avro(&record(&["a:string"]));
    let second = machine.propose("s", &breaking.clone().with_id(id(3))).unwrap();
    assert_eq!((second.id.0, second.version.0), (3, 5), "nothing is checked");
    assert_eq!(code(machine.propose("t", &avro(A).with_id(id(9)))), 42207, "the id is another schema's");
    assert_eq!(code(machine.propose("s", &avro(A).with_id(id(8)).with_version(number_of(4)))), 42205);
    let again = machine.propose("s", &breaking.with_id(id(3)).with_version(number_of(5))).unwrap();
    assert_eq!((again, machine.log.len()), (second, 1 + 2), "the same once more changes nothing");
    machine.set_mode(None, RegistryMode::ReadWrite).unwrap();
    assert_eq!(machine.register("t", A).unwrap().id.0, 10, "behind the highest that was imported");
}

fn number_of(version: u32) -> schemawire::ids::Version {
    schemawire::ids::Version(version)
}

#[test]
fn a_version_that_is_asked_for_has_to_be_the_next_one() {
    let mut machine = machine(Level::None);
    machine.register("s", A).unwrap();
    let (kind, message) = refusal(machine.propose("s", &avro(B).with_version(number_of(3))));
    assert_eq!(kind, RegistryErrorKind::InvalidSchema);
    assert!(message.starts_with("Version is not one more than previous version"), "{message}");
    assert_eq!(machine.propose("s", &avro(B).with_version(number_of(2))).unwrap().version.0, 2);
}

#[test]
fn a_new_schema_is_parsed_strictly_unless_the_settings_say_otherwise() {
    let mut machine = Machine::default();
    let text = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"no"}]}"#;
    let lenient =
        Schema::parse(schemawire::schema::Format::Avro, text, vec![], schemawire::schema::Mode::Lenient);
    let lenient = Proposal::new(lenient.expect("old registries took such a default"));
    assert_eq!(code(machine.propose("s", &lenient)), 42201);
    let mut config = Config::default();
    config.validate_new_schemas = Some(false);
    machine.set(Some("s"), config).unwrap();
    assert_eq!(machine.propose("s", &lenient).unwrap().version.0, 1);
}

#[test]
fn an_alias_stands_in_for_a_subject() {
    let mut machine = Machine::default();
    machine.register("old", A).unwrap();
    let mut config = Config::default();
    config.alias = Some("old".into());
    machine.set(Some("new"), config).unwrap();
    assert_eq!(machine.version("new", 1).unwrap().subject, name("old"));
    assert_eq!(machine.register("new", A).unwrap().subject, name("old"));
    assert_eq!(machine.lookup("new", &avro(A)).unwrap().subject, name("old"));
    assert_eq!(machine.state.subjects(":*:", Deleted::Included), [name("old")]);
    machine.set(Some("new"), ConfigChange::default().clearing(schemawire::registry::Setting::Alias)).unwrap();
    assert_eq!(code(machine.version("new", 1)), 40401);
}

#[test]
fn spellings_that_mean_nothing_are_one_schema_once_they_are_normalized() {
    let avro = |text: &str| avro(text).normalized();
    let json = |text: &str| Proposal::new(Schema::json(text).unwrap()).normalized();
    let cases = [
        (
            avro(
                r#"{"type":"record","name":"R","aliases":["B","A"],"doc":"","fields":[{"name":"a","x":1,"b":2,"type":{"type":"bytes","scale":0,"y":[],"precision":4,"logicalType":"decimal"}}]}"#,
            ),
            avro(
                r#"{"aliases":["A","B"],"name":"R","type":"record","fields":[{"type":{"logicalType":"decimal","type":"bytes","precision":4,"y":[]},"name":"a","b":2,"x":1}]}"#,
            ),
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":4,"y":[]},"b":2,"x":1}],"aliases":["A","B"]}"#,
        ),
        (
            json(r#"{"type":"object","properties":{"b":{"minimum":1.0},"a":{"enum":[1,{"y":1,"x":2}]}}}"#),
            json(r#"{"properties":{"a":{"enum":[1,{"x":2,"y":1}]},"b":{"minimum":1.0}},"type":"object"}"#),
            r#"{"properties":{"a":{"enum":[1,{"x":2,"y":1}]},"b":{"minimum":1.0}},"type":"object"}"#,
        ),
    ];
    for (one, other, stored) in cases {
        let mut machine = machine(Level::None);
        let registered = machine.propose("s", &one).unwrap();
        assert_eq!(registered.schema.text(), stored);
        assert_eq!(machine.propose("s", &other).unwrap(), registered);
        let again = Proposal::new(registered.schema.clone());
        assert_eq!(machine.propose("s", &again.clone()).unwrap(), registered);
        assert_eq!(machine.lookup("s", &again.normalized()).unwrap(), registered, "what is normal stays so");
        let mut normalize = Config::level(Level::None);
        normalize.normalize = Some(true);
        machine.set(Some("t"), normalize).unwrap();
        let mut plain = other;
        plain.normalize = false;
        assert_eq!(machine.propose("t", &plain).unwrap().id, registered.id, "the settings normalize as well");
    }
}

#[test]
fn order_that_matters_is_not_normalized() {
    let mut machine = machine(Level::None);
    let ids = [
        r#"["int","string"]"#,
        r#"["string","int"]"#,
        &record(&["a:int", "b:int"]),
        &record(&["b:int", "a:int"]),
    ]
    .map(|text| machine.propose("s", &avro(text).normalized()).unwrap().id.0);
    assert_eq!(ids, [1, 2, 3, 4]);
}
