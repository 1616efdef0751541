//! Random numbers for waits and for partitions: good enough to spread, of no use for secrets.

use std::hash::{BuildHasher, RandomState};

/// SplitMix64.
#[derive(Debug)]
pub(super) struct Dice(u64);

/// 2^64 divided by the golden ratio: steps of it fall evenly.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// Seeded by what the standard library seeds its hash tables with.
    pub(super) fn new() -> Self {
        Self::seeded(RandomState::new().hash_one(STEP))
    }

    pub(super) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(super) const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut number = self.0;
        number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ number >> 31
    }

    /// The next number below that one; 0 where there is none.
    pub(super) const fn below(&mut self, end: u32) -> u32 {
        ((self.roll() as u128 * end as u128) >> 64) as u32
    }
}
