//! The breaker's rules: what opens and closes it, told the time.

use std::time::Duration;

use super::BreakerSettings;
use crate::class::Class;
use crate::observer::BreakerState;

/// Whether a try may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    Given(Begun),
    Refused { wait: Duration },
}

/// What a try was begun as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// While the breaker was closed, after it had opened so many times.
    Closed { openings: u64 },
    /// The one that finds out how the destination is.
    Probe,
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::producer) enum Outcome {
    Acknowledged,
    Failed(Class),
    /// It was given up before it was answered.
    Unanswered,
}

/// The breaker's rules; told the time.
#[derive(Debug, Clone)]
pub(super) struct Machine {
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
    pub(super) const fn new(settings: BreakerSettings) -> Self {
        Self { settings, at: At::Closed(0), openings: 0 }
    }

    pub(super) const fn state(&self) -> BreakerState {
        match self.at {
            At::Closed(_) => BreakerState::Closed,
            At::Open(..) => BreakerState::Open,
            At::HalfOpen(_) => BreakerState::HalfOpen,
        }
    }

    pub(super) fn waits(&self, now: Duration) -> Option<Duration> {
        match self.at {
            At::Closed(_) => None,
            At::Open(until, _) => Some(until.saturating_sub(now)).filter(|wait| !wait.is_zero()),
            At::HalfOpen(_) => Some(PROBING),
        }
    }

    /// A try while it is closed.
    pub(super) const fn begun(&self) -> Option<Begun> {
        match self.at {
            At::Closed(_) => Some(Begun::Closed { openings: self.openings }),
            _ => None,
        }
    }

    pub(super) fn ask(&mut self, now: Duration) -> Leave {
        match (self.at, self.waits(now)) {
            (_, Some(wait)) => Leave::Refused { wait },
            (At::Open(_, pauses), None) => {
                self.at = At::HalfOpen(pauses + 1);
                Leave::Given(Begun::Probe)
            }
            (_, None) => Leave::Given(Begun::Closed { openings: self.openings }),
        }
    }

    pub(super) fn report(&mut self, begun: Begun, outcome: Outcome, now: Duration) {
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
    use crate::backoff::Backoff;
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
