//! Whether a batch that failed is tried again, and when: a pure state machine that is told the time.
//!
//! ```text
//! failed ── retriable, time left, and
//!           not written            ──> again, as a new batch
//!           possibly written,
//!           but numbered           ──> again, as the same batch: the log takes it once
//!        ── otherwise              ──> given up
//! ```

use std::time::Duration;

use crate::backoff::Backoff;
use crate::class::Class;

/// The tries of one batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tries {
    /// How many have failed.
    failed: u32,
    /// Whether one of them may have reached the log.
    possibly_written: bool,
    /// When no other is made any more.
    deadline: Duration,
    backoff: Backoff,
}

/// What is known of a try that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) class: Class,
    /// Whether this try may have reached the log.
    pub(super) possibly_written: bool,
    /// The log did not take it, since one before it is missing; so no earlier try has reached it either.
    pub(super) out_of_sequence: bool,
    /// The batch came back.
    pub(super) came_back: bool,
    /// It came back with its number, by which the log knows it again.
    pub(super) is_numbered: bool,
}

/// What becomes of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is tried again after that long, as the same batch or as a new one.
    Again { wait: Duration, same: bool },
    /// It could be, but its time is over.
    TooLate,
    /// It is not.
    GiveUp,
}

impl Tries {
    pub(super) const fn new(deadline: Duration, backoff: Backoff) -> Self {
        Self { failed: 0, possibly_written: false, deadline, backoff }
    }

    pub(super) const fn failed(&self) -> u32 {
        self.failed
    }

    /// Whether the log may have the batch.
    pub(super) const fn possibly_written(&self) -> bool {
        self.possibly_written
    }

    /// A try has failed.
    pub(super) fn after(&mut self, trouble: Trouble, now: Duration, dice: u64) -> Verdict {
        self.possibly_written = trouble.possibly_written || self.possibly_written && !trouble.out_of_sequence;
        let wait = self.backoff.wait(self.failed, dice);
        self.failed = self.failed.saturating_add(1);
        let Class::Retry { after } = trouble.class else { return Verdict::GiveUp };
        let wait = wait.max(after.unwrap_or_default());
        let may = trouble.came_back && (!self.possibly_written || trouble.is_numbered);
        if !may {
            return Verdict::GiveUp;
        }
        if now.saturating_add(wait) >= self.deadline {
            return Verdict::TooLate;
        }
        Verdict::Again { wait, same: self.possibly_written }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn class() -> impl Strategy<Value = Class> {
        let hint = prop::option::of(0u64..500);
        prop_oneof![
            4 => hint.prop_map(|after| Class::Retry { after: after.map(Duration::from_millis) }),
            1 => prop::sample::select(&[Class::BadData, Class::Fenced, Class::Config, Class::Bug][..]),
        ]
    }

    proptest! {
        /// A log that takes each numbered batch once, and tries of which some reach it without an answer: whatever is tried
        /// again lies in it once at most, and nothing is tried again behind its deadline.
        #[test]
        fn what_is_tried_again_is_never_there_twice(
            idempotent: bool,
            tries in prop::collection::vec((class(), any::<bool>(), any::<bool>(), any::<bool>(), any::<u64>()), 1..30),
        ) {
            let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
            let deadline = Duration::from_secs(5);
            let mut machine = Tries::new(deadline, backoff);
            let (mut now, mut copies, mut same) = (Duration::ZERO, 0, false);
            for (number, (class, reached, unsure, came_back, dice)) in (0u32..).zip(tries) {
                // What has reached the log is at least possibly written; a numbered batch that is there already stays alone.
                let is_new = !(same && idempotent && copies > 0);
                copies += u32::from(reached && is_new);
                let trouble = Trouble {
                    class,
                    possibly_written: reached || unsure,
                    out_of_sequence: false,
                    came_back,
                    is_numbered: idempotent,
                };
                let verdict = machine.after(trouble, now, dice);
                prop_assert!(copies <= 1, "it is there twice");
                prop_assert!(machine.possibly_written() || copies == 0, "it is told that it is not there");
                prop_assert_eq!(machine.failed(), number + 1);
                let Class::Retry { after } = class else {
                    prop_assert_eq!(verdict, Verdict::GiveUp);
                    return Ok(());
                };
                let Verdict::Again { wait, same: again } = verdict else { return Ok(()) };
                prop_assert!(came_back && now + wait < deadline);
                prop_assert!(wait <= backoff.ceiling(number).max(after.unwrap_or_default()));
                prop_assert!(after.is_none_or(|after| after <= wait));
                prop_assert!(again || copies == 0, "as a new batch although it may be there");
                (now, same) = (now + wait, again);
            }
        }
    }

    #[test]
    fn one_that_comes_before_what_is_missing_was_never_there() {
        let backoff = Backoff { first: Duration::ZERO, longest: Duration::ZERO };
        let mut machine = Tries::new(Duration::from_secs(1), backoff);
        let unsure = Trouble {
            class: Class::RETRY,
            possibly_written: true,
            out_of_sequence: false,
            came_back: true,
            is_numbered: true,
        };
        let same = Verdict::Again { wait: Duration::ZERO, same: true };
        assert_eq!(machine.after(unsure, Duration::ZERO, 0), same);
        let sure = Trouble { possibly_written: false, out_of_sequence: true, ..unsure };
        let new = Verdict::Again { wait: Duration::ZERO, same: false };
        assert_eq!(machine.after(sure, Duration::ZERO, 0), new);
        assert!(!machine.possibly_written());
    }
}
