//! The registry as a state machine: events make the state, decisions over the state make events. No I/O, no clock.
//!
//! ```text
//! decide::register(&state, ...) -> Decision { events, answer }     refuses, or says what happens
//! state.apply(&event, time)                                        makes it so; never refuses
//! state.version(...), state.content(...), ...                      what is so
//! ```
//!
//! The same events in the same order make the same state, whoever applies them: a memory, a restart, another machine.
//! Cloning a [`State`] is cheap, so that readers keep a snapshot. Texts are parsed when they are first asked for; a log with
//! ten thousand schemas opens without parsing one, and one that this build cannot parse harms nobody who does not ask for it.
//!
//! ```
//! use schemawire::codec::Codecs;
//! use schemawire::registry::state::{State, decide};
//! use schemawire::registry::{Deleted, Proposal, Subject, VersionSpec};
//! use schemawire::schema::Schema;
//!
//! let (mut state, codecs) = (State::default(), Codecs::default());
//! let subject: Subject = "names-value".parse()?;
//! let proposal = Proposal::new(Schema::avro(r#""string""#)?);
//!
//! let decision = decide::register(&state, &codecs, &subject, &proposal)?;
//! decision.events.iter().for_each(|event| state.apply(event, 1_700_000_000_000));
//!
//! let latest = state.version(&codecs, &subject, VersionSpec::Latest, Deleted::Hidden)?;
//! assert_eq!((latest.version, latest.id.0), (decision.answer.1, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod candidate;
pub mod decide;
mod entry;
mod normalize;
mod read;
mod settings;
mod shared_map;

pub use decide::Decision;
#[cfg(feature = "registry-http")]
pub(in crate::registry) use entry::parse;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::entry::Entry;
use self::shared_map::SharedMap;
use crate::compat::Level;
use crate::ids::{Guid, SchemaId, Version};
use crate::registry::Subject;
use crate::registry::event::{ConfigRecord, ModeRecord};

/// All that a registry knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Deleted ones included, for their highest ids.
    contexts: BTreeMap<String, Arc<Context>>,
    /// The level where nothing is set.
    server_level: Level,
    /// By subject or context; `None` for the whole registry.
    configs: SharedMap<Option<Subject>, Arc<ConfigRecord>>,
    /// By subject or context; `None` for the whole registry.
    modes: SharedMap<Option<Subject>, Arc<ModeRecord>>,
    /// Who refers to a version, deleted ones included.
    referrers: SharedMap<Located, Arc<BTreeSet<Located>>>,
}

/// One context: a numbering of its own.
#[derive(Debug, Clone, Default, PartialEq)]
struct Context {
    /// The highest id that was ever given.
    highest_id: u32,
    /// Whether it was deleted; what is registered in it makes it anew.
    is_deleted: bool,
    subjects: SharedMap<Subject, Arc<Versions>>,
    /// Where an id is used, deleted versions included.
    uses: SharedMap<SchemaId, Arc<BTreeSet<Located>>>,
    /// The ids of a content; more than one only where formats share a text, or after an import.
    ids: SharedMap<Guid, Arc<BTreeSet<SchemaId>>>,
}

/// A version of a subject, wherever it is.
type Located = (Subject, Version);

/// The versions of a subject, deleted ones included.
type Versions = BTreeMap<Version, Arc<Entry>>;

impl State {
    /// An empty state, in which that level holds where none is set; [`State::default`] has BACKWARD, as Confluent's registry does.
    #[must_use]
    pub fn with_level(level: Level) -> Self {
        Self { server_level: level, ..Self::default() }
    }

    /// A context that was not deleted.
    fn live_context(&self, name: &str) -> Option<&Context> {
        self.contexts.get(name).map(Arc::as_ref).filter(|context| !context.is_deleted)
    }

    fn context(&self, subject: &Subject) -> Option<&Context> {
        self.contexts.get(subject.context()).map(Arc::as_ref)
    }

    fn all_versions(&self, subject: &Subject) -> Option<&Versions> {
        self.context(subject)?.subjects.get(subject).map(Arc::as_ref)
    }

    fn entry(&self, subject: &Subject, version: Version) -> Option<&Arc<Entry>> {
        self.all_versions(subject)?.get(&version)
    }
}
