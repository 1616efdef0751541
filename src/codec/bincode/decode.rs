//! Reading a Rust type: serde over the writer's layout, fields and variants by name.
//!
//! Where the type asks for exactly the fields that the layout has, in their order, they are handed over in order, which
//! is what bincode itself does; else as a map, so that serde's `default`, `alias` and fields in any order work.

use serde::de::value::{BorrowedStrDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Visitor};

use super::decode_access::{Entries, Fields, InSequence, InTuple, all_read};
use super::decode_enum::VariantOf;
use super::encode_number::exact_float;
use super::fault::Fault;
use super::input::Input;
use super::plan::{Index, Items, Plan, Step, Struct};
use super::skip::{nested, skip, unknown_variant};
use crate::codec::DecodeErrorKind;
use crate::schema::bincode::Number;

/// What the names of all logical newtypes begin with.
const LOGICAL: &str = "schemawire::";

/// One value of the payload.
#[derive(Debug)]
pub(super) struct Typed<'p, 'i, 'de> {
    pub(super) plan: &'p Plan,
    pub(super) input: &'i mut Input<'de>,
    pub(super) index: Index,
}

impl<'p, 'de> Typed<'p, '_, 'de> {
    #[inline]
    fn step(&self) -> &'p Step {
        self.plan.step(self.index)
    }

    /// Another value behind it.
    fn at(&mut self, index: Index) -> Typed<'p, '_, 'de> {
        Typed { plan: self.plan, input: self.input, index }
    }

    /// Runs on what is inside, one level down.
    fn inside<T>(
        mut self,
        index: Index,
        run: impl FnOnce(Typed<'p, '_, 'de>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.input.descend()?;
        let result = run(self.at(index));
        self.input.ascend();
        result
    }

    #[inline]
    fn number<V: Visitor<'de>>(self, number: Number, visitor: V) -> Result<V::Value, Fault> {
        match number {
            Number::I8 => visitor.visit_i8(self.input.i8()?),
            Number::I16 => visitor.visit_i16(self.input.i16()?),
            Number::I32 => visitor.visit_i32(self.input.i32()?),
            Number::I64 => visitor.visit_i64(self.input.i64()?),
            Number::I128 => visitor.visit_i128(self.input.i128()?),
            Number::U8 => visitor.visit_u8(self.input.u8()?),
            Number::U16 => visitor.visit_u16(self.input.u16()?),
            Number::U32 => visitor.visit_u32(self.input.u32()?),
            Number::U64 => visitor.visit_u64(self.input.u64()?),
            Number::U128 => visitor.visit_u128(self.input.u128()?),
            Number::F32 => visitor.visit_f32(self.input.f32()?),
            Number::F64 => visitor.visit_f64(self.input.f64()?),
        }
    }

    /// A number for a type that is a float: a value that the float does not hold exactly is an error, not the nearest.
    #[inline]
    fn float<V: Visitor<'de>>(self, wanted: Number, visitor: V) -> Result<V::Value, Fault> {
        let wire = match self.step() {
            Step::Number { wire: Number::F64, .. } if wanted == Number::F64 => {
                return visitor.visit_f64(self.input.f64()?);
            }
            Step::Number { wire: Number::F32, .. } if wanted == Number::F32 => {
                return visitor.visit_f32(self.input.f32()?);
            }
            Step::Number { wire, .. } => *wire,
            _ => return self.deserialize_any(visitor),
        };
        let start = self.input.offset();
        match (wanted, float(wire, self.input)?) {
            (Number::F32, Some(value)) if value.is_nan() || f64::from(value as f32) == value => {
                visitor.visit_f32(value as f32)
            }
            (Number::F64, Some(value)) => visitor.visit_f64(value),
            _ => {
                let message = format!("the number is not one that {} holds exactly", wanted.word());
                Err(Fault::new(DecodeErrorKind::Type, message).at(start))
            }
        }
    }

    fn items<V: Visitor<'de>>(self, items: Items, length: usize, visitor: V) -> Result<V::Value, Fault> {
        let Typed { plan, input, .. } = self;
        nested(input, |input| {
            let mut access = InSequence { plan, input, item: items.item, given: 0, length };
            let value = visitor.visit_seq(&mut access)?;
            all_read(access.given, length, access.input)?;
            Ok(value)
        })
    }

    /// Bytes for a type that takes items.
    fn octets<V: Visitor<'de>>(self, bytes: &'de [u8], visitor: V) -> Result<V::Value, Fault> {
        let mut items = SeqDeserializer::<_, Fault>::new(bytes.iter().copied());
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn entries<V: Visitor<'de>>(
        self,
        (key, value): (Index, Index),
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Typed { plan, input, .. } = self;
        nested(input, |input| {
            let mut access = Entries { plan, input, key, value, given: 0, length };
            let map = visitor.visit_map(&mut access)?;
            all_read(access.given, length, access.input)?;
            Ok(map)
        })
    }

    /// The fields of a struct, for a type that has those; none where the type does not say.
    pub(super) fn fields<V: Visitor<'de>>(
        self,
        step: &'p Struct,
        names: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Typed { plan, input, .. } = self;
        input.claim(usize::from(step.fields.is_empty()))?;
        let in_order = names.is_some_and(|names| step.expected.as_ref().is_some_and(|it| it.is(names)));
        nested(input, |input| {
            let mut access = Fields { plan, input, step, next: 0 };
            let value = match in_order {
                true => visitor.visit_seq(&mut access)?,
                false => visitor.visit_map(&mut access)?,
            };
            if !in_order {
                access.skip_unread()?;
            }
            all_read(access.next, step.fields.len(), access.input)?;
            Ok(value)
        })
    }
}

/// A number as a float; none where it is not exactly one of 64 bits.
fn float(wire: Number, input: &mut Input<'_>) -> Result<Option<f64>, Fault> {
    Ok(match wire {
        Number::F32 => Some(input.f32()?.into()),
        Number::F64 => Some(input.f64()?),
        Number::I8 => exact_float(input.i8()?.into()),
        Number::I16 => exact_float(input.i16()?.into()),
        Number::I32 => exact_float(input.i32()?.into()),
        Number::I64 => exact_float(input.i64()?.into()),
        Number::I128 => exact_float(input.i128()?),
        Number::U8 => exact_float(input.u8()?.into()),
        Number::U16 => exact_float(input.u16()?.into()),
        Number::U32 => exact_float(input.u32()?.into()),
        Number::U64 => exact_float(input.u64()?.into()),
        Number::U128 => i128::try_from(input.u128()?).ok().and_then(exact_float),
    })
}

macro_rules! as_it_is {
    ($($method:ident)+) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.deserialize_any(visitor)
        }
    )+};
}

/// The way that nearly every number takes: the type asks for what the layout has.
macro_rules! whole {
    ($($method:ident $number:ident $read:ident $visit:ident;)+) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.step() {
                Step::Number { wire: Number::$number, .. } => {
                    let start = self.input.offset();
                    visitor.$visit(self.input.$read()?).map_err(|error: Fault| error.at(start))
                }
                _ => self.deserialize_any(visitor),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Typed<'_, '_, 'de> {
    type Error = Fault;

    as_it_is! {
        deserialize_char deserialize_unit deserialize_identifier
    }

    whole! {
        deserialize_i8 I8 i8 visit_i8;
        deserialize_i16 I16 i16 visit_i16;
        deserialize_i32 I32 i32 visit_i32;
        deserialize_i64 I64 i64 visit_i64;
        deserialize_i128 I128 i128 visit_i128;
        deserialize_u8 U8 u8 visit_u8;
        deserialize_u16 U16 u16 visit_u16;
        deserialize_u32 U32 u32 visit_u32;
        deserialize_u64 U64 u64 visit_u64;
        deserialize_u128 U128 u128 visit_u128;
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.step() {
            Step::Bool => {
                let start = self.input.offset();
                visitor.visit_bool(self.input.bool()?).map_err(|error: Fault| error.at(start))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.step() {
            Step::Map { key, value, least } => {
                let start = self.input.offset();
                let length = self.input.length(*least)?;
                self.entries((*key, *value), length, visitor).map_err(|error| error.at(start))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.step() {
            Step::String => {
                let start = self.input.offset();
                visitor.visit_borrowed_str(self.input.text()?).map_err(|error: Fault| error.at(start))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let start = self.input.offset();
        let result = match self.step() {
            Step::Unit => {
                self.input.claim(1)?;
                visitor.visit_unit()
            }
            Step::Bool => visitor.visit_bool(self.input.bool()?),
            Step::Number { wire, .. } => self.number(*wire, visitor),
            Step::Char => match self.input.char()?.chars().next() {
                Some(character) => visitor.visit_char(character),
                None => visitor.visit_borrowed_str(""),
            },
            Step::String => visitor.visit_borrowed_str(self.input.text()?),
            Step::Bytes => visitor.visit_borrowed_bytes(self.input.bytes()?),
            Step::Logical { inner, .. } => {
                let Typed { plan, input, .. } = self;
                Typed { plan, input, index: *inner }.deserialize_any(visitor)
            }
            Step::Option { inner, required, .. } => match (self.input.is_some()?, required) {
                (true, true) => self.inside(*inner, |it| it.deserialize_any(visitor)),
                (true, false) => self.inside(*inner, |it| visitor.visit_some(it)),
                (false, true) => {
                    let message = "there is no value, and the reader's type needs one";
                    Err(Fault::new(DecodeErrorKind::Unresolvable, message))
                }
                (false, false) => visitor.visit_none(),
            },
            Step::Newtype(inner) => self.inside(*inner, |it| it.deserialize_any(visitor)),
            Step::Seq(items) => {
                let length = self.input.length(items.least)?;
                self.items(*items, length, visitor)
            }
            Step::Array { items, length } => {
                self.input.claim((*length).max(1))?;
                self.items(*items, *length, visitor)
            }
            Step::Tuple(items) => {
                self.input.claim(usize::from(items.is_empty()))?;
                let Typed { plan, input, .. } = self;
                nested(input, |input| {
                    let mut access = InTuple { plan, input, items, given: 0 };
                    let value = visitor.visit_seq(&mut access)?;
                    all_read(access.given, items.len(), access.input)?;
                    Ok(value)
                })
            }
            Step::Map { key, value, least } => {
                let length = self.input.length(*least)?;
                self.entries((*key, *value), length, visitor)
            }
            Step::Struct(step) => self.fields(step, None, visitor),
            // Without a type that is an enum, a variant shows as in JSON: its name, or its name with its content.
            Step::Enum(step) => {
                let Typed { plan, input, .. } = self;
                let number = input.u32()?;
                let Some(variant) = step.variants.get(number as usize) else {
                    return Err(unknown_variant(number, step.variants.len(), start));
                };
                nested(input, |input| VariantOf { plan, input, variant, names: None }.visit_any(visitor))
            }
        };
        result.map_err(|error| error.at(start))
    }

    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.float(Number::F32, visitor)
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.float(Number::F64, visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.step() {
            Step::Seq(items) if items.octets => visitor.visit_borrowed_bytes(self.input.bytes()?),
            Step::Array { items, length } if items.octets => {
                visitor.visit_borrowed_bytes(self.input.take(*length)?)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.step() {
            Step::Option { inner, required: false, .. } => {
                let start = self.input.offset();
                let result = match self.input.is_some()? {
                    true => self.inside(*inner, |it| visitor.visit_some(it)),
                    false => visitor.visit_none(),
                };
                result.map_err(|error| error.at(start))
            }
            Step::Option { .. } => self.deserialize_any(visitor),
            // A newtype around an option, for a type that is the option itself.
            Step::Newtype(inner) if matches!(self.plan.step(*inner), Step::Option { .. }) => {
                self.inside(*inner, |it| it.deserialize_any(visitor))
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let logical = name.starts_with(LOGICAL);
        let start = self.input.offset();
        let result = match self.step() {
            Step::Logical { logical: written, inner } if !logical || written.token() == name => {
                let Typed { plan, input, .. } = self;
                visitor.visit_newtype_struct(Typed { plan, input, index: *inner })
            }
            // A logical type is never read from the numbers of another one, only from its own text.
            Step::String if logical => visitor.visit_borrowed_str(self.input.text()?),
            Step::Newtype(inner) if logical => {
                self.inside(*inner, |it| it.deserialize_newtype_struct(name, visitor))
            }
            Step::Option { inner, required: true, .. } if self.input.is_some()? => {
                self.inside(*inner, |it| it.deserialize_newtype_struct(name, visitor))
            }
            _ if logical => {
                let message = format!("the layout has no {name} here");
                Err(Fault::new(DecodeErrorKind::Type, message))
            }
            Step::Newtype(inner) => self.inside(*inner, |it| visitor.visit_newtype_struct(it)),
            _ => visitor.visit_newtype_struct(self),
        };
        result.map_err(|error| error.at(start))
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.step() {
            Step::Seq(items) if items.octets => {
                let bytes = self.input.bytes()?;
                self.octets(bytes, visitor)
            }
            Step::Bytes => {
                let bytes = self.input.bytes()?;
                self.octets(bytes, visitor)
            }
            Step::Seq(items) => {
                let start = self.input.offset();
                let length = self.input.length(items.least)?;
                self.items(*items, length, visitor).map_err(|error| error.at(start))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.step() {
            Step::Struct(step) => {
                let start = self.input.offset();
                self.fields(step, Some(names), visitor).map_err(|error| error.at(start))
            }
            Step::Newtype(inner) => self.inside(*inner, |it| it.deserialize_struct(name, names, visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let start = self.input.offset();
        let result = match self.step() {
            Step::Enum(step) => {
                let Typed { plan, input, .. } = self;
                let number = input.u32()?;
                let Some(variant) = step.variants.get(number as usize) else {
                    return Err(unknown_variant(number, step.variants.len(), start));
                };
                nested(input, |input| {
                    visitor.visit_enum(VariantOf { plan, input, variant, names: Some(names) })
                })
            }
            Step::String => visitor.visit_enum(BorrowedStrDeserializer::new(self.input.text()?)),
            Step::Newtype(inner) => self.inside(*inner, |it| it.deserialize_enum(name, names, visitor)),
            _ => self.deserialize_any(visitor),
        };
        result.map_err(|error| error.at(start))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        skip(self.plan, self.input, self.index)?;
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}
