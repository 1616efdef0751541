//! Schema resolution: a writer's schema compiled to be read as a reader's
//! ([specification](https://avro.apache.org/docs/1.12.0/specification/#schema-resolution)).
//!
//! - Named types match by the name without its namespace, or by an alias of the reader that is the writer's full name.
//! - A field of the reader takes the writer's field of its name, else of one of its aliases; a field so named is never taken by an alias of another.
//! - A union of the reader takes the first branch of the same type (and full name, then name), else the first that the type is promoted to;
//!   a branch that can read every value of the writer goes before one that cannot.
//! - Logical types of both sides must agree in unit, scale and kind; the specification would read the number as it stands, as another time or another amount.
//!   Where only one side is annotated the number is read as it stands, as what the reader calls it.
//!
//! A pair that fits for no value is an error here. One that fails for some symbols or branches fails for the data that has them.

use super::compile::{Compiler, Side, kind_name};
use super::matching::{PROMOTED, agree, match_fields, names_match, primitive, rank};
use super::mismatch::{Failure, Mismatch, mismatch, names_differ};
use super::plan::{Action, Branch, Node, Plan, Step};
use crate::schema::SchemaError;
use crate::schema::avro::{Linked, LinkedKind, TypeIndex};

/// What became of a pair of types.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    Fits(Fit),
    Fails(Mismatch),
}

/// A pair that can be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    node: Node,
    /// Whether every value of the writer can be read.
    whole: bool,
}

/// Compiles one schema with itself: what it writes, and how it reads what it wrote.
pub(super) fn plain(schema: &Linked) -> Result<Plan, SchemaError> {
    let mut compiler = Compiler::new(schema, schema);
    let root = compiler.plain(Side::Writer, schema.root)?;
    Ok(compiler.finish(root))
}

/// Compiles a writer's schema to be read as a reader's.
///
/// # Errors
/// A pair that fits for no value, naming the place in both.
pub(super) fn resolve(writer: &Linked, reader: &Linked) -> Result<Plan, SchemaError> {
    let mut compiler = Compiler::new(writer, reader);
    match compiler.pair(writer.root, reader.root) {
        Ok(fit) => Ok(compiler.finish(fit.node)),
        Err(Failure::Schema(error)) => Err(error),
        Err(Failure::Mismatch(mismatch)) => Err(mismatch.into()),
    }
}

impl Compiler<'_> {
    /// Resolves a pair of types, each pair once.
    fn pair(&mut self, w: TypeIndex, r: TypeIndex) -> Result<Fit, Failure> {
        match self.pairs.get(&(w, r)) {
            Some(Outcome::Fits(fit)) => return Ok(*fit),
            Some(Outcome::Fails(mismatch)) => return Err(Failure::Mismatch(mismatch.clone())),
            None => {}
        }
        self.deeper()?;
        let fit = self.pair_types(w, r);
        self.shallower();
        match &fit {
            Ok(fit) => {
                self.pairs.insert((w, r), Outcome::Fits(*fit));
            }
            Err(Failure::Mismatch(mismatch)) => {
                self.pairs.insert((w, r), Outcome::Fails(mismatch.clone()));
            }
            Err(Failure::Schema(_)) => {}
        }
        fit
    }

    fn pair_types(&mut self, w: TypeIndex, r: TypeIndex) -> Result<Fit, Failure> {
        let (writer, reader) = (self.writer.get(w), self.reader.get(r));
        match (&writer.kind, &reader.kind) {
            (LinkedKind::Union(branches), _) => self.union_written(w, branches, r),
            (_, LinkedKind::Union(branches)) => {
                let (branch, _, whole) = self.branch_for(w, r, branches)?;
                Ok(Fit { node: self.union(false, vec![branch]), whole })
            }
            (LinkedKind::Array(from), LinkedKind::Array(to)) => {
                let number = self.reserve_item();
                self.in_progress(w, r, Node::Array(number));
                let item = self.pair(*from, *to).map_err(|it| it.inside("[]"))?;
                self.fill_item(number, item.node);
                Ok(Fit { node: Node::Array(number), whole: item.whole })
            }
            (LinkedKind::Map(from), LinkedKind::Map(to)) => {
                let number = self.reserve_item();
                self.in_progress(w, r, Node::Map(number));
                let item = self.pair(*from, *to).map_err(|it| it.inside("{}"))?;
                self.fill_item(number, item.node);
                Ok(Fit { node: Node::Map(number), whole: item.whole })
            }
            (LinkedKind::Record(from, _), LinkedKind::Record(to, _)) => {
                if !names_match(&from.name, &to.name, &to.aliases) {
                    return Err(names_differ(writer, &from.name, reader, &to.name));
                }
                self.records(w, r)
            }
            (LinkedKind::Enum(from), LinkedKind::Enum(to)) => {
                if !names_match(&from.name, &to.name, &to.aliases) {
                    return Err(names_differ(writer, &from.name, reader, &to.name));
                }
                let place = |name: &str| to.symbols.iter().position(|it| it == name).map(|at| at as u32);
                let other = to.default.as_deref().and_then(place);
                let written: Vec<_> =
                    from.symbols.iter().map(|name| (name.as_str(), place(name).or(other))).collect();
                let whole = written.iter().all(|(_, read_as)| read_as.is_some());
                if !written.is_empty() && written.iter().all(|(_, read_as)| read_as.is_none()) {
                    return Err(mismatch(writer, reader, "the enums have no symbol in common".to_owned()));
                }
                let node = self.enumeration(&to.name, &to.symbols, written.into_iter())?;
                Ok(Fit { node, whole })
            }
            (LinkedKind::Fixed(from), LinkedKind::Fixed(to)) => {
                if !names_match(&from.name, &to.name, &to.aliases) {
                    return Err(names_differ(writer, &from.name, reader, &to.name));
                }
                if from.size != to.size {
                    let message = format!("a fixed of {} bytes is read as one of {}", from.size, to.size);
                    return Err(mismatch(writer, reader, message));
                }
                agree(writer, reader)?;
                Ok(Fit { node: self.fixed(to.size, reader.logical), whole: true })
            }
            (from, to) => {
                let Some((node, width)) = primitive(from, to) else {
                    let message = format!("{} cannot be read as {}", kind_name(from), kind_name(to));
                    return Err(mismatch(writer, reader, message));
                };
                agree(writer, reader)?;
                Ok(Fit { node: self.with_logical(node, width, reader.logical), whole: true })
            }
        }
    }

    /// A pair that leads back to itself fits as far as can be told from within.
    fn in_progress(&mut self, w: TypeIndex, r: TypeIndex, node: Node) {
        self.pairs.insert((w, r), Outcome::Fits(Fit { node, whole: true }));
    }

    /// A union of the writer, read as anything: branch by branch.
    fn union_written(&mut self, w: TypeIndex, branches: &[TypeIndex], r: TypeIndex) -> Result<Fit, Failure> {
        let mut compiled = Vec::with_capacity(branches.len());
        let mut all = true;
        let mut last = None;
        for branch in branches {
            let read = match &self.reader.get(r).kind {
                LinkedKind::Union(targets) => {
                    self.branch_for(*branch, r, targets).map(|(it, _, whole)| (it, whole))
                }
                _ => self.pair(*branch, r).and_then(|fit| {
                    let names = self.type_names(Side::Reader, r)?;
                    Ok((Branch { node: fit.node, reader: None, names }, fit.whole))
                }),
            };
            match read {
                Ok((branch, whole)) => {
                    all &= whole;
                    compiled.push(branch);
                }
                Err(Failure::Mismatch(mismatch)) => {
                    all = false;
                    let names = self.type_names(Side::Writer, *branch)?;
                    let node = self.failure(&mismatch);
                    compiled.push(Branch { node, reader: None, names });
                    last = Some(mismatch);
                }
                Err(error) => return Err(error),
            }
        }
        let nothing_fits = compiled.iter().all(|it| matches!(it.node, Node::Unresolvable(_)));
        match last {
            Some(one) if nothing_fits && compiled.len() == 1 => Err(Failure::Mismatch(one)),
            Some(_) if nothing_fits => {
                let message = "no branch of the writer's union can be read".to_owned();
                Err(mismatch(self.writer.get(w), self.reader.get(r), message))
            }
            _ => Ok(Fit { node: self.union(true, compiled), whole: all }),
        }
    }

    /// The branch of the reader's union that takes a type of the writer, which is no union itself.
    fn branch_for(
        &mut self,
        w: TypeIndex,
        r: TypeIndex,
        branches: &[TypeIndex],
    ) -> Result<(Branch, usize, bool), Failure> {
        let mut candidates: Vec<(u8, usize)> = branches
            .iter()
            .enumerate()
            .filter_map(|(at, branch)| Some((rank(self.writer.get(w), self.reader.get(*branch))?, at)))
            .collect();
        candidates.sort_unstable();
        // Where a branch has the very type, a promotion to another one would bypass what its annotation says.
        if candidates.first().is_some_and(|(rank, _)| *rank < PROMOTED) {
            candidates.retain(|(rank, _)| *rank < PROMOTED);
        }
        let mut partly = None;
        let mut why = None;
        for (_, at) in candidates {
            let Some(branch) = branches.get(at) else { continue };
            match self.pair(w, *branch) {
                Ok(fit) if fit.whole => return Ok((self.read_branch(fit, at, *branch)?, at, true)),
                Ok(fit) => partly = partly.or(Some((fit, at, *branch))),
                Err(Failure::Mismatch(mismatch)) => why = why.or(Some(mismatch)),
                Err(error) => return Err(error),
            }
        }
        match (partly, why) {
            (Some((fit, at, branch)), _) => Ok((self.read_branch(fit, at, branch)?, at, false)),
            (None, Some(mismatch)) => Err(Failure::Mismatch(mismatch)),
            (None, None) => {
                let (writer, reader) = (self.writer.get(w), self.reader.get(r));
                let message = format!("no branch of the reader's union takes {}", kind_name(&writer.kind));
                Err(mismatch(writer, reader, message))
            }
        }
    }

    fn read_branch(&mut self, fit: Fit, at: usize, branch: TypeIndex) -> Result<Branch, SchemaError> {
        let names = self.type_names(Side::Reader, branch)?;
        Ok(Branch { node: fit.node, reader: Some(at as u32), names })
    }

    /// Two records: steps over the writer's fields, then the defaults of those that only the reader has.
    fn records(&mut self, w: TypeIndex, r: TypeIndex) -> Result<Fit, Failure> {
        let LinkedKind::Record(to, _) = &self.reader.get(r).kind else {
            return Err(mismatch(self.writer.get(w), self.reader.get(r), "not a record".to_owned()));
        };
        let number = self.reserve_record(&to.name)?;
        self.in_progress(w, r, Node::Record(number));
        match self.record_steps(w, r, number) {
            Ok(whole) => Ok(Fit { node: Node::Record(number), whole }),
            Err(failure) => {
                // Pairs that led here while it was in progress may live on in a union's branch.
                if let Failure::Mismatch(mismatch) = &failure {
                    let node = self.failure(mismatch);
                    self.fill_record(number, Vec::new(), vec![Step::new("", node, Action::Skip)]);
                }
                Err(failure)
            }
        }
    }

    fn record_steps(&mut self, w: TypeIndex, r: TypeIndex, number: u32) -> Result<bool, Failure> {
        let (writer, reader) = (self.writer, self.reader);
        let from: Vec<_> = writer.fields(w).collect();
        let to: Vec<_> = reader.fields(r).collect();
        let matched = match_fields(
            &from.iter().map(|(field, _)| field.name.as_str()).collect::<Vec<_>>(),
            &to.iter().map(|(field, _)| (field.name.as_str(), field.aliases.as_slice())).collect::<Vec<_>>(),
        );
        let mut whole = true;
        let mut steps = Vec::with_capacity(from.len());
        for (at, (field, ty)) in from.iter().enumerate() {
            let target = matched.iter().position(|it| *it == Some(at));
            let Some((position, (read, target))) = target.and_then(|it| Some((it, to.get(it)?))) else {
                let name = self.name(&field.name)?.text;
                steps.push(Step::new(name, self.plain(Side::Writer, *ty)?, Action::Skip));
                continue;
            };
            let fit = self.pair(*ty, *target).map_err(|it| it.inside(&field.name))?;
            whole &= fit.whole;
            let name = self.name(&read.name)?.text;
            steps.push(Step::new(name, fit.node, Action::Read(position as u32)));
        }
        for (position, (field, ty)) in to.iter().enumerate() {
            if matched.get(position).copied().flatten().is_some() {
                continue;
            }
            if field.default.is_none() {
                let message = format!(
                    "the reader's field `{}` has no default, and the writer has no such field",
                    field.name
                );
                return Err(mismatch(writer.get(w), reader.get(r), message));
            }
            let node = self.plain(Side::Reader, *ty)?;
            let name = self.name(&field.name)?.text;
            steps.push(Step::new(name, node, Action::Default(position as u32)));
        }
        let fields =
            self.fields(Side::Reader, r, |position| matched.get(position).copied().flatten().is_none())?;
        self.fill_record(number, fields, steps);
        Ok(whole)
    }

    fn failure(&mut self, mismatch: &Mismatch) -> Node {
        self.plan.failures.push(mismatch.to_string().into());
        Node::Unresolvable(self.plan.failures.len() as u32 - 1)
    }
}
