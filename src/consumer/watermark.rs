//! How far a partition may be committed: up to the first record whose handler has not finished.
//!
//! A pure state machine. Records are given out in order and finish in any order:
//!
//! ```text
//! given out   5 6 7 8         finished 6, 8       committable 5
//! given out   5 6 7 8         finished 5, 6, 8    committable 7
//! ```

use std::collections::BTreeSet;

/// The unfinished records of one partition in one generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Watermark {
    /// Behind the last record that was given out, or passed over.
    next: u64,
    /// What was given out last, while it is not finished. There is no other where a handler takes one after the other.
    newest: Option<u64>,
    /// Given out before that, and not finished.
    unfinished: BTreeSet<u64>,
    /// What was committed last.
    committed: u64,
}

impl Watermark {
    /// Nothing given out; the partition is read from `start`, and everything before it is done with.
    pub(super) const fn new(start: u64) -> Self {
        Self { next: start, newest: None, unfinished: BTreeSet::new(), committed: start }
    }

    /// A record is given to a handler; those between it and the one before do not exist.
    pub(super) fn give(&mut self, offset: u64) {
        if let Some(before) = self.newest.replace(offset) {
            self.unfinished.insert(before);
        }
        self.next = self.next.max(offset + 1);
    }

    /// Everything below `offset` that was not given out does not exist, or is not wanted.
    pub(super) fn pass(&mut self, offset: u64) {
        self.next = self.next.max(offset);
    }

    /// A handler has finished. Finishing twice, or a record that was never given out, changes nothing.
    pub(super) fn finish(&mut self, offset: u64) {
        if self.newest == Some(offset) {
            self.newest = None;
        }
        self.unfinished.remove(&offset);
    }

    /// Begins anew at another place; what was given out before no longer counts.
    pub(super) fn seek(&mut self, offset: u64) {
        (self.next, self.newest) = (offset, None);
        self.unfinished.clear();
    }

    /// How many offsets lie between the first unfinished record and behind the last one given out: what would be given again
    /// after a crash, at most.
    pub(super) fn span(&self) -> u64 {
        self.next.saturating_sub(self.position())
    }

    /// The offset up to which everything is finished.
    pub(super) fn position(&self) -> u64 {
        let oldest = self.unfinished.first().copied();
        oldest.into_iter().chain(self.newest).min().unwrap_or(self.next)
    }

    /// The offset to commit, if it is not committed yet.
    pub(super) fn to_commit(&self) -> Option<u64> {
        let position = self.position();
        (position != self.committed).then_some(position)
    }

    /// That offset is stored.
    pub(super) const fn stored(&mut self, offset: u64) {
        self.committed = offset;
    }
}

#[cfg(test)]
mod tests {
    use super::Watermark;
    use proptest::prelude::*;

    proptest! {
        /// Against a naive model: the least offset that was given out and is not finished, else behind the last given out.
        #[test]
        fn the_watermark_never_passes_unfinished_work(steps in prop::collection::vec((0u8..3, 0u64..40), 0..200)) {
            let mut watermark = Watermark::new(0);
            let (mut given, mut finished, mut next) = (Vec::new(), Vec::new(), 0u64);
            for (step, pick) in steps {
                match step {
                    0 => {
                        let offset = next + pick % 3;
                        watermark.give(offset);
                        given.push(offset);
                        next = offset + 1;
                    }
                    1 => {
                        watermark.finish(pick);
                        if given.contains(&pick) {
                            finished.push(pick);
                        }
                    }
                    _ => if let Some(offset) = watermark.to_commit() {
                        watermark.stored(offset);
                    },
                }
                let model = given.iter().filter(|it| !finished.contains(it)).min().copied().unwrap_or(next);
                prop_assert_eq!(watermark.position(), model);
            }
        }
    }
}
