//! Events of a registry: the records of a `_schemas` topic, key and value in Confluent's own JSON.
//!
//! ```text
//! key                                                          value, null removes the key
//! {"keytype":"SCHEMA","subject":S,"version":V,"magic":1}       subject, version, id, md5, schemaType, references, ..., deleted
//! {"keytype":"CONFIG","subject":S or null,"magic":0}           the settings
//! {"keytype":"MODE","subject":S or null,"magic":0}             the mode
//! {"keytype":"DELETE_SUBJECT","subject":S,"magic":0}           versions up to this one are soft-deleted
//! {"keytype":"CLEAR_SUBJECT","subject":S,"magic":0}            soft-deleted versions are gone
//! {"keytype":"CONTEXT","tenant":T,"context":C,"magic":0}       a context exists
//! {"keytype":"NOOP","magic":0}                                 null
//! ```
//!
//! The topic is compacted: the newest value of a key holds. Key types and members that are not known are kept as they came;
//! members that older registries did not write may be missing.
//!
//! ```
//! use schemawire::registry::event::Event;
//!
//! let event = Event::read(br#"{"keytype":"MODE","subject":null,"magic":0}"#, Some(br#"{"mode":"READONLY"}"#))?;
//! let (key, value) = event.write();
//! assert_eq!(key, br#"{"keytype":"MODE","subject":null,"magic":0}"#);
//! assert_eq!(value.as_deref(), Some(&br#"{"mode":"READONLY"}"#[..]));
//! # Ok::<(), schemawire::registry::event::EventError>(())
//! ```

mod record;

pub(super) use record::guid_to_base64;

pub use record::{
    ClearSubjectRecord, ConfigRecord, ContextRecord, DeleteSubjectRecord, ModeRecord, ReferenceRecord,
    SchemaRecord,
};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The tenant of a registry that has only one.
pub const TENANT: &str = "default";

/// One record of the log. Where it has a value, `None` says that the key is removed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A version of a subject.
    Schema {
        /// The subject, qualified.
        subject: String,
        /// The version.
        version: u32,
        /// What it holds.
        value: Option<SchemaRecord>,
    },
    /// Settings.
    Config {
        /// Whose: a subject, a context, or `None` for the whole registry.
        subject: Option<String>,
        /// What is set.
        value: Option<ConfigRecord>,
    },
    /// A mode.
    Mode {
        /// Whose: a subject, a context, or `None` for the whole registry.
        subject: Option<String>,
        /// What is set.
        value: Option<ModeRecord>,
    },
    /// Versions of a subject are soft-deleted.
    DeleteSubject {
        /// The subject, qualified.
        subject: String,
        /// Which ones.
        value: Option<DeleteSubjectRecord>,
    },
    /// The soft-deleted versions of a subject are gone.
    ClearSubject {
        /// The subject, qualified.
        subject: String,
        /// The subject once more.
        value: Option<ClearSubjectRecord>,
    },
    /// A context exists.
    Context {
        /// The tenant.
        tenant: String,
        /// The context's name, with its dot.
        context: String,
        /// What is known of it.
        value: Option<ContextRecord>,
    },
    /// Nothing; written to learn where the log ends.
    Noop,
    /// A key type of another or a later registry, kept as it came.
    Unknown {
        /// The key's bytes.
        key: Vec<u8>,
        /// The value's bytes.
        value: Option<Vec<u8>>,
    },
}

/// A record that does not belong into a registry's log, or is damaged.
#[derive(Debug, thiserror::Error)]
#[error("the record's {part} is not what a registry writes")]
pub struct EventError {
    /// `key` or `value`.
    pub part: &'static str,
    /// What is wrong with it.
    #[source]
    pub source: serde_json::Error,
}

/// The key as it is written; serde puts the tag first.
#[derive(Serialize, Deserialize)]
#[serde(tag = "keytype", rename_all = "SCREAMING_SNAKE_CASE")]
enum Key {
    Schema {
        subject: String,
        version: u32,
        #[serde(default)]
        magic: u8,
    },
    Config {
        subject: Option<String>,
        #[serde(default)]
        magic: u8,
    },
    Mode {
        subject: Option<String>,
        #[serde(default)]
        magic: u8,
    },
    DeleteSubject {
        subject: String,
        #[serde(default)]
        magic: u8,
    },
    ClearSubject {
        subject: String,
        #[serde(default)]
        magic: u8,
    },
    Context {
        #[serde(default = "tenant")]
        tenant: String,
        context: String,
        #[serde(default)]
        magic: u8,
    },
    Noop {
        #[serde(default)]
        magic: u8,
    },
    #[serde(other)]
    Unknown,
}

fn tenant() -> String {
    TENANT.into()
}

impl Event {
    /// Reads a record of the topic.
    ///
    /// # Errors
    /// A key that is not a JSON object with a key type; a value that is not what its key type holds.
    pub fn read(key: &[u8], value: Option<&[u8]>) -> Result<Self, EventError> {
        let parsed = serde_json::from_slice(key).map_err(|source| EventError { part: "key", source })?;
        Ok(match parsed {
            Key::Schema { subject, version, .. } => Self::Schema { subject, version, value: read(value)? },
            Key::Config { subject, .. } => Self::Config { subject, value: read(value)? },
            Key::Mode { subject, .. } => Self::Mode { subject, value: read(value)? },
            Key::DeleteSubject { subject, .. } => Self::DeleteSubject { subject, value: read(value)? },
            Key::ClearSubject { subject, .. } => Self::ClearSubject { subject, value: read(value)? },
            Key::Context { tenant, context, .. } => Self::Context { tenant, context, value: read(value)? },
            Key::Noop { .. } => Self::Noop,
            Key::Unknown => Self::Unknown { key: key.to_vec(), value: value.map(<[u8]>::to_vec) },
        })
    }

    /// The record's key and value.
    #[must_use]
    pub fn write(&self) -> (Vec<u8>, Option<Vec<u8>>) {
        let key = |key: Key| write(&key);
        match self {
            Self::Schema { subject, version, value } => {
                let subject = subject.clone();
                (key(Key::Schema { subject, version: *version, magic: 1 }), value.as_ref().map(write))
            }
            Self::Config { subject, value } => {
                (key(Key::Config { subject: subject.clone(), magic: 0 }), value.as_ref().map(write))
            }
            Self::Mode { subject, value } => {
                (key(Key::Mode { subject: subject.clone(), magic: 0 }), value.as_ref().map(write))
            }
            Self::DeleteSubject { subject, value } => {
                (key(Key::DeleteSubject { subject: subject.clone(), magic: 0 }), value.as_ref().map(write))
            }
            Self::ClearSubject { subject, value } => {
                (key(Key::ClearSubject { subject: subject.clone(), magic: 0 }), value.as_ref().map(write))
            }
            Self::Context { tenant, context, value } => {
                let (tenant, context) = (tenant.clone(), context.clone());
                (key(Key::Context { tenant, context, magic: 0 }), value.as_ref().map(write))
            }
            Self::Noop => (key(Key::Noop { magic: 0 }), None),
            Self::Unknown { key, value } => (key.clone(), value.clone()),
        }
    }
}

/// Reads a value; both an absent one and the JSON text `null` remove the key.
fn read<T: DeserializeOwned>(value: Option<&[u8]>) -> Result<Option<T>, EventError> {
    let parsed = value.map(serde_json::from_slice::<Option<T>>).transpose();
    parsed.map(Option::flatten).map_err(|source| EventError { part: "value", source })
}

fn write<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("names and texts always have a JSON form")
}
