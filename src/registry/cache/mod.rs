//! What a registry answered, kept: over any registry, in one place.
//!
//! | asked | kept | for |
//! |---|---|---|
//! | what an id or GUID stands for | always the same | ever, within the bound |
//! | a schema registered, or found, under a subject | always the same | ever, within the bound |
//! | a version of a subject, by number, as the latest, or by properties | may change | fresh for a time; then stale, and asked for anew behind the answer |
//! | that something is not there | may change | a short time |
//! | trouble that may pass; refusals; all else | - | not at all |
//!
//! - ✔ However many ask the same at once, one request is sent; one who stops waiting takes nothing from the others.
//! - ✔ An id counts within its context. What is kept for one context is never found in another.
//! - ✔ What this cache writes, it sees: a new version, a delete, a setting.
//! - ✗ What others delete stays known here: an id that was written with has to be read for ever.
//!
//! [`crate::serdes::Serdes`] has one of these in front of its registry, and needs no other.
//!
//! ```
//! use schemawire::registry::{CachedRegistry, EmbeddedRegistry, RegistryExt};
//! use schemawire::schema::Schema;
//!
//! # pollster::block_on(async {
//! let cached = CachedRegistry::new(EmbeddedRegistry::in_memory().await?);
//! cached.register_schema("names-value", &Schema::avro(r#""string""#)?).await?;
//! for _ in 0..100 {
//!     cached.register_schema("names-value", &Schema::avro(r#""string""#)?).await?;
//! }
//! assert_eq!((cached.cache_counts().asked, cached.cache_counts().hits), (1, 100));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod answers;
mod calls;
mod counts;
mod flight;
pub(crate) mod lookup;
pub(crate) mod table;

pub use counts::CacheCounts;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Content, DEFAULT_CONTEXT, Deleted, Registered, Registry, RegistryError, Subject, VersionSpec};
use crate::ids::SchemaKey;
use crate::schema::Schema;
use crate::transport::{Clock, SystemClock};
use counts::Counters;
use flight::{Flights, Question};
use lookup::{Keyed, KeyedKey, Placed, PlacedKey, Versioned, VersionedKey, Which};
use table::Bounded;

/// A registry that remembers. Cloning shares what it remembers.
#[derive(Debug, Clone)]
pub struct CachedRegistry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Arc<dyn Registry>,
    settings: CacheSettings,
    contents: Bounded<KeyedKey, Arc<Content>>,
    placed: Bounded<PlacedKey, Arc<Registered>>,
    versions: Bounded<VersionedKey, Timed>,
    absent: Bounded<Question, (RegistryError, Duration)>,
    flights: Flights<Found>,
    /// How often something was forgotten on purpose; what was asked for before that is not kept.
    generation: AtomicU64,
    counters: Counters,
}

/// What a question was answered with.
#[derive(Debug, Clone)]
enum Found {
    Content(Arc<Content>),
    Registered(Arc<Registered>),
}

/// A version, and when it was seen.
#[derive(Debug, Clone)]
struct Timed {
    registered: Arc<Registered>,
    seen: Duration,
}

/// How much is remembered, and how long. Start from [`CachedRegistry::builder`].
#[derive(Debug, Clone)]
#[must_use]
pub struct CacheSettings {
    entries: usize,
    not_found: Duration,
    fresh: Duration,
    stale: Duration,
    clock: Arc<dyn Clock>,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            entries: 1000,
            not_found: Duration::from_secs(5),
            fresh: Duration::from_secs(60),
            stale: Duration::from_secs(600),
            clock: Arc::new(SystemClock::default()),
        }
    }
}

impl CacheSettings {
    /// How many answers of each kind are kept (default: 1,000, at least 1); those that came first go first.
    pub fn entries(mut self, entries: usize) -> Self {
        self.entries = entries;
        self
    }

    /// How long it is remembered that something is not there (default: 5 s; zero: not at all).
    pub fn not_found(mut self, time: Duration) -> Self {
        self.not_found = time;
        self
    }

    /// How long a version that may change, as the latest, is answered without asking (default: 60 s).
    pub fn fresh(mut self, time: Duration) -> Self {
        self.fresh = time;
        self
    }

    /// How long after that it is still answered while it is asked for anew (default: 10 min), also while the registry is away.
    pub fn stale(mut self, time: Duration) -> Self {
        self.stale = time;
        self
    }

    /// Another clock, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The cache over a registry.
    pub fn build(self, registry: impl Registry) -> CachedRegistry {
        let entries = self.entries;
        CachedRegistry(Arc::new(Inner {
            registry: Arc::new(registry),
            settings: self,
            contents: Bounded::new(entries),
            placed: Bounded::new(entries),
            versions: Bounded::new(entries),
            absent: Bounded::new(entries),
            flights: Flights::new(),
            generation: AtomicU64::new(0),
            counters: Counters::default(),
        }))
    }
}

impl CachedRegistry {
    /// Over a registry, with the defaults of [`CacheSettings`].
    #[must_use]
    pub fn new(registry: impl Registry) -> Self {
        CacheSettings::default().build(registry)
    }

    /// The defaults, to be changed.
    pub fn builder() -> CacheSettings {
        CacheSettings::default()
    }

    /// The registry under it, which remembers nothing.
    #[must_use]
    pub fn registry(&self) -> &Arc<dyn Registry> {
        &self.0.registry
    }

    /// What happened since it was built.
    #[must_use]
    pub fn cache_counts(&self) -> CacheCounts {
        self.0.counters.read()
    }

    /// Forgets everything, also what is asked for right now.
    pub fn invalidate(&self) {
        self.forget(|_| false);
        self.0.contents.retain(|_, _| false);
    }

    /// Forgets what is known of one subject. What its ids stand for stays: that never changes.
    pub fn invalidate_subject(&self, subject: &Subject) {
        self.forget(|known| known != subject.as_str());
    }

    fn forget(&self, stays: impl Fn(&str) -> bool) {
        let inner = &*self.0;
        inner.generation.fetch_add(1, Ordering::SeqCst);
        inner.placed.retain(|(subject, ..), _| stays(subject));
        inner.versions.retain(|(subject, _), _| stays(subject));
        // Of these there are few, and none for long.
        inner.absent.retain(|_, _| false);
    }

    /// Asks for the latest versions of these subjects, so that nobody has to wait for them, nor for what their ids stand for.
    ///
    /// # Errors
    /// The first failure but for subjects that are not there; the subjects before it are known.
    pub async fn prewarm<'s>(
        &self,
        subjects: impl IntoIterator<Item = &'s Subject>,
    ) -> Result<usize, RegistryError> {
        let mut found = 0;
        for subject in subjects {
            match self.version(subject, VersionSpec::Latest, Deleted::Hidden).await {
                Ok(_) => found += 1,
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// What a key stands for, if it is known. Asks nobody.
    pub(crate) fn known_content(&self, hint: Option<&Subject>, key: SchemaKey) -> Option<Arc<Content>> {
        let (context, name) = scope(hint);
        let table = self.0.contents.read();
        let in_context = table.find(&Keyed { context, name: "", key });
        in_context.or_else(|| table.find(&Keyed { context, name, key })).cloned()
    }

    /// What a schema was registered or found as under a subject, if it is known. Asks nobody.
    pub(crate) fn known_place(
        &self,
        subject: &str,
        schema: &Schema,
        normalize: bool,
    ) -> Option<Arc<Registered>> {
        self.0.placed.read().find(&Placed { subject, schema, normalize }).cloned()
    }

    /// The latest version of a subject, or that with these properties, as it was last seen. Asks nobody.
    pub(crate) fn known_version(&self, subject: &str, which: &Which) -> Option<Arc<Registered>> {
        self.0.versions.read().find(&Versioned { subject, which }).map(|timed| Arc::clone(&timed.registered))
    }

    /// Keeps what a registered schema's key stands for.
    pub(crate) fn keep_content(&self, context: &str, key: SchemaKey, registered: &Registered) {
        let content = || {
            Arc::new(Content {
                guid: Some(registered.guid),
                schema: registered.schema.clone(),
                metadata: registered.metadata.clone(),
                rule_set: registered.rule_set.clone(),
            })
        };
        let lookup = Keyed { context, name: "", key };
        if self.0.contents.read().find(&lookup).is_none() {
            self.0.contents.update(&lookup, |old| old.cloned().unwrap_or_else(content));
        }
    }
}

/// Where an id counts, by the subject that it is asked for: a context and, in the default one, a name for which others count, too.
fn scope(hint: Option<&Subject>) -> (&str, &str) {
    match hint {
        None => (DEFAULT_CONTEXT, ""),
        Some(hint) if hint.is_in_default_context() => (DEFAULT_CONTEXT, hint.name()),
        Some(hint) => (hint.context(), ""),
    }
}

/// The context that ids count in, by the subject that they are asked for.
pub(crate) fn context(hint: Option<&Subject>) -> &str {
    hint.map_or(DEFAULT_CONTEXT, Subject::context)
}
