//! From failed pairs to findings: what a person reads, with both places.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::meaning::{Reading, annotation, elsewhere, reading};
use super::resolution::{Fault, Need, PROMOTED, Resolution, Types, match_fields};
use super::rules::id;
use crate::compat::places::Places;
use crate::compat::rule::RuleId;
use crate::compat::trail::{End, Step, Trail, Way};
use crate::compat::{Finding, Pair, Place, Severity, Side};
use crate::schema::avro::{Linked, LinkedKind as Kind, TypeIndex, link};
use crate::schema::{Schema, SchemaError, Span};

/// All findings of one earlier version, in the directions of the level. As in Confluent's registry, whether the old
/// version reads the new one comes first.
pub(in crate::compat) fn findings(pair: Pair<'_>, old: &View, new: &View) -> Vec<Finding> {
    let reader = if pair.level.is_backward() { Side::New } else { Side::Old };
    let (old, new) = match (&old.0, &new.0) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let errors = [(Side::Old, old.as_ref().err()), (Side::New, new.as_ref().err())];
            let errors = errors.into_iter().filter_map(|(side, error)| Some((side, error?)));
            return errors
                .map(|(side, error)| {
                    pair.finding(
                        crate::compat::rule::id::UNLINKED,
                        reader,
                        format!("the {side} schema cannot be linked: {}", error.message),
                    )
                })
                .collect();
        }
    };
    let (old, new) = (Text::new(old), Text::new(new));
    let mut findings = Vec::new();
    if pair.level.is_forward() {
        findings.extend(Direction::new(pair, Side::Old, &old, &new).findings());
    }
    if pair.level.is_backward() {
        findings.extend(Direction::new(pair, Side::New, &new, &old).findings());
    }
    findings
}

/// A schema with all it refers to, linked once for all the pairs that it is in.
#[derive(Debug)]
pub(in crate::compat) struct View(Result<Linked, SchemaError>);

impl View {
    pub(in crate::compat) fn of(schema: &Schema) -> Self {
        Self(link(schema))
    }
}

/// A graph with an index over each text that its types stand in, made once something was found in there.
#[derive(Debug)]
struct Text<'l> {
    linked: &'l Linked,
    places: Vec<OnceCell<Places<'l>>>,
}

impl<'l> Text<'l> {
    fn new(linked: &'l Linked) -> Self {
        Self { linked, places: linked.texts().map(|_| OnceCell::new()).collect() }
    }

    /// A place in the text that a type stands in.
    fn place(&self, index: TypeIndex, below: &str, span: Span) -> Place {
        let it = self.linked.get(index);
        let number = self.linked.text_of(index);
        let places = self.places.get(number).zip(self.linked.texts().nth(number));
        Place {
            pointer: format!("{}{below}", it.pointer),
            range: places.map(|(places, text)| places.get_or_init(|| Places::new(text)).range(span)),
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
        let root = Spot {
            types: (self.reader.linked.root, self.writer.linked.root),
            way: Way::root(),
            field: None,
            in_union: false,
        };
        let mut waiting = vec![root];
        while let Some(spot) = waiting.pop() {
            if !seen.insert(spot.types) {
                continue;
            }
            let (faults, need) = self.resolution.of(spot.types);
            let (faults, need) = (faults.to_vec(), need.clone());
            for fault in &faults {
                self.fault(&spot, fault);
            }
            if faults.is_empty() {
                self.meaning(&spot);
            }
            match need {
                Need::All(pairs) => waiting.extend(self.inside(&spot, &pairs).into_iter().rev()),
                Need::Any(pairs) => {
                    let branch = self.branch(&spot, &pairs);
                    let inside = |types| Spot { types, way: Rc::clone(&spot.way), in_union: true, ..spot };
                    waiting.extend(branch.map(inside));
                }
            }
        }
        self.findings
    }

    /// The pairs that a pair needs all of, with the writer's steps to them.
    fn inside(&self, spot: &Spot, pairs: &[Types]) -> Vec<Spot> {
        let (reader, writer) = spot.types;
        let step = |types, step, field, in_union| Spot { types, way: spot.way.step(step), field, in_union };
        match (&self.reader.linked.get(reader).kind, &self.writer.linked.get(writer).kind) {
            (_, Kind::Union(_)) => {
                let branches = pairs.iter().enumerate();
                branches.map(|(at, types)| step(*types, Step::Branch(at as u32), spot.field, true)).collect()
            }
            (Kind::Record(r, _), Kind::Record(w, _)) => {
                let fields = match_fields(r, w, &mut Vec::new()).into_iter().zip(pairs);
                let of = |((read, written), types): ((usize, usize), &Types)| {
                    step(*types, Step::Field(written as u32), Some((spot.types, (read, written))), false)
                };
                fields.map(of).collect()
            }
            _ => pairs.iter().map(|types| step(*types, Step::Item, spot.field, false)).collect(),
        }
    }

    /// The branch of the reader's union that data goes to: one that reads it, else one that was meant to, so that
    /// what is wrong inside is shown and not only that no branch fits; without either the union itself is at fault.
    fn branch(&mut self, spot: &Spot, pairs: &[Types]) -> Option<Types> {
        let types = spot.types;
        // As a codec chooses: the very type before a promotion, the full name before an alias or the simple name.
        let mut ranked = pairs.to_vec();
        ranked.sort_by_key(|pair| self.resolution.rank(*pair));
        let reads: Vec<Types> =
            ranked.iter().copied().filter(|pair| self.resolution.resolves(*pair)).collect();
        let best = reads.first().map(|pair| self.resolution.rank(*pair) == PROMOTED);
        // Where a branch has the very type, a promotion to another one would bypass what its annotation says.
        let same = |pair: &&Types| best == Some(self.resolution.rank(**pair) == PROMOTED);
        let agreeing = reads.iter().filter(same).find(|(reader, writer)| {
            let (r, w) = (self.reader.linked.get(*reader), self.writer.linked.get(*writer));
            reading(w, r).is_none()
        });
        let reads = agreeing.or(reads.first()).copied();
        let branch =
            reads.or_else(|| ranked.iter().copied().find(|pair| self.resolution.is_candidate(*pair)));
        if branch.is_none() {
            let name = name(&self.writer.linked.get(types.1).kind);
            let shape = format!("branch {name}");
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
            let places = (self.reader.type_place(types.0, ""), self.writer.type_place(types.1, ""));
            self.add(spot, id, message, places, shape, End::Any);
        }
        branch
    }

    fn fault(&mut self, spot: &Spot, fault: &Fault) {
        let (reader, writer) = spot.types;
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
                let shape = self.change(&written, &read);
                self.add(spot, id::TYPE_CHANGED, message, both(""), shape, End::Any);
            }
            Fault::Name => {
                let message = format!(
                    "{written} ({writes}) cannot be read as {read} ({reads}): the names differ, and no alias of the reading type says so"
                );
                let shape = self.change(&written, &read);
                self.add(spot, id::NAME_CHANGED, message, both("/name"), shape, End::Any);
            }
            Fault::Size => {
                let size = |kind: &Kind| match kind {
                    Kind::Fixed(fixed) => fixed.size,
                    _ => 0,
                };
                let message = format!("{read} has {} bytes {reads} and {} {writes}", size(r), size(w));
                let shape = self.change(&size(w).to_string(), &size(r).to_string());
                self.add(spot, id::FIXED_SIZE_CHANGED, message, both("/size"), shape, End::Any);
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
                let place = match w {
                    Kind::Enum(it) => it.symbols.iter().position(|it| symbols.first() == Some(it)),
                    _ => None,
                };
                let end = End::Symbol(place.unwrap_or_default() as i64);
                self.add(spot, id, message, both("/symbols"), format!("symbols {list}"), end);
            }
            Fault::Missing(field) | Fault::Ambiguous(field, _) => self.field(spot, *field, fault),
        }
    }

    fn field(&mut self, spot: &Spot, number: usize, fault: &Fault) {
        let (reader, writer) = spot.types;
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
        let element = format!("{}.{}", full_name(&self.reader.linked.get(reader).kind), field.name);
        // Other readers refuse two matches; ours takes the field's own name.
        let end = if matches!(fault, Fault::Missing(_)) { End::Any } else { End::Telling };
        self.add(spot, id, message, (at, from), String::new(), end);
        if let Some(finding) = self.findings.last_mut() {
            finding.element = element;
        }
    }

    /// Bytes that both sides read, and read as different things; or that only some readers read.
    fn meaning(&mut self, spot: &Spot) {
        let (reader, writer) = (self.reader.linked.get(spot.types.0), self.writer.linked.get(spot.types.1));
        let places = || (self.reader.type_place(spot.types.0, ""), self.writer.type_place(spot.types.1, ""));
        if let Some(reading) = reading(writer, reader) {
            let (old, new) = self.ordered(writer, reader);
            let (old, new) = (annotation(old), annotation(new));
            let (id, message) = match reading {
                Reading::Scale(digits) => (
                    id::DECIMAL_SCALE_CHANGED,
                    format!("{old} became {new}: numbers are misread by a factor of 10^{digits}"),
                ),
                Reading::Precision => (
                    id::DECIMAL_PRECISION_REDUCED,
                    format!(
                        "{} are read as {}, which refuses those of more digits",
                        annotation(writer),
                        annotation(reader)
                    ),
                ),
                Reading::Other => (
                    id::LOGICAL_TYPE_CHANGED,
                    format!("values were {old} and are {new}: the number is kept, its meaning is not"),
                ),
                Reading::Text => (
                    id::BYTES_READ_AS_TEXT,
                    format!("{} are read as text, which not all bytes are", annotation(writer)),
                ),
                Reading::Restricted => (
                    id::LOGICAL_TYPE_ADDED,
                    format!(
                        "{} are read as {}, and not every one is such a value",
                        annotation(writer),
                        annotation(reader)
                    ),
                ),
            };
            let shape = format!("{old} -> {new}");
            let places = places();
            self.add(spot, id, message, places, shape, End::Telling);
        }
        if let Some((id, message)) = elsewhere(writer, reader, spot.in_union) {
            let places = places();
            self.add(spot, id, message, places, String::new(), End::Telling);
        }
    }

    /// The writer's and the reader's, as the old and the new.
    fn ordered<T>(&self, writer: T, reader: T) -> (T, T) {
        match self.side {
            Side::New => (writer, reader),
            Side::Old => (reader, writer),
        }
    }

    fn change(&self, writer: &str, reader: &str) -> String {
        let (old, new) = self.ordered(writer, reader);
        format!("{old} -> {new}")
    }

    fn add(
        &mut self,
        spot: &Spot,
        id: RuleId,
        message: String,
        (reader, writer): (Place, Place),
        shape: String,
        end: End,
    ) {
        let mut finding = self.pair.finding(id, self.side, message);
        (finding.new, finding.old) = match self.side {
            Side::New => (Some(reader), Some(writer)),
            Side::Old => (Some(writer), Some(reader)),
        };
        finding.element = self.element(spot);
        finding.shape = shape;
        finding.wire &= finding.severity > Severity::Note;
        let steps = spot.way.steps();
        finding.trail = steps.map(|steps| Box::new(Trail { steps, end, message: None }));
        self.findings.push(finding);
    }

    /// By its names in the proposed schema: a named type by its own, all else by the field that holds it.
    fn element(&self, spot: &Spot) -> String {
        let named = |types: Types| {
            let (new, graph) = match self.side {
                Side::New => (types.0, self.reader.linked),
                Side::Old => (types.1, self.writer.linked),
            };
            &graph.get(new).kind
        };
        let own = full_name(named(spot.types));
        match (own, spot.field) {
            ("", Some((record, (read, written)))) => {
                let number = if self.side == Side::New { read } else { written };
                let Kind::Record(record, _) = named(record) else { return String::new() };
                let field = record.fields.get(number).map_or("", |field| &field.name);
                format!("{}.{field}", record.name)
            }
            (own, _) => own.to_owned(),
        }
    }
}

/// A pair of types, and how the walk came to it.
#[derive(Debug, Clone)]
struct Spot {
    types: Types,
    /// The writer's steps.
    way: Rc<Way>,
    /// The records around it, and their fields that it is in, reader's and writer's.
    field: Option<(Types, (usize, usize))>,
    /// Whether it is a branch.
    in_union: bool,
}

/// The full name of a named type; empty for others.
fn full_name(kind: &Kind) -> &str {
    match kind {
        Kind::Record(it, _) => it.name.full(),
        Kind::Enum(it) => it.name.full(),
        Kind::Fixed(it) => it.name.full(),
        _ => "",
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
pub(super) fn name(kind: &Kind) -> String {
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

/// Names in backquotes; very many are cut short.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut list = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        list.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    list
}
