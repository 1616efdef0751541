//! The shapes of an Avro schema.

use super::{ANY_TEXT, Field, Record, Shape, Shapes, float, whole};
use crate::schema::avro::{LinkedKind, Logical, link};
use crate::schema::{Schema, SchemaError};

pub(super) fn shapes(schema: &Schema) -> Result<Shapes, SchemaError> {
    let linked = link(schema)?;
    // Places are those of the graph; those of unions with null come behind.
    let mut shapes = Shapes { shapes: vec![Shape::Null; linked.types.len()], root: linked.root };
    for (id, linked_type) in linked.types.iter().enumerate() {
        let shape = match (&linked_type.kind, linked_type.logical) {
            (_, Some(logical)) => self::logical(logical),
            (LinkedKind::Null, _) => Shape::Null,
            (LinkedKind::Boolean, _) => Shape::Bool,
            (LinkedKind::Int, _) => whole(true, 32),
            (LinkedKind::Long, _) => whole(true, 64),
            (LinkedKind::Float, _) => float(false),
            (LinkedKind::Double, _) => float(true),
            (LinkedKind::Bytes, _) => Shape::Bytes,
            (LinkedKind::String, _) => ANY_TEXT,
            (LinkedKind::Array(item), _) => Shape::List { item: *item, least: 0, most: usize::MAX },
            (LinkedKind::Map(value), _) => {
                let key = shapes.add(ANY_TEXT);
                Shape::Map { key, value: *value }
            }
            (LinkedKind::Fixed(fixed), _) => Shape::Fixed(fixed.size),
            (LinkedKind::Enum(it), _) => {
                Shape::Symbols { name: it.name.full().into(), symbols: it.symbols.clone() }
            }
            (LinkedKind::Record(record, types), _) => {
                let fields = record.fields.iter().zip(types).map(|(field, shape)| Field {
                    name: field.name.clone(),
                    shape: *shape,
                    optional: false,
                    choice: None,
                });
                Shape::Record(Record { name: record.name.full().into(), fields: fields.collect() })
            }
            (LinkedKind::Union(branches), _) => {
                let is_null = |it: &usize| matches!(linked.get(*it).kind, LinkedKind::Null);
                let others: Vec<usize> = branches.iter().copied().filter(|it| !is_null(it)).collect();
                let nullable = others.len() < branches.len();
                let named = |branch: &usize| (name(&linked.get(*branch).kind), *branch);
                match (nullable, others.as_slice()) {
                    (true, [one]) => Shape::Optional(*one),
                    (true, []) => Shape::Null,
                    (true, _) => {
                        let union = Shape::Union(others.iter().map(named).collect());
                        Shape::Optional(shapes.add(union))
                    }
                    (false, _) => Shape::Union(others.iter().map(named).collect()),
                }
            }
        };
        shapes.set(id, shape);
    }
    Ok(shapes)
}

fn logical(logical: Logical) -> Shape {
    match logical {
        Logical::Decimal { precision, scale } => Shape::Decimal { precision, scale },
        Logical::Uuid => Shape::Uuid,
        Logical::Date => Shape::Date,
        Logical::Time(unit) => Shape::Time(unit.nanos()),
        Logical::Timestamp(unit) => Shape::Timestamp { unit: unit.nanos(), local: false },
        Logical::LocalTimestamp(unit) => Shape::Timestamp { unit: unit.nanos(), local: true },
        Logical::Duration => Shape::Duration,
    }
}

/// The name by which a union knows a branch.
fn name(kind: &LinkedKind) -> String {
    match kind {
        LinkedKind::Null => "null",
        LinkedKind::Boolean => "boolean",
        LinkedKind::Int => "int",
        LinkedKind::Long => "long",
        LinkedKind::Float => "float",
        LinkedKind::Double => "double",
        LinkedKind::Bytes => "bytes",
        LinkedKind::String => "string",
        LinkedKind::Array(_) => "array",
        LinkedKind::Map(_) => "map",
        LinkedKind::Union(_) => "union",
        LinkedKind::Record(it, _) => it.name.full(),
        LinkedKind::Enum(it) => it.name.full(),
        LinkedKind::Fixed(it) => it.name.full(),
    }
    .to_owned()
}
