//! When a message that failed is tried again, and when it is given up. No clock, no waiting: the dice are passed in.

use std::time::Duration;

use crate::backoff::Backoff;
use crate::class::Class;
use crate::consumer::ConsumeError;

/// What becomes of messages that fail.
///
/// | setting | default | |
/// |---|---|---|
/// | `in_place` | 3 tries, waiting 100 ms to 5 s | tries behind the first one; the message's key waits with it, its partition goes on |
/// | `retry_topic` | none | delays: the message goes to `TOPIC.retry.5s` and is tried once more 5 s later, others overtake it |
/// | `keep_order` | off | the delays of the retry topics are waited for in place, so that nothing of the same key overtakes |
/// | `then` | [`OnFailure::DeadLetter`] | what becomes of a message that is given up |
/// | `dead_letters` | `TOPIC.dlq` | |
///
/// Tried again is what [`Class::Retry`], [`Class::Abort`] and [`Class::Bug`] (a panic) are said of. [`Class::BadData`] and
/// [`Class::Config`] are given up at once; [`Class::Fenced`] stops the run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Failures {
    in_place: u32,
    backoff: Backoff,
    delays: Vec<Duration>,
    keep_order: bool,
    then: OnFailure,
    dead_letters: Option<String>,
}

/// What becomes of a message that is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnFailure {
    /// It goes to the dead-letter topic, and counts as done when it is acknowledged there.
    #[default]
    DeadLetter,
    /// It counts as done.
    Skip,
    /// The run ends with [`ConsumeError::GivenUp`]; the message is not committed.
    Stop,
}

impl Default for Failures {
    fn default() -> Self {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(5) };
        let then = OnFailure::default();
        Self { in_place: 3, backoff, delays: Vec::new(), keep_order: false, then, dead_letters: None }
    }
}

impl Failures {
    /// The most retry topics.
    pub const MOST_DELAYS: usize = 16;

    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tries that often in place behind the first try, and waits that long in between.
    pub const fn in_place(mut self, tries: u32, backoff: Backoff) -> Self {
        (self.in_place, self.backoff) = (tries, backoff);
        self
    }

    /// Tries once more after that delay, by way of a topic for it; several are gone through in order.
    pub fn retry_topic(mut self, delay: Duration) -> Self {
        self.delays.push(delay);
        self
    }

    /// Waits for the delays in place, without their topics: what has the same key waits, too.
    pub const fn keep_order(mut self) -> Self {
        self.keep_order = true;
        self
    }

    /// What becomes of a message that is given up.
    pub const fn then(mut self, then: OnFailure) -> Self {
        self.then = then;
        self
    }

    /// The dead-letter topic.
    pub fn dead_letters(mut self, topic: &str) -> Self {
        self.dead_letters = Some(topic.into());
        self
    }

    pub(in crate::consumer) const fn on_failure(&self) -> OnFailure {
        self.then
    }

    /// The dead-letter topic of that topic.
    #[must_use]
    pub fn dead_letter_topic(&self, topic: &str) -> String {
        self.dead_letters.clone().unwrap_or_else(|| format!("{topic}.dlq"))
    }

    /// The retry topics of that topic, with their delays.
    #[must_use]
    pub fn retry_topics(&self, topic: &str) -> Vec<(String, Duration)> {
        let delays = self.delays.iter().filter(|_| !self.keep_order);
        delays.map(|delay| (format!("{topic}.retry.{}", short(*delay)), *delay)).collect()
    }

    /// Refuses delays that cannot be topics.
    pub(in crate::consumer) fn check(&self) -> Result<(), ConsumeError> {
        let refused = |message| Err(ConsumeError::Setting { message });
        if self.delays.len() > Self::MOST_DELAYS {
            return refused(format!(
                "{} retry topics are more than {}",
                self.delays.len(),
                Self::MOST_DELAYS
            ));
        }
        for (index, delay) in self.delays.iter().enumerate() {
            if delay.as_millis() == 0 || delay.subsec_nanos() % 1_000_000 != 0 {
                return refused(format!(
                    "a retry topic's delay of {delay:?}: take whole milliseconds, 1 or more"
                ));
            }
            if !self.keep_order && self.delays.iter().take(index).any(|it| it == delay) {
                return refused(format!(
                    "two retry topics with a delay of {delay:?} would be the same topic"
                ));
            }
        }
        Ok(())
    }

    /// What becomes of a message now.
    pub(in crate::consumer) fn verdict(&self, tried: Tried, class: Class, dice: u64) -> Verdict {
        let at_least = match class {
            Class::Fenced => return Verdict::Stop,
            Class::BadData | Class::Config => return Verdict::GiveUp,
            Class::Retry { after } => after.unwrap_or_default(),
            Class::Abort | Class::Bug => Duration::ZERO,
        };
        let in_place = |after: Duration| Verdict::Again { after: after.max(at_least) };
        if let Some(stage) = tried.stage {
            return self.stage(stage + 1);
        }
        if tried.in_place < self.in_place {
            return in_place(self.backoff.wait(tried.in_place, dice));
        }
        if !self.keep_order {
            return self.stage(0);
        }
        let waited = (tried.in_place - self.in_place) as usize;
        self.delays.get(waited).map_or(Verdict::GiveUp, |delay| in_place(*delay))
    }

    fn stage(&self, stage: usize) -> Verdict {
        let delays = self.delays.get(stage).filter(|_| !self.keep_order);
        delays.map_or(Verdict::GiveUp, |delay| Verdict::Later { stage, delay: *delay })
    }
}

/// How often a message was tried, this try included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::consumer) struct Tried {
    /// Tries in place that failed before this one.
    pub(in crate::consumer) in_place: u32,
    /// Which retry topic it comes from.
    pub(in crate::consumer) stage: Option<usize>,
}

/// What becomes of a message that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::consumer) enum Verdict {
    /// It is tried again in place.
    Again { after: Duration },
    /// It goes to a retry topic.
    Later { stage: usize, delay: Duration },
    /// It is given up.
    GiveUp,
    /// The run ends: somebody else has taken over.
    Stop,
}

/// A delay as in a topic's name: the largest unit that divides it.
fn short(delay: Duration) -> String {
    let millis = delay.as_millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = units.into_iter().find(|(size, _)| millis.is_multiple_of(*size));
    unit.map_or_else(|| format!("{millis}ms"), |(size, name)| format!("{}{name}", millis / size))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{Failures, Tried, Verdict};
    use crate::backoff::Backoff;
    use crate::class::Class;

    #[test]
    fn a_delay_is_named_by_its_largest_unit() {
        let failures = [5_000, 60_000, 90_000, 250, 7_200_000]
            .iter()
            .fold(Failures::new(), |failures, delay| failures.retry_topic(Duration::from_millis(*delay)));
        let names: Vec<String> = failures.retry_topics("t").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["t.retry.5s", "t.retry.1m", "t.retry.90s", "t.retry.250ms", "t.retry.2h"]);
    }

    proptest! {
        /// Whatever the settings: a message that always fails is tried once, then `in_place` times, then once a delay, and given up.
        #[test]
        fn every_schedule_ends(in_place in 0_u32..5, delays in 0_usize..4, keep_order: bool, dice: u64) {
            let backoff = Backoff { first: Duration::from_millis(10), longest: Duration::from_millis(50) };
            let mut failures = Failures::new().in_place(in_place, backoff);
            for delay in 0..delays {
                failures = failures.retry_topic(Duration::from_secs(delay as u64 + 1));
            }
            if keep_order { failures = failures.keep_order(); }
            let (mut tried, mut tries, mut waited) = (Tried { in_place: 0, stage: None }, 0, Vec::new());
            loop {
                tries += 1;
                prop_assert!(tries < 20, "it never ends");
                match failures.verdict(tried, Class::RETRY, dice) {
                    Verdict::Again { after } => {
                        prop_assert!(tried.in_place >= in_place || after <= backoff.longest);
                        if tried.in_place >= in_place { waited.push(after); }
                        tried.in_place += 1;
                    }
                    Verdict::Later { stage, delay } => {
                        waited.push(delay);
                        tried = Tried { in_place: 0, stage: Some(stage) };
                    }
                    Verdict::GiveUp => break,
                    Verdict::Stop => prop_assert!(false, "nobody has taken over"),
                }
            }
            prop_assert_eq!(tries, 1 + in_place as usize + delays);
            let expected: Vec<_> = (1..=delays as u64).map(Duration::from_secs).collect();
            prop_assert_eq!(waited, expected);
            prop_assert_eq!(failures.verdict(tried, Class::BadData, dice), Verdict::GiveUp);
            prop_assert_eq!(failures.verdict(tried, Class::Fenced, dice), Verdict::Stop);
        }
    }
}
