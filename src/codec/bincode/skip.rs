//! Reading over a value that nobody asked for; it has to be as valid as any other.

use super::fault::Fault;
use super::input::Input;
use super::plan::{Content, Index, Items, Plan, Step};
use crate::codec::DecodeErrorKind;
use crate::schema::bincode::Number;

/// Reads over one value.
pub(super) fn skip(plan: &Plan, input: &mut Input<'_>, index: Index) -> Result<(), Fault> {
    match plan.step(index) {
        Step::Unit => input.claim(1),
        Step::Bool => input.bool().map(drop),
        Step::Number { wire, .. } => skip_number(*wire, input),
        Step::Char => input.char().map(drop),
        Step::String => input.text().map(drop),
        Step::Bytes => input.bytes().map(drop),
        Step::Logical { inner, .. } => skip(plan, input, *inner),
        Step::Option { inner, .. } => match input.is_some()? {
            true => nested(input, |input| skip(plan, input, *inner)),
            false => Ok(()),
        },
        Step::Newtype(inner) => nested(input, |input| skip(plan, input, *inner)),
        Step::Seq(items) => {
            let length = input.length(items.least)?;
            skip_items(plan, input, *items, length)
        }
        Step::Array { items, length } => {
            input.claim((*length).max(1))?;
            skip_items(plan, input, *items, *length)
        }
        Step::Tuple(items) => {
            input.claim(usize::from(items.is_empty()))?;
            nested(input, |input| items.iter().try_for_each(|item| skip(plan, input, *item)))
        }
        Step::Map { key, value, least } => {
            let length = input.length(*least)?;
            nested(input, |input| {
                (0..length).try_for_each(|_| {
                    skip(plan, input, *key)?;
                    skip(plan, input, *value)
                })
            })
        }
        Step::Struct(it) => {
            input.claim(usize::from(it.fields.is_empty()))?;
            nested(input, |input| it.fields.iter().try_for_each(|field| skip(plan, input, field.step)))
        }
        Step::Enum(it) => {
            let start = input.offset();
            let number = input.u32()?;
            match it.variants.get(number as usize) {
                None => Err(unknown_variant(number, it.variants.len(), start)),
                Some(variant) => match variant.content {
                    Content::Unit => Ok(()),
                    Content::Newtype(inner) | Content::Tuple(inner) | Content::Struct(inner) => {
                        nested(input, |input| skip(plan, input, inner))
                    }
                },
            }
        }
    }
}

/// Runs one level down.
#[inline]
pub(super) fn nested<'de, T>(
    input: &mut Input<'de>,
    run: impl FnOnce(&mut Input<'de>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    input.descend()?;
    let result = run(input);
    input.ascend();
    result
}

/// The error about a variant's number that the enum does not have.
#[cold]
pub(super) fn unknown_variant(number: u32, variants: usize, start: usize) -> Fault {
    let message = format!("the enum has {variants} variants; number {number} is none of them");
    Fault::new(DecodeErrorKind::Malformed, message).at(start)
}

fn skip_items(plan: &Plan, input: &mut Input<'_>, items: Items, length: usize) -> Result<(), Fault> {
    nested(input, |input| (0..length).try_for_each(|_| skip(plan, input, items.item)))
}

fn skip_number(number: Number, input: &mut Input<'_>) -> Result<(), Fault> {
    match number {
        Number::I8 | Number::U8 => input.u8().map(drop),
        Number::I16 | Number::U16 => input.u16().map(drop),
        Number::I32 | Number::U32 => input.u32().map(drop),
        Number::I64 | Number::U64 => input.u64().map(drop),
        Number::I128 | Number::U128 => input.u128().map(drop),
        Number::F32 => input.f32().map(drop),
        Number::F64 => input.f64().map(drop),
    }
}
