//! Batches that are appended again: the rule that stores each once, and keeps their order.

use std::collections::VecDeque;

use crate::record::Sequence;

/// How many batches back a repetition is recognised with its offset.
const REMEMBERED: usize = 8;

/// The last batches of one producer in one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SequenceRow {
    /// The producer's epoch.
    pub(crate) epoch: u32,
    /// The number of the newest batch.
    pub(crate) last: u64,
    /// When it was written, in milliseconds since 1970: old rows are forgotten.
    pub(crate) written: i64,
    /// Offset and time of the newest batches, the newest at the back.
    pub(crate) places: VecDeque<(u64, i64)>,
}

/// What is to be done with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Append it.
    Next,
    /// It is there: its offset and time.
    Duplicate(u64, i64),
    /// It is there, so long ago that its offset is forgotten.
    LongAgo,
    /// One before it is missing: that number.
    Missing(u64),
    /// The producer has given this epoch up.
    Fenced,
}

impl SequenceRow {
    /// What is to be done with that batch, after the row of its producer and partition.
    pub(crate) fn verdict(row: Option<&Self>, sequence: Sequence) -> Verdict {
        let Some(row) = row else { return Verdict::Next };
        if sequence.epoch != row.epoch {
            return if sequence.epoch > row.epoch { Verdict::Next } else { Verdict::Fenced };
        }
        match sequence.number.checked_sub(row.last) {
            Some(0) | None => {
                let back = (row.last - sequence.number) as usize;
                let place = row.places.len().checked_sub(back + 1).and_then(|index| row.places.get(index));
                place.map_or(Verdict::LongAgo, |&(offset, time)| Verdict::Duplicate(offset, time))
            }
            Some(1) => Verdict::Next,
            Some(_) => Verdict::Missing(row.last + 1),
        }
    }

    /// Whether it is so old that no batch of its time is tried again: a week.
    pub(crate) const fn is_forgotten(&self, now: i64) -> bool {
        self.written < now.saturating_sub(7 * 24 * 60 * 60 * 1000)
    }

    /// The row behind that batch.
    pub(crate) fn behind(row: Option<Self>, sequence: Sequence, offset: u64, time: i64) -> Self {
        let mut places = match row {
            Some(row) if row.epoch == sequence.epoch => row.places,
            _ => VecDeque::new(),
        };
        places.push_back((offset, time));
        if places.len() > REMEMBERED {
            places.pop_front();
        }
        Self { epoch: sequence.epoch, last: sequence.number, written: time, places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_stored_once_and_none_is_left_out() {
        let sequence = |epoch, number| Sequence { producer: 1, epoch, number };
        assert_eq!(SequenceRow::verdict(None, sequence(0, 0)), Verdict::Next);
        let mut row = None;
        for number in 0..20 {
            assert_eq!(SequenceRow::verdict(row.as_ref(), sequence(0, number)), Verdict::Next);
            row = Some(SequenceRow::behind(row, sequence(0, number), number * 10, 5));
        }
        let verdict = |epoch, number| SequenceRow::verdict(row.as_ref(), sequence(epoch, number));
        assert_eq!(verdict(0, 19), Verdict::Duplicate(190, 5));
        assert_eq!(verdict(0, 12), Verdict::Duplicate(120, 5));
        assert_eq!(verdict(0, 11), Verdict::LongAgo);
        assert_eq!(verdict(0, 21), Verdict::Missing(20));
        assert_eq!(verdict(1, 0), Verdict::Next);
        let row = SequenceRow::behind(row.clone(), sequence(1, 0), 200, 6);
        assert_eq!(SequenceRow::verdict(Some(&row), sequence(0, 20)), Verdict::Fenced);
        assert_eq!(SequenceRow::verdict(Some(&row), sequence(1, 0)), Verdict::Duplicate(200, 6));
    }
}
