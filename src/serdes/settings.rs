//! What serdes can be told, with the defaults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::framings::Framings;
use super::{Serdes, SubjectStrategy, TopicName};
use crate::codec::Codecs;
use crate::frame::{Confluent, Framing};
use crate::ids::SchemaKey;
use crate::limits::Limits;
use crate::registry::{CacheSettings, CachedRegistry, Content, DEFAULT_CONTEXT, Registry, Subject};
use crate::schema::{MessageCount, Schema};

/// What a [`Serdes`] can be told. Start from [`Serdes::builder`].
///
/// | setting | default | Confluent's name |
/// |---|---|---|
/// | [`registration`](Self::registration) | [`Registration::Register`] | `auto.register.schemas`, `use.latest.version`, `use.latest.with.metadata`, `use.schema.id` |
/// | [`normalize`](Self::normalize) | off | `normalize.schemas` |
/// | [`strict`](Self::strict) | on | `latest.compatibility.strict`, `id.compatibility.strict` |
/// | [`strategy`](Self::strategy) | [`TopicName`] | `key.subject.name.strategy`, `value.subject.name.strategy` |
/// | [`context`](Self::context) | the default one | `context.name.strategy` |
/// | [`framing`](Self::framing) | [`Confluent::V0`] | `key.schema.id.serializer`, `value.schema.id.serializer` |
/// | [`message_count`](Self::message_count) | [`MessageCount::AsRegistered`] | |
/// | [`without_rules`](Self::without_rules) | none | `rule.executors` |
/// | [`cached`](Self::cached) | 1,000 | `max.schemas.per.subject`, `latest.cache.size` |
/// | [`cache`](Self::cache) | see [`CacheSettings`] | `latest.cache.ttl.sec` |
/// | [`limits`](Self::limits) | [`Limits::DEFAULT`] | |
/// | [`codecs`](Self::codecs) | all of this build | |
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) codecs: Codecs,
    pub(super) framing: Framings,
    pub(super) strategy: Arc<dyn SubjectStrategy>,
    pub(super) limits: Limits,
    pub(super) message_count: MessageCount,
    pub(super) registration: Registration,
    pub(super) normalize: bool,
    pub(super) strict: bool,
    /// A subject that stands for the context of all that are named without one.
    pub(super) context: Option<Subject>,
    pub(super) skipped_rules: BTreeSet<String>,
    pub(super) known: Vec<(u64, Arc<Content>)>,
    pub(super) cached: usize,
    cache: CacheSettings,
}

/// How [`Serdes::prepare`] comes to a key, and which schema values are written with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Registration {
    /// Registers a schema that is new; Confluent's `auto.register.schemas=true`.
    #[default]
    Register,
    /// Only looks it up; a schema that nobody registered is an error.
    Lookup,
    /// Writes with the subject's latest schema, and sends nothing of the caller's; Confluent's `use.latest.version=true`.
    ///
    /// A writer stays with the version that it was prepared with. [`Serdes::prepare`] takes a later one once the cached one is no
    /// longer fresh; writers that are made from then on have it.
    Latest,
    /// The same with the latest version that has these metadata properties; Confluent's `use.latest.with.metadata`.
    LatestWith(BTreeMap<String, String>),
    /// Writes with the schema of that id or GUID; Confluent's `use.schema.id`, `use.schema.guid`.
    Key(SchemaKey),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            codecs: Codecs::default(),
            framing: Framings::of(Confluent::V0),
            strategy: Arc::new(TopicName),
            limits: Limits::DEFAULT,
            message_count: MessageCount::AsRegistered,
            registration: Registration::Register,
            normalize: false,
            strict: true,
            context: None,
            skipped_rules: BTreeSet::new(),
            known: Vec::new(),
            cached: 1000,
            cache: CacheSettings::default(),
        }
    }
}

impl Settings {
    /// Codecs for the dynamic path (default: all of this build).
    #[must_use]
    pub fn codecs(mut self, codecs: Codecs) -> Self {
        self.codecs = codecs;
        self
    }

    /// The framing (default: [`Confluent::V0`], which reads Confluent's other one, too).
    #[must_use]
    pub fn framing(mut self, framing: impl Framing) -> Self {
        self.framing = Framings::of(framing);
        self
    }

    /// The subject strategy of the streams (default: [`TopicName`]).
    #[must_use]
    pub fn strategy(mut self, strategy: impl SubjectStrategy) -> Self {
        self.strategy = Arc::new(strategy);
        self
    }

    /// The limits of every decode (default: [`Limits::DEFAULT`]).
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What the indexes count that say which of a Protobuf schema's messages a message is (default: [`MessageCount::AsRegistered`]), for
    /// those on the other side who count otherwise whatever is registered. What is read is tried by this count first, and by the
    /// others where it leads nowhere, or not to the type that is asked for.
    #[must_use]
    pub fn message_count(mut self, count: MessageCount) -> Self {
        self.message_count = count;
        self
    }

    /// Whether new schemas are registered (default), must be there, or give way to one that is there.
    #[must_use]
    pub fn registration(mut self, registration: Registration) -> Self {
        self.registration = registration;
        self
    }

    /// Whether schemas are normalized before they are registered or looked up (default: not), so that spellings which mean nothing
    /// make no new version.
    #[must_use]
    pub fn normalize(mut self, normalize: bool) -> Self {
        self.normalize = normalize;
        self
    }

    /// Whether a schema that is used in place of the caller's ([`Registration::Latest`], [`Registration::LatestWith`],
    /// [`Registration::Key`]) has to read what the caller's writes (default: it has to). Without it a value that does not fit is
    /// still an error; bytes are always written with the schema whose key they carry.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The registry's context for all subjects that are named without one, and for ids that come without a subject (default: the
    /// default one, `.`).
    #[must_use]
    pub fn context(mut self, context: &str) -> Self {
        let dotted = if context.starts_with('.') { context.to_owned() } else { format!(".{context}") };
        self.context = (dotted != DEFAULT_CONTEXT).then(|| Subject::of_context(&dotted)).flatten();
        self
    }

    /// Goes on without rules of that type, as `CEL`, where a schema asks for them; may be called again.
    ///
    /// No rule is executed here, so a schema with a rule that applies is refused, unless the rule itself says that its failure is
    /// nothing (`onFailure` is `NONE`). What a schema asks to be encrypted is never written, whatever is said here; it is read as it
    /// is, encrypted.
    #[must_use]
    pub fn without_rules(mut self, executor: &str) -> Self {
        self.skipped_rules.insert(executor.to_owned());
        self
    }

    /// Avro schemas that are found by their fingerprints, which no registry does: what messages in
    /// [`crate::frame::SingleObject`] may have been written with. Schemas without a fingerprint are passed over.
    #[must_use]
    pub fn known<'s>(mut self, schemas: impl IntoIterator<Item = &'s Schema>) -> Self {
        let content = |schema: &Schema| Arc::new(Content::new(schema.clone(), None, None, None));
        let found = schemas.into_iter().filter_map(|schema| Some((schema.fingerprint()?, content(schema))));
        self.known.extend(found);
        self
    }

    /// How many schemas, keys and handles each cache holds (default: 1,000, at least 1).
    #[must_use]
    pub fn cached(mut self, entries: usize) -> Self {
        self.cached = entries;
        self.cache = self.cache.entries(entries);
        self
    }

    /// How the registry's answers are kept (default: [`CacheSettings::default`]).
    #[must_use]
    pub fn cache(mut self, settings: CacheSettings) -> Self {
        self.cache = settings;
        self
    }

    /// The finished serdes over a registry, whose answers it keeps.
    #[must_use]
    pub fn build(self, registry: impl Registry) -> Serdes {
        let cache = self.cache.clone().build(registry);
        self.build_over(cache)
    }

    /// The same over a cache that others use, too.
    #[must_use]
    pub fn build_over(self, cache: CachedRegistry) -> Serdes {
        Serdes::of(self, cache)
    }
}
