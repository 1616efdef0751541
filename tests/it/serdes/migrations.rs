//! Migration rules of the versions between a writer's and a reader's.

use schemawire::codec::Avro;
use schemawire::frame::Confluent;
use schemawire::ids::{KeyOrValue, SchemaId, SchemaKey};
use schemawire::registry::{Deletion, Proposal, Registry, RuleSet, Subject, VersionSpec};
use schemawire::schema::Schema;
use schemawire::serdes::{RuleDirection, Serdes, SerdesError, Settings};

use super::counting::Counting;

fn now<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}

/// The schema of a version: one more field than the one before.
fn schema(version: u32) -> Schema {
    let fields: Vec<String> =
        (0..version).map(|it| format!(r#"{{"name": "f{it}", "type": "int", "default": 0}}"#)).collect();
    Schema::avro(&format!(r#"{{"type": "record", "name": "R", "fields": [{}]}}"#, fields.join(", ")))
        .expect("a schema")
}

fn subject() -> Subject {
    "r-value".parse().expect("a subject")
}

/// Five versions, of which some have a rule of a mode.
fn registry(rules: &[(u32, &str)]) -> Counting {
    let (counting, _) = Counting::new();
    for version in 1..=5 {
        let mut proposal = Proposal::new(schema(version));
        let mode = rules.iter().find(|(it, _)| *it == version).map(|(_, mode)| *mode);
        // Rules that a schema comes without are those of the version before.
        let text = mode.map_or("{}".to_owned(), |mode| {
            format!(r#"{{"migrationRules": [{{"name": "rename", "kind": "TRANSFORM", "mode": "{mode}", "type": "JSONATA"}}]}}"#)
        });
        proposal.rule_set = Some(serde_json::from_str::<RuleSet>(&text).expect("rules"));
        now(counting.inner.register(&subject(), &proposal)).expect("registered");
    }
    counting
}

/// Versions with a rule of a mode, the reader's version, the writer's, and whose rule stops the message.
type Row = (&'static [(u32, &'static str)], u32, u32, Option<u32>);

/// What a writer of a version sends: the number 1 in every field.
fn message(version: u32) -> Vec<u8> {
    let id = version.to_be_bytes();
    [&[0], &id[..], &vec![2; version as usize]].concat()
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct First {
    f0: i32,
}

fn read(serdes: &Serdes, reader: u32, writer: u32) -> Result<First, SerdesError> {
    let reader = serdes.reader_of(Avro, Some(&schema(reader)), Some(&subject()), KeyOrValue::Value);
    now(reader.read(&message(writer)))
}

/// The version whose rule stops a message, none where it is read.
fn stopped(rules: &[(u32, &str)], reader: u32, writer: u32) -> Option<u32> {
    match read(&Serdes::new(registry(rules)), reader, writer) {
        Ok(value) => {
            assert_eq!(value, First { f0: 1 });
            None
        }
        Err(SerdesError::Rule(it)) => {
            assert_eq!((it.direction, it.rule.as_str()), (RuleDirection::Migrate, "rename"));
            assert_eq!(it.subject.as_deref(), Some("r-value"));
            let version = it.version.expect("a version").0;
            assert_eq!(it.key, SchemaKey::Id(SchemaId(version)));
            let sentence = it.to_string();
            assert!(sentence.contains(&format!("(subject `r-value` version {version})")), "{sentence}");
            Some(version)
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn every_version_after_the_lower_one_up_to_the_higher_one_is_on_the_way() {
    let rows: &[Row] = &[
        // Up: the reader is newer. The lower version's own rules led to it, and not from it.
        (&[(3, "UPGRADE")], 5, 1, Some(3)),
        (&[(3, "UPDOWN")], 5, 1, Some(3)),
        (&[(3, "DOWNGRADE")], 5, 1, None),
        (&[(2, "UPGRADE"), (4, "UPGRADE")], 5, 1, Some(2)),
        (&[(5, "UPGRADE")], 5, 1, Some(5)),
        (&[(1, "UPGRADE")], 5, 1, None),
        (&[(3, "UPGRADE")], 5, 3, None),
        (&[(3, "UPGRADE")], 3, 2, Some(3)),
        (&[(5, "UPGRADE")], 4, 1, None),
        // Down: the writer is newer, and its version comes first.
        (&[(3, "DOWNGRADE")], 1, 5, Some(3)),
        (&[(3, "UPDOWN")], 1, 5, Some(3)),
        (&[(3, "UPGRADE")], 1, 5, None),
        (&[(2, "DOWNGRADE"), (4, "DOWNGRADE")], 1, 5, Some(4)),
        (&[(1, "DOWNGRADE")], 1, 5, None),
        (&[(5, "DOWNGRADE")], 4, 5, Some(5)),
        (&[(4, "DOWNGRADE")], 4, 5, None),
        // Neither.
        (&[(3, "UPDOWN")], 3, 3, None),
    ];
    for (rules, reader, writer, wanted) in rows {
        assert_eq!(stopped(rules, *reader, *writer), *wanted, "{rules:?}, reader {reader}, writer {writer}");
    }
}

#[test]
fn a_deleted_version_is_on_the_way_and_one_that_is_gone_is_not() {
    let counting = registry(&[(3, "UPGRADE")]);
    let delete = |deletion| {
        let version = VersionSpec::Number(schemawire::ids::Version(3));
        now(counting.inner.delete_version(&subject(), version, deletion)).expect("deleted");
    };
    delete(Deletion::Soft);
    read(&Serdes::new(counting.clone()), 5, 1).expect_err("it is hidden, and its data is there");
    delete(Deletion::Permanent);
    read(&Serdes::new(counting.clone()), 5, 1).expect("it is gone");
}

#[test]
fn a_way_is_asked_for_once() {
    let counting = registry(&[(3, "UPGRADE")]);
    let serdes = Serdes::builder().without_rules("JSONATA").build(counting.clone());
    let reader = serdes.reader_of(Avro, Some(&schema(5)), Some(&subject()), KeyOrValue::Value);
    let message = message(1);
    let mut waiting: Vec<_> = (0..20).map(|_| Box::pin(reader.read::<First>(&message))).collect();
    now(std::future::poll_fn(|context| {
        waiting.retain_mut(|read| read.as_mut().poll(context).is_pending());
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    }));
    let first = counting.calls();
    assert_eq!(first, ["content", "lookup", "uses", "versions", "version", "version", "version"]);
    for _ in 0..100 {
        now(reader.read::<First>(&message)).expect("gone without its rules");
    }
    assert_eq!(counting.calls(), [""; 0], "a warm reader asks nobody");
    // What stops one stops it without asking, too.
    let strict = Serdes::new(counting.clone());
    let reader = strict.reader_of(Avro, Some(&schema(5)), Some(&subject()), KeyOrValue::Value);
    now(reader.read::<First>(&message)).expect_err("a rule");
    counting.calls();
    for _ in 0..10 {
        let error = now(reader.read::<First>(&message)).expect_err("a rule");
        assert!(matches!(error, SerdesError::Rule(_)), "{error:?}");
    }
    assert_eq!(counting.calls(), [""; 0]);
}

#[test]
fn a_neighbour_costs_one_question_more() {
    let counting = registry(&[]);
    let serdes = Serdes::new(counting.clone());
    read(&serdes, 5, 4).expect("no rule");
    assert_eq!(counting.calls(), ["content", "lookup", "uses"]);
    read(&serdes, 5, 5).expect("its own version");
    assert_eq!(counting.calls(), [""; 0], "the lookup told what its id stands for");
}

/// Registries of old have no `GET /schemas/ids/{id}/versions`; the writer's schema is looked up under the subject instead.
#[test]
fn a_registry_that_does_not_tell_what_an_id_stands_for_is_asked_by_the_schema() {
    let rows: &[Row] = &[
        (&[(3, "UPGRADE")], 5, 1, Some(3)),
        (&[(3, "DOWNGRADE")], 1, 5, Some(3)),
        (&[(1, "UPGRADE")], 5, 1, None),
    ];
    for (rules, reader, writer, wanted) in rows {
        let counting = registry(rules);
        counting.lack("uses");
        let found = match read(&Serdes::new(counting.clone()), *reader, *writer) {
            Err(SerdesError::Rule(it)) => it.version.map(|it| it.0),
            read => read.map(|value| assert_eq!(value, First { f0: 1 })).map(|()| None).expect("a value"),
        };
        assert_eq!(found, *wanted, "{rules:?}, reader {reader}, writer {writer}");
        assert_eq!(counting.calls()[..4], ["content", "lookup", "uses", "lookup"]);
    }
}

#[test]
fn a_guid_leads_the_same_way() {
    let rules = &[(3, "UPGRADE")];
    let settings: Settings = Serdes::builder().framing(Confluent::V1);
    let counting = registry(rules);
    let first = VersionSpec::Number(schemawire::ids::Version(1));
    let guid = now(counting.inner.version(&subject(), first, schemawire::registry::Deleted::Hidden))
        .expect("a version")
        .guid;
    let serdes = settings.build(counting);
    let reader = serdes.reader_of(Avro, Some(&schema(5)), Some(&subject()), KeyOrValue::Value);
    let error = now(reader.read::<First>(&[&[1], &guid.0[..], &[2]].concat())).expect_err("a rule");
    assert!(matches!(&error, SerdesError::Rule(it) if it.version.map(|it| it.0) == Some(3)), "{error:?}");
}

#[test]
fn between_subjects_there_is_no_way_and_any_migration_rule_stops() {
    let counting = registry(&[(1, "DOWNGRADE")]);
    let serdes = Serdes::new(counting.clone());
    let other: Subject = "other-value".parse().expect("a subject");
    now(counting.inner.register(&other, &Proposal::new(schema(5)))).expect("registered");
    let reader = serdes.reader_of(Avro, Some(&schema(5)), Some(&other), KeyOrValue::Value);
    let error = now(reader.read::<First>(&message(1))).expect_err("the writer's rule");
    assert!(matches!(&error, SerdesError::Rule(it) if it.key == SchemaKey::Id(SchemaId(1))), "{error:?}");
    now(reader.read::<First>(&message(2))).expect("no rule");
}
