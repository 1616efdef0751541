//! Which messages of the reader and the writer meet, what differs between them, and which of them fail.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;

use prost_types::field_descriptor_proto::Label;

use super::declarations::{Declarations, Field};
use super::kinds::{Group, Kind, Value};
use super::oneofs;
use crate::compat::trail::{Step, Way};

/// A message of the reader's and one of the writer's, by index.
pub(super) type Types = (usize, usize);

/// One difference.
#[derive(Debug, Clone)]
pub(super) enum Difference<'f> {
    /// The files are of different packages.
    Package,
    /// The reader has no message of that name; the writer's, by index.
    MessageMissing(usize),
    /// The reader requires a field that the writer does not have.
    RequiredMissing(Field<'f>),
    /// The writer requires a field that the reader does not have.
    RequiredUnknown(Field<'f>),
    /// Both have the field.
    Field { reader: Field<'f>, writer: Field<'f>, fault: Fault },
    /// The reader does not have that member of the writer's oneof.
    OneofFieldMissing { oneof: &'f str, field: Field<'f> },
    /// Fields that the writer may write together are in one oneof of the reader's.
    JoinsOneof { oneof: usize, fields: Vec<Field<'f>>, are_several: bool },
}

/// What differs between two fields of one number. From `Repeated` on they are no faults for Confluent's registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Scalar, message or map.
    Kind(Part),
    /// Scalars of different groups.
    Scalar(Part),
    /// Messages of different names.
    Type(Part),
    /// Messages of one name, whose definitions are incompatible; and whether messages are harmed by that.
    Inside { harms: bool },
    /// One of them is a group, whose bytes no other field has.
    Group,
    /// Written labels of a number.
    Label,
    /// The reader knows one of many.
    Repeated,
    /// The reader does not take all of the writer's values.
    Narrowed(Part),
    /// The reader requires it.
    Required,
    /// What stands for an absent field.
    Default(String, String),
    /// Names in JSON.
    Name,
    /// The writer's enum values that the reader does not have, and those that have another name there.
    EnumValues { missing: Vec<String>, renamed: Vec<(String, String)>, first: First },
}

/// The first number of an enum that is missing, and the first that has another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct First {
    pub(super) missing: Option<i32>,
    pub(super) renamed: Option<i32>,
}

/// What of a field is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    All,
    Key,
    Value,
}

impl Fault {
    /// Whether the field holds something else, so that its label means nothing.
    fn is_of_kind(&self) -> bool {
        matches!(self, Self::Kind(_) | Self::Scalar(_) | Self::Type(_))
    }
}

impl Difference<'_> {
    /// Whether Confluent's registry takes it for incompatible.
    pub(super) fn is_error(&self) -> bool {
        let Self::Field { fault, .. } = self else { return true };
        fault.is_of_kind() || matches!(fault, Fault::Inside { .. } | Fault::Label)
    }

    /// Whether a message is not read, or not with its meaning, because of it.
    pub(super) fn is_harmful(&self) -> bool {
        match self {
            // What the reader does not know it does not look at.
            Self::RequiredUnknown(_) => false,
            Self::Field { reader, writer, fault } => match fault {
                // One read as many, or a required one as any, is read as it is.
                Fault::Label => {
                    let is_needed = |field: &Field<'_>| field.label == Some(Label::Required);
                    (writer.is_repeated() && !reader.is_repeated())
                        || (is_needed(reader) && !is_needed(writer))
                }
                Fault::Inside { harms } => *harms,
                // The bytes hold no name of a type; what differs within is found there.
                Fault::Type(_) => {
                    let named = |field: &Field<'_>| field.proto.type_name.is_some();
                    !(named(reader) && named(writer))
                }
                _ => true,
            },
            _ => true,
        }
    }
}

/// Two messages, or the two files, compared.
#[derive(Debug)]
pub(super) struct Node<'f> {
    /// The messages; none for the files.
    pub(super) types: Option<Types>,
    pub(super) differences: Vec<Difference<'f>>,
    /// Pairs of messages declared within these, by name.
    nested: Vec<Types>,
    /// Pairs of definitions behind fields.
    behind: Vec<(Field<'f>, Field<'f>, Types)>,
    /// Pairs of definitions of different names behind fields, which only the bytes bring together.
    apart: Vec<(i32, Part, Types)>,
    /// The writer's message that data starts from, and the steps from there; none for what no own message leads to.
    pub(super) way: Option<(usize, Rc<Way>)>,
    /// Whether Confluent's registry compares the two.
    pub(super) is_asked: bool,
}

/// All pairs that meet, the files first.
pub(super) fn compare<'f>(reader: &Declarations<'f>, writer: &Declarations<'f>) -> Vec<Node<'f>> {
    let mut comparison = Comparison { reader, writer, enums: HashSet::new() };
    let mut files = comparison.scope(None);
    if reader.package() != writer.package() {
        files.differences.insert(0, Difference::Package);
    }
    let start = |types: Types| {
        let is_own = writer.message(types.1).is_some_and(|it| it.file == 0);
        is_own.then(|| (types.1, Way::root()))
    };
    let mut waiting: Vec<Visit> = files
        .nested
        .iter()
        .rev()
        .map(|types| Visit { types: *types, way: start(*types), is_asked: true })
        .collect();
    let mut nodes = vec![files];
    let mut index = HashMap::new();
    // What only the bytes bring together comes behind all that Confluent's registry compares.
    let mut later = VecDeque::new();
    while let Some(visit) = waiting.pop().or_else(|| later.pop_front()) {
        if index.contains_key(&visit.types) {
            continue;
        }
        let node = comparison.messages(&visit);
        index.insert(visit.types, nodes.len());
        let groups = comparison.groups(&visit);
        let step = |number: i32, is_map: bool| {
            let (root, way) = node.way.as_ref()?;
            let way = way.step(Step::Field(number as u32));
            Some((*root, if is_map { way.step(Step::Item) } else { way }))
        };
        let is_map = |field: &Field<'f>| matches!(Kind::of(writer, visit.types.1, field), Kind::Map { .. });
        let behind = node.behind.iter().rev().map(|(_, field, types)| Visit {
            types: *types,
            way: step(field.proto.number(), is_map(field)),
            is_asked: visit.is_asked,
        });
        let behind: Vec<Visit> = behind.collect();
        if visit.is_asked {
            waiting.extend(behind);
        } else {
            later.extend(behind);
        }
        let apart = node.apart.iter().chain(groups.iter().flat_map(|groups| &groups.apart));
        later.extend(apart.map(|(number, part, types)| Visit {
            types: *types,
            way: step(*number, *part == Part::Value),
            is_asked: false,
        }));
        if visit.is_asked {
            let nested = node.nested.iter().rev();
            waiting.extend(nested.map(|types| Visit { types: *types, way: start(*types), is_asked: true }));
        }
        nodes.push(node);
        nodes.extend(groups);
    }
    spread(&mut nodes, &index);
    nodes
}

/// A pair to look at.
struct Visit {
    types: Types,
    way: Option<(usize, Rc<Way>)>,
    is_asked: bool,
}

struct Comparison<'d, 'f> {
    reader: &'d Declarations<'f>,
    writer: &'d Declarations<'f>,
    /// Pairs of enums that were compared.
    enums: HashSet<Types>,
}

impl<'f> Comparison<'_, 'f> {
    /// The messages declared within two others, or in the two files.
    fn scope(&self, types: Option<Types>) -> Node<'f> {
        let read = self.reader.declared_in(types.map(|(reader, _)| reader));
        let written = self.writer.declared_in(types.map(|(_, writer)| writer));
        let (differences, nested, behind, apart) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut node = Node { types, differences, nested, behind, apart, way: None, is_asked: true };
        for (name, writer) in written {
            let is_map_entry = self.writer.message(writer).is_some_and(|it| it.is_map_entry);
            match read.get(name) {
                Some(reader) => node.nested.push((*reader, writer)),
                None if is_map_entry => {}
                None => node.differences.push(Difference::MessageMissing(writer)),
            }
        }
        node
    }

    fn messages(&mut self, visit: &Visit) -> Node<'f> {
        let types = visit.types;
        let mut node = self.scope(Some(types));
        (node.way, node.is_asked) = (visit.way.clone(), visit.is_asked);
        let mut missing = std::mem::take(&mut node.differences);
        if !visit.is_asked {
            // They are declared elsewhere, and only their fields meet.
            missing.clear();
        }
        let (read, written) = (self.reader.fields(types.0), self.writer.fields(types.1));
        for (number, writer) in &written {
            match read.get(number) {
                Some(reader) => self.fields(types, reader, writer, &mut node),
                None if writer.label == Some(Label::Required) => {
                    node.differences.push(Difference::RequiredUnknown(*writer));
                }
                None => {}
            }
        }
        let added = read.iter().filter(|(number, _)| !written.contains_key(number)).map(|(_, field)| field);
        let required = added.filter(|field| field.label == Some(Label::Required));
        node.differences.extend(required.map(|field| Difference::RequiredMissing(*field)));
        if let (Some(reader), Some(writer)) = (self.reader.message(types.0), self.writer.message(types.1)) {
            node.differences.extend(oneofs::compare((reader.proto, &read), (writer.proto, &written)));
        }
        node.differences.extend(missing);
        node
    }

    /// The groups of two messages, which Confluent's registry does not look at; none where neither text has any.
    fn groups(&mut self, visit: &Visit) -> Option<Node<'f>> {
        let (reader, writer) = visit.types;
        let (read, written) = (self.reader.all_fields(reader), self.writer.all_fields(writer));
        let is_own = |is_text: bool, field: &Field<'f>| is_text && field.is_group();
        let in_reader = |field: &Field<'f>| is_own(self.reader.is_text(reader), field);
        let in_writer = |field: &Field<'f>| is_own(self.writer.is_text(writer), field);
        let pairs: Vec<_> = written
            .iter()
            .filter_map(|(number, writer)| Some((*read.get(number)?, *writer)))
            .filter(|(reader, writer)| in_reader(reader) || in_writer(writer))
            .collect();
        let is_new = |field: &&Field<'f>| {
            field.label == Some(Label::Required) && !written.contains_key(&field.proto.number())
        };
        let required = read.values().filter(|field| in_reader(field)).filter(is_new);
        let differences: Vec<_> = required.map(|field| Difference::RequiredMissing(*field)).collect();
        let (nested, behind, apart) = (Vec::new(), Vec::new(), Vec::new());
        let way = visit.way.clone();
        let types = Some(visit.types);
        let mut node = Node { types, differences, nested, behind, apart, way, is_asked: false };
        for (reader, writer) in &pairs {
            self.fields(visit.types, reader, writer, &mut node);
        }
        (!node.differences.is_empty() || !node.apart.is_empty()).then_some(node)
    }

    fn fields(&mut self, types: Types, reader: &Field<'f>, writer: &Field<'f>, node: &mut Node<'f>) {
        let mut faults = Vec::new();
        let read = Kind::of(self.reader, types.0, reader);
        let written = Kind::of(self.writer, types.1, writer);
        let mut behind = Vec::new();
        let mut meet = |it: Option<Meeting>| match it {
            Some(Meeting::Behind(types)) => behind.push(types),
            Some(Meeting::Apart(part, types)) => node.apart.push((writer.proto.number(), part, types)),
            None => {}
        };
        match (read, written) {
            _ if reader.is_group() != writer.is_group() => faults.push(Fault::Group),
            // The name of a group's message is not in the bytes: its fields meet whatever it is called.
            (Kind::One(Value::Message(Some(read), _)), Kind::One(Value::Message(Some(written), _)))
                if reader.is_group() =>
            {
                meet(Some(Meeting::Apart(Part::All, (read, written))));
                let loses = writer.is_repeated() && !reader.is_repeated();
                faults.extend(loses.then_some(Fault::Repeated));
            }
            (Kind::One(read), Kind::One(written)) => {
                meet(self.values(types, Part::All, read, written, &mut faults));
                let is_other = faults.iter().any(Fault::is_of_kind);
                faults.extend(label(reader, writer, read).filter(|_| !is_other));
            }
            (Kind::Map { key: read_key, value: read }, Kind::Map { key: written_key, value: written }) => {
                self.values(types, Part::Key, read_key, written_key, &mut faults);
                meet(self.values(types, Part::Value, read, written, &mut faults));
            }
            _ => faults.push(Fault::Kind(Part::All)),
        }
        let is_needed = reader.label == Some(Label::Required) && writer.label != Some(Label::Required);
        faults.extend((is_needed && !faults.contains(&Fault::Label)).then_some(Fault::Required));
        faults.extend(default(reader, writer));
        let is_renamed = json_name(reader) != json_name(writer);
        faults.extend(is_renamed.then_some(Fault::Name));
        let (reader, writer) = (*reader, *writer);
        node.behind.extend(behind.into_iter().map(|types| (reader, writer, types)));
        node.differences.extend(faults.into_iter().map(|fault| Difference::Field { reader, writer, fault }));
    }

    /// Compares two values; gives the definitions that have to be compared besides: those of which one is in a reference.
    fn values(
        &mut self,
        types: Types,
        part: Part,
        read: Value<'f>,
        written: Value<'f>,
        faults: &mut Vec<Fault>,
    ) -> Option<Meeting> {
        if read.is_message() != written.is_message() {
            faults.push(Fault::Kind(part));
            return None;
        }
        if let (Value::Message(reader, read), Value::Message(writer, written)) = (read, written) {
            let (Some(reader), Some(writer)) = (reader, writer) else {
                let (read, written) =
                    (self.reader.bare_name(types.0, read), self.writer.bare_name(types.1, written));
                faults.extend((read != written).then_some(Fault::Type(part)));
                return None;
            };
            if self.reader.local_parts(reader) != self.writer.local_parts(writer) {
                faults.push(Fault::Type(part));
                return Some(Meeting::Apart(part, (reader, writer)));
            }
            // Where both are in the files themselves, they meet there.
            let files = (self.reader.message(reader)?.file, self.writer.message(writer)?.file);
            return (files != (0, 0)).then_some(Meeting::Behind((reader, writer)));
        }
        if read.group() != written.group() {
            faults.push(Fault::Scalar(part));
        } else if read.misreads(&written) {
            faults.push(Fault::Narrowed(part));
        } else if let (Value::Enum(reader), Value::Enum(writer)) = (read, written) {
            faults.extend(self.enum_values((reader, writer)));
        }
        None
    }

    /// Compares two enums where they meet first.
    fn enum_values(&mut self, types: Types) -> Option<Fault> {
        if !self.enums.insert(types) {
            return None;
        }
        let (reader, writer) = (self.reader.enumeration(types.0)?, self.writer.enumeration(types.1)?);
        let mut names: HashMap<i32, Vec<&str>> = HashMap::new();
        for value in &reader.value {
            names.entry(value.number()).or_default().push(value.name());
        }
        let (mut missing, mut renamed) = (Vec::new(), Vec::new());
        let mut firsts = First { missing: None, renamed: None };
        // Of several names for one number each is as good as the others.
        let mut seen: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
        for value in &writer.value {
            seen.entry(value.number()).or_default().push(value.name());
        }
        for (number, written) in seen {
            let first = written.first().copied().unwrap_or_default();
            match names.get(&number) {
                None => {
                    firsts.missing.get_or_insert(number);
                    missing.push(first.to_owned());
                }
                Some(read) if read.iter().any(|name| written.contains(name)) => {}
                Some(read) => {
                    firsts.renamed.get_or_insert(number);
                    renamed.push((first.to_owned(), read.first().copied().unwrap_or_default().to_owned()));
                }
            }
        }
        let differs = !missing.is_empty() || !renamed.is_empty();
        differs.then_some(Fault::EnumValues { missing, renamed, first: firsts })
    }
}

/// Two definitions that meet at a field.
enum Meeting {
    /// Of one name.
    Behind(Types),
    /// Of different names.
    Apart(Part, Types),
}

/// What stands for an absent field where it is not the zero of its type, written and read.
fn default(reader: &Field<'_>, writer: &Field<'_>) -> Option<Fault> {
    let of = |field: &Field<'_>| match field.proto.default_value() {
        // The zeros of numbers, of booleans and of texts.
        "0" | "0.0" | "-0" | "false" => String::new(),
        other => other.to_owned(),
    };
    let (read, written) = (of(reader), of(writer));
    (read != written).then_some(Fault::Default(written, read))
}

/// Labels count where both are written, and only for numbers: of strings and messages, a reader of one takes the last.
fn label(reader: &Field<'_>, writer: &Field<'_>, value: Value<'_>) -> Option<Fault> {
    let is_number = value.group().is_some_and(|group| group != Group::Delimited);
    let is_changed = reader.label.zip(writer.label).is_some_and(|(reader, writer)| reader != writer);
    let loses = writer.is_repeated() && !reader.is_repeated();
    (is_number && is_changed).then_some(Fault::Label).or(loses.then_some(Fault::Repeated))
}

/// The name in JSON: as given, else in camel case.
fn json_name(field: &Field<'_>) -> String {
    if let Some(name) = &field.proto.json_name {
        return name.clone();
    }
    let mut name = String::new();
    let mut is_start = false;
    for letter in field.proto.name().chars() {
        if letter == '_' {
            is_start = true;
            continue;
        }
        name.push(if is_start { letter.to_ascii_uppercase() } else { letter });
        is_start = false;
    }
    name
}

/// Lets the failure of a pair reach those that it is within or behind; a circle fails only where something in it does.
fn spread(nodes: &mut [Node<'_>], index: &HashMap<Types, usize>) {
    let failing =
        failing(nodes, index, |node| node.is_asked && node.differences.iter().any(Difference::is_error));
    let harmed = self::failing(nodes, index, |node| node.differences.iter().any(Difference::is_harmful));
    for node in nodes {
        let behind = node.behind.iter().filter(|(_, _, types)| node.is_asked && failing.contains(types));
        let inside = behind.map(|(reader, writer, types)| Difference::Field {
            reader: *reader,
            writer: *writer,
            fault: Fault::Inside { harms: harmed.contains(types) },
        });
        let inside: Vec<_> = inside.collect();
        node.differences.extend(inside);
    }
}

/// The pairs that fail by themselves, or by what is within or behind them.
fn failing(
    nodes: &[Node<'_>],
    index: &HashMap<Types, usize>,
    fails: impl Fn(&Node<'_>) -> bool,
) -> HashSet<Types> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut failed = VecDeque::new();
    let mut is_failed = vec![false; nodes.len()];
    let mut fail = |number: usize, failed: &mut VecDeque<usize>| {
        if let Some(slot) = is_failed.get_mut(number).filter(|slot| !**slot) {
            *slot = true;
            failed.push_back(number);
        }
    };
    for (number, node) in nodes.iter().enumerate() {
        let needed = node.nested.iter().chain(node.behind.iter().map(|(_, _, types)| types));
        for needed in needed.filter_map(|types| index.get(types)) {
            if let Some(users) = users.get_mut(*needed) {
                users.push(number);
            }
        }
        if fails(node) {
            fail(number, &mut failed);
        }
    }
    let mut all = HashSet::new();
    while let Some(number) = failed.pop_front() {
        all.extend(nodes.get(number).and_then(|node| node.types));
        for user in users.get_mut(number).map(std::mem::take).unwrap_or_default() {
            fail(user, &mut failed);
        }
    }
    all
}
