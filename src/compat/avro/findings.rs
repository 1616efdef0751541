//! From failed pairs to findings: what a person reads, with both places.

use std::collections::HashSet;

use super::resolution::{Fault, Need, Resolution, Types};
use super::rules::id;
use crate::compat::places::Places;
use crate::compat::rule::RuleId;
use crate::compat::{Finding, Pair, Place, Side};
use crate::schema::Span;
use crate::schema::avro::{Linked, LinkedKind as Kind, Logical, TypeIndex, link};

/// All findings of one earlier version, in the directions of the level. As in Confluent's registry, whether the old
/// version reads the new one comes first.
pub(in crate::compat) fn findings(pair: Pair<'_>) -> Vec<Finding> {
    let reader = if pair.level.is_backward() { Side::New } else { Side::Old };
    let (old, new) = match (link(pair.old), link(pair.new)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let errors = [(Side::Old, old.err()), (Side::New, new.err())];
            let errors = errors.into_iter().filter_map(|(side, error)| Some((side, error?.message)));
            return errors
                .map(|(side, error)| {
                    pair.finding(
                        crate::compat::rule::id::UNLINKED,
                        reader,
                        format!("the {side} schema cannot be linked: {error}"),
                    )
                })
                .collect();
        }
    };
    let (old, new) = (Text::new(&old), Text::new(&new));
    let mut findings = Vec::new();
    if pair.level.is_forward() {
        findings.extend(Direction::new(pair, Side::Old, &old, &new).findings());
    }
    if pair.level.is_backward() {
        findings.extend(Direction::new(pair, Side::New, &new, &old).findings());
    }
    findings
}

/// A graph with an index over each text that its types stand in.
#[derive(Debug)]
struct Text<'l> {
    linked: &'l Linked,
    places: Vec<Places<'l>>,
}

impl<'l> Text<'l> {
    fn new(linked: &'l Linked) -> Self {
        Self { linked, places: linked.texts().map(Places::new).collect() }
    }

    /// A place in the text that a type stands in.
    fn place(&self, index: TypeIndex, below: &str, span: Span) -> Place {
        let it = self.linked.get(index);
        let places = self.places.get(self.linked.text_of(index));
        Place {
            pointer: format!("{}{below}", it.pointer),
            range: places.map(|places| places.range(span)),
            reference: it.source.clone(),
        }
    }

    fn type_place(&self, index: TypeIndex, below: &str) -> Place {
        self.place(index, below, self.linked.get(index).span)
    }
}

/// One side reading the other.
#[derive(Debug)]
struct Direction<'l> {
    pair: Pair<'l>,
    /// The side that reads.
    side: Side,
    reader: &'l Text<'l>,
    writer: &'l Text<'l>,
    resolution: Resolution<'l>,
    findings: Vec<Finding>,
}

impl<'l> Direction<'l> {
    fn new(pair: Pair<'l>, side: Side, reader: &'l Text<'l>, writer: &'l Text<'l>) -> Self {
        let resolution = Resolution::new(reader.linked, writer.linked);
        Self { pair, side, reader, writer, resolution, findings: Vec::new() }
    }

    /// Walks from the roots to every pair that data can reach, each once.
    fn findings(mut self) -> Vec<Finding> {
        let mut seen = HashSet::new();
        let mut waiting = vec![(self.reader.linked.root, self.writer.linked.root)];
        while let Some(types) = waiting.pop() {
            if !seen.insert(types) {
                continue;
            }
            let (faults, need) = self.resolution.of(types);
            let (faults, need) = (faults.to_vec(), need.clone());
            for fault in &faults {
                self.fault(types, fault);
            }
            if faults.is_empty() {
                self.meaning(types);
            }
            match need {
                Need::All(pairs) => waiting.extend(pairs.into_iter().rev()),
                Need::Any(pairs) => waiting.extend(self.branch(types, &pairs)),
            }
        }
        self.findings
    }

    /// The branch of the reader's union that data goes to: one that reads it, else one that was meant to, so that
    /// what is wrong inside is shown and not only that no branch fits; without either the union itself is at fault.
    fn branch(&mut self, types: Types, pairs: &[Types]) -> Option<Types> {
        let reads = pairs.iter().copied().find(|pair| self.resolution.resolves(*pair));
        let branch = reads.or_else(|| pairs.iter().copied().find(|pair| self.resolution.is_candidate(*pair)));
        if branch.is_none() {
            let name = name(&self.writer.linked.get(types.1).kind);
            let (id, message) = match self.side {
                Side::New => (
                    id::UNION_BRANCH_REMOVED,
                    format!("the union does not take {name}, which earlier messages may hold"),
                ),
                Side::Old => (
                    id::UNION_BRANCH_ADDED,
                    format!("messages may now hold {name}, which the earlier union does not take"),
                ),
            };
            let (reader, writer) = (self.reader.type_place(types.0, ""), self.writer.type_place(types.1, ""));
            self.add(id, message, reader, writer);
        }
        branch
    }

    fn fault(&mut self, (reader, writer): Types, fault: &Fault) {
        let (r, w) = (&self.reader.linked.get(reader).kind, &self.writer.linked.get(writer).kind);
        let (read, written) = (name(r), name(w));
        let (reads, writes) = match self.side {
            Side::New => ("now", "before"),
            Side::Old => ("before", "now"),
        };
        let both =
            |below: &str| (self.reader.type_place(reader, below), self.writer.type_place(writer, below));
        match fault {
            Fault::Kind => {
                let message = format!("{written} ({writes}) cannot be read as {read} ({reads})");
                let (at, from) = both("");
                self.add(id::TYPE_CHANGED, message, at, from);
            }
            Fault::Name => {
                let message = format!(
                    "{written} ({writes}) cannot be read as {read} ({reads}): the names differ, and no alias of the reading type says so"
                );
                let (at, from) = both("/name");
                self.add(id::NAME_CHANGED, message, at, from);
            }
            Fault::Size => {
                let size = |kind: &Kind| match kind {
                    Kind::Fixed(fixed) => fixed.size,
                    _ => 0,
                };
                let message = format!("{read} has {} bytes {reads} and {} {writes}", size(r), size(w));
                let (at, from) = both("/size");
                self.add(id::FIXED_SIZE_CHANGED, message, at, from);
            }
            Fault::Symbols(symbols) => {
                let list = list(symbols);
                let (id, message) = match self.side {
                    Side::New => (
                        id::ENUM_SYMBOL_REMOVED,
                        format!("{read} lost {list} and has no default for what it does not know"),
                    ),
                    Side::Old => (
                        id::ENUM_SYMBOL_ADDED,
                        format!(
                            "{written} gained {list}, and in the earlier version it has no default for what it does not know"
                        ),
                    ),
                };
                let (at, from) = both("/symbols");
                self.add(id, message, at, from);
            }
            Fault::Missing(field) | Fault::Ambiguous(field, _) => self.field((reader, writer), *field, fault),
        }
    }

    fn field(&mut self, (reader, writer): Types, number: usize, fault: &Fault) {
        let record = name(&self.reader.linked.get(reader).kind);
        let Some((field, _)) = self.reader.linked.fields(reader).nth(number) else { return };
        let at = self.reader.place(reader, &format!("/fields/{number}"), field.span);
        let from = self.writer.type_place(writer, "/fields");
        let (id, message) = match (fault, self.side) {
            (Fault::Ambiguous(_, names), _) => {
                let matches = format!("by its name and its aliases it reads {}", list(names));
                (
                    id::FIELD_MATCHES_TWO,
                    format!("field `{}` of {record} matches more than one: {matches}", field.name),
                )
            }
            (_, Side::New) => {
                let hint = if null_union(self.reader.linked, reader, number) {
                    "; `null` in its union is none"
                } else {
                    ""
                };
                (
                    id::FIELD_ADDED,
                    format!("{record} gained field `{}`, which has no default{hint}", field.name),
                )
            }
            (_, Side::Old) => (
                id::FIELD_REMOVED,
                format!("{record} lost field `{}`, which has no default in the earlier version", field.name),
            ),
        };
        self.add(id, message, at, from);
    }

    /// Bytes that both sides read, and read as different things.
    fn meaning(&mut self, (reader, writer): Types) {
        let (r, w) = (self.reader.linked.get(reader).logical, self.writer.linked.get(writer).logical);
        let (Some(r), Some(w)) = (r, w) else { return };
        let (old, new) = match self.side {
            Side::New => (w, r),
            Side::Old => (r, w),
        };
        let (id, message) = match (old, new) {
            (Logical::Decimal { scale: old, .. }, Logical::Decimal { scale: new, .. }) if old != new => {
                let digits = old.abs_diff(new);
                let message = format!(
                    "the scale was {old} and is {new}: numbers are misread by a factor of 10^{digits}"
                );
                (id::DECIMAL_SCALE_CHANGED, message)
            }
            (Logical::Decimal { .. }, Logical::Decimal { .. }) => return,
            (old, new) if old != new => {
                let message = format!(
                    "values were {} and are {}: the number is kept, its meaning is not",
                    word(old),
                    word(new)
                );
                (id::LOGICAL_TYPE_CHANGED, message)
            }
            _ => return,
        };
        let (at, from) = (self.reader.type_place(reader, ""), self.writer.type_place(writer, ""));
        self.add(id, message, at, from);
    }

    fn add(&mut self, id: RuleId, message: String, reader: Place, writer: Place) {
        let mut finding = self.pair.finding(id, self.side, message);
        (finding.new, finding.old) = match self.side {
            Side::New => (Some(reader), Some(writer)),
            Side::Old => (Some(writer), Some(reader)),
        };
        self.findings.push(finding);
    }
}

/// Whether the field's type is a union that starts with null: people take that for a default.
fn null_union(linked: &Linked, record: TypeIndex, number: usize) -> bool {
    let Some((_, schema)) = linked.fields(record).nth(number) else { return false };
    match &linked.get(schema).kind {
        Kind::Union(branches) => branches.iter().any(|branch| matches!(linked.get(*branch).kind, Kind::Null)),
        _ => false,
    }
}

/// A type as a sentence says it.
fn name(kind: &Kind) -> String {
    let word = match kind {
        Kind::Null => "null",
        Kind::Boolean => "boolean",
        Kind::Int => "int",
        Kind::Long => "long",
        Kind::Float => "float",
        Kind::Double => "double",
        Kind::Bytes => "bytes",
        Kind::String => "string",
        Kind::Array(_) => return "an array".into(),
        Kind::Map(_) => return "a map".into(),
        Kind::Union(_) => return "a union".into(),
        Kind::Record(it, _) => return format!("record `{}`", it.name),
        Kind::Enum(it) => return format!("enum `{}`", it.name),
        Kind::Fixed(it) => return format!("fixed `{}`", it.name),
    };
    format!("`{word}`")
}

fn word(logical: Logical) -> String {
    match logical {
        Logical::Decimal { precision, scale } => format!("decimals of {precision} digits, scale {scale}"),
        Logical::Uuid => "UUIDs".into(),
        Logical::Date => "dates in days".into(),
        Logical::Time(unit) => format!("times of day in {}", unit.as_str()),
        Logical::Timestamp(unit) => format!("timestamps in {}", unit.as_str()),
        Logical::LocalTimestamp(unit) => format!("local timestamps in {}", unit.as_str()),
        Logical::Duration => "durations".into(),
    }
}

/// Names in backquotes; very many are cut short.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut list = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        list.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    list
}
