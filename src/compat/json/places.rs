//! Pointers, lines and columns of places in the documents.

use std::collections::HashMap;

use super::compare::Spot;
use super::documents::Document;
use crate::compat::Place;
use crate::compat::places::Places as Positions;
use crate::schema::Span;
use crate::schema::json_text::{Node, Shape, push_step};

/// Places of differences, with an index over each text that has some.
#[derive(Debug, Default)]
pub(super) struct Places<'d> {
    positions: HashMap<usize, Positions<'d>>,
}

impl<'d> Places<'d> {
    /// The place of a schema, or of a member in it.
    pub(super) fn of(&mut self, documents: &[Document<'d>], spot: Spot<'d>) -> Option<Place> {
        let document = documents.get(spot.document)?;
        let positions = self.positions.entry(spot.document).or_insert_with(|| Positions::new(document.text));
        let (inner, start) = match spot.member {
            Some(member) => (&member.value, member.name_span),
            None => (spot.node, spot.node.span),
        };
        Some(Place {
            pointer: pointer(document.root, inner.span),
            range: Some(positions.range(start)),
            reference: document.reference.map(str::to_owned),
        })
    }
}

/// The pointer of the value with that span. Values stand in the order of the text, unless a member was there twice.
fn pointer(root: &Node, span: Span) -> String {
    let mut pointer = String::new();
    let mut node = root;
    while node.span != span {
        let found = match &node.shape {
            Shape::Array(items) => find(items, span, |it| it.span).map(|(at, item)| (at.to_string(), item)),
            Shape::Object(members) => {
                find(members, span, |it| it.value.span).map(|(_, it)| (it.name.to_string(), &it.value))
            }
            _ => None,
        };
        let Some((step, inner)) = found else { break };
        push_step(&mut pointer, &step);
        node = inner;
    }
    pointer
}

/// The one among many that the span is in.
fn find<T>(all: &[T], span: Span, of: impl Fn(&T) -> Span) -> Option<(usize, &T)> {
    let contains = |it: &T| of(it).start <= span.start && span.end <= of(it).end;
    let at = all.partition_point(|it| of(it).end < span.end);
    let near = all.get(at).filter(|it| contains(it)).map(|it| (at, it));
    near.or_else(|| all.iter().enumerate().find(|(_, it)| contains(it)))
}
