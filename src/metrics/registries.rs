//! What registries count themselves, taken over when a scrape asks.

use super::Metrics;
use super::rows::Name;
use crate::registry::CachedRegistry;
#[cfg(feature = "registry-http")]
use crate::registry::HttpRegistry;

/// The registries that are shown, each under its name.
#[derive(Debug, Default)]
pub(super) struct Registries {
    pub(super) caches: Vec<(String, CachedRegistry)>,
    #[cfg(feature = "registry-http")]
    pub(super) clients: Vec<(String, HttpRegistry)>,
}

impl Registries {
    /// Sets what they count now.
    pub(super) fn show(&self, metrics: &Metrics) {
        for (name, cache) in &self.caches {
            let counts = cache.cache_counts();
            let name = &[name.as_str()];
            metrics.set(Name::CacheHits, name, counts.hits);
            metrics.set(Name::CacheStale, name, counts.stale);
            metrics.set(Name::RegistryQuestions, name, counts.asked);
            metrics.set(Name::RegistryFailed, name, counts.failed);
        }
        #[cfg(feature = "registry-http")]
        for (name, client) in &self.clients {
            let Some(counts) = client.connections() else { continue };
            let name = &[name.as_str()];
            metrics.set(Name::Connections, name, counts.in_use as u64);
            metrics.set(Name::ConnectionsWaiting, name, counts.waiting as u64);
            metrics.set(Name::ConnectionsLimit, name, counts.limit as u64);
            metrics.set(Name::HttpRequests, name, counts.sent);
            metrics.set(Name::HttpRetries, name, counts.retried);
            metrics.set(Name::HttpFailed, name, counts.failed);
        }
    }
}
