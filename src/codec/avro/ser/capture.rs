//! What stands inside the logical types of [`crate::value`]: up to three numbers, or sixteen bytes.

use serde::ser::{Error, Impossible, Serialize, SerializeTuple, Serializer};

use crate::codec::EncodeErrorKind;
use crate::codec::avro::fault::Refusal;
use crate::codec::avro::logical::LogicalValue;
use crate::value::logical::token;
use crate::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid};

/// The logical value of a newtype of that name; `None` for the newtypes of users.
#[inline]
pub(super) fn logical<T: Serialize + ?Sized>(name: &str, value: &T) -> Result<Option<LogicalValue>, Refusal> {
    if !name.starts_with("schemawire::") {
        return Ok(None);
    }
    let mut inner = Capture::default();
    value.serialize(&mut inner)?;
    let [first, second, third] = inner.numbers;
    let wrong =
        || Refusal::new(EncodeErrorKind::Custom, format!("`{name}` does not hold what its name says"));
    let small = |number: i128| u32::try_from(number).map_err(|_| wrong());
    let long = |number: i128| i64::try_from(number).map_err(|_| wrong());
    let timestamp = || Timestamp::new(long(first)?, small(second)?).map_err(Refusal::custom);
    Ok(Some(match name {
        token::DECIMAL => LogicalValue::Decimal(Decimal::new(first, small(second)?)),
        token::UUID => LogicalValue::Uuid(Uuid(inner.bytes.ok_or_else(wrong)?)),
        token::DATE => LogicalValue::Date(Date::from_days(i32::try_from(first).map_err(|_| wrong())?)),
        token::TIME => LogicalValue::Time(Time::from_nanos(long(first)?).map_err(Refusal::custom)?),
        token::TIMESTAMP => LogicalValue::Timestamp(timestamp()?),
        token::LOCAL_TIMESTAMP => LogicalValue::LocalTimestamp(LocalTimestamp::in_utc(timestamp()?)),
        token::DURATION => LogicalValue::Duration(Duration {
            months: small(first)?,
            days: small(second)?,
            millis: small(third)?,
        }),
        _ => return Ok(None),
    }))
}

#[derive(Default)]
struct Capture {
    numbers: [i128; 3],
    count: usize,
    bytes: Option<[u8; 16]>,
}

fn unexpected<T>() -> Result<T, Refusal> {
    Err(Refusal::new(EncodeErrorKind::Custom, "a logical type holds numbers or bytes, nothing else"))
}

impl Capture {
    fn number(&mut self, number: i128) -> Result<(), Refusal> {
        match self.numbers.get_mut(self.count) {
            Some(slot) => {
                *slot = number;
                self.count += 1;
                Ok(())
            }
            None => unexpected(),
        }
    }
}

impl SerializeTuple for &mut Capture {
    type Ok = ();
    type Error = Refusal;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Refusal> {
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, value: $type) -> Result<(), Refusal> {
            self.number(value.into())
        }
    )*};
}

macro_rules! nothing_else {
    ($($method:ident($($argument:ty),*) -> $result:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$result, Refusal> {
            unexpected()
        }
    )*};
}

impl Serializer for &mut Capture {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Impossible<(), Refusal>;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Impossible<(), Refusal>;
    type SerializeTupleVariant = Impossible<(), Refusal>;
    type SerializeMap = Impossible<(), Refusal>;
    type SerializeStruct = Impossible<(), Refusal>;
    type SerializeStructVariant = Impossible<(), Refusal>;

    fn is_human_readable(&self) -> bool {
        false
    }

    numbers! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Refusal> {
        self.bytes = value.try_into().ok();
        Ok(())
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Refusal> {
        Ok(self)
    }

    nothing_else! {
        serialize_bool(bool) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Refusal> {
        unexpected()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, _: &T) -> Result<(), Refusal> {
        unexpected()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Refusal> {
        unexpected()
    }
}
