//! The embedded registry on a log: restarts, several handles, tasks at once, dropped futures, damaged logs.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pollster::block_on;
use schemawire::compat::Level;
use schemawire::ids::{SchemaId, Version};
use schemawire::record::{Batch, Headers, TopicPartition};
use schemawire::registry::{
    Config, Contents, Deleted, Deletion, EmbeddedRegistry, Proposal, Registry, RegistryErrorKind,
    RegistryExt, RegistryMode, VersionSpec,
};
use schemawire::schema::Schema;
use schemawire::transport::{Memory, ProducerSpec, TopicSpec, Transport};

use super::machine::{avro, name, record};
use super::slow::Slow;

/// A registry on that log where nothing is checked.
async fn open<T: Transport + Clone>(log: &T) -> EmbeddedRegistry {
    let registry = EmbeddedRegistry::on(log).await.unwrap();
    registry.set_config(None, &Config::level(Level::None).into()).await.unwrap();
    registry
}

fn numbered(number: usize) -> Schema {
    Schema::avro(&record(&[&format!("f{number}:int")])).unwrap()
}

#[test]
fn a_restart_on_the_same_log_knows_all_that_was_acknowledged() {
    block_on(async {
        let log = Memory::new();
        let registry = open(&log).await;
        let first = registry.register_schema("s", &numbered(1)).await.unwrap();
        let second = registry.register_schema(":.eu:s", &numbered(2)).await.unwrap();
        registry.set_level("s", Level::FullTransitive).await.unwrap();
        registry.delete_subject(&name("s"), schemawire::registry::Deletion::Soft).await.unwrap();
        let before = registry.snapshot();
        drop(registry);

        let registry = EmbeddedRegistry::on(&log).await.unwrap();
        assert_eq!(registry.snapshot(), before);
        assert_eq!(registry.latest(":.eu:s").await.unwrap(), second);
        assert_eq!(
            registry.schema(schemawire::ids::SchemaKey::Guid(first.guid), None).await.unwrap(),
            first.schema
        );
        assert_eq!(registry.register_schema("t", &numbered(3)).await.unwrap().id, SchemaId(2));
    });
}

#[test]
fn a_registry_that_is_only_read_writes_nothing() {
    block_on(async {
        let log = Memory::new();
        let known = open(&log).await.register_schema("known", &numbered(0)).await.unwrap();
        let at = TopicPartition::new("_schemas", 0);
        let end = log.offset(&at, schemawire::transport::Place::Latest).await.unwrap();
        let registry = EmbeddedRegistry::on(&log).await.unwrap();
        assert_eq!(registry.register_schema("known", &numbered(0)).await.unwrap(), known);
        assert!(registry.latest("s").await.unwrap_err().is_not_found());
        assert_eq!(registry.subjects(":*:", Deleted::Hidden).await.unwrap(), [name("known")]);
        assert_eq!(log.offset(&at, schemawire::transport::Place::Latest).await.unwrap(), end);
    });
}

#[test]
fn a_handle_takes_the_log_over_once_and_then_writes_only_what_happens() {
    block_on(async {
        let log = Memory::new();
        let registry = open(&log).await;
        for number in [0, 1, 0] {
            registry.register_schema("s", &numbered(number)).await.unwrap();
        }
        let at = TopicPartition::new("_schemas", 0);
        let end = log.offset(&at, schemawire::transport::Place::Latest).await.unwrap();
        assert_eq!(end, 4, "the mark of the end, the level, two schemas; a known schema is no event");
    });
}

#[test]
fn tasks_at_once_get_no_id_twice() {
    let registry = block_on(open(&Memory::new()));
    let register = |task: usize| {
        let registry = registry.clone();
        move || {
            let ids = (0..25).map(|number| {
                let schema = numbered(task * 100 + number);
                block_on(registry.register_schema(&format!("s{}", number % 3), &schema)).unwrap().id
            });
            ids.collect::<Vec<_>>()
        }
    };
    let tasks: Vec<_> = (0..8).map(|task| std::thread::spawn(register(task))).collect();
    let ids: Vec<_> = tasks.into_iter().flat_map(|task| task.join().unwrap()).collect();
    let expected: BTreeSet<_> = (1..=200).map(SchemaId).collect();
    assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), expected, "each id once, none left out");
    assert_eq!(ids.len(), 200);
}

#[test]
fn handles_that_were_opened_apart_get_no_id_twice_either() {
    let log = Memory::new();
    let handles = [block_on(open(&log)), block_on(open(&log)), block_on(open(&log))];
    let ids: Vec<_> = (0..30)
        .map(|number| block_on(handles[number % 3].register_schema("s", &numbered(number))).unwrap().id.0)
        .collect();
    assert_eq!(
        ids,
        (1..=30).collect::<Vec<_>>(),
        "each handle reads what the others wrote before it decides"
    );
    for handle in &handles {
        block_on(handle.refresh()).unwrap();
        assert_eq!(handle.snapshot(), handles[0].snapshot());
    }
}

#[test]
fn handles_that_write_at_once_take_over_from_each_other_until_all_is_written() {
    let log = Memory::new();
    let task = |task: usize| {
        let registry = block_on(open(&log));
        std::thread::spawn(move || {
            let register = |number| block_on(registry.register_schema("s", &numbered(task * 100 + number)));
            (0..10).map(|number| register(number).unwrap().id.0).collect::<Vec<_>>()
        })
    };
    let tasks: Vec<_> = (0..4).map(task).collect();
    let mut ids: Vec<_> = tasks.into_iter().flat_map(|task| task.join().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=40).collect::<Vec<_>>());
}

#[test]
fn a_schema_is_registered_with_what_it_refers_to_by_name_alone() {
    block_on(async {
        let registry = open(&Memory::new()).await;
        let mut set = schemawire::schema::SchemaSet::new();
        let avro = schemawire::schema::Format::Avro;
        set.add("Order", avro, r#"{"type":"record","name":"Order","fields":[{"name":"net","type":"Money"},{"name":"line","type":"Line"}]}"#);
        set.add(
            "Line",
            avro,
            r#"{"type":"record","name":"Line","fields":[{"name":"price","type":"Money"}]}"#,
        );
        set.add("Money", avro, r#"{"type":"fixed","name":"Money","size":8}"#);
        let order = set.link("Order", schemawire::schema::Mode::Strict).unwrap();
        for subject in ["orders-value", ":.eu:orders-value"] {
            let registered = registry.register_tree(subject, &order).await.unwrap();
            assert_eq!((registered.id.0, registered.version.0), (3, 1));
            assert_eq!(registry.register_schema(subject, &registered.schema).await.unwrap(), registered);
            assert_eq!(registry.register_tree(subject, &order).await.unwrap(), registered);
        }
        let subjects = registry.subjects(":.eu:", Deleted::Hidden).await.unwrap();
        assert_eq!(subjects, [":.eu:Line", ":.eu:Money", ":.eu:orders-value"].map(name));
    });
}

#[test]
fn a_handle_looks_again_before_it_says_that_something_is_not_there() {
    block_on(async {
        let log = Memory::new();
        let (writer, reader) = (open(&log).await, EmbeddedRegistry::on(&log).await.unwrap());
        let registered = writer.register_schema("s", &numbered(1)).await.unwrap();
        assert_eq!(reader.latest("s").await.unwrap(), registered);
        writer.register_schema("s", &numbered(2)).await.unwrap();
        assert_eq!(
            reader.latest("s").await.unwrap(),
            registered,
            "what is there is answered without looking"
        );
        reader.refresh().await.unwrap();
        assert_eq!(reader.latest("s").await.unwrap().version.0, 2);
    });
}

/// Polls a future that many times, then drops it.
fn poll_and_drop<F: Future>(future: F, times: usize) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..times).any(|_| matches!(future.as_mut().poll(&mut context), Poll::Ready(_)))
}

#[test]
fn a_write_that_is_dropped_half_way_happened_or_did_not_and_the_next_one_goes_on() {
    let mut finished = false;
    for times in 0.. {
        let log = Slow(Memory::new());
        let registry = block_on(open(&log));
        let dropped = Proposal::new(numbered(0));
        let subject = name("s");
        finished = poll_and_drop(registry.register(&subject, &dropped), times);
        let next = block_on(registry.register_schema("s", &numbered(1))).unwrap();
        let dropped = block_on(registry.register_schema("s", &numbered(0))).unwrap();
        let ids = BTreeSet::from([next.id.0, dropped.id.0]);
        assert_eq!(ids, BTreeSet::from([1, 2]), "after {times} polls");
        let restarted = block_on(EmbeddedRegistry::on(&log)).unwrap();
        assert_eq!(restarted.snapshot(), registry.snapshot(), "after {times} polls");
        if finished {
            break;
        }
    }
    assert!(finished, "every place where it can be dropped was tried");
}

#[test]
fn a_read_that_is_dropped_half_way_loses_nothing() {
    for times in 0..8 {
        let log = Slow(Memory::new());
        let (writer, reader) = (block_on(open(&log)), block_on(open(&log)));
        let schemas: Vec<_> = (0..3).map(numbered).collect();
        let registered =
            schemas.iter().map(|schema| block_on(writer.register_schema("s", schema)).unwrap().id.0);
        assert_eq!(registered.collect::<Vec<_>>(), [1, 2, 3]);
        poll_and_drop(reader.refresh(), times);
        block_on(reader.refresh()).unwrap();
        assert_eq!(reader.snapshot(), writer.snapshot(), "after {times} polls");
    }
}

#[test]
fn waiters_that_are_dropped_do_not_close_the_lock() {
    let registry = block_on(open(&Slow(Memory::new())));
    let (subject, proposal) = (name("s"), Proposal::new(numbered(0)));
    // The first one holds the lock; the others wait in line behind it, and all are gone before their turn.
    let mut waiting: Vec<_> = (0..20_000).map(|_| registry.register(&subject, &proposal)).collect();
    let mut context = Context::from_waker(Waker::noop());
    for future in &mut waiting {
        assert!(future.as_mut().poll(&mut context).is_pending());
    }
    waiting.reverse();
    drop(waiting);
    assert_eq!(block_on(registry.register_schema("s", &numbered(0))).unwrap().id, SchemaId(1));
}

#[test]
fn a_record_that_no_registry_wrote_is_an_error_that_names_it() {
    block_on(async {
        let log = Memory::new();
        drop(open(&log).await);
        let mut batch = Batch::new();
        batch.push(Some(b"{}"), Some(b"{}"), &Headers::new(), None);
        let producer = log.open_producer(ProducerSpec::default()).await.unwrap();
        let appended = producer.append(&TopicPartition::new("_schemas", 0), batch).await.unwrap();
        let error = EmbeddedRegistry::on(&log).await.expect_err("a damaged log");
        assert_eq!(error.kind, RegistryErrorKind::Store);
        assert!(error.message.contains(&format!("offset {}", appended.base_offset)), "{error}");
        assert_eq!(error.class(), schemawire::class::Class::BadData);
    });
}

#[test]
fn a_topic_with_several_partitions_is_no_registrys_log() {
    block_on(async {
        let log = Memory::new();
        log.create_topic(TopicSpec::new("_schemas", 2)).await.unwrap();
        let error = EmbeddedRegistry::on(&log).await.expect_err("two partitions");
        assert!(error.message.contains("needs exactly 1"), "{error}");
        assert_eq!(error.class(), schemawire::class::Class::Config);
        let elsewhere = EmbeddedRegistry::builder(&log).topic("schemas").open().await.unwrap();
        elsewhere.register_schema("s", &numbered(1)).await.unwrap();
    });
}

#[test]
fn a_shared_registry_and_a_shared_transport_are_what_they_share() {
    block_on(async {
        let log: Arc<dyn Transport> = Arc::new(Memory::new());
        let registry: Arc<dyn Registry> = Arc::new(EmbeddedRegistry::on(&log).await.unwrap());
        let registered = registry.register_schema("s", &numbered(1)).await.unwrap();
        assert_eq!(
            registry.lookup(&name("s"), &avro(registered.schema.text()), Deleted::Hidden).await.unwrap(),
            registered
        );
        let amended = schemawire::registry::Metadata::with_properties([("owner", "a")]);
        let amended = registry.amend("s", Some(amended), None).await.unwrap();
        assert_eq!((amended.version.0, amended.schema.text()), (2, registered.schema.text()));
    });
}

#[cfg(feature = "conformance")]
#[test]
fn it_keeps_every_law_of_a_registry_in_memory() {
    block_on(schemawire::registry::conformance::run(async || {
        Arc::new(EmbeddedRegistry::on(&Slow(Memory::new())).await.unwrap()) as Arc<dyn Registry>
    }));
}

#[cfg(all(feature = "conformance", feature = "embedded"))]
#[test]
fn it_keeps_every_law_of_a_registry_on_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::sync::atomic::AtomicUsize::new(0);
    block_on(schemawire::registry::conformance::run(async || {
        let file = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let log = schemawire::transport::Embedded::open(folder.path().join(format!("{file}.db"))).unwrap();
        Arc::new(EmbeddedRegistry::on(&log).await.unwrap()) as Arc<dyn Registry>
    }));
}

#[cfg(feature = "embedded")]
#[test]
fn a_file_gives_back_what_was_registered_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let open_file = || schemawire::transport::Embedded::open(folder.path().join("registry.db")).unwrap();
    let log = open_file();
    let registry = block_on(open(&log));
    let registered: Vec<_> =
        (0..20).map(|number| block_on(registry.register_schema("s", &numbered(number))).unwrap()).collect();
    block_on(registry.set_level("s", Level::FullTransitive)).unwrap();
    let before = registry.snapshot();
    drop(registry);
    block_on(log.close()).unwrap();
    drop(log);

    let log = open_file();
    let registry = block_on(EmbeddedRegistry::on(&log)).unwrap();
    assert_eq!(registry.snapshot(), before);
    for (number, registered) in registered.iter().enumerate() {
        assert_eq!(&block_on(registry.register_schema("s", &numbered(number))).unwrap(), registered);
    }
    // What compaction leaves makes the same state.
    block_on(log.maintain(i64::MAX)).unwrap();
    assert_eq!(block_on(EmbeddedRegistry::on(&log)).unwrap().snapshot(), before);
}

fn alias(name: &str) -> Config {
    let mut config = Config::default();
    config.alias = Some(name.into());
    config
}

/// A registry with a deleted version, contexts, settings, an alias and modes.
async fn whole() -> EmbeddedRegistry {
    let registry = EmbeddedRegistry::in_memory().await.unwrap();
    registry.register_schema("z", &numbered(1)).await.unwrap();
    registry.set_level("z", Level::None).await.unwrap();
    registry.register_schema("z", &numbered(2)).await.unwrap();
    registry.register_schema(":.eu:s", &numbered(3)).await.unwrap();
    let first = VersionSpec::Number(Version(1));
    registry.delete_version(&name("z"), first, Deletion::Soft).await.unwrap();
    registry.set_config(Some(&name("old-z")), &alias("z").into()).await.unwrap();
    registry.set_mode(Some(&name(":.eu:s")), RegistryMode::ReadOnly, false).await.unwrap();
    registry
}

#[test]
fn what_another_registry_has_is_restored_with_its_ids_deletions_settings_and_modes() {
    block_on(async {
        let (old, log) = (whole().await, Memory::new());
        let new = EmbeddedRegistry::on(&log).await.unwrap();
        new.restore(Contents::of(&old).await.unwrap()).await.unwrap();
        // From the log, too.
        for registry in [new, EmbeddedRegistry::on(&log).await.unwrap()] {
            assert_eq!(
                registry.versions(&name("z"), Deleted::Included).await.unwrap(),
                [Version(1), Version(2)]
            );
            assert_eq!(registry.versions(&name("z"), Deleted::Hidden).await.unwrap(), [Version(2)]);
            assert_eq!(registry.latest("z").await.unwrap().id, SchemaId(2));
            assert_eq!(registry.latest("old-z").await.unwrap().id, SchemaId(2), "an alias");
            assert_eq!(registry.latest(":.eu:s").await.unwrap().id, SchemaId(1));
            assert_eq!(registry.config(Some(&name("z"))).await.unwrap().level, Some(Level::None));
            assert_eq!(registry.mode(Some(&name(":.eu:s"))).await.unwrap(), RegistryMode::ReadOnly);
            assert_eq!(registry.mode(None).await.unwrap(), RegistryMode::ReadWrite);
        }
    });
}

#[test]
fn what_cannot_be_restored_whole_leaves_nothing() {
    block_on(async {
        // The last thing that is looked at does not fit.
        let mut broken = Contents::of(&whole().await).await.unwrap();
        broken.configs.push((Some(name("late")), alias("\u{7}")));
        let log = Memory::new();
        let registry = EmbeddedRegistry::on(&log).await.unwrap();
        assert_eq!(registry.restore(broken).await.unwrap_err().kind.code(), 42208);
        for registry in [registry, EmbeddedRegistry::on(&log).await.unwrap()] {
            assert_eq!(registry.size().await.unwrap().unwrap().ids, 0);
            assert!(registry.config(Some(&name("z"))).await.is_err());
            assert_eq!(registry.mode(None).await.unwrap(), RegistryMode::ReadWrite);
            registry.register_schema("fresh", &numbered(1)).await.unwrap();
            // And one that has something is not restored over.
            let refused = registry.restore(Contents::default()).await.unwrap_err();
            assert_eq!(refused.kind, RegistryErrorKind::NotPermitted);
        }
    });
}
