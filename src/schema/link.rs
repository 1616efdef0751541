//! Schemas that refer to each other, given in any order.
//!
//! ```text
//! texts by name -names they need-> graph -depth first, each once-> Schema with its references attached
//! ```
//!
//! | format | what a text needs | what finds it |
//! |---|---|---|
//! | Avro | named types that it does not declare | the entry of that name, else the one that declares that full name |
//! | Protobuf | imports, the well-known ones aside | the entry of that import path |
//! | JSON | documents that `$ref` leads to | the entry of that URI as written, else resolved, else the one with that `$id` |
//! | bincode | nothing | |
//!
//! ```
//! use schemawire::schema::{Format, Mode, SchemaSet};
//!
//! let mut set = SchemaSet::new();
//! set.add("order.proto", Format::Protobuf, r#"syntax = "proto3"; import "item.proto"; message Order { Item item = 1; }"#);
//! set.add("item.proto", Format::Protobuf, r#"syntax = "proto3"; message Item { string name = 1; }"#);
//! let order = set.link("order.proto", Mode::Strict)?;
//! assert_eq!(order.references()[0].0.name, "item.proto");
//! # Ok::<(), schemawire::schema::LinkError>(())
//! ```

use std::collections::HashMap;

use super::{Format, Mode, Reference, Schema, SchemaError};

/// How long a chain of references may be.
const DEPTH: usize = 128;

/// A set of texts, each by the name that others refer to it with; linked all together.
#[derive(Debug, Default)]
pub struct SchemaSet {
    entries: Vec<(String, Format, String)>,
}

impl SchemaSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under the name that others use for it: an Avro full name, an import path, a `$ref` URI.
    /// An Avro text is also found by the full names that it declares, a JSON Schema by its `$id`, whatever `name` is.
    /// Of two texts of one format and name the last one holds.
    pub fn add(&mut self, name: &str, format: Format, text: &str) -> &mut Self {
        self.entries.push((name.into(), format, text.into()));
        self
    }

    /// Parses the schema of that name together with all it refers to. What is referred to more than once is one schema.
    ///
    /// # Errors
    /// An unknown name, a cycle (named in full), a chain of more than 128 references, or a text that does not parse.
    pub fn link(&self, name: &str, mode: Mode) -> Result<Schema, LinkError> {
        let linker = Linker { entries: &self.entries, index: self.index(), mode };
        let formats = [Format::Avro, Format::Protobuf, Format::Json, Format::Bincode];
        let given = self.entries.iter().rposition(|(it, _, _)| it == name);
        let found = given.or_else(|| formats.iter().find_map(|format| linker.find(*format, name)));
        let root = found.ok_or_else(|| LinkError::Unknown { name: name.into(), from: None })?;
        linker.link(root)
    }

    /// Where each name leads: the names that were given first, then those that the texts give themselves.
    fn index(&self) -> HashMap<(Format, String), usize> {
        let mut index = HashMap::new();
        for (place, (name, format, _)) in self.entries.iter().enumerate() {
            index.insert((*format, name.clone()), place);
        }
        for (place, (_, format, text)) in self.entries.iter().enumerate() {
            for name in declared_names(*format, text) {
                index.entry((*format, name)).or_insert(place);
            }
        }
        index
    }
}

struct Linker<'s> {
    entries: &'s [(String, Format, String)],
    index: HashMap<(Format, String), usize>,
    mode: Mode,
}

/// An entry whose references are being linked; `next` is the one to look at.
struct Open {
    entry: usize,
    needed: Vec<String>,
    next: usize,
    references: Vec<(Reference, usize)>,
}

/// An entry that is linked, and the longest chain of references from it.
struct Linked {
    schema: Schema,
    depth: usize,
}

impl Linker<'_> {
    /// Depth first and without recursion, as chains of references come from outside.
    fn link(&self, root: usize) -> Result<Schema, LinkError> {
        let mut linked: HashMap<usize, Linked> = HashMap::new();
        let mut path = vec![self.open(root)];
        while let Some(top) = path.last_mut() {
            let Some(needed) = top.needed.get(top.next).cloned() else {
                let Some(done) = path.pop() else { break };
                let (entry, it) = (done.entry, self.close(done, &linked)?);
                linked.insert(entry, it);
                continue;
            };
            top.next += 1;
            let (name, format, text) = self.entry(top.entry);
            let target = self.find_from(format, text, &needed);
            let target =
                target.ok_or_else(|| LinkError::Unknown { name: needed.clone(), from: Some(name.into()) })?;
            if !top.references.iter().any(|(_, known)| *known == target) {
                top.references.push((Reference::local(&needed), target));
            }
            if let Some(start) = path.iter().position(|open| open.entry == target) {
                let circle = path.iter().skip(start).map(|open| open.entry).chain([target]);
                return Err(LinkError::Cycle(circle.map(|entry| self.entry(entry).0.to_owned()).collect()));
            }
            if !linked.contains_key(&target) {
                path.push(self.open(target));
            }
        }
        let root = linked.remove(&root).map(|it| it.schema);
        root.ok_or_else(|| LinkError::Unknown { name: String::new(), from: None })
    }

    fn open(&self, entry: usize) -> Open {
        let (_, format, text) = self.entry(entry);
        Open { entry, needed: referenced_names(format, text), next: 0, references: Vec::new() }
    }

    /// Parses an entry whose references are all linked.
    fn close(&self, open: Open, linked: &HashMap<usize, Linked>) -> Result<Linked, LinkError> {
        let (name, format, text) = self.entry(open.entry);
        let mut references = Vec::with_capacity(open.references.len());
        let mut depth = 0;
        for (reference, target) in open.references {
            if let Some(it) = linked.get(&target) {
                depth = depth.max(it.depth + 1);
                references.push((reference, it.schema.clone()));
            }
        }
        if depth > DEPTH {
            return Err(LinkError::TooDeep { name: name.into(), limit: DEPTH });
        }
        let schema = Schema::parse(format, text, references, self.mode);
        let schema = schema.map_err(|source| LinkError::Schema { name: name.into(), source })?;
        Ok(Linked { schema, depth })
    }

    /// The entry that a text means by a name.
    fn find_from(&self, format: Format, text: &str, name: &str) -> Option<usize> {
        let found = self.find(format, name);
        match format {
            // A simple name within a namespace may also mean a type without one.
            Format::Avro => found.or_else(|| self.find(format, name.rsplit('.').next()?)),
            Format::Json => found.or_else(|| {
                let base = declared_names(format, text).into_iter().next()?;
                self.find(format, &super::json::resolve(&base, name))
            }),
            _ => found,
        }
    }

    fn find(&self, format: Format, name: &str) -> Option<usize> {
        self.index.get(&(format, name.to_owned())).copied()
    }

    fn entry(&self, entry: usize) -> (&str, Format, &str) {
        let found = self.entries.get(entry);
        found.map_or(("", Format::Json, ""), |(name, format, text)| (name, *format, text))
    }
}

/// The names by which a text refers to others, as it writes them, each once.
pub(crate) fn referenced_names(format: Format, text: &str) -> Vec<String> {
    match format {
        #[cfg(feature = "avro")]
        Format::Avro => super::avro::names(text).needed,
        #[cfg(feature = "protobuf")]
        Format::Protobuf => super::protobuf::referenced_names(text),
        Format::Json => super::json::referenced_names(text),
        _ => Vec::new(),
    }
}

/// The names that a text gives itself.
pub(crate) fn declared_names(format: Format, text: &str) -> Vec<String> {
    match format {
        #[cfg(feature = "avro")]
        Format::Avro => super::avro::names(text).declared,
        Format::Json => super::json::declared_id(text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Why a set of schemas cannot be linked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// A name that is not in the set.
    #[error("no schema named `{name}`{}", .from.as_ref().map(|it| format!(", which `{it}` refers to")).unwrap_or_default())]
    Unknown {
        /// The name.
        name: String,
        /// The schema that refers to it.
        from: Option<String>,
    },
    /// Schemas that refer to each other in a circle.
    #[error("references go in a circle: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
    /// A chain of references without a sensible end.
    #[error("schema `{name}` begins a chain of more than {limit} references")]
    TooDeep {
        /// Where the chain begins.
        name: String,
        /// How long it may be.
        limit: usize,
    },
    /// A text that is not a schema.
    #[error("schema `{name}`")]
    Schema {
        /// Which one.
        name: String,
        /// What is wrong with it.
        source: SchemaError,
    },
}
