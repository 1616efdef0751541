//! Reading a dynamic value, as the reader's layout sees it; texts and bytes are lent.
//!
//! | layout | value |
//! |---|---|
//! | whole numbers | `Int`, `Long`, `Unsigned` by width; `i128` and `u128` decimals of scale 0, above that text |
//! | `char`, `string` | text |
//! | `bytes`, a sequence or array of `u8` | bytes |
//! | option | null or the value; where the value may itself be null, an array of one item |
//! | newtype | what is inside |
//! | sequence, array, tuple | array |
//! | struct | record, fields as written; those that only the reader has come last |
//! | enum | symbol; with a content, a record of one field |

use std::sync::Arc;

use super::encode_number::{Whole, exact_float, holds};
use super::fault::Fault;
use super::input::Input;
use super::plan::{Content, Index, Plan, Step, Struct};
use super::skip::{skip, unknown_variant};
use crate::codec::DecodeErrorKind;
use crate::schema::bincode::{Logical, Number};
use crate::value::{
    Date, Decimal, Duration, LocalTimestamp, LogicalError, Time, Timestamp, Uuid, Value, ValueBuilder,
};

/// What a node of a dynamic value takes in memory.
const NODE: usize = 24;

/// Reads a whole payload, which is one value of that type.
pub(super) fn decode_value<'de>(
    plan: &Plan,
    input: &mut Input<'de>,
    index: Index,
) -> Result<Value<'de>, Fault> {
    let nodes = match plan.step(index) {
        Step::Struct(step) => 2 * step.fields.len() + 8,
        _ => 1,
    };
    let mut reader = Reader { plan, input, out: ValueBuilder::shared(Arc::clone(&plan.names), nodes) };
    reader.value(index)?;
    reader.input.finish()?;
    Ok(reader.out.finish())
}

struct Reader<'p, 'i, 'de> {
    plan: &'p Plan,
    input: &'i mut Input<'de>,
    out: ValueBuilder<'de>,
}

impl<'p, 'de> Reader<'p, '_, 'de> {
    fn value(&mut self, index: Index) -> Result<(), Fault> {
        self.input.claim_memory(NODE)?;
        let start = self.input.offset();
        match self.plan.step(index) {
            Step::Unit => {
                self.input.claim(1)?;
                self.out.null();
            }
            Step::Bool => {
                self.out.bool(self.input.bool()?);
            }
            Step::Number { wire, seen } => self.number(*wire, *seen).map_err(|error| error.at(start))?,
            Step::Char => {
                self.out.text(self.input.char()?);
            }
            Step::String => {
                self.out.text(self.input.text()?);
            }
            Step::Bytes => {
                self.out.bytes(self.input.bytes()?);
            }
            Step::Logical { logical, .. } => self.logical(*logical).map_err(|error| error.at(start))?,
            Step::Option { inner, nested, required } => match (self.input.is_some()?, nested) {
                (true, true) => self.array(std::iter::once(*inner), 1)?,
                (true, false) => self.inside(*inner)?,
                (false, _) if *required => {
                    let message = "there is no value, and the reader's type needs one";
                    return Err(Fault::new(DecodeErrorKind::Unresolvable, message).at(start));
                }
                (false, _) => {
                    self.out.null();
                }
            },
            Step::Newtype(inner) => self.inside(*inner)?,
            Step::Seq(items) if items.octets => {
                self.out.bytes(self.input.bytes()?);
            }
            Step::Seq(items) => {
                let length = self.input.length(items.least)?;
                self.array(std::iter::repeat_n(items.item, length), length)?;
            }
            Step::Array { items, length } if items.octets => {
                self.out.bytes(self.input.take(*length)?);
            }
            Step::Array { items, length } => {
                self.input.claim((*length).max(1))?;
                self.array(std::iter::repeat_n(items.item, *length), *length)?;
            }
            Step::Tuple(items) => {
                self.input.claim(usize::from(items.is_empty()))?;
                self.array(items.iter().copied(), items.len())?;
            }
            Step::Map { key, value, least } => {
                let length = self.input.length(*least)?;
                let open = self.out.begin_map();
                self.input.descend()?;
                for index in 0..length {
                    self.value(*key).map_err(|error| error.inside_item(index))?;
                    self.value(*value).map_err(|error| error.inside_item(index))?;
                }
                self.input.ascend();
                self.out.end_with(open, length);
            }
            Step::Struct(step) => self.record(step)?,
            Step::Enum(step) => {
                let number = self.input.u32()?;
                let Some(variant) = step.variants.get(number as usize) else {
                    return Err(unknown_variant(number, step.variants.len(), start));
                };
                let Some(seen) = variant.seen else {
                    let message = format!("the reader's enum has no variant `{}`", variant.name.text);
                    return Err(Fault::new(DecodeErrorKind::Unresolvable, message).at(start));
                };
                match variant.content {
                    Content::Unit => {
                        self.out.symbol_id(seen, variant.name.id);
                    }
                    Content::Newtype(index) | Content::Tuple(index) | Content::Struct(index) => {
                        self.input.claim_memory(NODE)?;
                        let open = self.out.begin_record_id(step.name);
                        self.out.name_id(variant.name.id);
                        self.inside(index).map_err(|error| error.inside(&variant.name.text))?;
                        self.out.end_with(open, 1);
                    }
                }
            }
        }
        Ok(())
    }

    /// A value one level down.
    fn inside(&mut self, index: Index) -> Result<(), Fault> {
        self.input.descend()?;
        self.value(index)?;
        self.input.ascend();
        Ok(())
    }

    fn array(&mut self, items: impl Iterator<Item = Index>, length: usize) -> Result<(), Fault> {
        let open = self.out.begin_array();
        self.input.descend()?;
        for (place, index) in items.enumerate() {
            self.value(index).map_err(|error| error.inside_item(place))?;
        }
        self.input.ascend();
        self.out.end_with(open, length);
        Ok(())
    }

    fn record(&mut self, step: &'p Struct) -> Result<(), Fault> {
        self.input.claim(usize::from(step.fields.is_empty()))?;
        let open = self.out.begin_record_id(step.name);
        self.input.descend()?;
        let mut fields = step.absent.len();
        for field in &step.fields {
            let read = match field.skip {
                true => skip(self.plan, self.input, field.step),
                false => {
                    self.input.claim_memory(NODE)?;
                    self.out.name_id(field.name.id);
                    fields += 1;
                    self.value(field.step)
                }
            };
            read.map_err(|error| error.inside(&field.name.text))?;
        }
        for field in &step.absent {
            self.input.claim_memory(NODE * (1 + field.default.node_count()))?;
            self.out.name_id(field.name.id).copy(field.default.root());
        }
        self.input.ascend();
        self.out.end_with(open, fields);
        Ok(())
    }

    fn number(&mut self, wire: Number, seen: Number) -> Result<(), Fault> {
        let input = &mut *self.input;
        let whole = match wire {
            Number::I8 => Whole::Within(input.i8()?.into()),
            Number::I16 => Whole::Within(input.i16()?.into()),
            Number::I32 => Whole::Within(input.i32()?.into()),
            Number::I64 => Whole::Within(input.i64()?.into()),
            Number::I128 => Whole::Within(input.i128()?),
            Number::U8 => Whole::Within(input.u8()?.into()),
            Number::U16 => Whole::Within(input.u16()?.into()),
            Number::U32 => Whole::Within(input.u32()?.into()),
            Number::U64 => Whole::Within(input.u64()?.into()),
            Number::U128 => input.u128()?.into(),
            Number::F32 => {
                let value = input.f32()?.into();
                return self.float(value, seen);
            }
            Number::F64 => {
                let value = input.f64()?;
                return self.float(value, seen);
            }
        };
        self.whole(whole, seen)
    }

    fn whole(&mut self, value: Whole, seen: Number) -> Result<(), Fault> {
        let unresolvable = || {
            let value = match value {
                Whole::Within(it) => it.to_string(),
                Whole::Beyond(it) => it.to_string(),
            };
            let message = format!("{value} is not a value of the reader's {}", seen.word());
            Fault::new(DecodeErrorKind::Unresolvable, message)
        };
        let within = match value {
            Whole::Within(it) => it,
            Whole::Beyond(it) if seen == Number::U128 => {
                self.out.copied_text(&it.to_string());
                return Ok(());
            }
            Whole::Beyond(_) => return Err(unresolvable()),
        };
        match seen {
            Number::F32 | Number::F64 => {
                return match exact_float(within) {
                    Some(float) => self.float(float, seen),
                    None => Err(unresolvable()),
                };
            }
            _ if !holds(seen, within) => return Err(unresolvable()),
            Number::I64 | Number::U32 => self.out.long(within as i64),
            Number::U64 => self.out.unsigned(within as u64),
            Number::I128 | Number::U128 => self.out.decimal(Decimal::new(within, 0)),
            _ => self.out.int(within as i32),
        };
        Ok(())
    }

    fn float(&mut self, value: f64, seen: Number) -> Result<(), Fault> {
        let narrow = value as f32;
        match seen {
            Number::F32 if value.is_nan() || f64::from(narrow) == value => self.out.float(narrow),
            Number::F32 => {
                let message = format!("{value} is not a value of the reader's f32");
                return Err(Fault::new(DecodeErrorKind::Unresolvable, message));
            }
            _ => self.out.double(value),
        };
        Ok(())
    }

    fn logical(&mut self, logical: Logical) -> Result<(), Fault> {
        let input = &mut *self.input;
        match logical {
            Logical::Decimal => {
                let (unscaled, scale) = (input.i128()?, input.u32()?);
                self.out.decimal(Decimal::new(unscaled, scale))
            }
            Logical::Uuid => {
                let bytes = input.bytes()?;
                let uuid = bytes.try_into().map_err(|_| {
                    let message = format!("a UUID has 16 bytes, not {}", bytes.len());
                    Fault::new(DecodeErrorKind::Malformed, message)
                })?;
                self.out.uuid(Uuid(uuid))
            }
            Logical::Date => {
                let days = input.i32()?;
                self.out.date(Date::from_days(days))
            }
            Logical::Time => {
                let nanos = i64::try_from(input.u64()?).unwrap_or(i64::MAX);
                self.out.time(Time::from_nanos(nanos).map_err(malformed)?)
            }
            Logical::Timestamp | Logical::LocalTimestamp => {
                let (seconds, nanos) = (input.i64()?, input.u32()?);
                let moment = Timestamp::new(seconds, nanos).map_err(malformed)?;
                match logical {
                    Logical::Timestamp => self.out.timestamp(moment),
                    _ => self.out.local_timestamp(LocalTimestamp::in_utc(moment)),
                }
            }
            Logical::Duration => {
                let (months, days, millis) = (input.u32()?, input.u32()?, input.u32()?);
                self.out.duration(Duration { months, days, millis })
            }
        };
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`, which gives the error away")]
fn malformed(error: LogicalError) -> Fault {
    Fault::new(DecodeErrorKind::Malformed, error.to_string())
}
