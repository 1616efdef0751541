//! Choices for random schemas that come in pairs: the second of a pair makes the same choices but for a few.

/// What decides at each place of a schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices {
    seed: u64,
    /// Another seed, and of how many choices in a thousand it decides.
    other: Option<(u64, u64)>,
}

impl Choices {
    /// Two that differ in a few places.
    pub(crate) fn pair(seed: u64) -> (Self, Self) {
        let rate = [6, 25, 80, 200][(mix(seed, 1) % 4) as usize];
        (Self { seed, other: None }, Self { seed, other: Some((mix(seed, 2), rate)) })
    }

    /// One of `count` for a question at a place.
    pub(crate) fn pick(self, place: u64, question: u64, count: u64) -> u64 {
        let key = mix(place, question);
        let seed = match self.other {
            Some((other, rate)) if mix(mix(other, key), 3) % 1000 < rate => mix(other, 4),
            _ => self.seed,
        };
        mix(seed, key) % count
    }

    /// Once in `count` times.
    pub(crate) fn once_in(self, count: u64, place: u64, question: u64) -> bool {
        self.pick(place, question, count) == 0
    }
}

/// A place within another one.
pub(crate) fn inside(place: u64, number: u64) -> u64 {
    mix(place, number + 1000)
}

pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(b).wrapping_add(0x1234_5678_9abc_def1);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
