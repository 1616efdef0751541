//! Logical values as the types of other crates, each behind the feature of the crate's name.
//!
//! | module | type there | logical type here |
//! |---|---|---|
//! | `uuid` | `uuid::Uuid` | [`Uuid`](super::Uuid) |
//! | `rust_decimal` | `rust_decimal::Decimal` | [`Decimal`](super::Decimal) |
//! | `jiff::timestamp`, `chrono::timestamp` | `jiff::Timestamp`, `chrono::DateTime<Utc>` | [`Timestamp`](super::Timestamp) |
//! | `jiff::local_timestamp`, `chrono::local_timestamp` | `jiff::civil::DateTime`, `chrono::NaiveDateTime` | [`LocalTimestamp`](super::LocalTimestamp) |
//! | `jiff::date`, `chrono::date` | `jiff::civil::Date`, `chrono::NaiveDate` | [`Date`](super::Date) |
//! | `jiff::time`, `chrono::time` | `jiff::civil::Time`, `chrono::NaiveTime` | [`Time`](super::Time) |
//!
//! Each module goes into `#[serde(with = "…")]`, its `option` into the same for an `Option`; the conversions are there as
//! `From` and `TryFrom`, too. What one type holds and the other does not is an error, never rounded or cut.

#[cfg(feature = "chrono")]
pub mod chrono;
#[cfg(feature = "jiff")]
pub mod jiff;
#[cfg(feature = "rust_decimal")]
pub mod rust_decimal;
#[cfg(feature = "uuid")]
pub mod uuid;

use std::fmt::Display;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

fn serialize<Own, Foreign, S>(value: &Foreign, serializer: S) -> Result<S::Ok, S::Error>
where
    Own: TryFrom<Foreign, Error: Display> + Serialize,
    Foreign: Copy,
    S: Serializer,
{
    Own::try_from(*value).map_err(S::Error::custom)?.serialize(serializer)
}

fn deserialize<'de, Own, Foreign, D>(deserializer: D) -> Result<Foreign, D::Error>
where
    Own: Deserialize<'de>,
    Foreign: TryFrom<Own, Error: Display>,
    D: Deserializer<'de>,
{
    Foreign::try_from(Own::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn serialize_option<Own, Foreign, S>(value: &Option<Foreign>, serializer: S) -> Result<S::Ok, S::Error>
where
    Own: TryFrom<Foreign, Error: Display> + Serialize,
    Foreign: Copy,
    S: Serializer,
{
    value.map(Own::try_from).transpose().map_err(S::Error::custom)?.serialize(serializer)
}

fn deserialize_option<'de, Own, Foreign, D>(deserializer: D) -> Result<Option<Foreign>, D::Error>
where
    Own: Deserialize<'de>,
    Foreign: TryFrom<Own, Error: Display>,
    D: Deserializer<'de>,
{
    let own = Option::<Own>::deserialize(deserializer)?;
    own.map(Foreign::try_from).transpose().map_err(D::Error::custom)
}

/// The functions that `#[serde(with = "…")]` looks for, and a module `option` with those for an `Option`.
macro_rules! with_functions {
    ($foreign:ty as $own:ty) => {
        /// Writes it as the logical type does.
        ///
        /// # Errors
        /// A value that the logical type does not hold, and what the serializer refuses.
        pub fn serialize<S: serde::Serializer>(value: &$foreign, serializer: S) -> Result<S::Ok, S::Error> {
            $crate::value::with::serialize::<$own, _, _>(value, serializer)
        }

        /// Reads it as the logical type does.
        ///
        /// # Errors
        /// A value that the foreign type does not hold, and what the deserializer refuses.
        pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<$foreign, D::Error> {
            $crate::value::with::deserialize::<$own, _, _>(deserializer)
        }

        /// The same for an `Option`.
        pub mod option {
            /// Writes it as the logical type does, or as nothing.
            ///
            /// # Errors
            /// A value that the logical type does not hold, and what the serializer refuses.
            pub fn serialize<S: serde::Serializer>(
                value: &Option<$foreign>,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                $crate::value::with::serialize_option::<$own, _, _>(value, serializer)
            }

            /// Reads it as the logical type does, or nothing.
            ///
            /// # Errors
            /// A value that the foreign type does not hold, and what the deserializer refuses.
            pub fn deserialize<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Option<$foreign>, D::Error> {
                $crate::value::with::deserialize_option::<$own, _, _>(deserializer)
            }
        }
    };
}

use with_functions;
