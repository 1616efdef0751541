//! The addresses of one registry, and which of them did not answer of late.
//!
//! The first that is not set aside is asked; one that fails is set aside for a second, then two, four, up to half a minute. Those
//! that are set aside are still asked when all others failed, too.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::backoff::Backoff;

/// One address.
#[derive(Debug)]
pub(super) struct Place {
    /// Without user and password, and without a slash at its end.
    pub(super) url: Url,
    /// The header of the user and password that the address held.
    pub(super) own: Option<HeaderValue>,
}

/// All addresses, in the order of preference.
#[derive(Debug)]
pub(super) struct Endpoints {
    places: Vec<Place>,
    health: Mutex<Vec<Health>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Health {
    /// How often it failed since it last answered.
    failures: u32,
    /// Until when it is set aside.
    until: Duration,
}

/// How long an address is set aside.
const ASIDE: Backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };

impl Endpoints {
    pub(super) fn new(places: Vec<Place>) -> Self {
        let health = Mutex::new(vec![Health::default(); places.len()]);
        Self { places, health }
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// All addresses by number, in the order in which they are to be asked now.
    pub(super) fn order(&self, now: Duration) -> Vec<usize> {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        // A stable sort: those in use keep their preference, the others come by when they return.
        order.sort_by_key(|index| health.get(*index).map(|it| it.until).filter(|until| *until > now));
        order
    }

    /// An address did not answer, or with an error of its own.
    pub(super) fn failed(&self, index: usize, now: Duration) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(health) = health.get_mut(index) {
            health.until = now + ASIDE.ceiling(health.failures);
            health.failures = health.failures.saturating_add(1);
        }
    }

    /// An address answered.
    pub(super) fn answered(&self, index: usize) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(health) = health.get_mut(index) {
            *health = Health::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Endpoints, Place, Url};

    fn three() -> Endpoints {
        let place = |host: &str| Place { url: Url::parse(host).expect("a URL"), own: None };
        Endpoints::new(["http://a", "http://b", "http://c"].map(place).into())
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_failed_comes_last_until_its_time_is_over() {
        let endpoints = three();
        assert_eq!(endpoints.order(seconds(0)), [0, 1, 2]);
        endpoints.failed(0, seconds(10));
        assert_eq!(endpoints.order(seconds(10)), [1, 2, 0]);
        assert_eq!(endpoints.order(seconds(11)), [0, 1, 2], "a second later it is the first again");
    }

    #[test]
    fn each_failure_doubles_the_time_and_an_answer_ends_it() {
        let endpoints = three();
        for (at, back) in [(0, 1), (10, 12), (20, 24), (30, 38), (40, 56), (60, 90), (100, 130)] {
            endpoints.failed(1, seconds(at));
            assert_eq!(endpoints.order(seconds(back - 1)), [0, 2, 1], "{at}");
            assert_eq!(endpoints.order(seconds(back)), [0, 1, 2], "{at}");
        }
        endpoints.failed(1, seconds(200));
        endpoints.answered(1);
        assert_eq!(endpoints.order(seconds(200)), [0, 1, 2]);
    }

    #[test]
    fn where_all_failed_the_first_to_return_is_asked_first() {
        let endpoints = three();
        endpoints.failed(2, seconds(0));
        endpoints.failed(0, seconds(0));
        endpoints.failed(0, seconds(1));
        endpoints.failed(1, seconds(1));
        assert_eq!(endpoints.order(seconds(0)), [2, 1, 0]);
    }
}
