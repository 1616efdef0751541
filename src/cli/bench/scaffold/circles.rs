//! Which shapes go around in circles: where Rust needs a `Box`, and where it needs a name.

use crate::bench::shape::{Shape, ShapeId, Shapes};

/// Answers about a schema's shapes as Rust types.
pub(super) struct Circles<'s> {
    shapes: &'s Shapes,
    json: bool,
}

impl<'s> Circles<'s> {
    pub(super) const fn new(shapes: &'s Shapes, json: bool) -> Self {
        Self { shapes, json }
    }

    /// Whether a value of the type has one of the other within it, with no pointer between.
    pub(super) fn holds(&self, id: ShapeId, other: ShapeId) -> bool {
        id == other || self.leads(id, other, |shape| self.by_value(shape))
    }

    /// Whether a type without a name comes back to itself with nothing named on the way, as a list of such lists does.
    pub(super) fn needs_name(&self, id: ShapeId) -> bool {
        self.leads(id, id, |shape| match shape {
            Shape::Optional(_) | Shape::List { .. } | Shape::Map { .. } | Shape::Tuple(_) => {
                self.parts(shape)
            }
            _ => Vec::new(),
        })
    }

    /// The names of an untagged enum's variants, where JSON itself tells the members apart.
    pub(super) fn json_kinds(&self, members: &[(String, ShapeId)]) -> Option<Vec<&'static str>> {
        let kinds: Option<Vec<_>> = members.iter().map(|(_, id)| json_kind(self.shapes.get(*id))).collect();
        let kinds = kinds?;
        let mut different = kinds.clone();
        different.sort_unstable();
        different.dedup();
        (different.len() == kinds.len()).then_some(kinds)
    }

    /// Whether steps lead from one shape to another.
    fn leads(&self, from: ShapeId, to: ShapeId, steps: impl Fn(&Shape) -> Vec<ShapeId>) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut waiting = steps(self.shapes.get(from));
        while let Some(id) = waiting.pop() {
            if id == to {
                return true;
            }
            if seen.insert(id) {
                waiting.extend(steps(self.shapes.get(id)));
            }
        }
        false
    }

    fn by_value(&self, shape: &Shape) -> Vec<ShapeId> {
        match shape {
            Shape::List { .. } | Shape::Map { .. } => Vec::new(),
            other => self.parts(other),
        }
    }

    fn parts(&self, shape: &Shape) -> Vec<ShapeId> {
        match shape {
            Shape::Optional(inner) => vec![*inner],
            Shape::List { item, .. } => vec![*item],
            Shape::Map { value, .. } => vec![*value],
            // Written as any JSON there, which ends the circle.
            Shape::Tuple(_) if self.json => Vec::new(),
            Shape::Tuple(items) => items.clone(),
            Shape::Record(record) => record.fields.iter().map(|it| it.shape).collect(),
            Shape::Union(members) => members.iter().map(|(_, id)| *id).collect(),
            _ => Vec::new(),
        }
    }
}

/// What JSON shows a value as; `None` where that may be several things.
fn json_kind(shape: &Shape) -> Option<&'static str> {
    Some(match shape {
        Shape::Bool => "Bool",
        Shape::Whole { .. } | Shape::Float { .. } => "Number",
        Shape::Text { .. } | Shape::Char | Shape::Symbols { .. } => "Text",
        Shape::Uuid | Shape::Date | Shape::Time(_) | Shape::Timestamp { .. } => "Text",
        Shape::List { .. } => "List",
        Shape::Record(_) | Shape::Map { .. } => "Object",
        _ => return None,
    })
}
