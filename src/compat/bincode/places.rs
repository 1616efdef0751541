//! Pointers, lines and names of places in a layout.

use super::comparison::Spot;
use crate::compat::Place;
use crate::compat::places::Places as Positions;
use crate::schema::Schema;
use crate::schema::bincode::{Definition, Field, Linked, LinkedType, Model, Named, Shape, TypeIndex};
use crate::schema::json_text::push_step;

/// One side's layout, with an index over its text.
pub(super) struct Side<'s> {
    pub(super) linked: &'s Linked,
    model: &'s Model,
    positions: Positions<'s>,
}

impl<'s> Side<'s> {
    pub(super) fn new(schema: &'s Schema, model: &'s Model) -> Self {
        Self { linked: model.linked(), model, positions: Positions::new(schema.text()) }
    }

    /// The place of a type, of one of its fields or variants.
    pub(super) fn place(&self, spot: Spot) -> Place {
        let Some(named) = self.named(spot) else {
            let range = Some(self.positions.range(self.model.root.span));
            return Place { pointer: "/root".to_owned(), range, reference: None };
        };
        let mut pointer = String::from("/types");
        push_step(&mut pointer, &named.name);
        let mut span = named.span;
        if let (Definition::Enum(variants), Some(at)) = (&named.definition, spot.variant) {
            pointer.push_str(&format!("/enum/{at}"));
            span = variants.get(at).map_or(span, |it| it.span);
        }
        if let (Some(fields), Some(at)) = (fields(named, spot.variant), spot.field) {
            pointer.push_str(&format!("/struct/{at}"));
            span = fields.get(at).map_or(span, |it| it.span);
        }
        // Types that came with a reference stand in a text of their own.
        let is_own = self.model.types.iter().any(|it| it.name == named.name);
        let range = is_own.then(|| self.positions.range(span));
        Place { pointer, range, reference: (!is_own).then(|| named.name.to_string()) }
    }

    /// The names of a place: the type, the variant, the field.
    pub(super) fn element(&self, spot: Spot) -> String {
        let Some(named) = self.named(spot) else {
            return self.model.full_name().unwrap_or_default().to_owned();
        };
        let mut element = named.name.to_string();
        if let (Definition::Enum(variants), Some(at)) = (&named.definition, spot.variant) {
            element.push('.');
            element.push_str(variants.get(at).map_or("", |it| &it.name));
        }
        if let (Some(fields), Some(at)) = (fields(named, spot.variant), spot.field) {
            element.push('.');
            element.push_str(fields.get(at).map_or("", |it| &it.name));
        }
        element
    }

    fn named(&self, spot: Spot) -> Option<&'s Named<TypeIndex>> {
        match self.linked.get(spot.named?) {
            LinkedType::Named(named) => Some(named),
            LinkedType::Plain(_) => None,
        }
    }
}

fn fields(named: &Named<TypeIndex>, variant: Option<usize>) -> Option<&[Field<TypeIndex>]> {
    let shape = match (&named.definition, variant) {
        (Definition::Struct(shape), _) => shape,
        (Definition::Enum(variants), Some(at)) => &variants.get(at)?.shape,
        (Definition::Enum(_), None) => return None,
    };
    match shape {
        Shape::Struct(fields) => Some(fields),
        _ => None,
    }
}
