//! Choices drawn from a seed, the same for the same seed on every machine (SplitMix64).

/// A source of choices. Without a seed it always chooses the least.
#[derive(Debug, Clone)]
pub(crate) struct Dice(Option<u64>);

impl Dice {
    /// Always the least.
    pub(crate) const fn least() -> Self {
        Self(None)
    }

    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(Some(seed))
    }

    pub(crate) const fn is_least(&self) -> bool {
        self.0.is_none()
    }

    /// Any 64 bits.
    pub(crate) const fn bits(&mut self) -> u64 {
        let Some(state) = &mut self.0 else { return 0 };
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 where there is none.
    pub(crate) const fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.bits() % bound as u64) as usize }
    }

    /// A whole number of any magnitude, small ones as often as large ones; `bits` of them at most, the sign included.
    pub(crate) const fn whole(&mut self, bits: u32) -> i64 {
        let shift = 64 - bits + self.below(bits as usize) as u32;
        (self.bits() as i64) >> shift
    }

    /// A short text.
    pub(crate) fn text(&mut self) -> String {
        const LETTERS: [char; 8] = ['a', 'b', 'Z', '0', ' ', 'é', '✓', '"'];
        let length = self.below(6);
        (0..length).filter_map(|_| LETTERS.get(self.below(LETTERS.len()))).collect()
    }

    /// A finite float, most of them with a short text.
    pub(crate) fn float(&mut self) -> f64 {
        self.whole(32) as f64 / 8.0
    }
}
