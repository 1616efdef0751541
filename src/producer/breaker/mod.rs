//! A circuit breaker: a destination that keeps failing is left alone for a while, then asked by one probe.
//!
//! ```text
//!            so many failures in a row                 the pause is over
//!  Closed ────────────────────────────> Open ────────────────────────────> HalfOpen: one probe
//!    ^                                    ^  the probe fails: a longer pause    │
//!    │                                    └─────────────────────────────────────┤
//!    └──────────────────────────────────────── the probe is acknowledged ───────┘
//! ```
//!
//! Only [`Class::Retry`](crate::class::Class::Retry) counts: a record that is refused for what it is says nothing about the
//! destination. Nor does a try that was begun before the breaker opened, when its answer comes after it has closed again: what stood
//! still for long answers late.
//!
//! ```
//! use std::time::Duration;
//! use schemawire::observer::BreakerState;
//! use schemawire::producer::{Breaker, BreakerSettings};
//!
//! let breaker = Breaker::new("kafka", BreakerSettings { failures: 3, ..BreakerSettings::default() });
//! assert_eq!(breaker.state(), BreakerState::Closed);
//! ```

mod machine;

pub(super) use machine::Outcome;

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures_util::FutureExt;

use super::told::Told;
use crate::backoff::Backoff;
use crate::observer::{BreakerState, Observation};
use crate::transport::{Clock, SystemClock, sleep};
use machine::{Begun, Leave, Machine};

/// When a breaker opens, and for how long.
///
/// | setting | default | |
/// |---|---|---|
/// | `failures` | 5 | retriable failures in a row that open it; at least 1 |
/// | `pause.first` | 500 ms | how long it stays open the first time; each probe that fails doubles it |
/// | `pause.longest` | 30 s | how long it stays open at most; the breaker that a producer makes for itself has a quarter of its `delivery_timeout` where that is less |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long it stays open.
    pub pause: Backoff,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        let pause = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(30) };
        Self { failures: 5, pause }
    }
}

impl BreakerSettings {
    /// The defaults for batches that have so much time: in a pause as long as that all would be given up, although the destination
    /// is back.
    pub(super) fn within(timeout: Duration) -> Self {
        let mut settings = Self::default();
        let Backoff { first, longest } = settings.pause;
        settings.pause.longest = longest.min(timeout / 4).max(first);
        settings
    }
}

/// The breaker of one destination. Clones share it: give the same one to all producers that write to the same cluster.
#[derive(Clone)]
pub struct Breaker(Arc<Inner>);

struct Inner {
    destination: String,
    settings: BreakerSettings,
    /// Its own, as producers that share it have begun at different times.
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    machine: Machine,
    wakers: Vec<Waker>,
}

impl Breaker {
    /// A closed breaker with that name, which observers are told.
    #[must_use]
    pub fn new(destination: &str, settings: BreakerSettings) -> Self {
        Self::with_clock(destination, settings, Arc::new(SystemClock::default()))
    }

    /// The same, told the time by that clock.
    #[must_use]
    pub fn with_clock(destination: &str, settings: BreakerSettings, clock: Arc<dyn Clock>) -> Self {
        let machine = Machine::new(settings);
        let state = Mutex::new(State { machine, wakers: Vec::new() });
        Self(Arc::new(Inner { destination: destination.to_owned(), settings, clock, state }))
    }

    /// What it guards.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.0.destination
    }

    /// What it lets through.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        self.lock().machine.state()
    }

    pub(super) fn settings(&self) -> BreakerSettings {
        self.0.settings
    }

    /// How long nothing is let through from now on, unless a probe is acknowledged before; `None` where a try may be made.
    pub(super) fn refuses_for(&self) -> Option<Duration> {
        self.lock().machine.waits(self.0.clock.steady())
    }

    /// Leave to try, or how long to wait before asking again.
    pub(super) fn ask(&self, told: &Told) -> Result<Permit, Duration> {
        let now = self.0.clock.steady();
        match self.change(told, |machine| machine.ask(now)) {
            Leave::Given(leave) => Ok(self.permit(leave, told)),
            Leave::Refused { wait } => Err(wait),
        }
    }

    /// Leave to try without a probe, if it is given at once.
    pub(super) fn ask_closed(&self, told: &Told) -> Option<Permit> {
        let begun = self.lock().machine.begun()?;
        Some(self.permit(begun, told))
    }

    fn permit(&self, begun: Begun, told: &Told) -> Permit {
        Permit { breaker: self.clone(), told: told.clone(), begun, is_open: true }
    }

    /// Resolves with the next change of its state, or after that long.
    pub(super) async fn changed(&self, longest: Duration) {
        let before = self.state();
        let mut pause = sleep(longest);
        poll_fn(|context| {
            let mut state = self.lock();
            if state.machine.state() != before {
                return Poll::Ready(());
            }
            state.wakers.retain(|waker| !waker.will_wake(context.waker()));
            state.wakers.push(context.waker().clone());
            drop(state);
            pause.poll_unpin(context)
        })
        .await;
    }

    fn change<R>(&self, told: &Told, step: impl FnOnce(&mut Machine) -> R) -> R {
        let mut state = self.lock();
        let before = state.machine.state();
        let result = step(&mut state.machine);
        let after = state.machine.state();
        let wakers = if before == after { Vec::new() } else { std::mem::take(&mut state.wakers) };
        drop(state);
        if before != after {
            told.observe(|| Observation::Breaker { destination: &self.0.destination, state: after });
        }
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breaker")
            .field("destination", &self.0.destination)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// Leave to try once. Dropped without a report, the try counts as unanswered: no probe is lost.
#[derive(Debug)]
pub(super) struct Permit {
    breaker: Breaker,
    told: Told,
    begun: Begun,
    is_open: bool,
}

impl Permit {
    /// The same where it is a probe; another one counts as unanswered.
    pub(super) fn of_probe(self) -> Option<Self> {
        Some(self).filter(|permit| permit.begun == Begun::Probe)
    }

    /// What became of the try.
    pub(super) fn report(mut self, outcome: Outcome) {
        self.close(outcome);
    }

    fn close(&mut self, outcome: Outcome) {
        if std::mem::take(&mut self.is_open) {
            let now = self.breaker.0.clock.steady();
            self.breaker.change(&self.told, |machine| machine.report(self.begun, outcome, now));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.close(Outcome::Unanswered);
    }
}
