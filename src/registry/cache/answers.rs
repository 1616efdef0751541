//! How a question is answered: from what is kept where that holds, else by one request for all who ask.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::counts::Counters;
use super::flight::{Flight, Question};
use super::lookup::{Keyed, Placed, Versioned, Which, hashed};
use super::table::Lookup;
use super::{CachedRegistry, Found, Timed, scope};
use crate::ids::SchemaKey;
use crate::registry::{Content, Deletion, Registered, Registry, RegistryError, RegistryErrorKind, Subject};
use crate::transport::BoxFuture;

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
pub(super) type Ask =
    Box<dyn FnOnce(Arc<dyn Registry>) -> BoxFuture<'static, Result<Found, RegistryError>> + Send>;

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
    pub(super) async fn placed(
        &self,
        question: Question,
        ask: Ask,
    ) -> Result<Arc<Registered>, RegistryError> {
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
    pub(super) async fn versioned(
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
    pub(super) fn deleted(&self, subject: &Subject, deletion: Deletion) {
        if deletion == Deletion::Permanent {
            self.0.contents.retain(|(context, name, _), _| context != subject.context() && name.is_empty());
        }
        self.changed(Some(subject));
    }

    /// Forgets what a change of a subject may have changed; without a subject, of all.
    pub(super) fn changed(&self, subject: Option<&Subject>) {
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
