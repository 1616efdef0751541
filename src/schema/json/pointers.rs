//! Where a JSON pointer leads in a schema's document ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).

use std::cell::RefCell;
use std::collections::HashMap;

use super::uri;
use crate::schema::json_text::{Node, Shape};

/// JSON pointers into documents, with an index of every object they pass through: a hundred thousand definitions that
/// are each referred to once take one pass, not a hundred thousand.
#[derive(Debug, Default)]
pub(crate) struct Pointers<'d> {
    members: RefCell<HashMap<usize, HashMap<&'d str, &'d Node>>>,
}

impl<'d> Pointers<'d> {
    /// The value that `pointer`, a URI's fragment, leads to from the outermost value `root` of a document.
    pub(crate) fn find(&self, root: &'d Node, pointer: &str) -> Option<&'d Node> {
        let pointer = uri::percent_decoded(pointer);
        let Some(steps) = pointer.strip_prefix('/') else { return pointer.is_empty().then_some(root) };
        // Confluent's registry copies the outermost `definitions` into `$defs`, so they answer to both names.
        let copied = || self.follow(self.step(root, "definitions")?, steps.strip_prefix("$defs/")?);
        self.follow(root, steps).or_else(copied)
    }

    fn follow(&self, from: &'d Node, steps: &str) -> Option<&'d Node> {
        steps
            .split('/')
            .try_fold(from, |node, step| self.step(node, &step.replace("~1", "/").replace("~0", "~")))
    }

    fn step(&self, node: &'d Node, step: &str) -> Option<&'d Node> {
        match &node.shape {
            Shape::Array(items) => items.get(step.parse::<usize>().ok()?),
            Shape::Object(members) => {
                let mut index = self.members.borrow_mut();
                let index = index
                    .entry(std::ptr::from_ref(node) as usize)
                    .or_insert_with(|| members.iter().map(|it| (&*it.name, &it.value)).collect());
                index.get(step).copied()
            }
            _ => None,
        }
    }
}
