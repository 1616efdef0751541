//! The settings of a producer that are the same whatever it sends, and which of them contradict each other.

use std::sync::Arc;
use std::time::Duration;

use super::breaker::Breaker;
use super::spill::Spill;
use super::told::Told;
use super::{BreakerSettings, SendError};
use crate::backoff::Backoff;
use crate::record::{Compression, KeyHash, Partitioner};
use crate::transport::{Acknowledge, Clock, ProducerSpec, SystemClock};

/// How a producer is to be.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) partitioner: Arc<dyn Partitioner>,
    pub(super) acknowledge: Acknowledge,
    pub(super) idempotent: bool,
    pub(super) compression: Compression,
    pub(super) client_id: Option<String>,
    pub(super) buffer: usize,
    pub(super) buffer_records: usize,
    pub(super) max_block: Duration,
    pub(super) batch: usize,
    pub(super) linger: Duration,
    pub(super) delivery_timeout: Duration,
    pub(super) backoff: Backoff,
    pub(super) breaker: Option<Breaker>,
    pub(super) refuses_when_open: bool,
    pub(super) spill: Option<Spill>,
    pub(super) create: Option<u32>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) told: Told,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            partitioner: Arc::new(KeyHash::JavaDefault),
            acknowledge: Acknowledge::All,
            idempotent: true,
            compression: Compression::None,
            client_id: None,
            buffer: 32 << 20,
            buffer_records: 1_000_000,
            max_block: Duration::from_secs(60),
            batch: 256 << 10,
            linger: Duration::from_millis(5),
            delivery_timeout: Duration::from_secs(120),
            backoff: Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) },
            breaker: None,
            refuses_when_open: false,
            spill: None,
            create: Some(1),
            clock: Arc::new(SystemClock::default()),
            told: Told::default(),
        }
    }
}

impl Settings {
    /// What the transport is asked for.
    pub(super) fn spec(&self) -> ProducerSpec {
        let spec = ProducerSpec::default()
            .with_acknowledge(self.acknowledge)
            .with_idempotence(self.idempotent)
            .with_compression(self.compression)
            .with_delivery_timeout(self.delivery_timeout);
        match &self.client_id {
            Some(name) => spec.with_client_id(name),
            None => spec,
        }
    }

    /// Refuses settings that cannot hold together, and names both.
    pub(super) fn check(&self) -> Result<(), SendError> {
        let breaker = self.breaker.as_ref().map_or_else(BreakerSettings::default, Breaker::settings);
        let (timeout, backoff) = (self.delivery_timeout, self.backoff);
        let rules = [
            (
                self.linger < timeout,
                format!(
                    "`linger` is {:?} and `delivery_timeout` {timeout:?}: batches would be given up before they leave",
                    self.linger
                ),
            ),
            (
                backoff.first <= backoff.longest,
                format!(
                    "the first wait of `backoff` is {:?} and the longest {:?}: the longest has to be at least the first",
                    backoff.first, backoff.longest
                ),
            ),
            (
                backoff.first < timeout,
                format!(
                    "the first wait of `backoff` is {:?} and `delivery_timeout` {timeout:?}: nothing would be tried again",
                    backoff.first
                ),
            ),
            (
                breaker.pause.first < timeout,
                format!(
                    "the first pause of `breaker` is {:?} and `delivery_timeout` {timeout:?}: batches would be given up before its first probe",
                    breaker.pause.first
                ),
            ),
            (
                breaker.pause.first <= breaker.pause.longest,
                format!(
                    "the first pause of `breaker` is {:?} and the longest {:?}: the longest has to be at least the first",
                    breaker.pause.first, breaker.pause.longest
                ),
            ),
            (breaker.failures > 0, "`failures` of `breaker` is 0: it would never close".to_owned()),
            (
                self.buffer > 0 && self.buffer_records > 0,
                "`buffer` and `buffer_records` have to be above 0".to_owned(),
            ),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, message)) => Err(SendError::Settings { message }),
            None => Ok(()),
        }
    }
}
