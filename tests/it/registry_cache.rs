//! What the cache before a registry keeps, how long, and what it asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use schemawire::ids::{SchemaId, SchemaKey, Version};
use schemawire::registry::{
    CacheSettings, CachedRegistry, Deleted, Deletion, Registry, RegistryErrorKind, RegistryExt, Subject,
    VersionSpec,
};
use schemawire::schema::Schema;
use schemawire::transport::Clock;

use super::serdes::counting::Counting;

/// A clock that is moved by hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn wall(&self) -> i64 {
        0
    }

    fn steady(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

fn only(text: &str) -> Schema {
    Schema::json(&format!(r#"{{"const": "{text}"}}"#)).expect("a schema")
}

fn subject(text: &str) -> Subject {
    text.parse().expect("a subject")
}

fn id(number: u32) -> SchemaKey {
    SchemaKey::Id(SchemaId(number))
}

fn now<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}

/// A cache with a clock, over a registry that counts.
fn cached(settings: impl FnOnce(CacheSettings) -> CacheSettings) -> (CachedRegistry, Counting, Hand) {
    let ((counting, _), clock) = (Counting::new(), Hand::default());
    let cache = settings(CachedRegistry::builder().clock(clock.clone())).build(counting.clone());
    (cache, counting, clock)
}

fn default() -> (CachedRegistry, Counting, Hand) {
    cached(|settings| settings)
}

/// Fifty tasks that ask for one key, of which the first `gone` are dropped before there is an answer: how many got one.
async fn fifty(cache: &CachedRegistry, counting: &Counting, key: SchemaKey, gone: usize) -> Vec<bool> {
    let mut tasks: Vec<_> = (0..50)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.schema(key, None).await.is_ok() })
        })
        .collect();
    while cache.cache_counts().asked + cache.cache_counts().joined < 50 {
        tokio::task::yield_now().await;
    }
    for task in tasks.drain(..gone) {
        task.abort();
        task.await.expect_err("it was dropped");
    }
    counting.open();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("no panic"));
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_ask_at_once_one_request_is_sent() {
    for (key, is_known) in [(id(1), true), (id(99), false)] {
        let (counting, _) = Counting::closed();
        counting.inner.register_schema("a-value", &only("x")).await.expect("registered");
        let cache = CachedRegistry::new(counting.clone());
        assert_eq!(fifty(&cache, &counting, key, 0).await, [is_known; 50]);
        assert_eq!(counting.calls(), ["content"], "{key}");
        let counts = cache.cache_counts();
        assert_eq!((counts.asked, counts.joined, counts.failed), (1, 49, 0), "{key}");
    }
}

#[tokio::test]
async fn those_who_stop_waiting_take_nothing_from_the_others() {
    let (counting, _) = Counting::closed();
    counting.inner.register_schema("a-value", &only("x")).await.expect("registered");
    let cache = CachedRegistry::new(counting.clone());
    // The first of all, who began the request, is among those that are dropped.
    assert_eq!(fifty(&cache, &counting, id(1), 20).await, [true; 30]);
    assert_eq!(counting.calls(), ["content"]);
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_is_begun_again() {
    let (counting, _) = Counting::closed();
    counting.inner.register_schema("a-value", &only("x")).await.expect("registered");
    let cache = CachedRegistry::new(counting.clone());
    for _ in 0..2 {
        let asking = tokio::time::timeout(Duration::from_millis(20), cache.schema(id(1), None));
        asking.await.expect_err("the gate is closed");
    }
    counting.open();
    cache.schema(id(1), None).await.expect("an answer");
    assert_eq!(counting.calls(), ["content"; 3]);
}

#[test]
fn what_is_not_there_is_remembered_for_a_short_time() {
    let (cache, counting, clock) = default();
    for _ in 0..20 {
        assert!(now(cache.schema(id(7), None)).expect_err("unknown").is_not_found());
        assert!(now(cache.latest("a-value")).expect_err("unknown").is_not_found());
    }
    assert_eq!(counting.calls(), ["content", "version"]);
    clock.advance(5);
    now(cache.schema(id(7), None)).expect_err("unknown");
    assert_eq!(counting.calls(), ["content"]);
    assert_eq!(cache.cache_counts().absent, 38);

    let (cache, counting, _) = cached(|settings| settings.not_found(Duration::ZERO));
    for _ in 0..3 {
        now(cache.schema(id(7), None)).expect_err("unknown");
    }
    assert_eq!(counting.calls(), ["content"; 3]);
}

#[test]
fn what_is_registered_here_is_no_longer_absent() {
    let (cache, _, _) = default();
    now(cache.schema(id(1), None)).expect_err("unknown");
    now(cache.latest("a-value")).expect_err("unknown");
    now(cache.register_schema("a-value", &only("x"))).expect("registered");
    now(cache.schema(id(1), None)).expect("there now");
    now(cache.latest("a-value")).expect("there now");
}

#[test]
fn trouble_that_may_pass_and_refusals_are_not_remembered() {
    for kind in [
        RegistryErrorKind::Unavailable,
        RegistryErrorKind::Store,
        RegistryErrorKind::Forbidden,
        RegistryErrorKind::Unexpected,
    ] {
        let (cache, counting, _) = default();
        now(counting.inner.register_schema("a-value", &only("x"))).expect("registered");
        counting.fail(Some(kind));
        for _ in 0..3 {
            assert_eq!(now(cache.schema(id(1), None)).expect_err("trouble").kind, kind);
            assert_eq!(now(cache.latest("a-value")).expect_err("trouble").kind, kind);
            assert_eq!(now(cache.register_schema("b-value", &only("y"))).expect_err("trouble").kind, kind);
        }
        assert_eq!(cache.cache_counts().failed, 9);
        counting.fail(None);
        now(cache.schema(id(1), None)).expect("an answer");
        now(cache.latest("a-value")).expect("an answer");
        now(cache.register_schema("b-value", &only("y"))).expect("registered");
    }
}

#[test]
fn what_an_id_stands_for_is_asked_once_for_all_time() {
    let (cache, counting, clock) = default();
    now(counting.inner.register_schema("a-value", &only("x"))).expect("registered");
    for _ in 0..10 {
        assert_eq!(now(cache.schema(id(1), None)).expect("known").canonical(), only("x").canonical());
        clock.advance(1_000_000);
    }
    assert_eq!(counting.calls(), ["content"]);
    // It is read with as long as there are messages, whatever others do to its subject.
    for deletion in [Deletion::Soft, Deletion::Permanent] {
        now(counting.inner.delete_subject(&subject("a-value"), deletion)).expect("deleted");
        now(cache.schema(id(1), None)).expect("known");
    }
}

#[test]
fn an_id_counts_within_its_context() {
    let (cache, counting, _) = default();
    now(counting.inner.register_schema("a-value", &only("x"))).expect("registered");
    now(counting.inner.register_schema(":.eu:a-value", &only("y"))).expect("registered");
    let eu = subject(":.eu:a-value");
    for _ in 0..3 {
        assert_eq!(now(cache.schema(id(1), None)).expect("known").canonical(), only("x").canonical());
        assert_eq!(now(cache.schema(id(1), Some(&eu))).expect("known").canonical(), only("y").canonical());
    }
    assert_eq!(counting.calls(), ["content"; 2]);
}

#[test]
fn the_latest_is_fresh_then_stale_then_gone() {
    let (cache, counting, clock) = default();
    now(counting.inner.register_schema("a-value", &only("x"))).expect("registered");
    let latest = || now(cache.latest("a-value")).map(|it| it.version.0).map_err(|it| it.kind);
    assert_eq!(latest(), Ok(1));
    now(counting.inner.set_level("a-value", schemawire::compat::Level::None)).expect("set");
    now(counting.inner.register_schema("a-value", &only("y"))).expect("registered");
    clock.advance(59);
    assert_eq!((latest(), counting.calls()), (Ok(1), vec!["version"]), "still fresh");
    clock.advance(1);
    // Without a runtime the one who finds it stale asks, and has the new one.
    assert_eq!((latest(), counting.calls()), (Ok(2), vec!["version"]));
    counting.fail(Some(RegistryErrorKind::Unavailable));
    clock.advance(659);
    assert_eq!((latest(), counting.calls()), (Ok(2), vec!["version"]), "stale is better than nothing");
    clock.advance(1);
    assert_eq!(latest(), Err(RegistryErrorKind::Unavailable), "but not for ever");
    counting.fail(None);
    assert_eq!(latest(), Ok(2));
}

#[cfg(feature = "registry-http")]
#[tokio::test]
async fn what_is_stale_is_answered_at_once_and_asked_for_behind_the_answer() {
    let (counting, _) = Counting::new();
    let clock = Hand::default();
    let cache = CachedRegistry::builder().clock(clock.clone()).build(counting.clone());
    counting.inner.set_level("a-value", schemawire::compat::Level::None).await.expect("set");
    counting.inner.register_schema("a-value", &only("x")).await.expect("registered");
    assert_eq!(cache.latest("a-value").await.expect("known").version, Version(1));
    counting.inner.register_schema("a-value", &only("y")).await.expect("registered");
    clock.advance(60);
    assert_eq!(cache.latest("a-value").await.expect("known").version, Version(1), "at once");
    while cache.latest("a-value").await.expect("known").version == Version(1) {
        tokio::task::yield_now().await;
    }
    assert_eq!(counting.calls(), ["version"; 2], "one request behind all of these answers");
    // A subject that is gone is no longer answered.
    counting.inner.delete_subject(&subject("a-value"), Deletion::Soft).await.expect("deleted");
    clock.advance(60);
    cache.latest("a-value").await.expect("stale");
    while cache.latest("a-value").await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn what_is_changed_here_is_seen_at_once() {
    let (cache, _, _) = default();
    now(cache.set_level("a-value", schemawire::compat::Level::None)).expect("set");
    now(cache.register_schema("a-value", &only("x"))).expect("registered");
    let latest = || now(cache.latest("a-value")).map(|it| it.version.0).map_err(|it| it.kind);
    assert_eq!(latest(), Ok(1));
    now(cache.register_schema("a-value", &only("y"))).expect("registered");
    assert_eq!(latest(), Ok(2));
    now(cache.delete_version(&subject("a-value"), VersionSpec::Latest, Deletion::Soft)).expect("deleted");
    assert_eq!(latest(), Ok(1));
    now(cache.delete_subject(&subject("a-value"), Deletion::Soft)).expect("deleted");
    assert_eq!(latest(), Err(RegistryErrorKind::SubjectNotFound));
    now(cache.schema(id(1), None)).expect("messages with it are still there");
    now(cache.delete_subject(&subject("a-value"), Deletion::Permanent)).expect("deleted");
    now(cache.schema(id(1), None)).expect_err("whoever deletes for good means it");
    // Registered again it is a new version.
    assert_eq!(now(cache.register_schema("a-value", &only("x"))).expect("registered").version, Version(1));
}

#[test]
fn a_subject_or_all_can_be_forgotten() {
    let (cache, counting, _) = default();
    for name in ["a-value", "b-value"] {
        now(cache.register_schema(name, &only(name))).expect("registered");
        now(cache.latest(name)).expect("known");
    }
    let ask = || {
        counting.calls();
        for name in ["a-value", "b-value"] {
            now(cache.register_schema(name, &only(name))).expect("registered");
            now(cache.latest(name)).expect("known");
        }
        now(cache.schema(id(1), None)).expect("known");
        counting.calls()
    };
    assert_eq!(ask(), [""; 0]);
    cache.invalidate_subject(&subject("b-value"));
    assert_eq!(ask(), ["register", "version"]);
    cache.invalidate();
    assert_eq!(
        ask(),
        ["register", "version", "register", "version"],
        "and what an id stands for came with them"
    );
}

#[tokio::test]
async fn an_answer_that_was_under_way_when_all_was_forgotten_is_not_kept() {
    let (counting, _) = Counting::closed();
    counting.inner.register_schema("a-value", &only("x")).await.expect("registered");
    let cache = CachedRegistry::new(counting.clone());
    let asking = {
        let cache = cache.clone();
        tokio::spawn(async move { cache.latest("a-value").await })
    };
    while cache.cache_counts().asked == 0 {
        tokio::task::yield_now().await;
    }
    cache.invalidate();
    counting.open();
    asking.await.expect("no panic").expect("an answer for those who waited");
    cache.latest("a-value").await.expect("asked for again");
    assert_eq!(counting.calls(), ["version"; 2]);
}

#[test]
fn no_more_is_kept_than_allowed() {
    let (cache, counting, _) = cached(|settings| settings.entries(3));
    for number in 0..5 {
        now(counting.inner.register_schema(&format!("s{number}-value"), &only(&number.to_string())))
            .expect("registered");
    }
    for number in 1..=5 {
        now(cache.schema(id(number), None)).expect("known");
    }
    counting.calls();
    for number in [3, 4, 5] {
        now(cache.schema(id(number), None)).expect("known");
    }
    assert_eq!(counting.calls(), [""; 0]);
    now(cache.schema(id(1), None)).expect("asked for again");
    assert_eq!(counting.calls(), ["content"]);
}

#[test]
fn subjects_can_be_asked_for_before_they_are_needed() {
    let (cache, counting, _) = default();
    let names = ["a-value", "b-value", "missing-value"].map(subject);
    for name in &names[..2] {
        now(counting.inner.register_schema(name.as_str(), &only(name.as_str()))).expect("registered");
    }
    assert_eq!(now(cache.prewarm(&names)).expect("two are there"), 2);
    counting.calls();
    for number in [1, 2] {
        now(cache.schema(id(number), None)).expect("known");
    }
    now(cache.version(&names[0], VersionSpec::Latest, Deleted::Hidden)).expect("known");
    assert_eq!(counting.calls(), [""; 0]);
    counting.fail(Some(RegistryErrorKind::Unavailable));
    now(cache.prewarm([&subject("c-value")])).expect_err("nobody answers");
}

#[cfg(all(feature = "conformance", feature = "avro"))]
#[test]
fn a_cache_keeps_every_law_of_a_registry() {
    use schemawire::registry::{EmbeddedRegistry, conformance};
    now(conformance::run(async || {
        let registry = EmbeddedRegistry::in_memory().await.expect("a registry");
        Arc::new(CachedRegistry::new(registry)) as Arc<dyn Registry>
    }));
}
