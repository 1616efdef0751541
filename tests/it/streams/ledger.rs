//! What processes know, on disk at once: a `kill -9` takes none of it away.
//!
//! Lines of one file, to which all processes of a test append, each line or block in one write; so their order is that of the events:
//!
//! ```text
//! s KEY SEQUENCE                        about to be sent
//! a KEY SEQUENCE                        acknowledged
//! n KEY SEQUENCE                        refused, as not written
//! p KEY SEQUENCE                        not acknowledged, as possibly written
//! h PARTITION OFFSET KEY SEQUENCE       handled by a consumer
//! x PARTITION OFFSET                    met by a consumer, and does not read
//! c PARTITION OFFSET                    everything below that offset is committed
//! m TEXT                                a step that a test waits for
//! ```
//!
//! A record that was about to be sent and has no answer was in the hands of a process that was killed: it is there once, or not at
//! all.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::number::Number;
use super::scene::records;

/// Where a process writes down what happens.
#[derive(Debug)]
pub(super) struct Ledger(File);

impl Ledger {
    pub(super) fn open(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path);
        Self(file.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// Lines, with their ends, in one write.
    pub(super) fn write(&self, lines: &str) {
        (&self.0).write_all(lines.as_bytes()).expect("a ledger takes lines");
    }

    pub(super) fn number(&self, what: char, number: Number) {
        self.write(&format!("{what} {number}\n"));
    }
}

/// What became of a record that was to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// None: its process was killed.
    None,
    Acknowledged,
    NotWritten,
    PossiblyWritten,
}

/// One line of a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Handled { partition: u32, offset: u64, number: Number },
    Unreadable { partition: u32, offset: u64 },
    Committed { partition: u32, offset: u64 },
}

/// A ledger as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Known {
    path: PathBuf,
    file: Option<File>,
    /// The beginning of a line whose rest is not written yet.
    rest: Vec<u8>,
    pub(super) sent: HashMap<Number, Answer>,
    /// By key, the sequence of the next record.
    pub(super) next: BTreeMap<u32, u64>,
    /// What consumers wrote, in order.
    pub(super) read: Vec<Reading>,
    /// How often each record was handled.
    pub(super) handled: HashMap<Number, u64>,
    pub(super) marks: Vec<String>,
    pub(super) acknowledged: u64,
    pub(super) unacknowledged: u64,
    unhandled: u64,
}

impl Known {
    /// What stands in a ledger now; nothing where there is none.
    pub(super) fn of(path: &Path) -> Self {
        let mut known = Self { path: path.to_owned(), ..Self::default() };
        known.update();
        known
    }

    /// Reads on.
    pub(super) fn update(&mut self) {
        if self.file.is_none() {
            self.file = File::open(&self.path).ok();
        }
        let Some(file) = &mut self.file else { return };
        file.read_to_end(&mut self.rest).expect("a ledger is read");
        let whole = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let behind = self.rest.split_off(whole);
        let lines = String::from_utf8(std::mem::replace(&mut self.rest, behind)).expect("text");
        lines.lines().for_each(|line| self.line(line));
    }

    fn line(&mut self, line: &str) {
        let (what, rest) = line.split_once(' ').unwrap_or((line, ""));
        let number = || rest.parse::<Number>().unwrap_or_else(|error| panic!("`{line}`: {error}"));
        let word = |index| rest.split(' ').nth(index).and_then(|it| it.parse::<u64>().ok()).expect(line);
        match what {
            "s" => {
                let number = number();
                assert_eq!(self.sent.insert(number, Answer::None), None, "{number} is sent a second time");
                self.next.insert(number.key, number.sequence + 1);
            }
            "a" => self.answer(number(), Answer::Acknowledged),
            "n" => self.answer(number(), Answer::NotWritten),
            "p" => self.answer(number(), Answer::PossiblyWritten),
            "h" => {
                let number = Number { key: word(2) as u32, sequence: word(3) };
                let times = self.handled.entry(number).or_default();
                *times += 1;
                let is_first = *times == 1 && self.sent.get(&number) == Some(&Answer::Acknowledged);
                self.unhandled -= u64::from(is_first);
                self.read.push(Reading::Handled { partition: word(0) as u32, offset: word(1), number });
            }
            "x" => self.read.push(Reading::Unreadable { partition: word(0) as u32, offset: word(1) }),
            "c" => self.read.push(Reading::Committed { partition: word(0) as u32, offset: word(1) }),
            "m" => self.marks.push(rest.to_owned()),
            _ => panic!("`{line}` is no line of a ledger"),
        }
    }

    fn answer(&mut self, number: Number, answer: Answer) {
        let before = self.sent.insert(number, answer);
        assert_eq!(before, Some(Answer::None), "{number} has two answers, or was not sent");
        match answer {
            Answer::Acknowledged => {
                self.acknowledged += 1;
                self.unhandled += u64::from(!self.handled.contains_key(&number));
            }
            _ => self.unacknowledged += 1,
        }
    }

    /// The partitions of which something was handled.
    pub(super) fn partitions(&self) -> BTreeSet<u32> {
        let partition = |reading: &Reading| match reading {
            Reading::Handled { partition, .. } => Some(*partition),
            _ => None,
        };
        self.read.iter().filter_map(partition).collect()
    }

    pub(super) fn has(&self, mark: &str) -> bool {
        self.times(mark) > 0
    }

    /// How often a step was reached.
    pub(super) fn times(&self, mark: &str) -> usize {
        self.marks.iter().filter(|it| *it == mark).count()
    }

    /// Records that are acknowledged and that no consumer has handled.
    pub(super) const fn unhandled(&self) -> u64 {
        self.unhandled
    }

    /// What the processes said.
    fn said(&self) -> String {
        let folder = self.path.parent().and_then(|folder| folder.read_dir().ok());
        let files = folder.into_iter().flatten().filter_map(|file| Some(file.ok()?.path()));
        let said = files.filter(|file| file.extension().is_some_and(|it| it == "said"));
        said.filter_map(|file| std::fs::read_to_string(file).ok()).collect()
    }

    /// Reads on until that holds, and fails where it never does.
    #[track_caller]
    pub(super) fn wait(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        #[expect(
            clippy::disallowed_methods,
            reason = "a test that waits for ever tells nobody what is missing"
        )]
        let now = Instant::now;
        let until = now() + patience();
        loop {
            self.update();
            assert!(!self.has("failed"), "while waiting for: {what}; a process failed:\n{}", self.said());
            if holds(self) {
                return;
            }
            assert!(
                now() < until,
                "{:?} have passed without: {what}; {} sent, {} acknowledged, {} refused, {} handled, marks {:?}",
                patience(),
                self.sent.len(),
                self.acknowledged,
                self.unacknowledged,
                self.handled.len(),
                self.marks
            );
            pause(Duration::from_millis(10));
        }
    }
}

/// How long is waited for something that has to happen.
pub(super) fn patience() -> Duration {
    Duration::from_secs(150 + records() / 500)
}

#[expect(clippy::disallowed_methods, reason = "between two looks at a file")]
pub(super) fn pause(time: Duration) {
    std::thread::sleep(time);
}
