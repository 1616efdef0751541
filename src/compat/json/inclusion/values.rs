//! Values that schemas list, held against the other side one by one.

use super::{At, Inclusion};
use crate::compat::json::documents::place;
use crate::compat::json::evaluate::{Evaluator, canonical, is_huge};
use crate::compat::json::facts::{Mask, Writer};
use crate::compat::json::values;
use crate::schema::json::Draft;
use crate::schema::json_text::Node;

impl<'d> Inclusion<'_, 'd> {
    /// `enum` and `const`: the writer's values are known by now not to be few, or not to be known.
    pub(super) fn finite(&mut self, writer: &Writer<'d>, part: At<'d>) -> bool {
        let is_old = self.schemas.documents.draft(part.0) < Draft::Draft6;
        for keyword in ["enum", "const"] {
            let Some(values) = part.1.member(keyword).filter(|_| keyword == "enum" || !is_old) else {
                continue;
            };
            if let Some(own) = writer.values().filter(|_| keyword == "enum") {
                if own.iter().all(|it| self.is_listed(values, it)) {
                    continue;
                }
                return self.fail(writer, part, keyword);
            }
            let values = if keyword == "enum" { values.items() } else { std::slice::from_ref(values) };
            let has = |wanted: &str| values.iter().any(|it| values::value(it) == wanted);
            let null = !writer.mask.has(Mask::NULL) || has("null");
            let boolean = !writer.mask.has(Mask::BOOLEAN) || (has("true") && has("false"));
            if !(writer.mask.is_within(Mask(Mask::NULL.0 | Mask::BOOLEAN.0)) && null && boolean) {
                return self.fail(writer, part, keyword);
            }
        }
        true
    }

    /// Whether a value may be one of the writer's.
    pub(super) fn may_accept(&mut self, writer: &Writer<'d>, value: &'d Node) -> bool {
        !writer.nodes.iter().any(|at| self.evaluate_alone(*at, value) == Some(false))
    }

    pub(super) fn evaluate(&mut self, at: At<'d>, value: &'d Node) -> Option<bool> {
        const STEPS: usize = 2000;
        if is_huge(value) || self.work > self.most {
            return None;
        }
        let mut evaluator = Evaluator { schemas: self.schemas, work: STEPS, depth: 0 };
        let accepts = evaluator.accepts(at, value);
        self.work += 1 + (STEPS - evaluator.work) / 4;
        accepts
    }

    /// As [`Self::evaluate`], of a schema in which references may lead anywhere.
    fn evaluate_alone(&mut self, at: At<'d>, value: &'d Node) -> Option<bool> {
        self.work += 1;
        self.evaluate(at, value)
    }

    /// Whether a value is in a list.
    pub(super) fn is_listed(&mut self, list: &'d Node, value: &Node) -> bool {
        let values = || list.items().iter().map(canonical).collect();
        self.lists.entry(place(list)).or_insert_with(values).contains(&canonical(value))
    }
}
