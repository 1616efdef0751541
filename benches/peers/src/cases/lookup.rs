//! What a message costs apart from its payload: taking the frame off and finding what is bound to its schema.
//!

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;

use schemawire::serdes::Reader;

use super::group;
use crate::clock;
use crate::frames::{self, MESSAGES, Nothing};
use crate::measure::{Companion, Plan};
use crate::record::keep;

pub const RANDOM: &str = "random ids, shared &self";
pub const SAME: &str = "the same id again, shared &self";
pub const TWO_THREADS: &str = "random ids, shared &self, two threads at once";

pub fn add(plan: &mut Plan) {
    let (reader, messages) = frames::of_64_schemas();
    let reader: &'static Reader<Nothing> = keep(reader);
    let random: &'static [Vec<u8>] = keep(messages);
    let same = random.first().expect("messages").as_slice();
    for message in random {
        assert_eq!(reader.deserialize::<usize>(message).expect("it reads"), message.len() - 5);
    }

    plan.push(group::LOOKUP, "-", RANDOM, None, sweep(reader, random));
    plan.push(group::LOOKUP, "-", SAME, None, move |times| {
        for _ in 0..times {
            black_box(reader.deserialize::<usize>(black_box(same)).expect("it reads"));
        }
    });
    plan.push(group::LOOKUP, "-", TWO_THREADS, None, sweep(reader, random));
    plan.with_companion(Beside::spawn(sweep(reader, random)));
}

/// Reads message after message; one load and one compare of that are the loop's own.
fn sweep(reader: &'static Reader<Nothing>, messages: &'static [Vec<u8>]) -> impl FnMut(u64) {
    let mut at = 0;
    move |times| {
        for _ in 0..times {
            let message = &messages[at % MESSAGES];
            at += 1;
            black_box(reader.deserialize::<usize>(black_box(message)).expect("it reads"));
        }
    }
}

/// A thread that does the same whenever it is told to.
struct Beside {
    shared: Arc<Shared>,
    thread: Thread,
    before: u64,
}

#[derive(Default)]
struct Shared {
    wanted: AtomicBool,
    /// Thread time that it has spent under way, after each turn.
    spent: AtomicU64,
}

impl Beside {
    fn spawn(mut work: impl FnMut(u64) + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let its = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            loop {
                while !its.wanted.load(Ordering::Acquire) {
                    std::thread::park();
                }
                work(256);
                its.spent.store(clock::thread(), Ordering::Release);
            }
        });
        Self { shared, thread: thread.thread().clone(), before: 0 }
    }
}

impl Companion for Beside {
    fn start(&mut self) {
        let asleep = self.shared.spent.load(Ordering::Acquire);
        self.shared.wanted.store(true, Ordering::Release);
        self.thread.unpark();
        while self.shared.spent.load(Ordering::Acquire) == asleep {
            std::thread::yield_now();
        }
        self.before = self.shared.spent.load(Ordering::Acquire);
    }

    fn stop(&mut self) -> u64 {
        let after = self.shared.spent.load(Ordering::Acquire);
        self.shared.wanted.store(false, Ordering::Release);
        after - self.before
    }
}
