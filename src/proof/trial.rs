//! One schema's values, written with it and read with another.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::meaning::Meaning;
use super::reduced::reduced;
use crate::codec::{Binding, BoundCodec, Codecs, Message};
use crate::compat::{End, Finding, Outcome, Side, Trail, Witness, candidates};
use crate::schema::{Format, Schema};
use crate::value::Value;

/// How many smaller documents are tried beside those that fail.
const REDUCED: usize = 300;

/// A writer and a reader, and the codecs of both once they are asked for.
#[derive(Debug)]
pub struct Trial<'s> {
    writer: &'s Schema,
    reader: &'s Schema,
    codecs: Codecs,
    bound: HashMap<Option<String>, Bound>,
    /// Of JSON Schema, where no way leads to a finding: documents that are rejected, looked for once.
    pool: Option<Vec<Witness>>,
}

/// Codecs for one message.
#[derive(Debug, Clone)]
struct Bound {
    own: Option<Arc<dyn BoundCodec>>,
    /// With the reader; else why they cannot be bound.
    both: Result<Arc<dyn BoundCodec>, String>,
    meaning: Arc<Meaning>,
}

/// What became of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrialError {
    /// The writer's schema does not take the value: it says nothing about the reader.
    NotWritten(String),
    /// The reader does not read it.
    Refused(String),
    /// The reader reads something else, as JSON.
    Misread(String),
}

impl fmt::Display for TrialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWritten(why) => write!(f, "not written: {why}"),
            Self::Refused(why) => write!(f, "not read: {why}"),
            Self::Misread(json) => write!(f, "read as {json}"),
        }
    }
}

impl std::error::Error for TrialError {}

impl<'s> Trial<'s> {
    /// Values of `writer`, read with `reader`.
    #[must_use]
    pub fn new(writer: &'s Schema, reader: &'s Schema) -> Self {
        let codecs = Codecs::default();
        #[cfg(feature = "json")]
        let codecs = codecs.with(crate::codec::Json::validating());
        Self { writer, reader, codecs, bound: HashMap::new(), pool: None }
    }

    /// Writes a value and reads it, and compares what both sides make of the payload; `message` is a Protobuf message's full name.
    ///
    /// # Errors
    /// What does not come through, and what comes through as something else.
    pub fn run(&mut self, message: Option<&str>, value: &Value<'_>) -> Result<(), TrialError> {
        let payload = self.write(message, value)?;
        let bound = self.bound(message);
        let Some(own) = &bound.own else { return Err(TrialError::NotWritten(String::new())) };
        let written = own.decode_value(&payload).map_err(|error| TrialError::NotWritten(sentence(&error)))?;
        let both = bound.both.as_ref().map_err(|error| TrialError::Refused(error.clone()))?;
        let read = both.decode_value(&payload).map_err(|error| TrialError::Refused(sentence(&error)))?;
        if bound.meaning.is_same(&written, &read) {
            Ok(())
        } else {
            Err(TrialError::Misread(read.to_string()))
        }
    }

    /// A value that shows what a finding says; `None` where none was found. `is_alone` says that nothing else breaks between the two.
    pub(super) fn witness(&mut self, finding: &Finding, is_alone: bool) -> Option<Witness> {
        let message = finding.trail.as_ref()?.message.clone();
        if self.writer.format() == Format::Json {
            return self.rejected(finding);
        }
        let is_alone = is_alone || self.passes_elsewhere(finding);
        let values = candidates(finding, self.writer, self.reader);
        values.iter().find_map(|value| {
            let (written, bytes, outcome) = self.failure(message.as_deref(), value)?;
            let outcome = self.elsewhere(finding, &bytes, &written).unwrap_or(outcome);
            Some(Witness { message: message.clone(), json: written, bytes, outcome, is_alone })
        })
    }

    /// Whether the least message that does not lead to a finding comes through, so that what leads there is to blame.
    fn passes_elsewhere(&mut self, finding: &Finding) -> bool {
        let Some(trail) = finding.trail.as_ref().filter(|it| !it.steps.is_empty()) else { return false };
        let least = Trail { steps: Vec::new(), end: End::Any, message: trail.message.clone() };
        let finding = Finding { trail: Some(Box::new(least)), ..finding.clone() };
        let values = candidates(&finding, self.writer, self.reader);
        let message = finding.trail.as_ref().and_then(|trail| trail.message.clone());
        values.first().is_some_and(|value| self.run(message.as_deref(), value).is_ok())
    }

    /// A document that the reader rejects: for what the finding is about, or else one of all that are rejected.
    fn rejected(&mut self, finding: &Finding) -> Option<Witness> {
        if self.pool.is_none() {
            let mut pool = Vec::new();
            let mut smaller = Vec::new();
            for value in candidates(finding, self.writer, self.reader) {
                if let Some(witness) = self.document(&value) {
                    pool.push(witness);
                    if smaller.len() < REDUCED {
                        smaller.extend(reduced(&value, self.writer));
                    }
                }
            }
            pool.extend(smaller.iter().filter_map(|value| self.document(value)));
            // Of two that show the same the shorter is read more easily.
            pool.sort_by_key(|it| it.bytes.len());
            self.pool = Some(pool);
        }
        let pool = self.pool.as_ref()?;
        let place = if finding.reader == Side::New { &finding.new } else { &finding.old };
        let pointer = place.as_ref().map_or("", |it| it.pointer.as_str());
        let own = format!("#{pointer}");
        // What stands there or below, but not a member whose name only begins alike.
        let names = |error: &str| {
            let ends = error.match_indices(&own).filter_map(|(at, _)| error.get(at + own.len()..));
            ends.into_iter().any(|rest| rest.is_empty() || rest.starts_with(['/', ' ']))
        };
        let is_about = |it: &&Witness| match &it.outcome {
            Outcome::Refused(error) => names(error),
            Outcome::Misread(_) => false,
        };
        let other = || pool.first().map(|it| Witness { is_alone: false, ..it.clone() });
        pool.iter().find(is_about).cloned().or_else(other)
    }

    /// A document that the reader rejects.
    fn document(&mut self, value: &Value<'_>) -> Option<Witness> {
        let (json, bytes, outcome) = self.failure(None, value)?;
        Some(Witness { message: None, json, bytes, outcome, is_alone: true })
    }

    /// What the reader makes of a value, if that is not what the writer meant: the value as JSON, its payload, what came of it.
    fn failure(&mut self, message: Option<&str>, value: &Value<'_>) -> Option<(String, Vec<u8>, Outcome)> {
        let outcome = match self.run(message, value) {
            Err(TrialError::Refused(error)) => Outcome::Refused(error),
            Err(TrialError::Misread(json)) => Outcome::Misread(json),
            Err(TrialError::NotWritten(_)) | Ok(()) => return None,
        };
        let bytes = self.write(message, value).ok()?;
        let written = self.bound(message).own?.decode_value(&bytes).ok()?.to_string();
        Some((written, bytes, outcome))
    }

    /// What readers that take annotations for comments make of a payload.
    fn elsewhere(&self, finding: &Finding, bytes: &[u8], written: &str) -> Option<Outcome> {
        #[cfg(feature = "avro")]
        if finding.rule.starts_with("avro/") {
            let plain = super::avro::without_annotations(self.writer)?;
            let codec = self.codecs.codec(self.writer.format()).ok()?;
            let both = codec.bind_dyn(&Binding::new(&plain).with_reader(self.reader)).ok()?;
            let read = both.decode_value(bytes).ok()?.to_string();
            return (read != written).then_some(Outcome::Misread(read));
        }
        let _ = (finding, bytes, written);
        None
    }

    fn write(&mut self, message: Option<&str>, value: &Value<'_>) -> Result<Vec<u8>, TrialError> {
        let mut payload = Vec::new();
        let Some(own) = self.bound(message).own else { return Err(TrialError::NotWritten(String::new())) };
        own.encode_value(value, &mut payload).map_err(|error| TrialError::NotWritten(sentence(&error)))?;
        Ok(payload)
    }

    fn bound(&mut self, message: Option<&str>) -> Bound {
        let key = message.map(str::to_owned);
        if let Some(bound) = self.bound.get(&key) {
            return bound.clone();
        }
        let bind = |binding: Binding<'_>| {
            let codec = self.codecs.codec(self.writer.format()).map_err(|error| sentence(&error))?;
            let bound = match message {
                Some(message) => codec.bind_dyn(&binding.with_message(Message::Name(message))),
                None => codec.bind_dyn(&binding),
            };
            bound.map_err(|error| sentence(&error))
        };
        let own = bind(Binding::new(self.writer)).ok();
        let both = bind(Binding::new(self.writer).with_reader(self.reader));
        let meaning = Arc::new(Meaning::of(self.writer, self.reader, message));
        let bound = Bound { own, both, meaning };
        self.bound.insert(key, bound.clone());
        bound
    }
}

/// An error with what is behind it, in one line.
fn sentence(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        out.push_str(": ");
        out.push_str(&error.to_string());
        source = error.source();
    }
    out
}
