//! How logical types pass through serde: as text, or as a named newtype around plain numbers.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::LogicalError;

/// What a logical type shows to serde. Law: `from_inner(inner(it)) == it`, and `parse(to_string(it)) == it`.
pub(super) trait Logical: Display + FromStr<Err = LogicalError> {
    /// The newtype's name, one of [`super::token`].
    const TOKEN: &'static str;
    /// What a text has to be, for the error that says it is not.
    const EXPECTED: &'static str;
    /// The plain numbers inside.
    type Inner: Serialize + for<'de> Deserialize<'de>;

    fn inner(&self) -> Self::Inner;
    fn from_inner(inner: Self::Inner) -> Result<Self, LogicalError>;
}

pub(super) fn serialize<T: Logical, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.collect_str(value)
    } else {
        serializer.serialize_newtype_struct(T::TOKEN, &value.inner())
    }
}

pub(super) fn deserialize<'de, T: Logical, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let visitor = LogicalVisitor(PhantomData);
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(visitor)
    } else {
        deserializer.deserialize_newtype_struct(T::TOKEN, visitor)
    }
}

struct LogicalVisitor<T>(PhantomData<T>);

impl<'de, T: Logical> Visitor<'de> for LogicalVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::from_inner(T::Inner::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Sixteen bytes, which serde would otherwise show as sixteen numbers.
pub(super) struct Bytes16(pub(super) [u8; 16]);

impl Serialize for Bytes16 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes16 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BytesVisitor;
        impl Visitor<'_> for BytesVisitor {
            type Value = Bytes16;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("16 bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes16, E> {
                bytes.try_into().map(Bytes16).map_err(|_| E::invalid_length(bytes.len(), &self))
            }
        }
        deserializer.deserialize_bytes(BytesVisitor)
    }
}

/// `Serialize` and `Deserialize` of a [`Logical`] type.
macro_rules! through_serde {
    ($($logical:ty),+) => {$(
        impl serde::Serialize for $logical {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::value::logical::wire::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $logical {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::value::logical::wire::deserialize(deserializer)
            }
        }
    )+};
}

pub(super) use through_serde;
