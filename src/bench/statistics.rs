//! What many measurements of one thing come to: the middle, the spread, and how many lay far outside.

use serde::{Deserialize, Serialize};

/// The figures of one operation's rounds, in nanoseconds a message.
///
/// Quartiles are those of the sorted rounds, interpolated between neighbours. An outlier lies more than one and a half times
/// the quartiles' distance outside them ([Tukey's fences](https://en.wikipedia.org/wiki/Outlier#Tukey's_fences)); outliers are
/// counted and stay in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// The fastest round.
    pub least: f64,
    /// A quarter of the rounds are faster.
    pub lower_quartile: f64,
    /// Half of the rounds are faster.
    pub median: f64,
    /// A quarter of the rounds are slower.
    pub upper_quartile: f64,
    /// The slowest round.
    pub most: f64,
    /// How many rounds are outliers.
    pub outliers: u32,
}

impl Spread {
    /// Of these rounds; all zero where there are none.
    #[must_use]
    pub fn of(rounds: &[f64]) -> Self {
        let mut sorted = rounds.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (lower, upper) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
        let reach = 1.5 * (upper - lower);
        let outside = |round: &&f64| **round < lower - reach || **round > upper + reach;
        Self {
            least: quantile(&sorted, 0.0),
            lower_quartile: lower,
            median: quantile(&sorted, 0.5),
            upper_quartile: upper,
            most: quantile(&sorted, 1.0),
            outliers: sorted.iter().filter(outside).count() as u32,
        }
    }

    /// Half the quartiles' distance, in parts of the median: what to read behind a ±.
    #[must_use]
    pub fn relative(&self) -> f64 {
        if self.median > 0.0 { (self.upper_quartile - self.lower_quartile) / 2.0 / self.median } else { 0.0 }
    }
}

/// The value below which that part of the sorted ones lies.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let place = part * sorted.len().saturating_sub(1) as f64;
    let at = |index: f64| sorted.get(index as usize).copied().unwrap_or_default();
    let (below, above) = (at(place.floor()), at(place.ceil()));
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn quartiles_lie_between_neighbours_and_far_rounds_are_counted() {
        let spread = Spread::of(&[4.0, 1.0, 3.0, 2.0, 100.0]);
        assert_eq!((spread.least, spread.median, spread.most), (1.0, 3.0, 100.0));
        assert_eq!((spread.lower_quartile, spread.upper_quartile, spread.outliers), (2.0, 4.0, 1));
        let two = Spread::of(&[10.0, 20.0]);
        assert_eq!((two.lower_quartile, two.median, two.upper_quartile, two.outliers), (12.5, 15.0, 17.5, 0));
        assert!((two.relative() - 1.0 / 6.0).abs() < 1e-9);
    }

    #[test]
    fn no_rounds_are_no_figures() {
        let none = Spread::of(&[]);
        assert_eq!((none.median, none.outliers), (0.0, 0));
        assert!(none.relative() == 0.0);
    }
}
