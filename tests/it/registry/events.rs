//! The records of the `_schemas` topic: exact texts, older logs, unknown members and key types.

use schemawire::codec::Codecs;
use schemawire::compat::{Level, Policy};
use schemawire::registry::event::{Event, SchemaRecord};
use schemawire::registry::state::{State, decide};
use schemawire::registry::{Config, Deleted, Deletion, Metadata, Proposal, RegistryMode, RuleSet, Setting};
use schemawire::schema::{Reference, Schema};

use super::machine::{Machine, avro, name};

/// The log as text, a record in two lines; a null value is `null`.
fn texts(events: &[Event]) -> String {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let lines = events
        .iter()
        .map(Event::write)
        .map(|(key, value)| format!("{}\n  {}\n", text(key), value.map_or_else(|| "null".into(), text)));
    lines.collect()
}

#[test]
fn the_log_is_confluents_json_member_for_member() {
    let mut machine = Machine::default();
    machine.register("money", r#"{"type":"fixed","name":"Money","size":8}"#).unwrap();
    let reference = Reference { name: "Money".into(), subject: "money".into(), version: 1 };
    let money = machine.version("money", 1).unwrap().schema.clone();
    let schema = Schema::parse(
        schemawire::schema::Format::Avro,
        r#"{"type": "array", "items": "Money"}"#,
        vec![(reference, money)],
        schemawire::schema::Mode::Strict,
    );
    let mut metadata = Metadata::with_properties([("owner", "team-a"), ("app", "shop")]);
    metadata.tags.insert("**.email".into(), ["PII".to_owned()].into());
    metadata.sensitive.insert("owner".into());
    let rules: RuleSet = serde_json::from_str(
        r#"{"domainRules":[{"type":"CEL","name":"positive","expr":"message.size > 0","tags":["b","a"],"onFailure":"DLQ"}]}"#,
    )
    .unwrap();
    let proposal = Proposal::new(schema.unwrap()).with_metadata(metadata).with_rule_set(rules);
    machine.propose(":.eu:wallet", &proposal).expect_err("the reference is looked for in .eu");
    machine.propose("wallet", &proposal).unwrap();
    machine.register(":.eu:names", r#""string""#).unwrap();
    machine.propose("j", &Proposal::new(Schema::json("true").unwrap())).unwrap();
    machine.set(None, Config::level(Level::Full)).unwrap();
    let mut config = Config::level(Level::None);
    config.alias = Some("money".into());
    config.normalize = Some(true);
    config.policy = Some(Policy::Lenient);
    config.group = Some("app".into());
    machine.set(Some("cash"), config).unwrap();
    machine.set_mode(Some("j"), RegistryMode::ReadOnly).unwrap();
    machine.set_mode(None, RegistryMode::ReadWrite).unwrap();
    let wallet = name("wallet");
    machine
        .run(|state, _| decide::delete_version(state, &wallet, super::machine::number(1), Deletion::Soft))
        .unwrap();
    machine.delete_subject(":.eu:names", Deletion::Soft).unwrap();
    machine.delete("wallet", 1, Deletion::Permanent).unwrap();
    machine.run(|state, _| decide::delete_mode(state, &name("j"))).unwrap();

    let expected = r#"{"keytype":"SCHEMA","subject":"money","version":1,"magic":1}
  {"subject":"money","version":1,"id":1,"md5":"VeZKh7VQsqBJPdTNnVhI7w==","schema":"{\"type\":\"fixed\",\"name\":\"Money\",\"size\":8}","deleted":false}
{"keytype":"SCHEMA","subject":"wallet","version":1,"magic":1}
  {"subject":"wallet","version":1,"id":2,"md5":"Cw+EMAz3V3Nsj9+H8H3N0g==","references":[{"name":"Money","subject":"money","version":1}],"metadata":{"tags":{"**.email":["PII"]},"properties":{"app":"shop","owner":"team-a"},"sensitive":["owner"]},"ruleSet":{"domainRules":[{"name":"positive","kind":"TRANSFORM","mode":"WRITEREAD","type":"CEL","tags":["a","b"],"expr":"message.size > 0","onFailure":"DLQ","disabled":false}]},"schema":"{\"type\":\"array\",\"items\":\"Money\"}","deleted":false}
{"keytype":"CONTEXT","tenant":"default","context":".eu","magic":0}
  {"tenant":"default","context":".eu"}
{"keytype":"SCHEMA","subject":":.eu:names","version":1,"magic":1}
  {"subject":":.eu:names","version":1,"id":1,"md5":"CV1xzxJVa51eMwrVdbPfXQ==","schema":"\"string\"","deleted":false}
{"keytype":"SCHEMA","subject":"j","version":1,"magic":1}
  {"subject":"j","version":1,"id":3,"md5":"sya1BisvDmkEaBBxdTTLCQ==","schemaType":"JSON","schema":"true","deleted":false}
{"keytype":"CONFIG","subject":null,"magic":0}
  {"compatibilityLevel":"FULL"}
{"keytype":"CONFIG","subject":"cash","magic":0}
  {"subject":"cash","alias":"money","normalize":true,"compatibilityLevel":"NONE","compatibilityPolicy":"LENIENT","compatibilityGroup":"app"}
{"keytype":"MODE","subject":"j","magic":0}
  {"subject":"j","mode":"READONLY"}
{"keytype":"MODE","subject":null,"magic":0}
  {"mode":"READWRITE"}
{"keytype":"SCHEMA","subject":"wallet","version":1,"magic":1}
  {"subject":"wallet","version":1,"id":2,"md5":"Cw+EMAz3V3Nsj9+H8H3N0g==","references":[{"name":"Money","subject":"money","version":1}],"metadata":{"tags":{"**.email":["PII"]},"properties":{"app":"shop","owner":"team-a"},"sensitive":["owner"]},"ruleSet":{"domainRules":[{"name":"positive","kind":"TRANSFORM","mode":"WRITEREAD","type":"CEL","tags":["a","b"],"expr":"message.size > 0","onFailure":"DLQ","disabled":false}]},"schema":"{\"type\":\"array\",\"items\":\"Money\"}","deleted":true}
{"keytype":"DELETE_SUBJECT","subject":":.eu:names","magic":0}
  {"subject":":.eu:names","version":1}
{"keytype":"SCHEMA","subject":"wallet","version":1,"magic":1}
  null
{"keytype":"MODE","subject":"j","magic":0}
  null
"#;
    assert_eq!(texts(&machine.log), expected);
    assert_eq!(machine.replayed(), machine.state);
}

#[test]
fn the_end_of_a_log_and_of_soft_deleted_versions_are_written_as_confluent_writes_them() {
    let noop = Event::read(br#"{"keytype":"NOOP","magic":0}"#, None).unwrap();
    assert_eq!(noop, Event::Noop);
    assert_eq!(texts(&[noop]), "{\"keytype\":\"NOOP\",\"magic\":0}\n  null\n");
    let clear =
        Event::read(br#"{"keytype":"CLEAR_SUBJECT","subject":"s","magic":0}"#, Some(br#"{"subject":"s"}"#));
    assert_eq!(
        texts(&[clear.unwrap()]),
        "{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}\n  {\"subject\":\"s\"}\n"
    );
}

#[test]
fn an_older_log_is_read_whatever_it_lacks_and_in_whatever_order_its_members_are() {
    let mut state = State::default();
    for (key, value) in [
        (
            r#"{"magic":1,"keytype":"SCHEMA","version":2,"subject":"s"}"#,
            r#"{"schema":"\"int\"","id":7,"version":2,"subject":"s"}"#,
        ),
        (r#"{"keytype":"CONFIG","magic":0}"#, r#"{"compatibilityLevel":"NONE"}"#),
        (r#"{"subject":"s","keytype":"MODE"}"#, r#"{"mode":"READONLY"}"#),
    ] {
        state.apply(&Event::read(key.as_bytes(), Some(value.as_bytes())).unwrap(), 5);
    }
    let codecs = Codecs::default();
    let latest =
        state.version(&codecs, &name("s"), schemawire::registry::VersionSpec::Latest, Deleted::Hidden);
    let latest = latest.unwrap();
    assert_eq!((latest.id.0, latest.version.0, latest.timestamp, latest.deleted), (7, 2, 5, false));
    assert_eq!(latest.guid, schemawire::registry::guid(r#""int""#, &[], None, None));
    assert_eq!(state.config(None).unwrap(), Config::level(Level::None));
    assert_eq!(state.mode(Some(&name("s"))).unwrap(), RegistryMode::ReadOnly);
}

#[test]
fn members_that_are_not_known_survive_a_rewrite() {
    let mut machine = Machine::default();
    let value =
        br#"{"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false,"schemaTags":[{"x":1}]}"#;
    for (key, value) in [
        (&br#"{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}"#[..], &value[..]),
        (br#"{"keytype":"CONFIG","subject":"s","magic":0}"#, br#"{"compatibilityLevel":"FULL","later":[1]}"#),
    ] {
        machine.state.apply(&Event::read(key, Some(value)).unwrap(), 0);
    }
    machine.delete("s", 1, Deletion::Soft).unwrap();
    machine.set(Some("s"), schemawire::registry::ConfigChange::default().clearing(Setting::Level)).unwrap();
    assert_eq!(
        texts(&machine.log),
        r#"{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}
  {"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":true,"schemaTags":[{"x":1}]}
{"keytype":"CONFIG","subject":"s","magic":0}
  {"subject":"s","later":[1]}
"#
    );
}

#[test]
fn key_types_that_are_not_known_are_kept_and_mean_nothing() {
    let key = br#"{"keytype":"ASSOC","tenant":"default","guid":"g","magic":0}"#;
    let event = Event::read(key, Some(b"anything")).unwrap();
    assert_eq!(event.write(), (key.to_vec(), Some(b"anything".to_vec())));
    let mut state = State::default();
    state.apply(&event, 0);
    assert_eq!(state, State::default());
}

#[test]
fn a_record_that_no_registry_wrote_is_an_error_that_says_which_part() {
    for (key, value, part) in [
        (&b""[..], None, "key"),
        (b"hello", None, "key"),
        (b"{}", None, "key"),
        (br#"{"keytype":"SCHEMA","subject":"s"}"#, None, "key"),
        (br#"{"keytype":"SCHEMA","subject":"s","version":-1}"#, None, "key"),
        (br#"{"keytype":"SCHEMA","subject":"s","version":1}"#, Some(&b"{}"[..]), "value"),
        (br#"{"keytype":"CONFIG","subject":"s"}"#, Some(br#"{"compatibilityLevel":"SIDEWAYS"}"#), "value"),
    ] {
        let error = Event::read(key, value).expect_err("not a record");
        assert_eq!(error.part, part, "{}", String::from_utf8_lossy(key));
    }
}

#[test]
fn a_guid_that_the_log_tells_is_believed() {
    let mut record = SchemaRecord::new("s", 1, 1, r#""int""#);
    let computed = record.guid();
    record.md5 = Some("AAECAwQFBgcICQoLDA0ODw==".into());
    assert_eq!(record.guid().to_string(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    record.md5 = Some("not base64".into());
    assert_eq!(record.guid(), computed);
    assert_eq!(avro(r#""int""#).schema.canonical(), record.schema);
}
