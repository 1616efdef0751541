//! Which pairs of a reader's and a writer's type resolve, and what is wrong with those that do not.

use std::collections::{HashMap, HashSet, VecDeque};

use super::branches::Branches;
use crate::schema::avro::{Linked, LinkedKind as Kind, Name, Record, TypeIndex};

/// A reader's type and a writer's type.
pub(super) type Types = (TypeIndex, TypeIndex);

/// What is wrong with a pair by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The types are of different kinds, and no promotion leads from one to the other.
    Kind,
    /// The names differ, and no alias of the reader's type is the writer's full name.
    Name,
    /// The fixed types differ in size.
    Size,
    /// The writer's symbols that the reader neither knows nor has a default for.
    Symbols(Vec<String>),
    /// The reader's field of that number is missing in the writer and has no default.
    Missing(usize),
    /// The reader's field of that number matches these fields of the writer.
    Ambiguous(usize, Vec<String>),
}

/// What a pair needs besides having no fault.
#[derive(Debug, Clone)]
pub(super) enum Need {
    /// Each of these pairs: items, values, fields, the branches of the writer's union.
    All(Vec<Types>),
    /// One of these pairs: the branches of the reader's union.
    Any(Vec<Types>),
}

/// One pair, looked at.
#[derive(Debug)]
struct Node {
    faults: Vec<Fault>,
    need: Need,
    fails: bool,
    /// Pairs that need this one.
    users: Vec<usize>,
    /// Of the needed pairs, how many have not failed; of those that are `All`, it falls to below their number.
    alive: usize,
}

/// All pairs that were looked at.
#[derive(Debug)]
pub(super) struct Resolution<'l> {
    reader: &'l Linked,
    writer: &'l Linked,
    index: HashMap<Types, usize>,
    nodes: Vec<Node>,
    /// The reader's unions that were looked at.
    unions: HashMap<TypeIndex, Branches<'l>>,
}

impl<'l> Resolution<'l> {
    pub(super) fn new(reader: &'l Linked, writer: &'l Linked) -> Self {
        Self { reader, writer, index: HashMap::new(), nodes: Vec::new(), unions: HashMap::new() }
    }

    /// Whether the reader's type reads what the writer's type wrote.
    pub(super) fn resolves(&mut self, types: Types) -> bool {
        let index = self.settle(types);
        self.nodes.get(index).is_some_and(|node| !node.fails)
    }

    /// What is wrong with the pair by itself, and what it needs.
    pub(super) fn of(&mut self, types: Types) -> (&[Fault], &Need) {
        const NOTHING: &Need = &Need::All(Vec::new());
        let index = self.settle(types);
        self.nodes.get(index).map_or((&[], NOTHING), |node| (&node.faults, &node.need))
    }

    /// Whether the two are so alike that a person would call them the same type: of one kind, and of one name.
    pub(super) fn is_candidate(&self, (reader, writer): Types) -> bool {
        match (&self.reader.get(reader).kind, &self.writer.get(writer).kind) {
            (Kind::Record(r, _), Kind::Record(w, _)) => same_name(&r.name, &r.aliases, &w.name),
            (Kind::Enum(r), Kind::Enum(w)) => same_name(&r.name, &r.aliases, &w.name),
            (Kind::Fixed(r), Kind::Fixed(w)) => same_name(&r.name, &r.aliases, &w.name),
            (Kind::Array(_), Kind::Array(_)) | (Kind::Map(_), Kind::Map(_)) => true,
            _ => false,
        }
    }

    /// How well a branch suits a type, as codecs see it: the lower the better, [`PROMOTED`] behind all of the very type.
    pub(super) fn rank(&self, (reader, writer): Types) -> u8 {
        let (r, w) = (&self.reader.get(reader).kind, &self.writer.get(writer).kind);
        let named = |reader: &Name, aliases: &[Name], writer: &Name| match () {
            () if reader == writer => 0,
            () if aliases.contains(writer) => 1,
            () => 2,
        };
        match (r, w) {
            (Kind::Record(r, _), Kind::Record(w, _)) => named(&r.name, &r.aliases, &w.name),
            (Kind::Enum(r), Kind::Enum(w)) => named(&r.name, &r.aliases, &w.name),
            (Kind::Fixed(r), Kind::Fixed(w)) => named(&r.name, &r.aliases, &w.name),
            _ if same_kind(r, w) => 0,
            _ => PROMOTED,
        }
    }

    /// Looks at the pair and at all it needs, and finds out which of them fail. A pair that was settled stays as it is.
    fn settle(&mut self, types: Types) -> usize {
        if let Some(known) = self.index.get(&types) {
            return *known;
        }
        let first = self.nodes.len();
        let mut waiting = vec![types];
        while let Some(types) = waiting.pop() {
            if self.index.contains_key(&types) {
                continue;
            }
            let (faults, need) = self.examine(types);
            let fails = !faults.is_empty() || matches!(&need, Need::Any(pairs) if pairs.is_empty());
            if !fails {
                let (Need::All(pairs) | Need::Any(pairs)) = &need;
                waiting.extend(pairs.iter().filter(|pair| !self.index.contains_key(*pair)));
            }
            self.index.insert(types, self.nodes.len());
            self.nodes.push(Node { faults, need, fails, users: Vec::new(), alive: 0 });
        }
        self.spread(first);
        first
    }

    /// Lets the failure of a pair reach the pairs that need it, from the pairs behind `first` on.
    fn spread(&mut self, first: usize) {
        let mut failed: VecDeque<usize> = VecDeque::new();
        for index in first..self.nodes.len() {
            let Some(node) = self.nodes.get(index) else { continue };
            if node.fails {
                failed.push_back(index);
                continue;
            }
            let (Need::All(pairs) | Need::Any(pairs)) = &node.need;
            let needed: Vec<usize> = pairs.iter().filter_map(|pair| self.index.get(pair).copied()).collect();
            let mut dead = false;
            for other in &needed {
                let Some(other) = self.nodes.get_mut(*other) else { continue };
                other.users.push(index);
                dead |= other.fails;
            }
            if let Some(node) = self.nodes.get_mut(index) {
                node.alive = needed.len();
            }
            // Failed pairs of this round reach their users below; those of earlier rounds do so here.
            if dead {
                failed.extend(
                    needed.iter().filter(|other| **other < first).filter(|other| self.fails(**other)),
                );
            }
        }
        let mut spread = HashSet::new();
        while let Some(index) = failed.pop_front() {
            if !spread.insert(index) {
                continue;
            }
            let users =
                self.nodes.get_mut(index).map(|node| std::mem::take(&mut node.users)).unwrap_or_default();
            for user in users {
                let Some(node) = self.nodes.get_mut(user) else { continue };
                node.alive = node.alive.saturating_sub(1);
                let fails = match node.need {
                    Need::All(_) => true,
                    Need::Any(_) => node.alive == 0,
                };
                if fails && !node.fails {
                    node.fails = true;
                    failed.push_back(user);
                }
            }
        }
    }

    fn fails(&self, index: usize) -> bool {
        self.nodes.get(index).is_some_and(|node| node.fails)
    }

    fn is_promising(&self, types: Types) -> bool {
        let (reader, writer) = (&self.reader.get(types.0).kind, &self.writer.get(types.1).kind);
        match (reader, writer) {
            (
                Kind::Record(..) | Kind::Enum(_) | Kind::Fixed(_),
                Kind::Record(..) | Kind::Enum(_) | Kind::Fixed(_),
            ) => self.is_candidate(types),
            _ => same_kind(reader, writer) || promotes(writer, reader),
        }
    }

    fn examine(&mut self, (reader, writer): Types) -> (Vec<Fault>, Need) {
        let all = Need::All;
        let nothing = || Need::All(Vec::new());
        let (r, w) = (&self.reader.get(reader).kind, &self.writer.get(writer).kind);
        match (r, w) {
            (_, Kind::Union(branches)) => {
                (Vec::new(), all(branches.iter().map(|branch| (reader, *branch)).collect()))
            }
            (Kind::Union(branches), _) => {
                // A branch of another kind or name fails whatever stands in it, so it is not even looked at.
                let union = self.unions.entry(reader).or_insert_with(|| Branches::new(self.reader, branches));
                let numbers = union.for_writer(w).into_iter();
                let pairs = numbers.filter_map(|number| Some((*branches.get(number)?, writer)));
                (Vec::new(), Need::Any(pairs.filter(|pair| self.is_promising(*pair)).collect()))
            }
            (Kind::Array(r), Kind::Array(w)) | (Kind::Map(r), Kind::Map(w)) => {
                (Vec::new(), all(vec![(*r, *w)]))
            }
            (Kind::Record(r, reads), Kind::Record(w, writes)) => {
                let mut faults = name_fault(&r.name, &r.aliases, &w.name);
                let pairs = match_fields(r, w, &mut faults);
                let types = pairs.into_iter().filter_map(|(r, w)| Some((*reads.get(r)?, *writes.get(w)?)));
                (faults, all(types.collect()))
            }
            (Kind::Enum(r), Kind::Enum(w)) => {
                let mut faults = name_fault(&r.name, &r.aliases, &w.name);
                let known: HashSet<&String> = r.symbols.iter().collect();
                let unknown: Vec<String> =
                    w.symbols.iter().filter(|it| !known.contains(it)).cloned().collect();
                if !unknown.is_empty() && r.default.is_none() {
                    faults.push(Fault::Symbols(unknown));
                }
                (faults, nothing())
            }
            (Kind::Fixed(r), Kind::Fixed(w)) => {
                let mut faults = name_fault(&r.name, &r.aliases, &w.name);
                faults.extend((r.size != w.size).then_some(Fault::Size));
                (faults, nothing())
            }
            (r, w) if same_kind(r, w) || promotes(w, r) => (Vec::new(), nothing()),
            _ => (vec![Fault::Kind], nothing()),
        }
    }
}

/// The rank of a promotion.
pub(super) const PROMOTED: u8 = 3;

/// The reader's fields with the writer's fields that they read, by number.
pub(super) fn match_fields(reader: &Record, writer: &Record, faults: &mut Vec<Fault>) -> Vec<(usize, usize)> {
    let written: HashMap<&str, usize> =
        writer.fields.iter().enumerate().map(|(index, field)| (field.name.as_str(), index)).collect();
    let mut pairs = Vec::new();
    for (index, field) in reader.fields.iter().enumerate() {
        let mut names: Vec<&String> = vec![&field.name];
        for alias in &field.aliases {
            // Java keeps aliases as a set, but does not compare them with the field's own name.
            if !names.iter().skip(1).any(|known| *known == alias) {
                names.push(alias);
            }
        }
        let matches: Vec<(&String, usize)> =
            names.into_iter().filter_map(|name| Some((name, *written.get(name.as_str())?))).collect();
        match matches.as_slice() {
            [] if field.default.is_none() => faults.push(Fault::Missing(index)),
            [] => {}
            [(_, found)] => pairs.push((index, *found)),
            several => {
                let names = several.iter().map(|(name, _)| (*name).clone()).collect();
                faults.push(Fault::Ambiguous(index, names));
            }
        }
    }
    pairs
}

fn name_fault(reader: &Name, aliases: &[Name], writer: &Name) -> Vec<Fault> {
    if same_name(reader, aliases, writer) { Vec::new() } else { vec![Fault::Name] }
}

/// Names match by their simple part; the reader's aliases by the writer's full name. The writer's aliases mean nothing.
fn same_name(reader: &Name, aliases: &[Name], writer: &Name) -> bool {
    reader.simple() == writer.simple() || aliases.contains(writer)
}

fn same_kind(reader: &Kind, writer: &Kind) -> bool {
    std::mem::discriminant(reader) == std::mem::discriminant(writer)
}

/// The promotions of the specification.
const fn promotes(writer: &Kind, reader: &Kind) -> bool {
    matches!(
        (writer, reader),
        (Kind::Int, Kind::Long | Kind::Float | Kind::Double)
            | (Kind::Long, Kind::Float | Kind::Double)
            | (Kind::Float, Kind::Double)
            | (Kind::String, Kind::Bytes)
            | (Kind::Bytes, Kind::String)
    )
}
