//! A schema as the shapes of its values, whatever its language: what values are generated from, and Rust types written from.
//!
//! ```text
//! Schema -avro, protobuf, json, bincode-> Shapes -generate-> JSON lines
//!                                                -(shell)--> Rust types
//! ```
//!
//! Shapes are flat and refer to each other by place, so that recursion is a circle of places.

#[cfg(feature = "avro")]
mod avro;
#[cfg(feature = "bincode")]
mod bincode;
mod json;
#[cfg(feature = "protobuf")]
mod protobuf;

use crate::schema::{Model, Schema, SchemaError};

/// The place of a shape in its [`Shapes`].
pub(crate) type ShapeId = usize;

/// All shapes of a schema.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    shapes: Vec<Shape>,
    pub(crate) root: ShapeId,
}

/// What the values of a type are.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    not(all(feature = "avro", feature = "protobuf", feature = "bincode")),
    expect(dead_code, reason = "no format has all of them")
)]
pub(crate) enum Shape {
    Null,
    Bool,
    /// Whole numbers in a range.
    Whole {
        least: i128,
        most: i128,
    },
    /// Finite floats in a range, of 32 or 64 bits.
    Float {
        wide: bool,
        least: f64,
        most: f64,
    },
    /// Text of so many characters at least and at most.
    Text {
        least: usize,
        most: usize,
    },
    Char,
    Bytes,
    Fixed(usize),
    Decimal {
        precision: u32,
        scale: u32,
    },
    Uuid,
    Date,
    /// Times and moments, with the nanoseconds of their unit.
    Time(u32),
    Timestamp {
        unit: u32,
        local: bool,
    },
    Duration,
    Symbols {
        name: String,
        symbols: Vec<String>,
    },
    /// One of these values.
    Constants(Vec<serde_json::Value>),
    Optional(ShapeId),
    List {
        item: ShapeId,
        least: usize,
        most: usize,
    },
    /// Items of their own shape each.
    Tuple(Vec<ShapeId>),
    Map {
        key: ShapeId,
        value: ShapeId,
    },
    Record(Record),
    /// One of several, with the name that tells which.
    Union(Vec<(String, ShapeId)>),
    /// A variant by its name: an object of that one member, or its name alone where it has no content.
    Tagged {
        name: String,
        variants: Vec<(String, Option<ShapeId>)>,
    },
    /// Of this shape for one; others are allowed, too.
    Among(ShapeId),
    /// Any JSON.
    Any,
}

/// Named fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Record {
    /// The type's name, where it has one.
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
}

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) shape: ShapeId,
    /// Whether it may be left out.
    pub(crate) optional: bool,
    /// Of the fields with one number here, exactly one is there.
    pub(crate) choice: Option<usize>,
}

impl Shapes {
    /// The shapes of a schema, and of the message of that name where it is Protobuf.
    pub(crate) fn of(schema: &Schema, message: Option<&str>) -> Result<Self, SchemaError> {
        match schema.model() {
            #[cfg(feature = "avro")]
            Model::Avro(_) => avro::shapes(schema),
            #[cfg(feature = "protobuf")]
            Model::Protobuf(_) => protobuf::shapes(schema, message),
            #[cfg(feature = "bincode")]
            Model::Bincode(model) => Ok(bincode::shapes(model)),
            Model::Json(model) => Ok(json::shapes(model)),
            Model::Custom(_) => {
                let _ = message;
                Err(SchemaError::unsupported(schema.format()))
            }
        }
    }

    /// The shape at that place; any JSON for a place of other shapes.
    pub(crate) fn get(&self, id: ShapeId) -> &Shape {
        self.shapes.get(id).unwrap_or(&Shape::Any)
    }

    fn add(&mut self, shape: Shape) -> ShapeId {
        self.shapes.push(shape);
        self.shapes.len() - 1
    }

    /// Fills a place that was added as something else, which is how circles close.
    fn set(&mut self, id: ShapeId, shape: Shape) {
        if let Some(place) = self.shapes.get_mut(id) {
            *place = shape;
        }
    }

    /// The shape's depth of the shallowest value; `None` where every value holds another of its kind without end.
    pub(crate) fn least_depths(&self) -> Vec<Option<usize>> {
        let mut depths: Vec<Option<usize>> = vec![None; self.shapes.len()];
        let at = |depths: &[Option<usize>], id: ShapeId| depths.get(id).copied().flatten();
        // Each pass finds at least one more depth or is the last.
        for _ in 0..=self.shapes.len() {
            let mut changed = false;
            for (id, shape) in self.shapes.iter().enumerate() {
                let depth = match shape {
                    Shape::Optional(_) | Shape::Map { .. } | Shape::List { least: 0, .. } => Some(0),
                    Shape::List { item, .. } => at(&depths, *item).map(|it| it + 1),
                    Shape::Among(inner) => at(&depths, *inner),
                    Shape::Tuple(items) => all(items.iter().map(|it| at(&depths, *it))),
                    Shape::Record(record) => {
                        let needed = record.fields.iter().filter(|it| !it.optional && it.choice.is_none());
                        all(needed.map(|it| at(&depths, it.shape)))
                    }
                    Shape::Union(members) => {
                        members.iter().filter_map(|(_, it)| at(&depths, *it)).min().map(|it| it + 1)
                    }
                    Shape::Tagged { variants, .. } => {
                        let depth = |shape: &Option<ShapeId>| match shape {
                            None => Some(0),
                            Some(it) => at(&depths, *it),
                        };
                        variants.iter().filter_map(|(_, shape)| depth(shape)).min().map(|it| it + 1)
                    }
                    _ => Some(0),
                };
                if let Some(slot) = depths.get_mut(id)
                    && *slot != depth
                {
                    *slot = depth;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        depths
    }
}

/// One more than the largest; `None` if one of them is.
fn all(mut depths: impl Iterator<Item = Option<usize>>) -> Option<usize> {
    depths.try_fold(0, |most: usize, depth| Some(most.max(depth? + 1)))
}

/// A whole number of that many bits.
#[cfg(any(feature = "avro", feature = "protobuf", feature = "bincode"))]
const fn whole(signed: bool, bits: u32) -> Shape {
    if signed {
        Shape::Whole { least: -(1 << (bits - 1)), most: (1 << (bits - 1)) - 1 }
    } else {
        Shape::Whole { least: 0, most: (1 << bits) - 1 }
    }
}

/// A float of any finite value.
#[cfg(any(feature = "avro", feature = "protobuf", feature = "bincode"))]
const fn float(wide: bool) -> Shape {
    let most = if wide { f64::MAX } else { f32::MAX as f64 };
    Shape::Float { wide, least: -most, most }
}

/// A text of any length.
const ANY_TEXT: Shape = Shape::Text { least: 0, most: usize::MAX };
