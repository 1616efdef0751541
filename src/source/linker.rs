//! From a file of a snapshot to a schema with all that it refers to, parsed once however often it is asked for.
//!
//! | format | a reference is | found |
//! |---|---|---|
//! | Avro | a full name | in the file that declares it; of several the nearest by folders |
//! | Protobuf | an import path | below the owning root, then the vendor roots; without configuration below any folder around the file, else by the end of its path |
//! | JSON | a URI | by `$id`, by the configured prefixes, by the path from the file |

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::cores::on_all_cores;
use super::declared::Declared;
use super::error::{SourceError, TextError};
use super::roots::{Roots, folder_of, nearness};
use super::snapshot::{Snapshot, format_of};
use super::store::{Store, TextId};
use crate::schema::{
    Format, Mode, Reference, Schema, SchemaError, SchemaErrorKind, declared_names, json, referenced_names,
};

/// How long a chain of references may be.
const DEPTH: usize = 128;

/// A schema that this linker parsed; the same number is the same schema with the same references.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(usize);

/// A file's schema.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Its number.
    pub id: SchemaId,
    /// The schema, references attached.
    pub schema: Schema,
    /// All files it refers to, directly and through others, the nearest first.
    pub uses: Arc<[Used]>,
}

/// A file that a schema refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The name that it is referred to with.
    pub name: String,
    /// Its path.
    pub path: String,
    /// The path of the file that names it.
    pub by: String,
}

/// Why a file gives no schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unlinked {
    /// Its text cannot be taken.
    #[error("{0}")]
    Text(TextError),
    /// Its text is no schema, or refers to one that is not there.
    #[error("{}", .0.message)]
    Schema(SchemaError),
    /// It refers to itself through others.
    #[error("references go in a circle: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
    /// It begins a chain of references without a sensible end.
    #[error("a chain of more than {DEPTH} references begins here")]
    TooDeep,
    /// Several files, all as near, declare the name that it means.
    #[error("`{name}` is declared by {}", .paths.join(" and by "))]
    Ambiguous {
        /// The name.
        name: String,
        /// The files.
        paths: Vec<String>,
    },
    /// A file that it refers to gives no schema.
    #[error("`{path}`, which it refers to, is no schema")]
    Reference {
        /// That file.
        path: String,
        /// Why not.
        source: Box<Self>,
    },
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
}

/// The names of one text.
#[derive(Debug, Default)]
struct Names {
    declared: Vec<String>,
    needed: Vec<String>,
}

/// What tells one parsed schema from another.
type Key = (TextId, Format, Vec<(String, SchemaId)>);

/// Parses and links; what it has parsed serves all snapshots.
#[derive(Debug)]
pub struct Linker {
    roots: Roots,
    names: HashMap<(TextId, Format), Arc<Names>>,
    /// The schema, and whether it was parsed strictly.
    parsed: HashMap<Key, (SchemaId, bool)>,
    schemas: Vec<Schema>,
}

impl Linker {
    /// A linker that finds references by these roots.
    #[must_use]
    pub fn new(roots: Roots) -> Self {
        Self { roots, names: HashMap::new(), parsed: HashMap::new(), schemas: Vec::new() }
    }

    /// The schema of a file; its format is told by its name where `format` does not say.
    ///
    /// # Errors
    /// The store cannot be read. What is wrong with the file alone is the inner error.
    pub fn link(
        &mut self,
        store: &mut Store,
        snapshot: &mut Snapshot,
        path: &str,
        format: Format,
        mode: Mode,
    ) -> Result<Result<Linked, Unlinked>, SourceError> {
        Pass { linker: self, store, snapshot, mode, open: Vec::new() }.link(path, format)
    }

    /// Parses files that need no others, on all cores, so that [`Self::link`] finds them done. What does not parse is left to that.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn parse_ahead<'p>(
        &mut self,
        store: &mut Store,
        snapshot: &Snapshot,
        files: impl Iterator<Item = (&'p str, Format)>,
        mode: Mode,
    ) -> Result<(), SourceError> {
        let mut texts = Vec::new();
        for (path, format) in files {
            if let Some(Ok(id)) = store.read(snapshot, path)? {
                texts.push((id, format));
            }
        }
        self.parse_texts_ahead(store, texts, mode);
        Ok(())
    }

    /// As [`Self::parse_ahead`], for texts.
    pub fn parse_texts_ahead(&mut self, store: &Store, mut texts: Vec<(TextId, Format)>, mode: Mode) {
        texts.sort_unstable();
        texts.dedup();
        let is_new = |(id, format): &(TextId, Format)| {
            let known = self.parsed.get(&(*id, *format, Vec::new()));
            known.is_none_or(|(_, is_strict)| !is_strict && mode == Mode::Strict)
        };
        texts.retain(is_new);
        let parsed = on_all_cores(&texts, |(id, format)| {
            let text = store.text(*id);
            if may_refer(*format, &text) {
                None
            } else {
                Schema::parse(*format, &text, Vec::new(), mode).ok()
            }
        });
        for ((id, format), schema) in texts.into_iter().zip(parsed) {
            if let Some(schema) = schema {
                self.keep((id, format, Vec::new()), schema, mode);
            }
        }
    }

    /// Takes in a schema that was parsed elsewhere, and gives it a number of its own.
    pub fn adopt(&mut self, schema: Schema, uses: Vec<Used>) -> Linked {
        let id = SchemaId(self.schemas.len());
        self.schemas.push(schema.clone());
        Linked { id, schema, uses: uses.into() }
    }

    fn parse(
        &mut self,
        text: (TextId, &str),
        format: Format,
        references: Vec<(String, SchemaId)>,
        mode: Mode,
    ) -> Result<SchemaId, SchemaError> {
        let key = (text.0, format, references);
        let known = self.parsed.get(&key).copied();
        if let Some((id, is_strict)) = known
            && (is_strict || mode == Mode::Lenient)
        {
            return Ok(id);
        }
        let attached = key
            .2
            .iter()
            .filter_map(|(name, id)| Some((Reference::local(name), self.schemas.get(id.0)?.clone())));
        let schema = Schema::parse(format, text.1, attached.collect(), mode)?;
        Ok(self.keep(key, schema, mode))
    }

    /// A text that was parsed leniently before keeps its number.
    fn keep(&mut self, key: Key, schema: Schema, mode: Mode) -> SchemaId {
        let known = self.parsed.get(&key).map(|(id, _)| *id);
        let id = known.unwrap_or(SchemaId(self.schemas.len()));
        if known.is_none() {
            self.schemas.push(schema);
        }
        self.parsed.insert(key, (id, mode == Mode::Strict));
        id
    }

    fn names(&mut self, id: TextId, text: &str, format: Format) -> Arc<Names> {
        let names = self.names.entry((id, format)).or_insert_with(|| {
            let may_declare = match format {
                Format::Avro => true,
                Format::Json => text.contains("id\"") || text.contains(ESCAPE),
                _ => false,
            };
            // Without a reference of its own an Avro text was parsed before anybody asks.
            let may_refer = format == Format::Avro || may_refer(format, text);
            Arc::new(Names {
                declared: if may_declare { declared_names(format, text) } else { Vec::new() },
                needed: if may_refer { referenced_names(format, text) } else { Vec::new() },
            })
        });
        Arc::clone(names)
    }
}

/// One file and what it refers to.
struct Pass<'l> {
    linker: &'l mut Linker,
    store: &'l mut Store,
    snapshot: &'l mut Snapshot,
    mode: Mode,
    /// The files on the way here; at most [`DEPTH`], so that the recursion ends.
    open: Vec<String>,
}

/// A reference: its name, its file, and what that refers to in turn.
type Direct = (String, String, Arc<[Used]>);

type Outcome<T> = Result<Result<T, Unlinked>, SourceError>;

impl Pass<'_> {
    fn link(&mut self, path: &str, format: Format) -> Outcome<Linked> {
        if let Some(known) = self.snapshot.linked.get(path) {
            return Ok(known.clone());
        }
        if let Some(start) = self.open.iter().position(|open| open == path) {
            let circle = self.open.iter().skip(start).cloned().chain([path.to_owned()]);
            return Ok(Err(Unlinked::Cycle(circle.collect())));
        }
        if self.open.len() >= DEPTH {
            return Ok(Err(Unlinked::TooDeep));
        }
        self.open.push(path.to_owned());
        let linked = self.link_new(path, format);
        self.open.pop();
        let linked = linked?;
        // How a circle or a long chain looks depends on where one comes from.
        if !matches!(linked, Err(Unlinked::Cycle(_) | Unlinked::TooDeep | Unlinked::Reference { .. })) {
            self.snapshot.linked.insert(path.to_owned(), linked.clone());
        }
        Ok(linked)
    }

    fn link_new(&mut self, path: &str, format: Format) -> Outcome<Linked> {
        let id = match self.store.read(self.snapshot, path)? {
            None => return Ok(Err(Unlinked::Missing)),
            Some(Err(error)) => return Ok(Err(Unlinked::Text(error))),
            Some(Ok(id)) => id,
        };
        let text = self.store.text(id);
        if format == Format::Avro {
            // Most texts declare all that they use, and then one parse is enough.
            match self.linker.parse((id, &text), format, Vec::new(), self.mode) {
                Ok(id) => return Ok(self.linked(id, path, Vec::new())),
                Err(error) if error.kind == SchemaErrorKind::UnknownReference => {}
                Err(error) => return Ok(Err(Unlinked::Schema(error))),
            }
        }
        let names = self.linker.names(id, &text, format);
        let mut references = Vec::new();
        let mut direct = Vec::new();
        for name in &names.needed {
            // What is not found the parser will complain about, with its place; leniently nobody does.
            let target = match self.resolve(path, format, name, &names)? {
                Ok(target) => target,
                Err(error) => return Ok(Err(error)),
            };
            let Some(target) = target.filter(|target| !direct.iter().any(|(_, known, _)| known == target))
            else {
                continue;
            };
            match self.link(&target, format)? {
                Ok(linked) => {
                    references.push((name.clone(), linked.id));
                    direct.push((name.clone(), target, linked.uses));
                }
                Err(error @ (Unlinked::Cycle(_) | Unlinked::TooDeep | Unlinked::Reference { .. })) => {
                    return Ok(Err(error));
                }
                Err(error) => {
                    return Ok(Err(Unlinked::Reference { path: target, source: Box::new(error) }));
                }
            }
        }
        Ok(match self.linker.parse((id, &text), format, references, self.mode) {
            Err(error) => Err(Unlinked::Schema(error)),
            Ok(id) => self.linked(id, path, direct),
        })
    }

    fn linked(&self, id: SchemaId, path: &str, direct: Vec<Direct>) -> Result<Linked, Unlinked> {
        let schema = self.linker.schemas.get(id.0).cloned().ok_or(Unlinked::Missing)?;
        Ok(Linked { id, schema, uses: all_uses(path, direct) })
    }

    fn resolve(&mut self, from: &str, format: Format, name: &str, names: &Names) -> Outcome<Option<String>> {
        match format {
            Format::Avro => self.resolve_avro(from, name),
            Format::Protobuf => Ok(self.resolve_import(from, name)),
            Format::Json => Ok(Ok(self.resolve_uri(from, name, names.declared.first())?)),
            _ => Ok(Ok(None)),
        }
    }

    fn resolve_avro(&mut self, from: &str, name: &str) -> Outcome<Option<String>> {
        self.refresh_declared()?;
        // A simple name within a namespace may also mean a type without one.
        let simple = name.rsplit('.').next().filter(|simple| *simple != name);
        for name in std::iter::once(name).chain(simple) {
            let declared = self.snapshot.declared.iter().flat_map(|it| it.files(Format::Avro, name));
            let declared: Vec<&str> = declared.filter(|path| *path != from).collect();
            if !declared.is_empty() {
                return Ok(nearest(from, name, &declared).map(Some));
            }
        }
        Ok(Ok(None))
    }

    fn resolve_import(&self, from: &str, import: &str) -> Result<Option<String>, Unlinked> {
        let roots = &self.linker.roots;
        if let Some(path) =
            roots.of_import(from, import).into_iter().find(|path| self.snapshot.contains(path))
        {
            return Ok(Some(path));
        }
        if roots.owns(from) {
            return Ok(None);
        }
        let end = format!("/{import}");
        let fit: Vec<&str> = self.snapshot.paths().filter(|path| path.ends_with(&end)).collect();
        if fit.is_empty() { Ok(None) } else { nearest(from, import, &fit).map(Some) }
    }

    fn resolve_uri(
        &mut self,
        from: &str,
        written: &str,
        own: Option<&String>,
    ) -> Result<Option<String>, SourceError> {
        let resolved = json::resolve(own.map_or("", String::as_str), written);
        self.refresh_declared()?;
        for uri in [resolved.as_str(), written] {
            let mut declared = self.snapshot.declared.iter().flat_map(|it| it.files(Format::Json, uri));
            if let Some(path) = declared.find(|path| *path != from) {
                return Ok(Some(path.to_owned()));
            }
        }
        let mapped = self.linker.roots.of_uri(&resolved);
        let beside = (!has_scheme(written)).then(|| json::resolve(&format!("{}/", folder_of(from)), written));
        let beside = beside.map(|path| path.trim_start_matches('/').to_owned());
        Ok(mapped.into_iter().chain(beside).find(|path| self.snapshot.contains(path)))
    }

    /// Brings the index of declared names up to date.
    fn refresh_declared(&mut self) -> Result<(), SourceError> {
        let known = self.snapshot.declared.take();
        let mut declared = known.unwrap_or_else(|| Declared::new(self.snapshot.paths()));
        for path in declared.take_stale() {
            let Some(format @ (Format::Avro | Format::Json)) = format_of(&path) else { continue };
            if let Some(Ok(id)) = self.store.read(self.snapshot, &path)? {
                let names = self.linker.names(id, &self.store.text(id), format);
                declared.learn(&path, format, &names.declared);
            }
        }
        self.snapshot.declared = Some(declared);
        Ok(())
    }
}

/// How a letter of a JSON keyword can be written so that a search does not find it.
const ESCAPE: &str = "\\u00";

/// Whether a text may refer to others, as can be seen without parsing it: most do not. Avro's says so only when it is parsed.
fn may_refer(format: Format, text: &str) -> bool {
    match format {
        Format::Protobuf => text.contains("import"),
        Format::Json => text.contains("ref\"") || text.contains(ESCAPE),
        _ => false,
    }
}

/// Breadth first, as the nearer of two references of one name counts.
fn all_uses(root: &str, direct: Vec<Direct>) -> Arc<[Used]> {
    let mut uses: Vec<Used> = Vec::new();
    let mut waiting: VecDeque<Used> = VecDeque::new();
    let mut below: Vec<Arc<[Used]>> = Vec::new();
    for (name, path, inner) in direct {
        waiting.push_back(Used { name, path, by: root.to_owned() });
        below.push(inner);
    }
    // Those of each file are in order of their distance already.
    waiting.extend(below.iter().flat_map(|inner| inner.iter().cloned()));
    for used in waiting {
        if !uses.iter().any(|known| known.path == used.path) {
            uses.push(used);
        }
    }
    uses.into()
}

/// Of several files the one that has most folders in common with `from`; two that have as many are one too many.
fn nearest(from: &str, name: &str, paths: &[&str]) -> Result<String, Unlinked> {
    let best = paths.iter().map(|path| nearness(from, path)).max().unwrap_or_default();
    match paths.iter().filter(|path| nearness(from, path) == best).collect::<Vec<_>>().as_slice() {
        [only] => Ok((**only).to_owned()),
        several => {
            let paths = several.iter().map(|path| (**path).to_owned()).collect();
            Err(Unlinked::Ambiguous { name: name.into(), paths })
        }
    }
}

/// Whether a reference says how to fetch it.
fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}
