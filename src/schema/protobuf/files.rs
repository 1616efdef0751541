//! All files that the names in a schema may lead to: its own, those of its references, well-known ones.

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};

use prost_types::FileDescriptorProto;

use super::{Model, Origin, Schema, link, well_known};
use crate::schema;

/// One of those files.
#[derive(Debug)]
pub(crate) struct File<'s> {
    /// Its import path; none for the schema's own.
    pub(crate) name: Option<String>,
    /// What it declares, unlinked.
    pub(crate) proto: Cow<'s, FileDescriptorProto>,
    /// Its model and its text; none for well-known files.
    pub(crate) source: Option<(&'s Model, &'s str)>,
}

impl File<'_> {
    /// In which form it was registered.
    pub(crate) fn origin(&self) -> Origin {
        self.source.map_or(Origin::Descriptor, |(model, _)| model.origin())
    }
}

/// The schema's own file first, then all others, as far as they are known: the import paths that mean the same here as in
/// [`super::link()`]. What is missing is left out, and a reference that nobody imports counts, as in Confluent's registry.
pub(crate) fn files(schema: &Schema) -> Vec<File<'_>> {
    let schema::Model::Protobuf(own) = schema.model() else { return Vec::new() };
    let given = link::by_import_path(schema.references());
    let mut names: Vec<&str> = given.keys().copied().collect();
    names.sort_unstable();
    let mut waiting: VecDeque<String> = own.file.dependency.iter().cloned().collect();
    waiting.extend(names.into_iter().map(str::to_owned));
    let mut files =
        vec![File { name: None, proto: Cow::Borrowed(&own.file), source: Some((own, schema.text())) }];
    let mut seen = HashSet::new();
    while let Some(name) = waiting.pop_front() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let known = |proto: FileDescriptorProto| (Cow::Owned(proto), None);
        let found = well_known::google_protobuf(&name)
            .map(known)
            .or_else(|| {
                let schema = given.get(name.as_str())?;
                let schema::Model::Protobuf(model) = schema.model() else { return None };
                Some((Cow::Borrowed(&model.file), Some((model, schema.text()))))
            })
            .or_else(|| well_known::embedded(&name).map(known));
        let Some((proto, source)) = found else { continue };
        waiting.extend(proto.dependency.iter().cloned());
        files.push(File { name: Some(name), proto, source });
    }
    files
}
