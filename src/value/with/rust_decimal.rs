//! [`rust_decimal::Decimal`] as a decimal: up to 96 bits of digits, and a scale of up to 28.

use crate::value::{Decimal, LogicalError};

super::with_functions!(::rust_decimal::Decimal as crate::value::Decimal);

/// Keeps the scale; the sign of a negative zero, which equals zero, is dropped.
impl From<::rust_decimal::Decimal> for Decimal {
    fn from(decimal: ::rust_decimal::Decimal) -> Self {
        Self::new(decimal.mantissa(), decimal.scale())
    }
}

/// Keeps the scale, or refuses.
impl TryFrom<Decimal> for ::rust_decimal::Decimal {
    type Error = LogicalError;

    fn try_from(decimal: Decimal) -> Result<Self, LogicalError> {
        Self::try_from_i128_with_scale(decimal.unscaled(), decimal.scale()).map_err(|_| {
            LogicalError(format!("{decimal} does not fit rust_decimal: 96 bits and a scale of up to 28"))
        })
    }
}
