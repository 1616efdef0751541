//! Small random numbers from a seed, and values made of them.

use std::rc::Rc;

use schemawire::value::ValueBuilder;

/// SplitMix64.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below that one.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(super) fn coin(&mut self) -> bool {
        self.next() & 1 == 0
    }

    pub(super) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// A number of any size: small ones, large ones, the ends.
    pub(super) fn long(&mut self) -> i64 {
        match self.below(6) {
            0 => 0,
            1 => i64::MIN,
            2 => i64::MAX,
            3 => self.next() as i64,
            _ => self.next() as i64 >> self.below(64),
        }
    }

    pub(super) fn text(&mut self) -> String {
        const PIECES: [&str; 8] =
            ["", "a", "NaN", "12", "é", "\u{0}", "{\"x\": 1}", "line\nbreak \"quoted\""];
        (0..self.below(3)).map(|_| *self.pick(&PIECES)).collect()
    }

    pub(super) fn double(&mut self) -> f64 {
        match self.below(5) {
            0 => 0.0,
            1 => self.long() as f64,
            2 => f64::from(self.next() as u32) / 1000.0,
            3 => -0.0,
            _ => Some(f64::from_bits(self.next())).filter(|it| it.is_finite()).unwrap_or(1.5),
        }
    }
}

/// Makes a random value of one type; the number bounds how deep it goes.
pub(super) type Make = Rc<dyn Fn(&mut Random, &mut ValueBuilder<'static>, usize)>;

/// A maker from a closure.
pub(super) fn make(it: impl Fn(&mut Random, &mut ValueBuilder<'static>, usize) + 'static) -> Make {
    Rc::new(it)
}

/// A maker of a type without parts.
pub(super) fn leaf(
    it: impl for<'o> Fn(&mut Random, &'o mut ValueBuilder<'static>) -> &'o mut ValueBuilder<'static> + 'static,
) -> Make {
    make(move |random, out, _| {
        it(random, out);
    })
}
