//! Where records without a key go: to one partition while a batch is open, then to another one, chosen by chance.
//!
//! So batches are full, and partitions get the same share in the long run. Source:
//! [KIP-480](https://cwiki.apache.org/confluence/display/KAFKA/KIP-480%3A+Sticky+Partitioner).

use super::dice::Dice;

/// The partition that records without a key keep to.
#[derive(Debug)]
pub(super) struct Sticky {
    partitions: u32,
    current: u32,
}

impl Sticky {
    /// Begins anywhere, so that producers that start together do not all begin with partition 0.
    pub(super) fn new(partitions: u32, dice: &mut Dice) -> Self {
        Self { partitions, current: dice.below(partitions) }
    }

    pub(super) const fn current(&self) -> u32 {
        self.current
    }

    /// Moves to any other partition.
    pub(super) fn go_on(&mut self, dice: &mut Dice) {
        if self.partitions > 1 {
            self.current = (self.current + 1 + dice.below(self.partitions - 1)) % self.partitions;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Sticky};

    #[test]
    fn it_begins_anywhere_and_goes_anywhere_else() {
        let mut first = [0; 4];
        let mut steps = [[0; 4]; 4];
        for seed in 0..4000 {
            let mut dice = Dice::seeded(seed);
            let mut sticky = Sticky::new(4, &mut dice);
            let from = sticky.current() as usize;
            first[from] += 1;
            sticky.go_on(&mut dice);
            steps[from][sticky.current() as usize] += 1;
        }
        assert!(first.iter().all(|count| (900..1100).contains(count)), "{first:?}");
        for (from, to) in (0..4).flat_map(|from| (0..4).map(move |to| (from, to))) {
            let range = if from == to { 0..1 } else { 250..420 };
            assert!(range.contains(&steps[from][to]), "{steps:?}");
        }
        let mut dice = Dice::seeded(1);
        let mut only = Sticky::new(1, &mut dice);
        only.go_on(&mut dice);
        assert_eq!(only.current(), 0);
    }
}
