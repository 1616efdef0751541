//! Every metric: a row each.

use std::fmt::Write as _;

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Only grows, while the process lives.
    Counter,
    /// Goes up and down.
    Gauge,
    /// A gauge that is counted by the second: the mean of the last ten whole seconds.
    Rate,
    /// Times, by upper bounds in seconds, with their sum and their number.
    Histogram,
    /// The sum of times and their number, in seconds.
    Summary,
}

impl Kind {
    /// Prometheus' word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge | Self::Rate => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
        }
    }
}

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Its name, without `_bucket`, `_sum` and `_count`.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
}

impl Row {
    pub(crate) const fn new(
        name: &'static str,
        kind: Kind,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self { name, kind, labels, help }
    }
}

/// Defines [`ROWS`] and the place of each.
macro_rules! rows {
    ($($place:ident $name:literal $kind:ident [$($label:literal),*] $help:literal;)*) => {
        /// The place of a metric in [`ROWS`].
        #[derive(Debug, Clone, Copy)]
        #[cfg_attr(not(feature = "registry-http"), expect(dead_code, reason = "without a client nobody counts its connections"))]
        pub(super) enum Name { $($place),* }

        /// Every metric of producers, consumers and registries.
        pub const ROWS: &[Row] = &[$(Row::new($name, Kind::$kind, &[$($label),*], $help)),*];
    };
}

rows! {
    PerSecond "kafka_consumer_messages_per_second" Rate ["group", "topic"] "Records received, a second.";
    ConsumerRecords "kafka_consumer_messages_total" Counter ["group", "topic"] "Records received.";
    ConsumerBytes "kafka_consumer_bytes_total" Counter ["group", "topic"] "Bytes of keys, values and headers received.";
    ProcessingLatency "kafka_processing_latency_seconds" Histogram ["group", "topic"] "From a handler's first call until it has finished.";
    ConsumerErrors "kafka_consumer_errors_total" Counter ["group", "topic", "class"] "Messages that do not read, or whose handler failed.";
    Lag "kafka_consumer_lag" Gauge ["group", "topic", "partition"] "Records behind the position.";
    InFlight "kafka_consumer_in_flight" Gauge ["group"] "Messages with handlers.";
    Commits "kafka_consumer_commits_total" Counter ["group", "outcome"] "Commits: stored, or refused since a partition has moved.";
    Rebalances "kafka_consumer_rebalances_total" Counter ["group", "change"] "Times that partitions were assigned, revoked or lost.";
    Moved "kafka_consumer_partitions_moved_total" Counter ["group", "change"] "Partitions assigned, revoked or lost.";
    Starts "kafka_consumer_starts_total" Counter ["group", "topic", "reason"] "Partitions begun, by the reason of where.";
    Gaps "kafka_consumer_gap_records_total" Counter ["group", "topic"] "Offsets that were wanted and no longer exist.";
    ConsumerRetries "kafka_consumer_retries_total" Counter ["group", "topic"] "Messages handled once more.";
    DeadLetters "kafka_consumer_dead_letters_total" Counter ["group", "topic", "class"] "Messages that went to the dead letters.";
    Duplicates "kafka_consumer_duplicates_total" Counter ["group", "topic"] "Messages passed over, as they were handled before.";
    ProducerRecords "kafka_producer_records_total" Counter ["topic"] "Records acknowledged.";
    ProducerBytes "kafka_producer_bytes_total" Counter ["topic"] "Bytes of keys, values and headers acknowledged.";
    DeliveryLatency "kafka_producer_delivery_latency_seconds" Histogram ["topic"] "From a batch's departure until its acknowledgement.";
    ProducerErrors "kafka_producer_errors_total" Counter ["topic", "class", "written"] "Records given up: whether they are possibly written.";
    ProducerRetries "kafka_producer_retries_total" Counter ["topic"] "Batches sent once more.";
    BufferBytes "kafka_producer_buffer_bytes" Gauge ["topic"] "Bytes that wait to be acknowledged.";
    BufferLimit "kafka_producer_buffer_limit_bytes" Gauge ["topic"] "The most that may wait.";
    Spilled "kafka_producer_spilled_records" Gauge ["topic"] "Records laid aside, to be forwarded.";
    Breaker "kafka_breaker_state" Gauge ["destination"] "0 closed, 1 half open, 2 open.";
    Encode "schemawire_encode_seconds" Summary ["topic"] "Encoding of values.";
    Decode "schemawire_decode_seconds" Summary ["topic"] "Decoding of values.";
    CacheHits "schemawire_registry_cache_hits_total" Counter ["registry"] "Questions answered from what is kept.";
    CacheStale "schemawire_registry_cache_stale_total" Counter ["registry"] "Of these, such whose answer was stale.";
    RegistryQuestions "schemawire_registry_questions_total" Counter ["registry"] "Questions that went to the registry.";
    RegistryFailed "schemawire_registry_questions_failed_total" Counter ["registry"] "Of these, such that failed.";
    Connections "schemawire_registry_connections" Gauge ["registry"] "Connections to the registry in use.";
    ConnectionsWaiting "schemawire_registry_connections_waiting" Gauge ["registry"] "Requests that wait for a connection.";
    ConnectionsLimit "schemawire_registry_connections_limit" Gauge ["registry"] "The most connections in use.";
    HttpRequests "schemawire_registry_http_requests_total" Counter ["registry"] "HTTP requests that were sent, further tries included.";
    HttpRetries "schemawire_registry_http_retries_total" Counter ["registry"] "Of these, further tries.";
    HttpFailed "schemawire_registry_http_failed_total" Counter ["registry"] "Of these, such without an answer, or answered by 408, 429 or 5xx.";
}

/// The one metric about the metrics.
pub(super) fn write_left_out(text: &mut String, count: u64) {
    let name = "schemawire_metrics_left_out_total";
    let _ = writeln!(
        text,
        "# HELP {name} Observations of series that a family has no room for.\n# TYPE {name} counter\n{name} {count}"
    );
}
