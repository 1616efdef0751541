//! How a producer is asked for.

use std::time::Duration;

use crate::record::Compression;

use super::super::TransportError;
use super::contradiction;

/// How a producer is opened.
///
/// ```
/// use std::time::Duration;
///
/// use schemawire::record::Compression;
/// use schemawire::transport::{Acknowledge, ProducerSpec};
///
/// let spec = ProducerSpec::default().with_compression(Compression::Zstd).with_delivery_timeout(Duration::from_secs(60));
/// assert_eq!(spec.acknowledge, Acknowledge::All);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProducerSpec {
    /// When a batch counts as stored (default: [`Acknowledge::All`]).
    pub acknowledge: Acknowledge,
    /// How records are compressed (default: not at all).
    ///
    /// Kafka: on the wire and in the broker's log; zstd needs the feature `kafka-zstd`, which compiles C. Embedded log:
    /// batches are compressed in the file (feature `compression`, no C) where that makes them smaller. Memory: nothing is compressed.
    pub compression: Compression,
    /// The name under which the server logs, counts and throttles this producer (default: that of the transport).
    ///
    /// Memory and the embedded log have no server, and keep it for nothing.
    pub client_id: Option<String>,
    /// Whether what the transport repeats by itself is stored once, and in order (default: yes).
    ///
    /// Kafka: applies with [`Acknowledge::All`], since the others cannot give it. Memory and the embedded log store a batch
    /// once in any case.
    pub idempotent: bool,
    /// How long the transport tries to store a batch before it comes back as failed (default: 120 s).
    ///
    /// Memory and the embedded log do not repeat anything: they answer at the first failure.
    pub delivery_timeout: Duration,
}

impl Default for ProducerSpec {
    fn default() -> Self {
        Self {
            acknowledge: Acknowledge::All,
            compression: Compression::None,
            client_id: None,
            idempotent: true,
            delivery_timeout: Duration::from_secs(120),
        }
    }
}

impl ProducerSpec {
    /// The same with another acknowledgement.
    #[must_use]
    pub const fn with_acknowledge(mut self, acknowledge: Acknowledge) -> Self {
        self.acknowledge = acknowledge;
        self
    }

    /// Compresses records so.
    #[must_use]
    pub const fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Goes by that name.
    #[must_use]
    pub fn with_client_id(mut self, client_id: &str) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Stores what is repeated once, or as often as it arrives.
    #[must_use]
    pub const fn with_idempotence(mut self, idempotent: bool) -> Self {
        self.idempotent = idempotent;
        self
    }

    /// Gives a batch up after that long.
    #[must_use]
    pub const fn with_delivery_timeout(mut self, delivery_timeout: Duration) -> Self {
        self.delivery_timeout = delivery_timeout;
        self
    }

    /// Refuses settings that no transport can hold together.
    pub(crate) fn check(&self) -> Result<(), TransportError> {
        if self.delivery_timeout.is_zero() {
            return Err(contradiction(
                "a delivery timeout of 0 s is over before a batch is tried; make it longer",
            ));
        }
        Ok(())
    }
}

/// When a batch counts as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Acknowledge {
    /// When it is handed over; it may be lost.
    None,
    /// When one place has it, which may lose it in a crash of the machine (embedded: not yet synced to disk).
    Leader,
    /// When it survives: all in-sync replicas, or synced to disk.
    #[default]
    All,
}
