//! Scalars: every value that fits, and the spellings that JSON has for what it lacks.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::super::plan::{Kind, Plan};
use super::super::wire::{wire_type as wire, write_varint, zigzag};
use super::mismatch;
use crate::codec::{EncodeError, EncodeErrorKind};
use crate::value::{ValueRef, View};

/// The wire type of a scalar.
pub(super) fn wire_type(kind: Kind) -> u32 {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => wire::FIXED64,
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => wire::FIXED32,
        Kind::Text | Kind::Bytes | Kind::Message(_) | Kind::Group(_) => wire::DELIMITED,
        _ => wire::VARINT,
    }
}

/// Writes a scalar without its tag, and says whether it is the default of its kind.
pub(super) fn write(
    plan: &Plan,
    kind: Kind,
    value: ValueRef<'_>,
    out: &mut Vec<u8>,
) -> Result<bool, EncodeError> {
    match kind {
        Kind::Double => {
            let number = float(value)?;
            out.extend_from_slice(&number.to_le_bytes());
            // Minus zero is not the default.
            Ok(number.to_bits() == 0)
        }
        Kind::Float => {
            let number = float(value)?;
            let narrow = number as f32;
            if number.is_finite() && narrow.is_infinite() {
                return Err(out_of_range(number, "a float of 32 bits"));
            }
            out.extend_from_slice(&narrow.to_le_bytes());
            Ok(narrow.to_bits() == 0)
        }
        Kind::Bool => match value.view() {
            View::Bool(it) => {
                out.push(it.into());
                Ok(!it)
            }
            _ => Err(mismatch("a boolean", value)),
        },
        Kind::Text => {
            let text = value.as_str().ok_or_else(|| mismatch("text", value))?;
            write_varint(text.len() as u64, out);
            out.extend_from_slice(text.as_bytes());
            Ok(text.is_empty())
        }
        Kind::Bytes => write_bytes(value, out),
        Kind::Enum(index) => {
            let number = symbol(plan, index, value)?;
            write_varint(i64::from(number) as u64, out);
            Ok(number == 0)
        }
        Kind::Message(_) | Kind::Group(_) => Err(mismatch("a scalar", value)),
        kind => write_whole(kind, whole(value)?, out),
    }
}

/// Writes the key of a map, which JSON has as text only.
pub(super) fn write_key(
    plan: &Plan,
    kind: Kind,
    key: ValueRef<'_>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    match (kind, key.as_str()) {
        (Kind::Bool, Some("true")) => out.push(1),
        (Kind::Bool, Some("false")) => out.push(0),
        _ => drop(write(plan, kind, key, out)?),
    }
    Ok(())
}

fn write_whole(kind: Kind, number: i128, out: &mut Vec<u8>) -> Result<bool, EncodeError> {
    let signed_32 = || i32::try_from(number).map_err(|_| out_of_range(number, "a signed number of 32 bits"));
    let signed_64 = || i64::try_from(number).map_err(|_| out_of_range(number, "a signed number of 64 bits"));
    let unsigned_32 =
        || u32::try_from(number).map_err(|_| out_of_range(number, "an unsigned number of 32 bits"));
    let unsigned_64 =
        || u64::try_from(number).map_err(|_| out_of_range(number, "an unsigned number of 64 bits"));
    match kind {
        Kind::Int32 => write_varint(i64::from(signed_32()?) as u64, out),
        Kind::Int64 => write_varint(signed_64()? as u64, out),
        Kind::Uint32 => write_varint(unsigned_32()?.into(), out),
        Kind::Uint64 => write_varint(unsigned_64()?, out),
        Kind::Sint32 => write_varint(zigzag(signed_32()?.into()), out),
        Kind::Sint64 => write_varint(zigzag(signed_64()?), out),
        Kind::Fixed32 => out.extend_from_slice(&unsigned_32()?.to_le_bytes()),
        Kind::Fixed64 => out.extend_from_slice(&unsigned_64()?.to_le_bytes()),
        Kind::Sfixed32 => out.extend_from_slice(&signed_32()?.to_le_bytes()),
        _ => out.extend_from_slice(&signed_64()?.to_le_bytes()),
    }
    Ok(number == 0)
}

/// A whole number: of any width, a float without a fraction, or its digits as text (as JSON has 64 bits).
fn whole(value: ValueRef<'_>) -> Result<i128, EncodeError> {
    /// Up to here a float holds every whole number.
    const EXACT: f64 = (1_u64 << 53) as f64;
    match value.view() {
        View::Int(it) => Ok(it.into()),
        View::Long(it) => Ok(it.into()),
        View::Unsigned(it) => Ok(it.into()),
        View::Float(_) | View::Double(_) => {
            let number = value.as_f64().unwrap_or(f64::NAN);
            let fits = number.fract() == 0.0 && number.abs() <= EXACT;
            fits.then_some(number as i128).ok_or_else(|| out_of_range(number, "a whole number"))
        }
        View::Text(text) => text
            .parse()
            .map_err(|_| EncodeError::new(EncodeErrorKind::Value, format!("{text:?} is no whole number"))),
        _ => Err(mismatch("a whole number", value)),
    }
}

/// A float: of either width, a whole number that 64 bits of float hold, or the name of what is no number.
fn float(value: ValueRef<'_>) -> Result<f64, EncodeError> {
    if let Some(number) = value.as_f64() {
        return Ok(number);
    }
    match value.view() {
        View::Text("NaN") => Ok(f64::NAN),
        View::Text("Infinity") => Ok(f64::INFINITY),
        View::Text("-Infinity") => Ok(f64::NEG_INFINITY),
        View::Long(it) => Err(out_of_range(it, "a whole number that a float holds exactly")),
        View::Unsigned(it) => Err(out_of_range(it, "a whole number that a float holds exactly")),
        _ => Err(mismatch("a number", value)),
    }
}

/// Bytes, or text as base64 in either alphabet, padded or not.
fn write_bytes(value: ValueRef<'_>, out: &mut Vec<u8>) -> Result<bool, EncodeError> {
    const EITHER_WAY: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, EITHER_WAY);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, EITHER_WAY);
    let decoded;
    let bytes = match value.view() {
        View::Bytes(bytes) => bytes,
        View::Text(text) => {
            decoded = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).map_err(|_| {
                EncodeError::new(EncodeErrorKind::Value, "the text is no base64, as which bytes are written")
            })?;
            &decoded
        }
        _ => return Err(mismatch("bytes", value)),
    };
    write_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
    Ok(bytes.is_empty())
}

/// A symbol by its name, or any number.
fn symbol(plan: &Plan, index: usize, value: ValueRef<'_>) -> Result<i32, EncodeError> {
    if let Some(name) = value.as_str() {
        let declared = plan.enums.get(index);
        return declared.and_then(|it| it.number(name)).ok_or_else(|| {
            let of = declared.map_or("", |it| &it.full_name);
            EncodeError::new(EncodeErrorKind::Value, format!("enum `{of}` has no symbol `{name}`"))
        });
    }
    let number = whole(value).map_err(|_| mismatch("an enum symbol or its number", value))?;
    i32::try_from(number).map_err(|_| out_of_range(number, "an enum number of 32 bits"))
}

fn out_of_range(number: impl std::fmt::Display, expected: &str) -> EncodeError {
    EncodeError::new(EncodeErrorKind::Value, format!("{number} is not {expected}"))
}
