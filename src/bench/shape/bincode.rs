//! The shapes of a bincode layout.

use super::{ANY_TEXT, Field, Record, Shape, ShapeId, Shapes, float, whole};
use crate::schema::bincode::{
    Definition, Kind, Linked, LinkedType, Logical, Model, Number, Shape as Content, TypeIndex, Variant,
};

pub(super) fn shapes(model: &Model) -> Shapes {
    let linked = model.linked();
    // Places are those of the layout; contents of variants come behind.
    let mut shapes = Shapes { shapes: vec![Shape::Null; linked.len()], root: place(linked.root) };
    for id in 0..linked.len() {
        let shape = of(TypeIndex(id as u32), linked, &mut shapes);
        shapes.set(id, shape);
    }
    shapes
}

/// A newtype is what it holds; no layout goes around in a circle of them.
fn of(index: TypeIndex, linked: &Linked, shapes: &mut Shapes) -> Shape {
    match linked.get(index) {
        LinkedType::Plain(kind) => plain(kind, linked),
        LinkedType::Named(named) => match &named.definition {
            Definition::Struct(Content::Newtype(inner)) => of(*inner, linked, shapes),
            Definition::Struct(content) => self::content(&named.name, content).unwrap_or(Shape::Null),
            Definition::Enum(variants) => self::variants(&named.name, variants, shapes),
        },
    }
}

fn place(index: TypeIndex) -> ShapeId {
    index.0 as ShapeId
}

fn plain(kind: &Kind<TypeIndex>, linked: &Linked) -> Shape {
    let is_byte = |item: &TypeIndex| matches!(linked.get(*item), LinkedType::Plain(Kind::Number(Number::U8)));
    match kind {
        Kind::Unit | Kind::Named(_) => Shape::Null,
        Kind::Bool => Shape::Bool,
        Kind::Number(number) if number.is_float() => float(*number == Number::F64),
        // What JSON can write of the widest.
        Kind::Number(Number::I128) => whole(true, 64),
        Kind::Number(Number::U128) => whole(false, 64),
        Kind::Number(number) => whole(number.word().starts_with('i'), 8 * number.width() as u32),
        Kind::Char => Shape::Char,
        Kind::String => ANY_TEXT,
        Kind::Bytes => Shape::Bytes,
        Kind::Logical(logical) => self::logical(*logical),
        Kind::Option(inner) => Shape::Optional(place(*inner)),
        Kind::Seq(item) if is_byte(item) => Shape::List { item: place(*item), least: 0, most: 32 },
        Kind::Seq(item) => Shape::List { item: place(*item), least: 0, most: usize::MAX },
        Kind::Array(item, length) => Shape::List { item: place(*item), least: *length, most: *length },
        Kind::Tuple(items) => Shape::Tuple(items.iter().map(|it| place(*it)).collect()),
        Kind::Map(key, value) => Shape::Map { key: place(*key), value: place(*value) },
    }
}

fn logical(logical: Logical) -> Shape {
    match logical {
        Logical::Decimal => Shape::Decimal { precision: 12, scale: 2 },
        Logical::Uuid => Shape::Uuid,
        Logical::Date => Shape::Date,
        Logical::Time => Shape::Time(1),
        Logical::Timestamp => Shape::Timestamp { unit: 1, local: false },
        Logical::LocalTimestamp => Shape::Timestamp { unit: 1, local: true },
        Logical::Duration => Shape::Duration,
    }
}

/// What a struct or a variant holds; `None` where that is nothing.
fn content(name: &str, content: &Content<TypeIndex>) -> Option<Shape> {
    Some(match content {
        // A newtype is its caller's matter.
        Content::Unit | Content::Newtype(_) => return None,
        Content::Tuple(items) => Shape::Tuple(items.iter().map(|it| place(*it)).collect()),
        Content::Struct(fields) => {
            let fields = fields.iter().map(|field| Field {
                name: field.name.as_ref().into(),
                shape: place(field.schema),
                optional: false,
                choice: None,
            });
            Shape::Record(Record { name: name.into(), fields: fields.collect() })
        }
    })
}

fn variants(name: &str, variants: &[Variant<TypeIndex>], shapes: &mut Shapes) -> Shape {
    let variants = variants.iter().map(|variant| {
        let inner = match &variant.shape {
            Content::Newtype(inner) => Some(place(*inner)),
            other => content(&variant.name, other).map(|shape| shapes.add(shape)),
        };
        (variant.name.as_ref().into(), inner)
    });
    Shape::Tagged { variants: variants.collect(), name: name.into() }
}
