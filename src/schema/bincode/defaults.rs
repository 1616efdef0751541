//! Whether a field's default is a value of its type.

use serde_json::Value as Json;

use super::{Definition, Kind, Linked, LinkedType, Logical, Number, Shape, TypeIndex};
use crate::schema::Span;
use crate::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid};

/// Checks every default of a layout; the error says where the field stands and what is wrong.
pub(super) fn check(linked: &Linked) -> Result<(), (Span, String)> {
    for schema in linked.iter() {
        let LinkedType::Named(named) = schema else { continue };
        let shapes: Vec<&Shape<TypeIndex>> = match &named.definition {
            Definition::Struct(shape) => vec![shape],
            Definition::Enum(variants) => variants.iter().map(|it| &it.shape).collect(),
        };
        for shape in shapes {
            let Shape::Struct(fields) = shape else { continue };
            for field in fields {
                if let Some(default) = &field.default
                    && !(Fits { linked, fuel: FUEL }).schema(field.schema, default)
                {
                    let message =
                        format!("the default of `{}` is not a value of its type: {default}", field.name);
                    return Err((field.span, message));
                }
            }
        }
    }
    Ok(())
}

/// How deep types may nest around one default. Types can refer to themselves without the JSON getting shorter.
const FUEL: usize = 256;

/// Whether `serde_json` could have written a JSON for a value of a type.
#[derive(Clone, Copy)]
struct Fits<'l> {
    linked: &'l Linked,
    fuel: usize,
}

impl Fits<'_> {
    fn schema(mut self, index: TypeIndex, json: &Json) -> bool {
        let Some(fuel) = self.fuel.checked_sub(1) else { return false };
        self.fuel = fuel;
        match self.linked.get(index) {
            LinkedType::Plain(kind) => self.kind(kind, json),
            LinkedType::Named(named) => match &named.definition {
                Definition::Struct(shape) => self.shape(shape, json),
                Definition::Enum(variants) => {
                    let variant = |name: &str| variants.iter().find(|it| &*it.name == name);
                    match json {
                        Json::String(name) => variant(name).is_some_and(|it| matches!(it.shape, Shape::Unit)),
                        Json::Object(members) if members.len() == 1 => {
                            members.iter().all(|(name, content)| {
                                variant(name).is_some_and(|it| self.shape(&it.shape, content))
                            })
                        }
                        _ => false,
                    }
                }
            },
        }
    }

    fn shape(self, shape: &Shape<TypeIndex>, json: &Json) -> bool {
        match (shape, json) {
            (Shape::Unit, json) => json.is_null(),
            (Shape::Newtype(inner), json) => self.schema(*inner, json),
            (Shape::Tuple(items), Json::Array(values)) => self.items(items, values),
            (Shape::Struct(fields), Json::Object(members)) => {
                members.keys().all(|name| fields.iter().any(|it| *it.name == **name))
                    && fields.iter().all(|field| match members.get(&*field.name) {
                        Some(value) => self.schema(field.schema, value),
                        None => field.default.is_some(),
                    })
            }
            _ => false,
        }
    }

    fn kind(self, kind: &Kind<TypeIndex>, json: &Json) -> bool {
        match (kind, json) {
            (Kind::Unit, json) => json.is_null(),
            (Kind::Bool, json) => json.is_boolean(),
            (Kind::Number(number), Json::Number(value)) => fits_number(*number, value),
            // A float that is infinite or no number.
            (Kind::Number(number), Json::Null) => number.is_float(),
            (Kind::Char, Json::String(text)) => text.chars().count() == 1,
            (Kind::String, Json::String(_)) => true,
            (Kind::Bytes, Json::Array(values)) => {
                values.iter().all(|it| it.as_u64().is_some_and(|it| u8::try_from(it).is_ok()))
            }
            (Kind::Logical(logical), Json::String(text)) => fits_logical(*logical, text),
            (Kind::Option(inner), json) => json.is_null() || self.schema(*inner, json),
            (Kind::Seq(item), Json::Array(values)) => values.iter().all(|it| self.schema(*item, it)),
            (Kind::Array(item, length), Json::Array(values)) => {
                values.len() == *length && values.iter().all(|it| self.schema(*item, it))
            }
            (Kind::Tuple(items), Json::Array(values)) => self.items(items, values),
            // Keys that are not text are written as text; which text each type takes is serde_json's matter.
            (Kind::Map(_, value), Json::Object(members)) => {
                members.values().all(|it| self.schema(*value, it))
            }
            _ => false,
        }
    }

    fn items(self, items: &[TypeIndex], values: &[Json]) -> bool {
        items.len() == values.len() && items.iter().zip(values).all(|(item, value)| self.schema(*item, value))
    }
}

fn fits_number(number: Number, value: &serde_json::Number) -> bool {
    let within = |least: i64, most: i64| value.as_i64().is_some_and(|it| (least..=most).contains(&it));
    match number {
        Number::I8 => within(i8::MIN.into(), i8::MAX.into()),
        Number::I16 => within(i16::MIN.into(), i16::MAX.into()),
        Number::I32 => within(i32::MIN.into(), i32::MAX.into()),
        Number::I64 => value.is_i64(),
        Number::U8 => within(0, u8::MAX.into()),
        Number::U16 => within(0, u16::MAX.into()),
        Number::U32 => within(0, u32::MAX.into()),
        Number::U64 | Number::U128 => value.is_u64(),
        Number::I128 => value.is_i64() || value.is_u64(),
        Number::F32 | Number::F64 => true,
    }
}

fn fits_logical(logical: Logical, text: &str) -> bool {
    match logical {
        Logical::Decimal => text.parse::<Decimal>().is_ok(),
        Logical::Uuid => text.parse::<Uuid>().is_ok(),
        Logical::Date => text.parse::<Date>().is_ok(),
        Logical::Time => text.parse::<Time>().is_ok(),
        Logical::Timestamp => text.parse::<Timestamp>().is_ok(),
        Logical::LocalTimestamp => text.parse::<LocalTimestamp>().is_ok(),
        Logical::Duration => text.parse::<Duration>().is_ok(),
    }
}
