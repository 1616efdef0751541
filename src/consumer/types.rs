//! Several types in one topic: a table by full name, which gives one Rust type, an enum for one.
//!
//! ```text
//! message -frame-> schema -> full name -> its row: reader, Rust type, wrap -> E
//!                                └ not listed: passed over, to the dead letters, or the end of the run
//! ```
//!
//! Names are those of [`Serdes::type_name`]: an Avro type's full name (the branch that was written, of a top-level union), a Protobuf
//! message's, a JSON Schema's title. Each row has a reader's schema of its own, so that any older writer's bytes of that type read.
//!
//! ```
//! use schemawire::codec::Json;
//! use schemawire::consumer::{ConsumeExt, Types};
//! use schemawire::producer::ProduceExt;
//! use schemawire::registry::EmbeddedRegistry;
//! use schemawire::schema::Schema;
//! use schemawire::serdes::{Serdes, TopicRecordName};
//! use schemawire::transport::Memory;
//!
//! #[derive(Debug, PartialEq)]
//! enum Event { Order(u32), Note(String) }
//!
//! # pollster::block_on(async {
//! let log = Memory::new();
//! // Each type evolves for itself: subjects `events-Order`, `events-Note`.
//! let serdes = Serdes::builder().strategy(TopicRecordName).build(EmbeddedRegistry::on(&log).await?);
//! let order = Schema::json(r#"{"title": "Order", "type": "integer"}"#)?;
//! let note = Schema::json(r#"{"title": "Note", "type": "string"}"#)?;
//!
//! let orders = log.producer("events").value(&serdes, Json, &order).build().await?;
//! let notes = orders.writer(&serdes, Json, &note).await?;
//! orders.send(&7).await?;
//! orders.message_by(&notes, "fragile").send().await?;
//!
//! let types = Types::new(&serdes).on("Order", Json, &order, Event::Order).on("Note", Json, &note, Event::Note);
//! let consumer = log.consumer("events").group("audit").value_as_written(&serdes, Json).stop_at_end().build().await?;
//! consumer.run(async |message| {
//!     match types.read(&message).await? {
//!         Some(Event::Order(number)) => assert_eq!(number, 7),
//!         Some(Event::Note(text)) => assert_eq!(text, "fragile"),
//!         None => {}      // a tombstone, or a type that is passed over
//!     }
//!     Ok(())
//! }).await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use super::{ConsumeError, Failure, OwnedMessage};
use crate::class::Class;
use crate::codec::{Codec, Decode};
use crate::ids::{KeyOrValue, SchemaKey};
use crate::record::Headers;
use crate::schema::Schema;
use crate::serdes::{Reader, Serdes, SerdesError};
use crate::transport::BoxFuture;

/// The types of a topic, each read into `E`.
#[must_use]
pub struct Types<E> {
    serdes: Serdes,
    rows: BTreeMap<String, Box<dyn Row<E>>>,
    unlisted: OnUnlisted,
}

/// What becomes of a message whose type is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnUnlisted {
    /// It has failed for good: to the dead letters, or whatever [`Failures`](super::Failures) says.
    #[default]
    DeadLetter,
    /// It is passed over: [`Types::read`] gives `None`.
    Skip,
    /// The run ends at it.
    Stop,
}

/// A message of a type that is not listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} has type `{name}`, and a handler is there for {listed} only")]
pub struct Unlisted {
    /// Where it is, as `topic-partition at offset`.
    pub place: String,
    /// The type's full name; empty for one without.
    pub name: String,
    /// The names that are listed.
    pub listed: String,
}

impl Unlisted {
    /// What a caller may do about it: list it.
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::BadData
    }
}

impl<E: 'static> Types<E> {
    /// None, read through those serdes; what is not listed goes to the dead letters.
    pub fn new(serdes: &Serdes) -> Self {
        Self { serdes: serdes.clone(), rows: BTreeMap::new(), unlisted: OnUnlisted::default() }
    }

    /// Reads messages of that name with that codec, as that schema sees them, into what `wrap` makes of them: for an enum, one of its
    /// variants. A name that comes twice has the last row.
    pub fn on<C, T>(
        mut self,
        name: &str,
        codec: C,
        schema: &Schema,
        wrap: impl Fn(T) -> E + Send + Sync + 'static,
    ) -> Self
    where
        C: Codec,
        C::Bound: for<'m> Decode<'m, T>,
        T: 'static,
    {
        let reader = self.serdes.reader(codec, schema);
        self.rows.insert(name.into(), Box::new(Typed { reader, wrap, read: PhantomData::<fn() -> T> }));
        self
    }

    /// What becomes of messages whose type is not listed.
    pub const fn unlisted(mut self, unlisted: OnUnlisted) -> Self {
        self.unlisted = unlisted;
        self
    }

    /// What a message holds; `None` for a tombstone, and for a type that is passed over. Loads the schemas that it needs.
    ///
    /// # Errors
    /// A message that does not read; a type that is not listed; a registry that does not answer.
    pub async fn read<C: Codec, K>(&self, message: &OwnedMessage<C, K>) -> Result<Option<E>, Failure> {
        let received = message.received();
        let (Some(bytes), headers) = (received.value_bytes(), received.headers()) else { return Ok(None) };
        let unreadable = |source| ConsumeError::Message { place: message.place(), source };
        let name = match self.serdes.type_name(bytes, KeyOrValue::Value, &headers) {
            Err(SerdesError::UnknownSchema(key)) => {
                let registry = |source| ConsumeError::Registry { key, source };
                self.serdes.load(key).await.map_err(registry)?;
                self.serdes.type_name(bytes, KeyOrValue::Value, &headers)
            }
            known => known,
        };
        let name = name.map_err(unreadable)?;
        let Some(row) = name.as_deref().and_then(|name| self.rows.get(name)) else {
            return self.pass(message.place(), name.as_deref().unwrap_or_default());
        };
        if let Some(key) = row.missing(bytes, &headers) {
            row.load(key).await.map_err(|source| ConsumeError::Registry { key, source })?;
        }
        Ok(Some(row.read(bytes, &headers).map_err(unreadable)?))
    }

    fn pass(&self, place: String, name: &str) -> Result<Option<E>, Failure> {
        let listed: Vec<String> = self.rows.keys().map(|name| format!("`{name}`")).collect();
        let unlisted = || Unlisted { place, name: name.into(), listed: listed.join(", ") };
        match self.unlisted {
            OnUnlisted::Skip => Ok(None),
            OnUnlisted::DeadLetter => Err(unlisted().into()),
            OnUnlisted::Stop => Err(Failure::stop(unlisted())),
        }
    }
}

impl<E> fmt::Debug for Types<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.rows.keys().collect();
        f.debug_struct("Types")
            .field("names", &names)
            .field("unlisted", &self.unlisted)
            .finish_non_exhaustive()
    }
}

/// One type, whatever its codec and Rust type are.
trait Row<E>: Send + Sync {
    fn missing(&self, message: &[u8], headers: &Headers) -> Option<SchemaKey>;
    fn load(&self, key: SchemaKey) -> BoxFuture<'_, Result<(), SerdesError>>;
    fn read(&self, message: &[u8], headers: &Headers) -> Result<E, SerdesError>;
}

struct Typed<C: Codec, T, W> {
    reader: Reader<C>,
    wrap: W,
    read: PhantomData<fn() -> T>,
}

impl<C, T, W, E> Row<E> for Typed<C, T, W>
where
    C: Codec,
    C::Bound: for<'m> Decode<'m, T>,
    W: Fn(T) -> E + Send + Sync,
{
    fn missing(&self, message: &[u8], headers: &Headers) -> Option<SchemaKey> {
        self.reader.missing(message, headers)
    }

    fn load(&self, key: SchemaKey) -> BoxFuture<'_, Result<(), SerdesError>> {
        Box::pin(async move { self.reader.load(key).await.map(drop) })
    }

    fn read(&self, message: &[u8], headers: &Headers) -> Result<E, SerdesError> {
        self.reader.deserialize_with(message, headers).map(&self.wrap)
    }
}
