//! The trait: from what is kept where that holds, else by one request for all who ask.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::counts::Counters;
use super::flight::{Flight, Question};
use super::lookup::{Keyed, Placed, Versioned, Which, hashed};
use super::table::Lookup;
use super::{CachedRegistry, Found, Timed, scope};
use crate::compat::Report;
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::registry::{
    Config, ConfigChange, Content, Deleted, Deletion, Proposal, Registered, Registry, RegistryError,
    RegistryErrorKind, RegistryMode, Size, Subject, VersionSpec,
};
use crate::schema::Schema;
use crate::transport::BoxFuture;

type Answer<'a, T> = BoxFuture<'a, Result<T, RegistryError>>;

impl Lookup for Question {
    type Key = Self;

    fn hash(&self) -> u64 {
        hashed(self)
    }

    fn is(&self, key: &Self) -> bool {
        self == key
    }

    fn to_key(&self) -> Self {
        self.clone()
    }
}

/// Asks the registry behind the cache, with what the question holds.
type Ask = Box<dyn FnOnce(Arc<dyn Registry>) -> BoxFuture<'static, Result<Found, RegistryError>> + Send>;

impl CachedRegistry {
    /// The flight that answers a question, and whether it began now.
    fn flight(&self, question: Question, ask: Ask) -> (Flight<Found>, bool) {
        let (cache, generation) = (self.clone(), self.0.generation.load(Ordering::SeqCst));
        let (flight, began) = self.0.flights.join(question.clone(), move || {
            Box::pin(async move {
                let answer = ask(Arc::clone(&cache.0.registry)).await;
                cache.land(&question, &answer, generation);
                answer
            })
        });
        let counters = &self.0.counters;
        Counters::add(if began { &counters.asked } else { &counters.joined });
        (flight, began)
    }

    /// Keeps an answer, unless something was forgotten while it was on its way.
    fn land(&self, question: &Question, answer: &Result<Found, RegistryError>, generation: u64) {
        let inner = &*self.0;
        if generation == inner.generation.load(Ordering::SeqCst) {
            match answer {
                Ok(found) => self.keep(question, found),
                Err(error) if error.is_not_found() => {
                    if let Question::Version(subject, which) = question {
                        inner.versions.retain(|(known, kind), _| known != subject || kind != which);
                    }
                    let until = inner.settings.clock.steady() + inner.settings.not_found;
                    inner.absent.update(question, |_| (error.clone(), until));
                }
                Err(_) => Counters::add(&inner.counters.failed),
            }
        }
        inner.flights.landed(question);
    }

    fn keep(&self, question: &Question, found: &Found) {
        let inner = &*self.0;
        match (question, found) {
            (Question::Content(hint, key), Found::Content(content)) => {
                let hint = hint.as_deref().map(Subject::accepted);
                let (context, name) = scope(hint.as_ref());
                let lookup = Keyed { context, name, key: *key };
                inner.contents.update(&lookup, |_| Arc::clone(content));
            }
            (
                Question::Register(subject, schema, normalize) | Question::Lookup(subject, schema, normalize),
                Found::Registered(registered),
            ) => {
                let lookup = Placed { subject, schema, normalize: *normalize };
                inner.placed.update(&lookup, |_| Arc::clone(registered));
                self.keep_id(subject, registered);
                if matches!(question, Question::Register(..)) {
                    // It may be a new version, and what was absent may be there now.
                    inner.versions.retain(|(known, _), _| known != subject);
                    inner.absent.retain(|_, _| false);
                }
            }
            (Question::Version(subject, which), Found::Registered(registered)) => {
                let timed = Timed { registered: Arc::clone(registered), seen: inner.settings.clock.steady() };
                inner.versions.update(&Versioned { subject, which }, |_| timed);
                self.keep_id(subject, registered);
            }
            _ => {}
        }
    }

    /// What was registered can be read as well, without asking again.
    fn keep_id(&self, subject: &str, registered: &Registered) {
        let subject = Subject::accepted(subject);
        self.keep_content(subject.context(), SchemaKey::Id(registered.id), registered);
    }

    /// The error that says that it is not there, as long as that is remembered.
    fn absent(&self, question: &Question) -> Option<RegistryError> {
        let inner = &*self.0;
        let table = inner.absent.read();
        let (error, until) = table.find(question)?;
        let holds = *until > inner.settings.clock.steady();
        holds.then(|| {
            Counters::add(&inner.counters.hits);
            Counters::add(&inner.counters.absent);
            error.clone()
        })
    }

    fn hit(&self) {
        Counters::add(&self.0.counters.hits);
    }

    /// What a key stands for, shared with all who know it.
    pub(crate) async fn shared_content(
        &self,
        key: SchemaKey,
        hint: Option<&Subject>,
    ) -> Result<Arc<Content>, RegistryError> {
        if let Some(known) = self.known_content(hint, key) {
            self.hit();
            return Ok(known);
        }
        let question = Question::Content(hint.map(Subject::to_string), key);
        if let Some(error) = self.absent(&question) {
            return Err(error);
        }
        let hint = hint.cloned();
        let ask: Ask = Box::new(move |registry| {
            Box::pin(async move { Ok(Found::Content(Arc::new(registry.content(key, hint.as_ref()).await?))) })
        });
        match self.flight(question, ask).0.await? {
            Found::Content(content) => Ok(content),
            Found::Registered(_) => Err(mistaken()),
        }
    }

    /// A schema under a subject.
    async fn placed(&self, question: Question, ask: Ask) -> Result<Arc<Registered>, RegistryError> {
        if let Question::Register(subject, schema, normalize) | Question::Lookup(subject, schema, normalize) =
            &question
            && let Some(known) = self.known_place(subject, schema, *normalize)
        {
            self.hit();
            return Ok(known);
        }
        if let Some(error) = self.absent(&question) {
            return Err(error);
        }
        registered(self.flight(question, ask).0.await)
    }

    /// A version of a subject: fresh, or stale and asked for anew, or waited for.
    async fn versioned(
        &self,
        subject: &str,
        which: Which,
        ask: Ask,
    ) -> Result<Arc<Registered>, RegistryError> {
        let (settings, now) = (&self.0.settings, self.0.settings.clock.steady());
        let known = self.0.versions.read().find(&Versioned { subject, which: &which }).cloned();
        let question = Question::Version(subject.to_owned(), which);
        let Some(Timed { registered: known, seen }) = known else {
            if let Some(error) = self.absent(&question) {
                return Err(error);
            }
            return registered(self.flight(question, ask).0.await);
        };
        let age = now.saturating_sub(seen);
        if age < settings.fresh {
            self.hit();
            return Ok(known);
        }
        let (flight, began) = self.flight(question, ask);
        if age >= settings.fresh + settings.stale {
            return registered(flight.await);
        }
        Counters::add(&self.0.counters.stale);
        self.hit();
        // Others go on with what is known. Somebody has to drive the request: a task where there is a runtime, else the one who began it.
        let Some(flight) = began.then_some(flight).and_then(in_background) else { return Ok(known) };
        match registered(flight.await) {
            Err(error) if error.class().is_retriable() => Ok(known),
            other => other,
        }
    }

    /// Forgets what a delete took away; a permanent one takes ids with it.
    fn deleted(&self, subject: &Subject, deletion: Deletion) {
        if deletion == Deletion::Permanent {
            self.0.contents.retain(|(context, name, _), _| context != subject.context() && name.is_empty());
        }
        self.changed(Some(subject));
    }

    /// Forgets what a change of a subject may have changed; without a subject, of all.
    fn changed(&self, subject: Option<&Subject>) {
        match subject {
            Some(subject) if !subject.is_context() => self.invalidate_subject(subject),
            _ => self.forget(|_| false),
        }
    }
}

/// Hands a flight to a task of the runtime that this is called in; gives it back where there is none.
fn in_background(flight: Flight<Found>) -> Option<Flight<Found>> {
    #[cfg(feature = "registry-http")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(flight);
        return None;
    }
    Some(flight)
}

fn registered(found: Result<Found, RegistryError>) -> Result<Arc<Registered>, RegistryError> {
    match found? {
        Found::Registered(registered) => Ok(registered),
        Found::Content(_) => Err(mistaken()),
    }
}

fn mistaken() -> RegistryError {
    RegistryError::new(RegistryErrorKind::Unexpected, "a question was answered with another one's answer")
}

/// Whether a proposal is its schema alone, so that the same one gets the same answer.
fn is_plain(proposal: &Proposal) -> bool {
    let Proposal { metadata, rule_set, id, version, .. } = proposal;
    metadata.is_none() && rule_set.is_none() && id.is_none() && version.is_none()
}

#[deny(clippy::missing_trait_methods)]
impl Registry for CachedRegistry {
    fn register<'a>(&'a self, subject: &'a Subject, proposal: &'a Proposal) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            if !is_plain(proposal) {
                let registered = self.0.registry.register(subject, proposal).await;
                self.changed(Some(subject));
                return registered;
            }
            let question =
                Question::Register(subject.to_string(), proposal.schema.clone(), proposal.normalize);
            let (subject, proposal) = (subject.clone(), proposal.clone());
            self.placed(
                question,
                Box::new(|registry| {
                    Box::pin(
                        async move { Ok(Found::Registered(registry.register(&subject, &proposal).await?)) },
                    )
                }),
            )
            .await
        })
    }

    fn lookup<'a>(
        &'a self,
        subject: &'a Subject,
        proposal: &'a Proposal,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        if deleted != Deleted::Hidden || !is_plain(proposal) {
            return self.0.registry.lookup(subject, proposal, deleted);
        }
        Box::pin(async move {
            let question = Question::Lookup(subject.to_string(), proposal.schema.clone(), proposal.normalize);
            let (subject, proposal) = (subject.clone(), proposal.clone());
            self.placed(
                question,
                Box::new(move |registry| {
                    Box::pin(async move {
                        Ok(Found::Registered(registry.lookup(&subject, &proposal, deleted).await?))
                    })
                }),
            )
            .await
        })
    }

    fn content<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Content> {
        Box::pin(async move { Ok(Content::clone(&*self.shared_content(key, hint).await?)) })
    }

    fn schema<'a>(&'a self, key: SchemaKey, hint: Option<&'a Subject>) -> Answer<'a, Schema> {
        Box::pin(async move { Ok(self.shared_content(key, hint).await?.schema.clone()) })
    }

    fn version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Arc<Registered>> {
        if deleted != Deleted::Hidden {
            return self.0.registry.version(subject, version, deleted);
        }
        Box::pin(async move {
            let asked = subject.clone();
            self.versioned(
                subject.as_str(),
                version.into(),
                Box::new(move |registry| {
                    Box::pin(async move {
                        Ok(Found::Registered(registry.version(&asked, version, deleted).await?))
                    })
                }),
            )
            .await
        })
    }

    fn latest_with<'a>(
        &'a self,
        subject: &'a Subject,
        properties: &'a BTreeMap<String, String>,
    ) -> Answer<'a, Arc<Registered>> {
        Box::pin(async move {
            let (asked, wanted) = (subject.clone(), properties.clone());
            self.versioned(
                subject.as_str(),
                Which::With(properties.clone()),
                Box::new(move |registry| {
                    Box::pin(
                        async move { Ok(Found::Registered(registry.latest_with(&asked, &wanted).await?)) },
                    )
                }),
            )
            .await
        })
    }

    fn register_all<'a>(&'a self, proposals: &'a [(Subject, Proposal)]) -> Answer<'a, Vec<Arc<Registered>>> {
        Box::pin(async move {
            let registered = self.0.registry.register_all(proposals).await;
            proposals.iter().for_each(|(subject, _)| self.changed(Some(subject)));
            registered
        })
    }

    fn delete_context<'a>(&'a self, context: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_context(context).await;
            self.changed(None);
            deleted
        })
    }

    fn delete_subject<'a>(&'a self, subject: &'a Subject, deletion: Deletion) -> Answer<'a, Vec<Version>> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_subject(subject, deletion).await;
            self.deleted(subject, deletion);
            deleted
        })
    }

    fn delete_version<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deletion: Deletion,
    ) -> Answer<'a, Version> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_version(subject, version, deletion).await;
            self.deleted(subject, deletion);
            deleted
        })
    }

    fn set_config<'a>(&'a self, subject: Option<&'a Subject>, change: &'a ConfigChange) -> Answer<'a, ()> {
        Box::pin(async move {
            let set = self.0.registry.set_config(subject, change).await;
            self.changed(subject);
            set
        })
    }

    fn delete_config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_config(subject).await;
            self.changed(subject);
            deleted
        })
    }

    fn set_mode<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        mode: RegistryMode,
        force: bool,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            let set = self.0.registry.set_mode(subject, mode, force).await;
            self.changed(subject);
            set
        })
    }

    fn delete_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        Box::pin(async move {
            let deleted = self.0.registry.delete_mode(subject).await;
            self.changed(Some(subject));
            deleted
        })
    }

    // What follows is asked for by people and tools, not with every message, and is not kept.

    fn uses<'a>(
        &'a self,
        id: SchemaId,
        hint: Option<&'a Subject>,
        deleted: Deleted,
    ) -> Answer<'a, Vec<(Subject, Version)>> {
        self.0.registry.uses(id, hint, deleted)
    }

    fn subjects<'a>(&'a self, prefix: &'a str, deleted: Deleted) -> Answer<'a, Vec<Subject>> {
        self.0.registry.subjects(prefix, deleted)
    }

    fn aliases<'a>(&'a self, prefix: &'a str) -> Answer<'a, BTreeMap<Subject, Vec<Subject>>> {
        self.0.registry.aliases(prefix)
    }

    fn versions<'a>(&'a self, subject: &'a Subject, deleted: Deleted) -> Answer<'a, Vec<Version>> {
        self.0.registry.versions(subject, deleted)
    }

    fn referenced_by<'a>(
        &'a self,
        subject: &'a Subject,
        version: VersionSpec,
        deleted: Deleted,
    ) -> Answer<'a, Vec<SchemaId>> {
        self.0.registry.referenced_by(subject, version, deleted)
    }

    fn check<'a>(
        &'a self,
        subject: &'a Subject,
        version: Option<VersionSpec>,
        proposal: &'a Proposal,
    ) -> Answer<'a, Report> {
        self.0.registry.check(subject, version, proposal)
    }

    fn config<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, Config> {
        self.0.registry.config(subject)
    }

    fn effective_config<'a>(&'a self, subject: &'a Subject) -> Answer<'a, Config> {
        self.0.registry.effective_config(subject)
    }

    fn mode<'a>(&'a self, subject: Option<&'a Subject>) -> Answer<'a, RegistryMode> {
        self.0.registry.mode(subject)
    }

    fn effective_mode<'a>(&'a self, subject: &'a Subject) -> Answer<'a, RegistryMode> {
        self.0.registry.effective_mode(subject)
    }

    fn ids(&self, guid: Guid) -> Answer<'_, Vec<(String, SchemaId)>> {
        self.0.registry.ids(guid)
    }

    fn highest_id<'a>(&'a self, hint: Option<&'a Subject>) -> Answer<'a, Option<SchemaId>> {
        self.0.registry.highest_id(hint)
    }

    fn size(&self) -> Answer<'_, Option<Size>> {
        self.0.registry.size()
    }

    fn ready(&self) -> Answer<'_, ()> {
        self.0.registry.ready()
    }

    fn contexts(&self) -> Answer<'_, Vec<String>> {
        self.0.registry.contexts()
    }
}
