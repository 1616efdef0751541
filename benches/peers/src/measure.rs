//! The interleaved run: every case gets about 0.9 ms in each round, so that a slow second of the machine falls on all of them.

use crate::allocations;
use crate::clock;

/// Nanoseconds of a case in a round.
const SLICE: u64 = 900_000;

/// A thread that does the same beside a case, for what two threads cost each other.
pub trait Companion {
    /// Returns when it is under way.
    fn start(&mut self);

    /// The nanoseconds that it had a processor since it was started.
    fn stop(&mut self) -> u64;
}

/// One operation, done `times` times by a call.
struct Case {
    name: Name,
    bytes: Option<usize>,
    requests: Option<f64>,
    run: Box<dyn FnMut(u64)>,
    companion: Option<Box<dyn Companion>>,
    times: u64,
    each: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub group: String,
    pub record: String,
    pub who: String,
}

/// What came of a case.
#[derive(Debug, Clone)]
pub struct Row {
    pub name: Name,
    /// Nanoseconds a message: the least of all rounds, and the median. NaN where no round counted.
    pub least: f64,
    pub median: f64,
    pub allocations: f64,
    /// Length of the message.
    pub bytes: Option<usize>,
    /// What a client asked its registry, a message.
    pub requests: Option<f64>,
}

/// Cases, collected and then measured.
#[derive(Default)]
pub struct Plan {
    filter: Option<String>,
    cases: Vec<Case>,
}

impl Plan {
    pub fn new(filter: Option<String>) -> Self {
        Self { filter, cases: Vec::new() }
    }

    /// An operation that gives something, which is dropped within the time.
    pub fn add<T>(
        &mut self,
        group: &str,
        record: &str,
        who: &str,
        bytes: usize,
        mut action: impl FnMut() -> T + 'static,
    ) -> &mut Self {
        self.push(group, record, who, Some(bytes), move |times| {
            for _ in 0..times {
                std::hint::black_box(action());
            }
        })
    }

    /// An operation that counts for itself.
    pub fn push(
        &mut self,
        group: &str,
        record: &str,
        who: &str,
        bytes: Option<usize>,
        run: impl FnMut(u64) + 'static,
    ) -> &mut Self {
        let name = Name { group: group.into(), record: record.into(), who: who.into() };
        let run = Box::new(run);
        self.cases.push(Case {
            name,
            bytes,
            requests: None,
            run,
            companion: None,
            times: 1,
            each: Vec::new(),
        });
        self
    }

    /// The last case's requests a message.
    pub fn with_requests(&mut self, requests: f64) {
        if let Some(case) = self.cases.last_mut() {
            case.requests = Some(requests);
        }
    }

    /// Who runs beside the last case.
    pub fn with_companion(&mut self, companion: impl Companion + 'static) {
        if let Some(case) = self.cases.last_mut() {
            case.companion = Some(Box::new(companion));
        }
    }

    pub fn run(mut self, rounds: usize) -> Vec<Row> {
        if let Some(filter) = &self.filter {
            self.cases.retain(|it| {
                format!("{}/{}/{}", it.name.group, it.name.record, it.name.who).contains(filter)
            });
        }
        self.cases.iter_mut().for_each(Case::calibrate);
        for _ in 0..rounds {
            self.cases.iter_mut().for_each(Case::round);
        }
        self.cases.into_iter().map(Case::finish).collect()
    }
}

impl Case {
    /// How often it runs within a slice; grows to it, and warms caches up on the way.
    fn calibrate(&mut self) {
        loop {
            let start = clock::thread();
            (self.run)(self.times);
            let spent = (clock::thread() - start).max(1);
            if spent >= SLICE / 2 {
                self.times = (self.times * SLICE / spent).max(1);
                return;
            }
            self.times = (self.times * SLICE / spent).clamp(self.times + 1, self.times * 16);
        }
    }

    fn round(&mut self) {
        if let Some(companion) = &mut self.companion {
            companion.start();
        }
        let wall = clock::wall();
        let start = clock::thread();
        (self.run)(self.times);
        let spent = clock::thread() - start;
        let wall = clock::wall() - wall;
        // A round in which the other thread did not run most of the time says nothing about two threads.
        let together = self.companion.as_mut().is_none_or(|it| it.stop() * 10 >= wall * 8);
        if together {
            self.each.push(spent as f64 / self.times as f64);
        }
    }

    fn finish(mut self) -> Row {
        let allocations = allocations::count(|| (self.run)(8)) as f64 / 8.0;
        self.each.sort_by(f64::total_cmp);
        let at = |index: usize| self.each.get(index).copied().unwrap_or(f64::NAN);
        Row {
            least: at(0),
            median: at(self.each.len() / 2),
            allocations,
            name: self.name,
            bytes: self.bytes,
            requests: self.requests,
        }
    }
}

impl Row {
    /// A line that [`Row::from_line`] reads.
    pub fn to_line(&self) -> String {
        let Name { group, record, who } = &self.name;
        let bytes = self.bytes.map_or(String::new(), |it| it.to_string());
        let requests = self.requests.map_or(String::new(), |it| it.to_string());
        format!(
            "{group}\t{record}\t{who}\t{}\t{}\t{}\t{bytes}\t{requests}",
            self.least, self.median, self.allocations
        )
    }

    pub fn from_line(line: &str) -> Option<Self> {
        let [group, record, who, least, median, allocations, bytes, requests] =
            line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        Some(Self {
            name: Name { group: group.into(), record: record.into(), who: who.into() },
            least: least.parse().ok()?,
            median: median.parse().ok()?,
            allocations: allocations.parse().ok()?,
            bytes: bytes.parse().ok(),
            requests: requests.parse().ok(),
        })
    }
}
