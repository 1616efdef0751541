//! What a server counts, and how `/metrics` shows it (Prometheus text, version 0.0.4).
//!
//! | metric | kind | labels |
//! |---|---|---|
//! | `schemawire_http_requests_total` | counter | `method`, `route`, `status` |
//! | `schemawire_http_request_duration_seconds` | histogram | `method`, `route` |
//! | `schemawire_http_connections` | gauge | |
//! | `schemawire_http_connections_limit` | gauge | |
//! | `schemawire_http_connections_total` | counter | |
//! | `schemawire_registry_subjects`, `_versions`, `_ids` | gauge | |
//!
//! A route is the path as the API has it, such as `/schemas/ids/{id}`, so that there are as many of them as routes. What leads
//! nowhere counts under the route `none`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::registry::Size;
use crate::server::route::ROUTES;

/// The upper bounds of the histogram's buckets, in microseconds; the last one has none.
const BOUNDS: [u64; 12] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 1_000_000, 5_000_000];

/// The media type of the text.
pub(super) const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All that is counted; adding takes no lock that a request would wait for.
#[derive(Debug)]
pub(super) struct Metrics {
    /// By the place in [`ROUTES`]; the last one is for what leads nowhere.
    routes: Vec<Row>,
    connections: AtomicU64,
    closed: AtomicU64,
}

#[derive(Debug, Default)]
struct Row {
    statuses: Mutex<BTreeMap<u16, u64>>,
    buckets: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let routes = (0..=ROUTES.len()).map(|_| Row::default()).collect();
        Self { routes, connections: AtomicU64::new(0), closed: AtomicU64::new(0) }
    }

    /// A request that was answered.
    pub(super) fn answered(&self, route: Option<usize>, status: u16, took: Duration) {
        let Some(row) = self.routes.get(route.unwrap_or(ROUTES.len())) else { return };
        *row.statuses.lock().unwrap_or_else(PoisonError::into_inner).entry(status).or_default() += 1;
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        if let Some(bucket) = row.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        row.microseconds.fetch_add(micros, Ordering::Relaxed);
    }

    /// A connection that was taken.
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection that ended.
    pub(super) fn disconnected(&self) {
        self.closed.fetch_add(1, Ordering::Relaxed);
    }

    /// The text, with how many connections may be open, and how much is registered.
    pub(super) fn text(&self, limit: usize, size: Option<Size>) -> String {
        // In this order, so that none is closed that was not taken.
        let closed = self.closed.load(Ordering::Relaxed);
        let taken = self.connections.load(Ordering::Relaxed);
        let mut text = String::new();
        let mut single = |name: &str, kind: &str, help: &str, value: u64| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        };
        single(
            "schemawire_http_connections",
            "gauge",
            "Connections that are open.",
            taken.saturating_sub(closed),
        );
        single("schemawire_http_connections_limit", "gauge", "How many may be open at once.", limit as u64);
        single("schemawire_http_connections_total", "counter", "Connections that were taken.", taken);
        if let Some(size) = size {
            let (subjects, versions, ids) = (size.subjects, size.versions, size.ids);
            single(
                "schemawire_registry_subjects",
                "gauge",
                "Subjects that are not deleted.",
                subjects as u64,
            );
            single(
                "schemawire_registry_versions",
                "gauge",
                "Versions that are not deleted.",
                versions as u64,
            );
            single("schemawire_registry_ids", "gauge", "Ids of all contexts.", ids as u64);
        }
        self.requests(&mut text);
        self.durations(&mut text);
        text
    }

    fn requests(&self, text: &mut String) {
        let name = "schemawire_http_requests_total";
        let _ = writeln!(text, "# HELP {name} Requests that were answered.\n# TYPE {name} counter");
        for (place, row) in self.routes.iter().enumerate() {
            let labels = labels(place);
            for (status, count) in row.statuses.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                let _ = writeln!(text, "{name}{{{labels},status=\"{status}\"}} {count}");
            }
        }
    }

    fn durations(&self, text: &mut String) {
        let name = "schemawire_http_request_duration_seconds";
        let _ = writeln!(
            text,
            "# HELP {name} From a request's head until its answer is ready.\n# TYPE {name} histogram"
        );
        for (place, row) in self.routes.iter().enumerate() {
            let counts: Vec<u64> = row.buckets.iter().map(|it| it.load(Ordering::Relaxed)).collect();
            let total: u64 = counts.iter().sum();
            if total == 0 {
                continue;
            }
            let labels = labels(place);
            let mut below = 0;
            for (bound, count) in BOUNDS.iter().zip(&counts) {
                below += count;
                let bound = seconds(*bound);
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {below}");
            }
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {total}");
            let sum = seconds(row.microseconds.load(Ordering::Relaxed));
            let _ = writeln!(text, "{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} {total}");
        }
    }
}

fn labels(place: usize) -> String {
    match ROUTES.get(place) {
        Some(route) => format!("method=\"{}\",route=\"/{}\"", route.method.as_str(), route.path),
        None => "method=\"any\",route=\"none\"".to_owned(),
    }
}

fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}
