//! A [`Value`] as plain JSON, and back.
//!
//! | value | JSON |
//! |---|---|
//! | record, map | object, in order; a key that is not text by its text |
//! | bytes | base64, standard alphabet with padding (RFC 4648, section 4) |
//! | decimal, UUID, date, time, timestamp, duration | their text |
//! | enum symbol | its name |
//! | infinite or not a number | `"Infinity"`, `"-Infinity"`, `"NaN"` |
//!
//! ```
//! use schemawire::value::from_json;
//!
//! let value = from_json(r#"{"b": [1, 2.5, null], "a": "text"}"#)?;
//! assert_eq!(value.root().field("a").and_then(|a| a.as_str()), Some("text"));
//! assert_eq!(value.to_string(), r#"{"b":[1,2.5,null],"a":"text"}"#);
//! # Ok::<(), schemawire::value::JsonValueError>(())
//! ```

use std::fmt;
use std::io;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Value, ValueBuilder, ValueRef, View};

/// Shows a value as plain JSON through serde: records and maps as objects, bytes as base64, logical values as text.
#[derive(Debug, Clone, Copy)]
pub struct AsJson<'v>(pub ValueRef<'v>);

/// A text that is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("not JSON")]
pub struct JsonValueError(#[from] serde_json::Error);

/// Reads JSON text into a value: objects become maps, their members in order.
///
/// A whole number becomes the narrowest of `Int`, `Long` and `Unsigned` that holds it; every other number a `Double`,
/// which rounds what has more digits than 64 bits of float hold. The arena takes at most twelve times the text's bytes.
///
/// # Errors
/// Text that is not JSON, or nested deeper than 128 levels.
pub fn from_json(text: &str) -> Result<Value<'static>, JsonValueError> {
    let mut builder = ValueBuilder::new();
    let mut json = serde_json::Deserializer::from_str(text);
    Into(&mut builder).deserialize(&mut json)?;
    json.end()?;
    Ok(builder.finish())
}

/// As compact JSON; with `{:#}` as indented JSON.
impl fmt::Display for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indented = f.alternate();
        let out = Out(f);
        let written = if indented {
            serde_json::to_writer_pretty(out, &AsJson(*self))
        } else {
            serde_json::to_writer(out, &AsJson(*self))
        };
        written.map_err(|_| fmt::Error)
    }
}

impl Serialize for AsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.view() {
            View::Null => serializer.serialize_unit(),
            View::Bool(it) => serializer.serialize_bool(it),
            View::Int(it) => serializer.serialize_i32(it),
            View::Long(it) => serializer.serialize_i64(it),
            View::Unsigned(it) => serializer.serialize_u64(it),
            View::Float(it) if it.is_finite() => serializer.serialize_f32(it),
            View::Double(it) if it.is_finite() => serializer.serialize_f64(it),
            View::Array(items) => serializer.collect_seq(items.map(AsJson)),
            View::Map(entries) | View::Record(entries) => {
                serializer.collect_map(entries.map(|(key, value)| (Key(key), AsJson(value))))
            }
            scalar => as_text(&scalar, serializer),
        }
    }
}

/// The scalars that JSON has no form for but text.
fn as_text<S: Serializer>(view: &View<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    match view {
        View::Text(text) => serializer.serialize_str(text),
        View::Symbol { name, .. } => serializer.serialize_str(name),
        View::Bytes(bytes) => serializer.collect_str(&Base64(bytes)),
        View::Float(it) => serializer.serialize_str(not_finite((*it).into())),
        View::Double(it) => serializer.serialize_str(not_finite(*it)),
        View::Decimal(it) => serializer.collect_str(it),
        View::Uuid(it) => serializer.collect_str(it),
        View::Date(it) => serializer.collect_str(it),
        View::Time(it) => serializer.collect_str(it),
        View::Timestamp(it) => serializer.collect_str(it),
        View::LocalTimestamp(it) => serializer.collect_str(it),
        View::Duration(it) => serializer.collect_str(it),
        other => Err(serde::ser::Error::custom(format_args!("{other:?} is not text"))),
    }
}

fn not_finite(float: f64) -> &'static str {
    if float.is_nan() {
        "NaN"
    } else if float > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// A map's key, which JSON wants to be text: what would be no text in JSON is its JSON, as a text.
struct Key<'v>(ValueRef<'v>);

impl Serialize for Key<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.view() {
            View::Null | View::Bool(_) | View::Int(_) | View::Long(_) | View::Unsigned(_) => {
                serializer.collect_str(&self.0)
            }
            View::Array(_) | View::Map(_) | View::Record(_) => serializer.collect_str(&self.0),
            View::Float(it) if it.is_finite() => serializer.collect_str(&self.0),
            View::Double(it) if it.is_finite() => serializer.collect_str(&self.0),
            scalar => as_text(&scalar, serializer),
        }
    }
}

/// Bytes as base64, without a buffer.
struct Base64<'b>(&'b [u8]);

impl fmt::Display for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for group in self.0.chunks(3) {
            let mut bits = [0; 4];
            for (slot, byte) in bits.iter_mut().skip(1).zip(group) {
                *slot = *byte;
            }
            let bits = u32::from_be_bytes(bits);
            let mut text = ['='; 4];
            for (place, slot) in text.iter_mut().enumerate().take(group.len() + 1) {
                let index = bits >> (18 - 6 * place) & 63;
                *slot = ALPHABET.get(index as usize).copied().map_or('=', char::from);
            }
            for character in text {
                fmt::Write::write_char(f, character)?;
            }
        }
        Ok(())
    }
}

/// A formatter as the writer that serde_json wants. It is handed whole characters.
struct Out<'f, 'g>(&'f mut fmt::Formatter<'g>);

impl io::Write for Out<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.write_str(text).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads one value into a builder.
struct Into<'b, 'v>(&'b mut ValueBuilder<'v>);

impl<'de> DeserializeSeed<'de> for Into<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Into<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.null();
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.bool(value);
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        match i32::try_from(value) {
            Ok(value) => self.0.int(value),
            Err(_) => self.0.long(value),
        };
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => {
                self.0.unsigned(value);
                Ok(())
            }
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.0.double(value);
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.0.copied_text(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let array = self.0.begin_array();
        let mut length = 0;
        while items.next_element_seed(Into(self.0))?.is_some() {
            length += 1;
        }
        self.0.end_with(array, length);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let map = self.0.begin_map();
        let mut length = 0;
        while members.next_key_seed(Into(self.0))?.is_some() {
            members.next_value_seed(Into(self.0))?;
            length += 1;
        }
        self.0.end_with(map, length);
        Ok(())
    }
}
