//! The counting: what is known of records against where they are found.

use std::collections::{BTreeMap, HashMap};

use super::ledger::{Answer, Known, Reading};
use super::number::Number;

/// A log as it was read: by partition, its records in order.
pub(super) type Log = BTreeMap<u32, Vec<Number>>;

/// What a log holds, against what is known of those that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stored {
    /// Acknowledged.
    pub(super) acknowledged: u64,
    /// Acknowledged, and not there.
    pub(super) lost: u64,
    /// There once more than once: each further one counts.
    pub(super) doubled: u64,
    /// Behind a later one of their key, in their partition; not those without an answer since their process was killed.
    pub(super) reordered: u64,
    /// Refused as not written, and there all the same.
    pub(super) denied: u64,
    /// There, and never sent.
    pub(super) strange: u64,
    /// Refused as not written.
    pub(super) not_written: u64,
    /// Told as possibly written, and of those the ones that are there.
    pub(super) possibly_written: (u64, u64),
    /// Without an answer since their process was killed, and of those the ones that are there.
    pub(super) unanswered: (u64, u64),
}

impl Stored {
    /// Counts.
    pub(super) fn count(sent: &HashMap<Number, Answer>, log: &Log) -> Self {
        let mut count = Self::default();
        let mut copies: HashMap<Number, u64> = HashMap::new();
        for records in log.values() {
            let mut newest: HashMap<u32, u64> = HashMap::new();
            for number in records {
                let copy = copies.entry(*number).or_default();
                *copy += 1;
                if *copy > 1 {
                    count.doubled += 1;
                    continue;
                }
                count.strange += u64::from(!sent.contains_key(number));
                if sent.get(number) == Some(&Answer::None) {
                    // Its process was killed while a broker had it in its hands, and the next one may have been quicker.
                    continue;
                }
                let before = newest.entry(number.key).or_insert(number.sequence);
                if number.sequence < *before {
                    count.reordered += 1;
                    // Which, for whoever looks into a test that failed.
                    eprintln!("{number} ({:?}) lies behind {before}", sent.get(number));
                }
                *before = number.sequence.max(*before);
            }
        }
        for (number, answer) in sent {
            let there = u64::from(copies.contains_key(number));
            match answer {
                Answer::Acknowledged => {
                    count.acknowledged += 1;
                    count.lost += 1 - there;
                }
                Answer::NotWritten => {
                    count.not_written += 1;
                    count.denied += there;
                }
                Answer::PossiblyWritten => add(&mut count.possibly_written, there),
                Answer::None => add(&mut count.unanswered, there),
            }
        }
        count
    }

    /// Nothing is lost, doubled, out of order, or other than it was told.
    #[track_caller]
    pub(super) fn is_exact(&self) {
        let Self { lost, doubled, reordered, denied, strange, .. } = *self;
        assert_eq!([lost, doubled, reordered, denied, strange], [0; 5], "{self:?}");
    }
}

fn add((all, there): &mut (u64, u64), is_there: u64) {
    *all += 1;
    *there += is_there;
}

/// What a group has handled, against what is known of those that were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Handled {
    /// Records that were handled at least once.
    pub(super) handled: u64,
    /// Acknowledged, and never handled.
    pub(super) lost: u64,
    /// Handled again: each further time counts.
    pub(super) again: u64,
    /// Handled again although the group had committed them.
    pub(super) behind_commit: u64,
    /// Handled for the first time behind a later one of their key and partition.
    pub(super) reordered: u64,
    /// Refused as not written, or never sent, and handled all the same.
    pub(super) strange: u64,
    /// Met, and not readable.
    pub(super) unreadable: u64,
}

impl Handled {
    /// Counts.
    pub(super) fn count(known: &Known) -> Self {
        let mut count = Self::default();
        let mut times: HashMap<(u32, u64), u64> = HashMap::new();
        let mut committed: HashMap<u32, u64> = HashMap::new();
        let mut newest: HashMap<(u32, u32), u64> = HashMap::new();
        for reading in &known.read {
            match *reading {
                Reading::Committed { partition, offset } => {
                    committed.insert(partition, offset);
                }
                Reading::Unreadable { .. } => count.unreadable += 1,
                Reading::Handled { partition, offset, number } => {
                    let is_committed = committed.get(&partition).is_some_and(|behind| offset < *behind);
                    count.behind_commit += u64::from(is_committed);
                    let times = times.entry((partition, offset)).or_default();
                    *times += 1;
                    if *times > 1 {
                        count.again += 1;
                        continue;
                    }
                    let before = newest.entry((partition, number.key)).or_insert(number.sequence);
                    count.reordered += u64::from(number.sequence < *before);
                    *before = number.sequence.max(*before);
                }
            }
        }
        let refused = |number| matches!(known.sent.get(number), None | Some(Answer::NotWritten));
        count.handled = known.handled.len() as u64;
        count.lost = known.unhandled();
        count.strange = known.handled.keys().filter(|number| refused(*number)).count() as u64;
        count
    }

    /// Everything is handled, in order, and nothing again that was committed.
    #[track_caller]
    pub(super) fn is_at_least_once(&self) {
        let Self { lost, behind_commit, reordered, strange, .. } = *self;
        assert_eq!([lost, behind_commit, reordered, strange], [0; 4], "{self:?}");
    }

    /// And nothing again.
    #[track_caller]
    pub(super) fn is_once(&self) {
        self.is_at_least_once();
        assert_eq!(self.again, 0, "{self:?}");
    }
}

/// The counting itself, on what was planted.
mod tests {
    use std::collections::HashMap;

    use super::{Handled, Log, Stored};
    use crate::streams::ledger::{Answer, Known, Ledger};
    use crate::streams::number::Number;

    fn number(key: u32, sequence: u64) -> Number {
        Number { key, sequence }
    }

    /// 100 records of each of 4 keys, acknowledged and there, two keys a partition.
    fn sound() -> (HashMap<Number, Answer>, Log) {
        let all = || (0..100).flat_map(|sequence| (0..4).map(move |key| number(key, sequence)));
        let sent = all().map(|number| (number, Answer::Acknowledged)).collect();
        let of = |partition| all().filter(|number| number.key % 2 == partition).collect();
        (sent, (0..2).map(|partition| (partition, of(partition))).collect())
    }

    /// What is counted of that sound log once it was changed.
    fn counted(change: impl FnOnce(&mut HashMap<Number, Answer>, &mut Vec<Number>)) -> Stored {
        let (mut sent, mut log) = sound();
        change(&mut sent, log.get_mut(&0).expect("a partition"));
        Stored::count(&sent, &log)
    }

    const SOUND: Stored = Stored {
        acknowledged: 400,
        lost: 0,
        doubled: 0,
        reordered: 0,
        denied: 0,
        strange: 0,
        not_written: 0,
        possibly_written: (0, 0),
        unanswered: (0, 0),
    };

    #[test]
    fn a_sound_log_counts_as_sound() {
        let stored = counted(|_, _| {});
        assert_eq!(stored, SOUND);
        stored.is_exact();
    }

    #[test]
    fn planted_losses_doubles_and_reorders_are_counted_one_by_one() {
        assert_eq!(counted(|_, log| log.truncate(199)), Stored { lost: 1, ..SOUND });
        assert_eq!(counted(|_, log| drop(log.drain(50..80))), Stored { lost: 30, ..SOUND });
        // A record at once again, and much later again, which is no reorder beside.
        assert_eq!(counted(|_, log| log.insert(18, log[17])), Stored { doubled: 1, ..SOUND });
        assert_eq!(counted(|_, log| log.extend([log[3], log[3]])), Stored { doubled: 2, ..SOUND });
        // Two neighbours are of two keys: what counts is the order within a key.
        assert_eq!(counted(|_, log| log.swap(10, 11)), SOUND);
        assert_eq!(counted(|_, log| log.swap(10, 12)), Stored { reordered: 1, ..SOUND });
        let late = |_: &mut HashMap<Number, Answer>, log: &mut Vec<Number>| {
            let early = log.remove(0);
            log.push(early);
        };
        assert_eq!(counted(late), Stored { reordered: 1, ..SOUND });
        let stranger = counted(|_, log| log.push(number(0, 1_000)));
        assert_eq!(stranger, Stored { strange: 1, ..SOUND });
    }

    #[test]
    fn a_double_in_another_partition_is_one_too() {
        let (sent, mut log) = sound();
        let moved = log[&0][5];
        log.get_mut(&1).expect("a partition").push(moved);
        assert_eq!(Stored::count(&sent, &log), Stored { doubled: 1, ..SOUND });
    }

    #[test]
    fn what_was_refused_counts_by_what_was_told_of_it() {
        let told = |answer, is_there: bool| {
            counted(|sent, log| {
                let number = log[9];
                sent.insert(number, answer);
                log.retain(|it| *it != number || is_there);
            })
        };
        let most = Stored { acknowledged: 399, ..SOUND };
        assert_eq!(told(Answer::NotWritten, false), Stored { not_written: 1, ..most });
        assert_eq!(told(Answer::NotWritten, true), Stored { not_written: 1, denied: 1, ..most });
        assert_eq!(told(Answer::PossiblyWritten, false), Stored { possibly_written: (1, 0), ..most });
        assert_eq!(told(Answer::PossiblyWritten, true), Stored { possibly_written: (1, 1), ..most });
        assert_eq!(told(Answer::None, true), Stored { unanswered: (1, 1), ..most });
        let twice = counted(|sent, log| {
            sent.insert(log[9], Answer::PossiblyWritten);
            log.push(log[9]);
        });
        assert_eq!(twice, Stored { possibly_written: (1, 1), doubled: 1, ..most });
    }

    #[test]
    #[should_panic(expected = "lost: 1")]
    fn a_loss_fails_a_test() {
        counted(|_, log| log.truncate(199)).is_exact();
    }

    /// What is counted of what a group wrote into a ledger.
    fn handled(lines: &str) -> Handled {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("ledger");
        let ledger = Ledger::open(&path);
        ledger.write("s 1 0\ns 1 1\ns 1 2\na 1 0\na 1 1\na 1 2\n");
        ledger.write(lines);
        Handled::count(&Known::of(&path))
    }

    #[test]
    fn what_a_group_handled_is_counted_against_its_commits() {
        let once = Handled { handled: 3, ..Handled::default() };
        assert_eq!(handled("h 0 5 1 0\nh 0 6 1 1\nh 0 7 1 2\n"), once);
        assert_eq!(handled("h 0 5 1 0\nh 0 7 1 2\n"), Handled { handled: 2, lost: 1, ..once });
        // From the last commit on a record may come again, below it none may.
        let again = "h 0 5 1 0\nc 0 6\nh 0 6 1 1\nh 0 6 1 1\nh 0 7 1 2\n";
        assert_eq!(handled(again), Handled { again: 1, ..once });
        let behind = "h 0 5 1 0\nh 0 6 1 1\nc 0 7\nh 0 6 1 1\nh 0 7 1 2\n";
        assert_eq!(handled(behind), Handled { again: 1, behind_commit: 1, ..once });
        assert_eq!(handled("h 0 5 1 0\nh 0 7 1 2\nh 0 6 1 1\n"), Handled { reordered: 1, ..once });
        assert_eq!(handled("h 0 5 1 0\nx 0 6\nh 0 7 1 1\nh 0 8 1 2\n"), Handled { unreadable: 1, ..once });
        assert_eq!(handled("h 0 5 1 0\nh 0 6 1 1\nh 0 7 1 2\nh 0 8 9 9\n").strange, 1);
    }

    #[test]
    fn half_a_line_counts_when_its_other_half_is_there() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("ledger");
        let mut known = Known::of(&path);
        let ledger = Ledger::open(&path);
        ledger.write("s 1 0\ns 1 1");
        known.update();
        assert_eq!(known.sent.len(), 1);
        ledger.write("\na 1 1\n");
        known.update();
        assert_eq!(
            (known.sent[&number(1, 1)], known.sent[&number(1, 0)]),
            (Answer::Acknowledged, Answer::None)
        );
    }
}
