//! The state machine with a log beside it, for tests: no transport, time counts events.

use std::sync::Arc;

use schemawire::codec::Codecs;
use schemawire::ids::{SchemaId, Version};
use schemawire::registry::event::Event;
use schemawire::registry::state::{Decision, State, decide};
use schemawire::registry::{
    Config, ConfigChange, Deleted, Deletion, Proposal, Registered, RegistryError, RegistryErrorKind,
    RegistryMode, Subject, VersionSpec,
};
use schemawire::schema::Schema;

/// A state, and all that led to it.
#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) state: State,
    pub(super) codecs: Codecs,
    pub(super) log: Vec<Event>,
}

impl Machine {
    /// Makes a decision so; gives its answer.
    pub(super) fn run<T>(
        &mut self,
        decide: impl FnOnce(&State, &Codecs) -> Result<Decision<T>, RegistryError>,
    ) -> Result<T, RegistryError> {
        let before = self.state.clone();
        let decision = decide(&self.state, &self.codecs)?;
        assert_eq!(self.state, before, "a decision changes nothing");
        for event in decision.events {
            self.state.apply(&event, self.log.len() as i64);
            self.log.push(event);
        }
        Ok(decision.answer)
    }

    /// The state that the written log makes.
    pub(super) fn replayed(&self) -> State {
        let mut state = State::default();
        for (at, event) in self.log.iter().enumerate() {
            let (key, value) = event.write();
            let read = Event::read(&key, value.as_deref()).expect("what was written is read");
            assert_eq!(&read, event, "a record reads back");
            state.apply(&read, at as i64);
        }
        state
    }

    pub(super) fn propose(
        &mut self,
        subject: &str,
        proposal: &Proposal,
    ) -> Result<Arc<Registered>, RegistryError> {
        let subject: Subject = subject.parse()?;
        let (subject, version) =
            self.run(|state, codecs| decide::register(state, codecs, &subject, proposal))?;
        self.state.exactly(&self.codecs, &subject, version)
    }

    /// Registers an Avro schema.
    pub(super) fn register(&mut self, subject: &str, text: &str) -> Result<Arc<Registered>, RegistryError> {
        self.propose(subject, &avro(text))
    }

    pub(super) fn delete_subject(&mut self, subject: &str, how: Deletion) -> Result<Vec<u32>, RegistryError> {
        let subject: Subject = subject.parse()?;
        let versions = self.run(|state, _| decide::delete_subject(state, &subject, how))?;
        Ok(versions.into_iter().map(|version| version.0).collect())
    }

    pub(super) fn delete(
        &mut self,
        subject: &str,
        version: u32,
        how: Deletion,
    ) -> Result<u32, RegistryError> {
        let (subject, version): (Subject, _) = (subject.parse()?, number(version));
        Ok(self.run(|state, _| decide::delete_version(state, &subject, version, how))?.0)
    }

    pub(super) fn set(
        &mut self,
        subject: Option<&str>,
        change: impl Into<ConfigChange>,
    ) -> Result<(), RegistryError> {
        let (subject, change) = (subject.map(name), change.into());
        self.run(|state, _| decide::set_config(state, subject.as_ref(), &change))
    }

    pub(super) fn set_mode(
        &mut self,
        subject: Option<&str>,
        mode: RegistryMode,
    ) -> Result<(), RegistryError> {
        let subject = subject.map(name);
        self.run(|state, _| decide::set_mode(state, subject.as_ref(), mode, false))
    }

    pub(super) fn versions(&self, subject: &str, deleted: Deleted) -> Vec<u32> {
        let versions = self.state.versions(&name(subject), deleted).unwrap_or_default();
        versions.into_iter().map(|version| version.0).collect()
    }

    pub(super) fn version(&self, subject: &str, version: u32) -> Result<Arc<Registered>, RegistryError> {
        self.state.version(&self.codecs, &name(subject), number(version), Deleted::Hidden)
    }

    pub(super) fn lookup(
        &self,
        subject: &str,
        proposal: &Proposal,
    ) -> Result<Arc<Registered>, RegistryError> {
        self.state.lookup(&self.codecs, &name(subject), proposal, Deleted::Hidden)
    }

    pub(super) fn config(&self, subject: &str) -> Config {
        self.state.effective_config(&name(subject))
    }
}

pub(super) fn name(subject: &str) -> Subject {
    subject.parse().expect("a subject")
}

pub(super) fn number(version: u32) -> VersionSpec {
    VersionSpec::Number(Version(version))
}

pub(super) fn avro(text: &str) -> Proposal {
    Proposal::new(Schema::avro(text).expect("an Avro schema"))
}

/// A record named `R` with these fields, each as `name:type` or `name:type=default`.
pub(super) fn record(fields: &[&str]) -> String {
    let field = |field: &&str| {
        let (name, rest) = field.split_once(':').expect("name:type");
        match rest.split_once('=') {
            Some((kind, default)) => format!(r#"{{"name":"{name}","type":"{kind}","default":{default}}}"#),
            None => format!(r#"{{"name":"{name}","type":"{rest}"}}"#),
        }
    };
    let fields: Vec<_> = fields.iter().map(field).collect();
    format!(r#"{{"type":"record","name":"R","fields":[{}]}}"#, fields.join(","))
}

/// The code of a refusal.
#[track_caller]
pub(super) fn code<T: std::fmt::Debug>(answer: Result<T, RegistryError>) -> u32 {
    answer.expect_err("a refusal").kind.code()
}

/// The kind and the text of a refusal.
#[track_caller]
pub(super) fn refusal<T: std::fmt::Debug>(answer: Result<T, RegistryError>) -> (RegistryErrorKind, String) {
    let error = answer.expect_err("a refusal");
    (error.kind, error.message)
}

pub(super) fn id(number: u32) -> SchemaId {
    SchemaId(number)
}
