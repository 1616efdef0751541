//! A schema that asks for what nobody does here stops its messages.

use schemawire::class::Class;
use schemawire::codec::Avro;
use schemawire::ids::KeyOrValue;
use schemawire::record::Headers;
use schemawire::registry::{EmbeddedRegistry, Proposal, Registry, RuleSet, Subject};
use schemawire::schema::Schema;
use schemawire::serdes::{RuleDirection, Serdes, SerdesError, Settings};

fn now<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}

fn text() -> Schema {
    Schema::avro(r#""string""#).expect("a schema")
}

/// A rule of that mode and type, and what it says of failures.
fn rule(mode: &str, executor: &str, on_failure: &str) -> String {
    let on_failure =
        if on_failure.is_empty() { String::new() } else { format!(r#", "onFailure": "{on_failure}""#) };
    format!(
        r#"{{"name": "masked", "kind": "TRANSFORM", "mode": "{mode}", "type": "{executor}"{on_failure}}}"#
    )
}

fn rules(group: &str, rule: &str) -> RuleSet {
    serde_json::from_str(&format!(r#"{{"{group}": [{rule}]}}"#)).expect("rules")
}

/// A registry in which the subject's one version has those rules.
fn with(rules: RuleSet) -> EmbeddedRegistry {
    let registry = now(EmbeddedRegistry::in_memory()).expect("a registry");
    let subject: Subject = "texts-value".parse().expect("a subject");
    now(registry.register(&subject, &Proposal::new(text()).with_rule_set(rules))).expect("registered");
    registry
}

/// Whether it is written, and whether it is read.
fn outcome(settings: Settings, rules: RuleSet) -> (Result<(), SerdesError>, Result<(), SerdesError>) {
    let serdes = settings.build(with(rules));
    let written = now(async {
        let writer = serdes.writer(Avro, "texts-value", &text());
        writer.prepare().await?;
        assert_eq!(writer.serialize("a")?, b"\0\0\0\0\x01\x02a");
        Ok(())
    });
    let message = b"\0\0\0\0\x01\x02a";
    let read = now(serdes.reader_as_written(Avro).read::<String>(message)).map(drop);
    let dynamic = now(serdes.read(message, KeyOrValue::Value, &Headers::new())).map(drop);
    assert_eq!(read.is_ok(), dynamic.is_ok(), "both ways of reading agree");
    (written, read)
}

#[test]
fn a_rule_stops_the_direction_that_it_is_for() {
    for group in ["domainRules", "encodingRules"] {
        for (mode, writes, reads) in
            [("WRITE", false, true), ("READ", true, false), ("WRITEREAD", false, false)]
        {
            let (written, read) = outcome(Serdes::builder(), rules(group, &rule(mode, "CEL", "")));
            assert_eq!((written.is_ok(), read.is_ok()), (writes, reads), "{group} {mode}");
            for (outcome, wanted) in [(written, RuleDirection::Write), (read, RuleDirection::Read)] {
                let Err(error) = outcome else { continue };
                let SerdesError::Rule(it) = &error else { panic!("{error:?}") };
                assert_eq!(it.subject.as_deref(), Some("texts-value"));
                assert_eq!(it.version.map(|it| it.0), Some(1));
                assert_eq!((it.rule.as_str(), it.executor.as_str(), it.direction), ("masked", "CEL", wanted));
                assert_eq!(error.class(), Class::Config);
                let text = error.to_string();
                assert!(
                    text.contains("(subject `texts-value` version 1)") && text.contains("`masked`"),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn a_rule_that_forgives_its_failure_or_is_disabled_stops_nothing() {
    for (on_failure, writes, reads) in [
        ("", false, false),
        ("ERROR", false, false),
        ("DLQ", false, false),
        ("none", false, false),
        ("NONE", true, true),
        ("NONE,NONE", true, true),
        ("NONE,ERROR", true, false),
        ("ERROR, NONE", false, true),
        ("DLQ,NONE", false, true),
    ] {
        let (written, read) =
            outcome(Serdes::builder(), rules("domainRules", &rule("WRITEREAD", "CEL", on_failure)));
        assert_eq!((written.is_ok(), read.is_ok()), (writes, reads), "{on_failure}");
    }
    let disabled = rule("WRITEREAD", "ENCRYPT", "").replace("\"name\"", "\"disabled\": true, \"name\"");
    let (written, read) = outcome(Serdes::builder(), rules("domainRules", &disabled));
    assert!(written.is_ok() && read.is_ok());
}

#[test]
fn one_type_of_rules_can_be_gone_without() {
    let settings = || Serdes::builder().without_rules("CEL");
    let (written, read) = outcome(settings(), rules("domainRules", &rule("WRITEREAD", "CEL", "")));
    assert!(written.is_ok() && read.is_ok());
    let (written, read) = outcome(settings(), rules("domainRules", &rule("WRITEREAD", "CEL_FIELD", "")));
    assert!(written.is_err() && read.is_err());
}

#[test]
fn what_is_to_be_encrypted_is_never_written_in_the_clear() {
    for executor in ["ENCRYPT", "ENCRYPT_PAYLOAD", "encrypt"] {
        let settings = Serdes::builder().without_rules(executor);
        let rules = rules("encodingRules", &rule("WRITEREAD", executor, "NONE,NONE"));
        let (written, read) = outcome(settings, rules);
        let error = written.expect_err(executor);
        assert!(matches!(&error, SerdesError::Rule(it) if it.direction == RuleDirection::Write), "{error:?}");
        read.expect("it is read as it is");
    }
}

#[test]
fn rules_stop_all_ways_to_write() {
    let serdes = Serdes::new(with(rules("domainRules", &rule("WRITE", "CEL", ""))));
    let error = now(serdes.prepare("texts-value", &text())).expect_err("a rule");
    assert!(matches!(error, SerdesError::Rule(_)), "{error:?}");
    // Asked for once more without asking the registry: what is known is as strict.
    for _ in 0..2 {
        let error = serdes.serialize(Avro, "texts-value", &text(), "a").expect_err("a rule");
        assert!(matches!(error, SerdesError::Rule(_)), "{error:?}");
    }
}

fn record(fields: &str) -> Schema {
    Schema::avro(&format!(r#"{{"type": "record", "name": "R", "fields": [{fields}]}}"#)).expect("a schema")
}

/// Version 1 with one field, version 2 with two; the rules belong to one of them.
fn migrating(first: Option<RuleSet>, second: Option<RuleSet>) -> EmbeddedRegistry {
    let registry = now(EmbeddedRegistry::in_memory()).expect("a registry");
    let subject: Subject = "r-value".parse().expect("a subject");
    for (schema, rules) in [(one(), first), (two(), second)] {
        let mut proposal = Proposal::new(schema);
        proposal.rule_set = rules;
        now(registry.register(&subject, &proposal)).expect("registered");
    }
    registry
}

fn one() -> Schema {
    record(r#"{"name": "a", "type": "int"}"#)
}

fn two() -> Schema {
    record(r#"{"name": "a", "type": "int"}, {"name": "b", "type": "int", "default": 0}"#)
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct A {
    a: i32,
}

fn read(serdes: &Serdes, reader: &Schema, message: &[u8]) -> Result<A, SerdesError> {
    let subject: Subject = "r-value".parse().expect("a subject");
    let reader = serdes.reader_of(Avro, Some(reader), Some(&subject), KeyOrValue::Value);
    now(reader.read(message))
}

const OLD: &[u8] = b"\0\0\0\0\x01\x02";
const NEW: &[u8] = b"\0\0\0\0\x02\x02\x04";

#[test]
fn a_migration_rule_stops_readers_of_another_version() {
    for mode in ["UPGRADE", "UPDOWN"] {
        let upgrade = rules("migrationRules", &rule(mode, "JSONATA", ""));
        let serdes = Serdes::new(migrating(None, Some(upgrade)));
        // The writer's version knows nothing of it: the reader's does.
        let error = read(&serdes, &two(), OLD).expect_err(mode);
        let SerdesError::Rule(it) = &error else { panic!("{error:?}") };
        assert_eq!((it.direction, it.rule.as_str()), (RuleDirection::Migrate, "masked"));
        assert_eq!(it.subject.as_deref(), Some("r-value"));
        read(&serdes, &two(), NEW).expect("its own version needs no migration");
        read(&serdes, &one(), OLD).expect("nor does the other");
    }
    let downgrade = rules("migrationRules", &rule("DOWNGRADE", "JSONATA", ""));
    let serdes = Serdes::new(migrating(None, Some(downgrade)));
    read(&serdes, &one(), NEW).expect_err("the writer's version has it");
    // A reader of no subject sees the writer's rules, too.
    now(serdes.reader(Avro, &one()).read::<A>(NEW)).expect_err("a rule");
}

#[test]
fn a_migration_that_may_be_left_out_is() {
    let forgiving = rules("migrationRules", &rule("UPDOWN", "JSONATA", "NONE"));
    let serdes = Serdes::new(migrating(None, Some(forgiving)));
    assert_eq!(read(&serdes, &two(), OLD).expect("forgiven"), A { a: 1 });
    // Of two actions the first is for upgrades, the second for downgrades.
    let half = rules("migrationRules", &rule("UPDOWN", "JSONATA", "NONE,ERROR"));
    let serdes = Serdes::new(migrating(None, Some(half.clone())));
    assert_eq!(read(&serdes, &two(), OLD).expect("forgiven"), A { a: 1 });
    read(&serdes, &one(), NEW).expect_err("not forgiven");
    let settings = Serdes::builder().without_rules("JSONATA");
    assert_eq!(
        read(&settings.build(migrating(None, Some(half))), &one(), NEW).expect("gone without"),
        A { a: 1 }
    );
    // A migration stops no writer, and a domain rule for writing no reader.
    let mixed = rules("domainRules", &rule("WRITE", "CEL", ""));
    assert_eq!(
        read(&Serdes::new(migrating(None, Some(mixed))), &two(), OLD).expect("it is for writing"),
        A { a: 1 }
    );
}

#[test]
fn a_reader_whose_rules_are_not_known_yet_says_that_something_is_to_be_loaded() {
    let upgrade = rules("migrationRules", &rule("UPGRADE", "JSONATA", ""));
    let serdes = Serdes::new(migrating(None, Some(upgrade)));
    // Another reader has loaded the writer's schema already.
    now(serdes.reader_as_written(Avro).read::<A>(OLD)).expect("as it was written");
    let subject: Subject = "r-value".parse().expect("a subject");
    let reader = serdes.reader_of(Avro, Some(&two()), Some(&subject), KeyOrValue::Value);
    let error = reader.deserialize::<A>(OLD).expect_err("its own rules");
    let SerdesError::UnknownSchema(key) = error else { panic!("{error:?}") };
    assert_eq!(reader.missing(OLD, &Headers::new()), Some(key));
    now(reader.load(key)).expect("the registry knows it");
    let error = reader.deserialize::<A>(OLD).expect_err("the rule");
    assert!(matches!(error, SerdesError::Rule(_)), "{error:?}");
}
