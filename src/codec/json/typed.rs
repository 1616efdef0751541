//! A Rust type from a [`Value`] that was read from JSON, as `serde_json` would make it from the text.
//!
//! What it calls a visitor with is what `serde_json` calls it with. Where it cannot say for sure, or the type does not take what is
//! there, it gives up with a [`Mismatch`]; then `serde_json` reads the text, and it is that which decides and which explains.

use std::fmt::{self, Display};
use std::sync::LazyLock;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::value::{Plain, Value};

/// It has to be read by `serde_json`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mismatch;

impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value does not fit the type")
    }
}

impl std::error::Error for Mismatch {}

impl Error for Mismatch {
    fn custom<T: Display>(_message: T) -> Self {
        Self
    }
}

/// The next value of an arena.
pub(super) struct Typed<'v, 'de> {
    value: &'v Value<'de>,
    next: usize,
}

impl<'v, 'de> Typed<'v, 'de> {
    pub(super) fn new(value: &'v Value<'de>) -> Self {
        Self { value, next: 0 }
    }

    #[inline]
    fn take(&mut self) -> Plain<'v, 'de> {
        let plain = self.value.plain(self.next);
        self.next += 1;
        plain
    }

    #[inline]
    fn peek(&self) -> Plain<'v, 'de> {
        self.value.plain(self.next)
    }

    #[inline]
    fn number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.take() {
            Plain::Integer(it) => visit_integer(it, visitor),
            Plain::Unsigned(it) => visitor.visit_u64(it),
            Plain::Double(it) => visitor.visit_f64(it),
            _ => Err(Mismatch),
        }
    }

    #[inline]
    fn text<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.take() {
            Plain::Lent(text) => visitor.visit_borrowed_str(text),
            Plain::Own(text) => visitor.visit_str(text),
            _ => Err(Mismatch),
        }
    }

    #[inline]
    fn items<V: Visitor<'de>>(&mut self, length: usize, visitor: V) -> Result<V::Value, Mismatch> {
        let mut access = Access { typed: self, left: length };
        let value = visitor.visit_seq(&mut access)?;
        if access.left == 0 { Ok(value) } else { Err(Mismatch) }
    }

    #[inline]
    fn members<V: Visitor<'de>>(&mut self, length: usize, visitor: V) -> Result<V::Value, Mismatch> {
        let mut access = Access { typed: self, left: length };
        let value = visitor.visit_map(&mut access)?;
        if access.left == 0 { Ok(value) } else { Err(Mismatch) }
    }
}

#[inline]
fn visit_integer<'de, V: Visitor<'de>>(number: i64, visitor: V) -> Result<V::Value, Mismatch> {
    match u64::try_from(number) {
        Ok(number) => visitor.visit_u64(number),
        Err(_) => visitor.visit_i64(number),
    }
}

macro_rules! each {
    ($($method:ident)+ => $inner:ident) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            self.$inner(visitor)
        }
    )+};
}

impl<'de> Deserializer<'de> for &mut Typed<'_, 'de> {
    type Error = Mismatch;

    each! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f64 => number
    }

    each! { deserialize_str deserialize_string deserialize_char deserialize_identifier => text }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.peek() {
            Plain::Null => self.deserialize_unit(visitor),
            Plain::Bool(_) => self.deserialize_bool(visitor),
            Plain::Double(_) if keeps_digits() => Err(Mismatch),
            Plain::Integer(_) | Plain::Unsigned(_) | Plain::Double(_) => self.number(visitor),
            Plain::Lent(_) | Plain::Own(_) => self.text(visitor),
            Plain::Array(_) => self.deserialize_seq(visitor),
            Plain::Map(_) => self.deserialize_map(visitor),
            Plain::Other => Err(Mismatch),
        }
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.take() {
            Plain::Bool(it) => visitor.visit_bool(it),
            _ => Err(Mismatch),
        }
    }

    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.peek() {
            Plain::Double(it) => {
                self.next += 1;
                visitor.visit_f64(short_float(it)?)
            }
            _ => self.number(visitor),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.take() {
            Plain::Integer(it) => visitor.visit_i128(it.into()),
            Plain::Unsigned(it) => visitor.visit_i128(it.into()),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.take() {
            Plain::Integer(it) => visitor.visit_u128(it.try_into().map_err(|_| Mismatch)?),
            Plain::Unsigned(it) => visitor.visit_u128(it.into()),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.peek() {
            Plain::Lent(text) => {
                self.next += 1;
                visitor.visit_borrowed_bytes(text.as_bytes())
            }
            Plain::Own(text) => {
                self.next += 1;
                visitor.visit_bytes(text.as_bytes())
            }
            _ => self.deserialize_seq(visitor),
        }
    }

    #[inline]
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.peek() {
            Plain::Null => {
                self.next += 1;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.take() {
            Plain::Null => visitor.visit_unit(),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_unit(visitor)
    }

    /// The names that `serde_json` gives to types of its own mean something to its own deserializer alone.
    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match name.starts_with('$') {
            true => Err(Mismatch),
            false => visitor.visit_newtype_struct(self),
        }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.take() {
            Plain::Array(length) => self.items(length, visitor),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.take() {
            Plain::Map(length) => self.members(length, visitor),
            _ => Err(Mismatch),
        }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.take() {
            _ if name.starts_with('$') => Err(Mismatch),
            Plain::Map(length) => self.members(length, visitor),
            Plain::Array(length) => self.items(length, visitor),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.peek() {
            Plain::Lent(_) | Plain::Own(_) => visitor.visit_enum(Variant { typed: self, unit: true }),
            Plain::Map(1) => {
                self.next += 1;
                visitor.visit_enum(Variant { typed: self, unit: false })
            }
            _ => Err(Mismatch),
        }
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.next = self.value.behind(self.next);
        visitor.visit_unit()
    }
}

/// What `serde_json` shows of a number to a type that is an `f32`.
///
/// It may be built to round the digits to an `f32` at once. By way of the nearest `f64` that gives the same `f32`, unless the `f64`
/// stands in the middle between two.
#[inline]
fn short_float(number: f64) -> Result<f64, Mismatch> {
    const BEHIND_F32: u64 = (1 << 29) - 1;
    const MIDDLE: u64 = 1 << 28;
    if !rounds_to_f32() {
        return Ok(number);
    }
    let is_plain = number == 0.0 || (f32::MIN_POSITIVE.into()..=f32::MAX.into()).contains(&number.abs());
    match is_plain && number.to_bits() & BEHIND_F32 != MIDDLE {
        true => Ok(f64::from(number as f32)),
        false => Err(Mismatch),
    }
}

/// Whether `serde_json` was built to keep a number as it was written, which a type that takes any value may then see.
fn keeps_digits() -> bool {
    static ANSWER: LazyLock<bool> = LazyLock::new(|| {
        serde_json::from_str::<serde_json::Number>("1.00").is_ok_and(|number| number.to_string() == "1.00")
    });
    *ANSWER
}

/// Asks `serde_json` with a number of which the two ways make different floats.
fn rounds_to_f32() -> bool {
    static ANSWER: LazyLock<bool> = LazyLock::new(|| {
        const BETWEEN: &str = "1.00000017881393432617187499";
        let (short, long) = (serde_json::from_str::<f32>(BETWEEN), serde_json::from_str::<f64>(BETWEEN));
        !matches!((short, long), (Ok(short), Ok(long)) if short.to_bits() == (long as f32).to_bits())
    });
    *ANSWER
}

/// The items of an array, or the members of an object.
struct Access<'t, 'v, 'de> {
    typed: &'t mut Typed<'v, 'de>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Access<'_, '_, 'de> {
    type Error = Mismatch;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.typed).map(Some)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> MapAccess<'de> for Access<'_, '_, 'de> {
    type Error = Mismatch;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(Name(self.typed.take())).map(Some)
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(&mut *self.typed)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

macro_rules! refused {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Mismatch> {
            Err(Mismatch)
        }
    )+};
}

/// A member's name. Where a type wants a number of it, `serde_json` reads it.
struct Name<'v, 'de>(Plain<'v, 'de>);

impl<'de> Deserializer<'de> for Name<'_, 'de> {
    type Error = Mismatch;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Plain::Lent(text) => visitor.visit_borrowed_str(text),
            Plain::Own(text) => visitor.visit_str(text),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match name.starts_with('$') {
            true => Err(Mismatch),
            false => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.0 {
            Plain::Lent(text) => {
                BorrowedStrDeserializer::<Mismatch>::new(text).deserialize_enum(name, variants, visitor)
            }
            Plain::Own(text) => {
                StrDeserializer::<Mismatch>::new(text).deserialize_enum(name, variants, visitor)
            }
            _ => Err(Mismatch),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Plain::Lent(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Plain::Own(text) => visitor.visit_bytes(text.as_bytes()),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_bytes(visitor)
    }

    serde::forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }

    refused! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }
}

/// A variant: a text, or an object of one member.
struct Variant<'t, 'v, 'de> {
    typed: &'t mut Typed<'v, 'de>,
    unit: bool,
}

impl<'de> EnumAccess<'de> for Variant<'_, '_, 'de> {
    type Error = Mismatch;
    type Variant = Self;

    #[inline]
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Mismatch> {
        Ok((seed.deserialize(&mut *self.typed)?, self))
    }
}

impl<'de> Variant<'_, '_, 'de> {
    fn content(&mut self) -> Result<&mut Self, Mismatch> {
        if self.unit { Err(Mismatch) } else { Ok(self) }
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_, 'de> {
    type Error = Mismatch;

    #[inline]
    fn unit_variant(self) -> Result<(), Mismatch> {
        match self.unit || matches!(self.typed.take(), Plain::Null) {
            true => Ok(()),
            false => Err(Mismatch),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(mut self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(&mut *self.content()?.typed)
    }

    fn tuple_variant<V: Visitor<'de>>(mut self, _length: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.content()?.typed.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        mut self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.content()?.typed.deserialize_struct("", fields, visitor)
    }
}
