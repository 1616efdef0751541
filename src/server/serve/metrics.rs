//! What a server counts, and how `/metrics` shows it (Prometheus text, version 0.0.4).
//!
//! A route is the path as the API has it, such as `/schemas/ids/{id}`, so that there are as many of them as routes. What leads
//! nowhere counts under the route `none`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::metrics::{self, Family, Kind, Row};
use crate::registry::Size;
use crate::server::route::ROUTES;

const REQUESTS: Row = Row::new(
    "schemawire_http_requests_total",
    Kind::Counter,
    &["method", "route", "status"],
    "Requests that were answered.",
);
const DURATIONS: Row = Row::new(
    "schemawire_http_request_duration_seconds",
    Kind::Histogram,
    &["method", "route"],
    "From a request's head until its answer is ready.",
);
const OPEN: Row = Row::new("schemawire_http_connections", Kind::Gauge, &[], "Connections that are open.");
const LIMIT: Row =
    Row::new("schemawire_http_connections_limit", Kind::Gauge, &[], "How many may be open at once.");
const TAKEN: Row =
    Row::new("schemawire_http_connections_total", Kind::Counter, &[], "Connections that were taken.");
const SUBJECTS: Row =
    Row::new("schemawire_registry_subjects", Kind::Gauge, &[], "Subjects that are not deleted.");
const VERSIONS: Row =
    Row::new("schemawire_registry_versions", Kind::Gauge, &[], "Versions that are not deleted.");
const IDS: Row = Row::new("schemawire_registry_ids", Kind::Gauge, &[], "Ids of all contexts.");

/// All that is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    requests: Family,
    durations: Family,
    connections: AtomicU64,
    closed: AtomicU64,
    /// Those of the program around the server.
    more: Option<Arc<metrics::Metrics>>,
}

impl Metrics {
    pub(super) fn new(more: Option<Arc<metrics::Metrics>>) -> Self {
        Self {
            requests: Family::new(&REQUESTS),
            durations: Family::new(&DURATIONS),
            connections: AtomicU64::new(0),
            closed: AtomicU64::new(0),
            more,
        }
    }

    /// A request that was answered; the route is a place in [`ROUTES`].
    pub(super) fn answered(&self, route: Option<usize>, status: u16, took: Duration) {
        let (method, route) = match route.and_then(|place| ROUTES.get(place)) {
            Some(route) => (route.method.as_str(), format!("/{}", route.path)),
            None => ("any", "none".to_owned()),
        };
        self.requests.add(&[method, &route, &status.to_string()], 1);
        self.durations.took(&[method, &route], took, 1);
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
        let mut single = |row: &Row, value: u64| {
            let family = Family::new(row);
            family.set(&[], value);
            family.write(&mut text, Duration::ZERO);
        };
        single(&OPEN, taken.saturating_sub(closed));
        single(&LIMIT, limit as u64);
        single(&TAKEN, taken);
        if let Some(size) = size {
            single(&SUBJECTS, size.subjects as u64);
            single(&VERSIONS, size.versions as u64);
            single(&IDS, size.ids as u64);
        }
        self.requests.write(&mut text, Duration::ZERO);
        self.durations.write(&mut text, Duration::ZERO);
        if let Some(more) = &self.more {
            text.push_str(&more.text());
        }
        text
    }
}
