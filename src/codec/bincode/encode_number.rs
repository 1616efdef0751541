//! Numbers into the layout's numbers: exactly, or not at all.

use std::fmt::Display;

use super::fault::Refusal;
use super::output::Output;
use crate::codec::EncodeErrorKind;
use crate::schema::bincode::Number;

/// A whole number of any type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Within(i128),
    /// Above `i128::MAX`.
    Beyond(u128),
}

impl From<u128> for Whole {
    fn from(value: u128) -> Self {
        i128::try_from(value).map_or(Self::Beyond(value), Self::Within)
    }
}

/// Writes a whole number as that type.
pub(super) fn write_whole(output: &mut Output<'_>, wire: Number, value: Whole) -> Result<(), Refusal> {
    match (wire, value) {
        (Number::I8, Whole::Within(it)) => output.byte(narrow::<i8>(wire, it)?.cast_unsigned()),
        (Number::I16, Whole::Within(it)) => output.i16(narrow(wire, it)?),
        (Number::I32, Whole::Within(it)) => output.i32(narrow(wire, it)?),
        (Number::I64, Whole::Within(it)) => output.i64(narrow(wire, it)?),
        (Number::I128, Whole::Within(it)) => output.i128(it),
        (Number::U8, Whole::Within(it)) => output.byte(narrow(wire, it)?),
        (Number::U16, Whole::Within(it)) => output.u16(narrow(wire, it)?),
        (Number::U32, Whole::Within(it)) => output.u32(narrow(wire, it)?),
        (Number::U64, Whole::Within(it)) => output.u64(narrow(wire, it)?),
        (Number::U128, Whole::Within(it)) => output.u128(narrow(wire, it)?),
        (Number::U128, Whole::Beyond(it)) => output.u128(it),
        (Number::F32 | Number::F64, _) => {
            let message = format!("the layout has {} here, the value is a whole number", wire.word());
            return Err(Refusal::new(EncodeErrorKind::Type, message));
        }
        (_, Whole::Beyond(it)) => return Err(out_of_range(wire, &it)),
    }
    Ok(())
}

/// Writes a float as that type, where it holds it.
pub(super) fn write_float(output: &mut Output<'_>, wire: Number, value: f64) -> Result<(), Refusal> {
    match wire {
        Number::F64 => output.raw(&value.to_le_bytes()),
        Number::F32 if value.is_nan() || f64::from(value as f32) == value => {
            output.raw(&(value as f32).to_le_bytes());
        }
        Number::F32 => return Err(out_of_range(wire, &value)),
        whole => {
            let message = format!("the layout has {} here, the value is a float", whole.word());
            return Err(Refusal::new(EncodeErrorKind::Type, message));
        }
    }
    Ok(())
}

/// The float that is exactly that whole number.
pub(super) fn exact_float(value: i128) -> Option<f64> {
    let float = value as f64;
    // The bound keeps a conversion back that saturates from looking exact.
    Some(float).filter(|it| *it < i128::MAX as f64 && *it as i128 == value)
}

/// Whether a type of whole numbers has that one.
pub(super) fn holds(number: Number, value: i128) -> bool {
    match number {
        Number::I8 => i8::try_from(value).is_ok(),
        Number::I16 => i16::try_from(value).is_ok(),
        Number::I32 => i32::try_from(value).is_ok(),
        Number::I64 => i64::try_from(value).is_ok(),
        Number::U8 => u8::try_from(value).is_ok(),
        Number::U16 => u16::try_from(value).is_ok(),
        Number::U32 => u32::try_from(value).is_ok(),
        Number::U64 => u64::try_from(value).is_ok(),
        Number::U128 => value >= 0,
        Number::I128 => true,
        Number::F32 | Number::F64 => false,
    }
}

fn narrow<T: TryFrom<i128>>(wire: Number, value: i128) -> Result<T, Refusal> {
    value.try_into().map_err(|_| out_of_range(wire, &value))
}

#[cold]
fn out_of_range(wire: Number, value: &dyn Display) -> Refusal {
    Refusal::new(EncodeErrorKind::Value, format!("{value} is not a value of {}", wire.word()))
}
