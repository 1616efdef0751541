//! What happens to messages, counted and shown as Prometheus text (exposition format, version 0.0.4).
//!
//! ```text
//! producer, consumer -Observation-> Metrics -text-> /metrics -> Prometheus -> dashboard and alerts in docs/grafana
//! CachedRegistry, HttpRegistry -counts, when they are asked for-┘
//! ```
//!
//! [`ROWS`] names every metric, with its kind, its labels and what it says. A label's value is a topic, a group or a class, never a
//! payload. A family holds at most [`Metrics::MOST`] series: what would be one more counts in
//! `schemawire_metrics_left_out_total`, so that topics made up by a client do not grow the memory.
//!
//! ```
//! use std::sync::Arc;
//! use schemawire::metrics::Metrics;
//! use schemawire::observer::{Observation, Observer};
//! use std::time::Duration;
//!
//! let metrics = Arc::new(Metrics::new());
//! metrics.observe(&Observation::Sent { topic: "quakes", records: 3, bytes: 600, took: Duration::from_millis(4) });
//! assert!(metrics.text().contains("kafka_producer_records_total{topic=\"quakes\"} 3"));
//! ```

mod family;
mod registries;
mod rows;

pub use rows::{Kind, ROWS, Row};

pub(crate) use family::Family;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::class::Class;
use crate::observer::{BreakerState, Change, Observation, Observer};
use crate::registry::CachedRegistry;
#[cfg(feature = "registry-http")]
use crate::registry::HttpRegistry;
use crate::transport::{Clock, SystemClock};
use registries::Registries;
use rows::Name;

/// The metrics of a process, or of a part of it. Share it in an [`Arc`]; producers and consumers take it as their observer.
pub struct Metrics {
    families: Vec<Family>,
    clock: Arc<dyn Clock>,
    registries: Mutex<Registries>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("families", &self.families.len()).finish_non_exhaustive()
    }
}

impl Metrics {
    /// The most series of one family.
    pub const MOST: usize = 10_000;

    /// The media type of [`Metrics::text`].
    pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// Nothing counted yet; rates are measured with the system's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock::default()))
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let families = ROWS.iter().map(Family::new).collect();
        Self { families, clock, registries: Mutex::default() }
    }

    /// Shows what that cache counts, too, under that name.
    pub fn add_cache(&self, name: &str, cache: &CachedRegistry) {
        self.registries().caches.push((name.to_owned(), cache.clone()));
    }

    /// Shows that client's connections, too, under that name.
    #[cfg(feature = "registry-http")]
    pub fn add_client(&self, name: &str, client: &HttpRegistry) {
        self.registries().clients.push((name.to_owned(), client.clone()));
    }

    /// The text that a scrape is answered with. A family without a series shows its help and its type.
    #[must_use]
    pub fn text(&self) -> String {
        self.registries().show(self);
        let now = self.clock.steady();
        let mut text = String::with_capacity(4096);
        let mut left_out = 0;
        for family in &self.families {
            family.write(&mut text, now);
            left_out += family.left_out();
        }
        rows::write_left_out(&mut text, left_out);
        text
    }

    fn registries(&self) -> std::sync::MutexGuard<'_, Registries> {
        self.registries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, name: Name, labels: &[&str], count: u64) {
        if let Some(family) = self.families.get(name as usize) {
            family.add(labels, count);
        }
    }

    fn set(&self, name: Name, labels: &[&str], value: u64) {
        if let Some(family) = self.families.get(name as usize) {
            family.set(labels, value);
        }
    }

    fn took(&self, name: Name, labels: &[&str], time: std::time::Duration, times: u64) {
        if let Some(family) = self.families.get(name as usize) {
            family.took(labels, time, times);
        }
    }
}

impl Observer for Metrics {
    fn observe(&self, observation: &Observation<'_>) {
        use Observation as O;
        match *observation {
            O::Sent { topic, records, bytes, took } => {
                self.add(Name::ProducerRecords, &[topic], records);
                self.add(Name::ProducerBytes, &[topic], bytes);
                self.took(Name::DeliveryLatency, &[topic], took, 1);
            }
            O::NotSent { topic, records, class, possibly_written } => {
                let written = if possibly_written { "possibly" } else { "no" };
                self.add(Name::ProducerErrors, &[topic, word(class), written], records);
            }
            O::SentAgain { topic, .. } => self.add(Name::ProducerRetries, &[topic], 1),
            O::Buffered { topic, bytes, limit } => {
                self.set(Name::BufferBytes, &[topic], bytes);
                self.set(Name::BufferLimit, &[topic], limit);
            }
            O::Spilled { topic, records } => self.set(Name::Spilled, &[topic], records),
            O::Breaker { destination, state } => {
                let number = match state {
                    BreakerState::Closed => 0,
                    BreakerState::HalfOpen => 1,
                    BreakerState::Open => 2,
                };
                self.set(Name::Breaker, &[destination], number);
            }
            O::Received { group, topic, records, bytes, .. } => {
                self.add(Name::ConsumerRecords, &[group, topic], records);
                self.add(Name::ConsumerBytes, &[group, topic], bytes);
                if let Some(rate) = self.families.get(Name::PerSecond as usize) {
                    rate.pass(&[group, topic], records, self.clock.steady());
                }
            }
            O::Lag { group, topic, partition, records } => {
                self.set(Name::Lag, &[group, topic, &partition.to_string()], records);
            }
            O::Handled { group, topic, took, .. } => {
                self.took(Name::ProcessingLatency, &[group, topic], took, 1);
            }
            O::Failed { group, topic, class } => {
                self.add(Name::ConsumerErrors, &[group, topic, word(class)], 1);
            }
            O::HandledAgain { group, topic, .. } => self.add(Name::ConsumerRetries, &[group, topic], 1),
            O::DeadLetter { group, topic, class } => {
                self.add(Name::DeadLetters, &[group, topic, word(class)], 1);
            }
            O::Duplicate { group, topic } => self.add(Name::Duplicates, &[group, topic], 1),
            O::InFlight { group, messages } => self.set(Name::InFlight, &[group], messages),
            O::Committed { group, stored, .. } => {
                self.add(Name::Commits, &[group, if stored { "stored" } else { "refused" }], 1);
            }
            O::Rebalanced { group, change, partitions } => {
                let change = match change {
                    Change::Assigned => "assigned",
                    Change::Revoked => "revoked",
                    Change::Lost => "lost",
                };
                self.add(Name::Rebalances, &[group, change], 1);
                self.add(Name::Moved, &[group, change], partitions);
            }
            O::Started { group, topic, reason, .. } => {
                self.add(Name::Starts, &[group, topic, reason], 1);
            }
            O::Gap { group, topic, records, .. } => self.add(Name::Gaps, &[group, topic], records),
            O::Encoded { topic, records, took } => {
                self.took(Name::Encode, &[topic], took, records);
            }
            O::Decoded { topic, records, took } => {
                self.took(Name::Decode, &[topic], took, records);
            }
        }
    }
}

/// The label of a class.
const fn word(class: Class) -> &'static str {
    match class {
        Class::BadData => "bad_data",
        Class::Retry { .. } => "retry",
        Class::Abort => "abort",
        Class::Fenced => "fenced",
        Class::Config => "config",
        Class::Bug => "bug",
    }
}
