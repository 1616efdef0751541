//! Which branches of a reader's union may read a writer's type, found by name: unions can be very wide.

use std::collections::HashMap;

use crate::schema::avro::{Linked, LinkedKind as Kind, Name, TypeIndex};

/// The branches of one union.
#[derive(Debug, Default)]
pub(super) struct Branches<'l> {
    /// Named types by their simple name.
    simple: HashMap<&'l str, Vec<usize>>,
    /// Named types by each of their aliases.
    aliases: HashMap<&'l str, Vec<usize>>,
    /// All others; there are at most ten, one of a kind.
    unnamed: Vec<usize>,
}

impl<'l> Branches<'l> {
    pub(super) fn new(graph: &'l Linked, branches: &[TypeIndex]) -> Self {
        let mut new = Self::default();
        for (number, branch) in branches.iter().enumerate() {
            let Some((name, aliases)) = name(&graph.get(*branch).kind) else {
                new.unnamed.push(number);
                continue;
            };
            new.simple.entry(name.simple()).or_default().push(number);
            for alias in aliases {
                new.aliases.entry(alias.full()).or_default().push(number);
            }
        }
        new
    }

    /// The numbers of the branches that come into question, in their order.
    pub(super) fn for_writer(&self, writer: &Kind) -> Vec<usize> {
        let Some((name, _)) = name(writer) else { return self.unnamed.clone() };
        let found = [self.simple.get(name.simple()), self.aliases.get(name.full())];
        let mut numbers: Vec<usize> = found.into_iter().flatten().flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// The name and the aliases of a named type.
fn name(kind: &Kind) -> Option<(&Name, &[Name])> {
    match kind {
        Kind::Record(it, _) => Some((&it.name, &it.aliases)),
        Kind::Enum(it) => Some((&it.name, &it.aliases)),
        Kind::Fixed(it) => Some((&it.name, &it.aliases)),
        _ => None,
    }
}
