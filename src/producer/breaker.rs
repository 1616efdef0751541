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
//! Only [`Class::Retry`] counts: a record that is refused for what it is says nothing about the destination. Nor does a try that was
//! begun before the breaker opened, when its answer comes after it has closed again: what stood still for long answers late.
//!
//! ```
//! use std::time::Duration;
//! use schemawire::observer::BreakerState;
//! use schemawire::producer::{Breaker, BreakerSettings};
//!
//! let breaker = Breaker::new("kafka", BreakerSettings { failures: 3, ..BreakerSettings::default() });
//! assert_eq!(breaker.state(), BreakerState::Closed);
//! ```

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures_util::FutureExt;

use super::told::Told;
use crate::backoff::Backoff;
use crate::class::Class;
use crate::observer::{BreakerState, Observation};
use crate::transport::{Clock, SystemClock, sleep};

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

/// Whether a try may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leave {
    Given(Begun),
    Refused { wait: Duration },
}

/// What a try was begun as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begun {
    /// While the breaker was closed, after it had opened so many times.
    Closed { openings: u64 },
    /// The one that finds out how the destination is.
    Probe,
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Acknowledged,
    Failed(Class),
    /// It was given up before it was answered.
    Unanswered,
}

/// The breaker's rules; told the time.
#[derive(Debug, Clone)]
struct Machine {
    settings: BreakerSettings,
    at: At,
    /// How often it has opened from being closed.
    openings: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// So many failures in a row.
    Closed(u32),
    /// Until then; so many pauses came before it without an acknowledgement.
    Open(Duration, u32),
    /// A probe is on its way; so many pauses have passed.
    HalfOpen(u32),
}

/// How long to wait for a probe's answer before asking again, if nobody wakes before.
const PROBING: Duration = Duration::from_secs(1);

impl Machine {
    const fn new(settings: BreakerSettings) -> Self {
        Self { settings, at: At::Closed(0), openings: 0 }
    }

    const fn state(&self) -> BreakerState {
        match self.at {
            At::Closed(_) => BreakerState::Closed,
            At::Open(..) => BreakerState::Open,
            At::HalfOpen(_) => BreakerState::HalfOpen,
        }
    }

    fn waits(&self, now: Duration) -> Option<Duration> {
        match self.at {
            At::Closed(_) => None,
            At::Open(until, _) => Some(until.saturating_sub(now)).filter(|wait| !wait.is_zero()),
            At::HalfOpen(_) => Some(PROBING),
        }
    }

    /// A try while it is closed.
    const fn begun(&self) -> Option<Begun> {
        match self.at {
            At::Closed(_) => Some(Begun::Closed { openings: self.openings }),
            _ => None,
        }
    }

    fn ask(&mut self, now: Duration) -> Leave {
        match (self.at, self.waits(now)) {
            (_, Some(wait)) => Leave::Refused { wait },
            (At::Open(_, pauses), None) => {
                self.at = At::HalfOpen(pauses + 1);
                Leave::Given(Begun::Probe)
            }
            (_, None) => Leave::Given(Begun::Closed { openings: self.openings }),
        }
    }

    fn report(&mut self, begun: Begun, outcome: Outcome, now: Duration) {
        let is_trouble = match outcome {
            Outcome::Acknowledged => false,
            Outcome::Failed(class) => class.is_retriable(),
            Outcome::Unanswered => true,
        };
        self.at = match (self.at, begun) {
            (At::Closed(failed), Begun::Closed { openings }) if openings == self.openings => {
                if is_trouble && failed + 1 >= self.settings.failures {
                    self.openings += 1;
                    At::Open(now.saturating_add(self.settings.pause.ceiling(0)), 0)
                } else {
                    // A refused record was answered, too: the destination is there.
                    At::Closed(if is_trouble { failed + 1 } else { 0 })
                }
            }
            (At::HalfOpen(pauses), Begun::Probe) if is_trouble => {
                At::Open(now.saturating_add(self.settings.pause.ceiling(pauses)), pauses)
            }
            (At::HalfOpen(_), Begun::Probe) => At::Closed(0),
            // Tries from before it opened say nothing new.
            (other, _) => other,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SETTINGS: BreakerSettings = BreakerSettings {
        failures: 3,
        pause: Backoff { first: Duration::from_millis(100), longest: Duration::from_millis(350) },
    };

    /// A try that was begun before it opened for the first time.
    const FIRST: Begun = Begun::Closed { openings: 0 };

    fn outcome() -> impl Strategy<Value = Outcome> {
        prop_oneof![
            1 => Just(Outcome::Acknowledged),
            3 => Just(Outcome::Failed(Class::RETRY)),
            1 => Just(Outcome::Failed(Class::BadData)),
            1 => Just(Outcome::Unanswered),
        ]
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_with_a_probe() {
        let mut machine = Machine::new(SETTINGS);
        let failed = Outcome::Failed(Class::RETRY);
        let at = Duration::from_millis;
        for outcome in
            [failed, failed, Outcome::Acknowledged, failed, failed, Outcome::Failed(Class::BadData)]
        {
            machine.report(FIRST, outcome, at(0));
            assert_eq!(machine.state(), BreakerState::Closed);
        }
        for _ in 0..3 {
            machine.report(FIRST, failed, at(0));
        }
        let mut now = 0;
        for pause in [100, 200, 350, 350] {
            assert_eq!(machine.state(), BreakerState::Open);
            assert_eq!(machine.ask(at(now)), Leave::Refused { wait: at(pause) });
            now += pause;
            assert_eq!(machine.ask(at(now)), Leave::Given(Begun::Probe));
            assert!(matches!(machine.ask(at(now)), Leave::Refused { .. }), "one probe at a time");
            machine.report(Begun::Probe, failed, at(now));
        }
        now += 350;
        assert_eq!(machine.ask(at(now)), Leave::Given(Begun::Probe));
        machine.report(Begun::Probe, Outcome::Acknowledged, at(now));
        assert_eq!(machine.state(), BreakerState::Closed);
        for _ in 0..3 {
            machine.report(FIRST, failed, at(now));
        }
        assert_eq!(machine.state(), BreakerState::Closed, "what was begun before it opened is old news");
        for _ in 0..2 {
            machine.report(Begun::Closed { openings: 1 }, failed, at(now));
        }
        assert_eq!(machine.state(), BreakerState::Closed, "it counts anew");
    }

    proptest! {
        /// Against a naive model that keeps the whole history.
        #[test]
        fn only_failures_in_a_row_open_it_and_only_a_probe_closes_it(
            steps in prop::collection::vec((any::<bool>(), outcome(), 0u64..200), 0..200),
        ) {
            let mut machine = Machine::new(SETTINGS);
            let mut now = Duration::ZERO;
            let (mut row, mut open_until, mut pauses, mut probes, mut openings) = (0, None, 0, 0, 0);
            let mut tries = Vec::new();
            for (asks, outcome, passed) in steps {
                now += Duration::from_millis(passed);
                if asks {
                    let leave = machine.ask(now);
                    match (leave, open_until) {
                        (Leave::Given(begun @ Begun::Closed { .. }), None) => {
                            prop_assert_eq!(begun, Begun::Closed { openings });
                            tries.push(begun);
                        }
                        (Leave::Given(Begun::Probe), Some(until)) => {
                            prop_assert!(until <= now && probes == 0);
                            (probes, pauses) = (1, pauses + 1);
                            tries.push(Begun::Probe);
                        }
                        (Leave::Refused { wait }, Some(until)) => {
                            prop_assert!(probes == 1 || now + wait == until);
                        }
                        other => prop_assert!(false, "{:?}", other),
                    }
                } else if !tries.is_empty() {
                    // Some answer soon, some late.
                    let begun = if passed % 2 == 0 { tries.remove(0) } else { tries.swap_remove(tries.len() - 1) };
                    machine.report(begun, outcome, now);
                    let is_probe = begun == Begun::Probe;
                    let trouble = matches!(outcome, Outcome::Failed(Class::Retry { .. }) | Outcome::Unanswered);
                    if open_until.is_none() {
                        if begun == (Begun::Closed { openings }) {
                            row = if trouble { row + 1 } else { 0 };
                        }
                    } else if is_probe {
                        probes = 0;
                        open_until = trouble.then(|| now + SETTINGS.pause.ceiling(pauses));
                    }
                    if open_until.is_none() && is_probe {
                        (row, pauses) = (0, 0);
                    }
                    if row == SETTINGS.failures {
                        (open_until, row) = (Some(now + SETTINGS.pause.ceiling(0)), 0);
                        openings += 1;
                    }
                }
                let state = match open_until {
                    None => BreakerState::Closed,
                    Some(_) if probes == 1 => BreakerState::HalfOpen,
                    Some(_) => BreakerState::Open,
                };
                prop_assert_eq!(machine.state(), state);
            }
        }
    }
}
