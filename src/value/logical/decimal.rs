//! Decimal numbers: whole digits and a scale.

use std::fmt;
use std::str::FromStr;

use super::scan::Scan;
use super::wire::{Logical, through_serde};
use super::{LogicalError, token};

/// A decimal number: `unscaled / 10^scale`. Equal only when the scale is equal, too.
///
/// It holds up to 38 digits; [`Decimal::rescale`] is the only way to another scale, and it never rounds. As text it is
/// `-12.34`; a scale beyond 100 is written with an exponent (`5E-2000`), so that a few bytes never become a long text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: i128,
    scale: u32,
}

impl Decimal {
    /// The largest scale that is written out digit by digit.
    const PLAIN: u32 = 100;

    /// The decimal `unscaled / 10^scale`.
    #[must_use]
    pub const fn new(unscaled: i128, scale: u32) -> Self {
        Self { unscaled, scale }
    }

    /// The digits, without the point.
    #[must_use]
    pub const fn unscaled(self) -> i128 {
        self.unscaled
    }

    /// How many digits stand behind the point.
    #[must_use]
    pub const fn scale(self) -> u32 {
        self.scale
    }

    /// How many digits the unscaled number has: 1 for zero, up to 39. (Avro calls its upper bound the precision.)
    #[must_use]
    pub const fn digits(self) -> u32 {
        match self.unscaled.unsigned_abs().checked_ilog10() {
            Some(log) => log + 1,
            None => 1,
        }
    }

    /// The same number with another scale.
    ///
    /// # Errors
    /// Digits other than zero that would be cut off, or more digits than 128 bits hold.
    pub fn rescale(self, scale: u32) -> Result<Self, LogicalError> {
        let wrong = || LogicalError(format!("{self} is not exact with scale {scale} in 128 bits"));
        let unscaled = if self.unscaled == 0 {
            0
        } else if scale >= self.scale {
            let factor = 10_i128.checked_pow(scale - self.scale).ok_or_else(wrong)?;
            self.unscaled.checked_mul(factor).ok_or_else(wrong)?
        } else {
            let factor = 10_i128.checked_pow(self.scale - scale).ok_or_else(wrong)?;
            if self.unscaled % factor != 0 {
                return Err(wrong());
            }
            self.unscaled / factor
        };
        Ok(Self { unscaled, scale })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale > Self::PLAIN {
            return write!(f, "{}E-{}", self.unscaled, self.scale);
        }
        let places = self.scale as usize;
        let digits = format!("{:0>width$}", self.unscaled.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let point = if places == 0 { "" } else { "." };
        let sign = if self.unscaled < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

/// Digits with an optional sign, point and exponent. The scale is the number of digits behind the point, less the exponent,
/// and at least zero.
impl FromStr for Decimal {
    type Err = LogicalError;

    fn from_str(text: &str) -> Result<Self, LogicalError> {
        read(text).ok_or_else(|| LogicalError::text("decimal", text, <Self as Logical>::EXPECTED))
    }
}

fn read(text: &str) -> Option<Decimal> {
    let mut scan = Scan(text);
    let negative = scan.one_of(&['-', '+']) == Some('-');
    let whole = scan.digits();
    let fraction = if scan.one_of(&['.']).is_some() { Some(scan.digits()?) } else { None };
    if whole.is_none() && fraction.is_none() {
        return None;
    }
    let (whole, fraction) = (whole.unwrap_or_default(), fraction.unwrap_or_default());
    let mut exponent = 0_i64;
    if scan.one_of(&['e', 'E']).is_some() {
        let sign = if scan.one_of(&['-', '+']) == Some('-') { -1 } else { 1 };
        exponent = sign * i64::from(scan.digits()?.parse::<u32>().ok()?);
    }
    scan.end()?;
    // Digit by digit towards the sign's own side, so that the least number can be read as well.
    let mut unscaled = 0_i128;
    for digit in whole.bytes().chain(fraction.bytes()) {
        let digit = i128::from(digit - b'0');
        unscaled = unscaled.checked_mul(10)?.checked_add(if negative { -digit } else { digit })?;
    }
    let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    if scale < 0 && unscaled != 0 {
        let factor = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
        unscaled = unscaled.checked_mul(factor)?;
    }
    Some(Decimal { unscaled, scale: u32::try_from(scale.max(0)).ok()? })
}

impl Logical for Decimal {
    const TOKEN: &'static str = token::DECIMAL;
    const EXPECTED: &'static str = "a decimal number as -12.34, of no more digits than 128 bits hold";
    type Inner = (i128, u32);

    fn inner(&self) -> (i128, u32) {
        (self.unscaled, self.scale)
    }

    fn from_inner((unscaled, scale): (i128, u32)) -> Result<Self, LogicalError> {
        Ok(Self { unscaled, scale })
    }
}

through_serde!(Decimal);
