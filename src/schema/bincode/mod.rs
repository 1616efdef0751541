//! bincode layouts: the schema that bincode itself does not have, as a JSON document.
//!
//! bincode writes no names and no types, so its bytes mean nothing without the Rust type that wrote them. A layout
//! document writes that type down: which fields, in which order, of which types, and how integers are encoded
//! ([bincode's specification](https://github.com/bincode-org/bincode/blob/v2.0.1/docs/spec.md)).
//!
//! ```text
//! document = {"layout": 1, "integers": "varint" | "fixed", "root": type, "types"?: {name: named, …}, "doc"?: text}
//! named    = "unit" | {"newtype": type} | {"tuple": [type, …]} | {"struct": [field, …]} | {"enum": [variant, …]}   (+ "doc"?)
//! field    = {"name": text, "type": type, "default"?: JSON, "aliases"?: [text, …], "doc"?: text}
//! variant  = text | {"name": text, "newtype" | "tuple" | "struct": …, "aliases"?: [text, …], "doc"?: text}
//! type     = word | name | {"option": type} | {"seq": type} | {"array": type, "length": n} | {"tuple": [type, …]}
//!          | {"map": [key type, value type]}
//! word     = unit bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes
//!          | decimal uuid date time timestamp local-timestamp duration
//! ```
//!
//! * Order is meaning: fields, items and variants are in the order of their bytes and numbers. Named types are not; they
//!   may refer to each other and to themselves.
//! * `varint` is bincode 2's `standard()` configuration, `fixed` its `legacy()`, which is bincode 1's. Both are little endian.
//! * The logical words stand for the newtypes of [`crate::value`]; `decimal` is a tuple of `i128` and `u32`, for example
//!   ([`Logical`] has the table).
//! * `default` and `aliases` write no bytes. They say how a reader with this layout reads bytes of another one; a default is
//!   the JSON that `serde_json` would write for the field.
//!
//! [`trace()`] makes the document from a Rust type:
//!
//! ```
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Point {
//!     x: i32,
//!     #[serde(default)]
//!     label: String,
//! }
//!
//! let schema = schemawire::schema::bincode::trace::<Point>()?;
//! assert_eq!(schema.text(), r#"{
//!   "layout": 1,
//!   "integers": "varint",
//!   "root": "Point",
//!   "types": {
//!     "Point": {"struct": [
//!       {"name": "x", "type": "i32"},
//!       {"name": "label", "type": "string", "default": ""}
//!     ]}
//!   }
//! }
//! "#);
//! # Ok::<(), schemawire::schema::bincode::TraceError>(())
//! ```

mod defaults;
mod linked;
mod model;
mod parse;
mod print;
mod sample;
mod trace;

pub use linked::{Linked, LinkedType, TypeIndex};
pub use model::{Definition, Field, Integers, Kind, Logical, Model, Named, Number, Shape, Type, Variant};
pub use parse::parse;
pub use print::{canonical, pretty};
pub use trace::{TraceError, trace, trace_values};
