//! From differences to findings: what a person reads, with both places.

use std::cell::OnceCell;

use super::about::About;
use super::comparison::{Difference, Fault, Types, compare};
use super::declarations::{Declarations, Field, shown, tag};
use super::rules::id;
use super::sentences::Sentences;
use crate::compat::places::Places;
use crate::compat::rule::RuleId;
use crate::compat::{Finding, Pair, Place, Range, Side};
use crate::schema::protobuf::files;

/// All findings of one earlier version, in the directions of the level. As in Confluent's registry, whether the old
/// version reads the new one comes first.
pub(in crate::compat) fn findings(pair: Pair<'_>) -> Vec<Finding> {
    let (old, new) = (files(pair.old), files(pair.new));
    let (old, new) = (Text::new(Declarations::of(&old)), Text::new(Declarations::of(&new)));
    let mut findings = Vec::new();
    if pair.level.is_forward() {
        findings.extend(Direction::new(pair, Side::Old, &old, &new).findings());
    }
    if pair.level.is_backward() {
        findings.extend(Direction::new(pair, Side::New, &new, &old).findings());
    }
    if pair.check.source {
        super::source::findings(pair, &mut findings);
    }
    findings
}

/// One side, with an index over each text in which something was found.
struct Text<'f> {
    declarations: Declarations<'f>,
    places: Vec<OnceCell<Places<'f>>>,
}

/// What is meant by a place: something within a message, or within the file.
#[derive(Clone, Copy)]
enum Spot<'d, 'f> {
    Package,
    Message(Option<usize>),
    /// A field, and which of its parts, by the descriptor's number.
    Field(usize, &'d Field<'f>, Option<i32>),
    Oneof(usize, usize),
}

impl<'f> Text<'f> {
    fn new(declarations: Declarations<'f>) -> Self {
        let places = (0..declarations.file_count()).map(|_| OnceCell::new()).collect();
        Self { declarations, places }
    }

    /// The place of something: its path of names, without the package; and its line, or that of what it is in.
    fn place(&self, spot: Spot<'_, 'f>) -> Place {
        let message = match spot {
            Spot::Package => None,
            Spot::Message(message) => message,
            Spot::Field(message, ..) | Spot::Oneof(message, _) => Some(message),
        };
        let declared = message.and_then(|message| self.declarations.message(message));
        let file = declared.map_or(0, |message| message.file);
        let root = declared.map_or(&[][..], |message| &message.path);
        let mut pointer = message.map(|message| self.declarations.local_name(message)).unwrap_or_default();
        let (name, below): (Option<&str>, Vec<i32>) = match spot {
            Spot::Package => (None, vec![tag::FILE_PACKAGE]),
            Spot::Message(_) => (None, vec![tag::MESSAGE_NAME]),
            Spot::Field(_, field, part) => {
                let path = [tag::MESSAGE_FIELD, field.index as i32].into_iter().chain(part);
                (Some(field.proto.name()), path.collect())
            }
            Spot::Oneof(_, oneof) => {
                let declared = declared.and_then(|message| message.proto.oneof_decl.get(oneof));
                (declared.map(|it| it.name()), vec![tag::MESSAGE_ONEOF, oneof as i32])
            }
        };
        if let Some(name) = name {
            pointer.push('.');
            pointer.push_str(&shown(name));
        }
        let path: Vec<i32> = root.iter().copied().chain(below).collect();
        let file_of = self.declarations.file(file);
        let reference = file_of.and_then(|file| file.name.clone());
        Place { pointer, range: self.range(file, &path), reference }
    }

    /// Where that path stands, or the nearest around it that has a place.
    fn range(&self, file: usize, path: &[i32]) -> Option<Range> {
        let (model, text) = self.declarations.file(file)?.source?;
        let spans = (0..=path.len()).rev().filter_map(|length| model.span(path.get(..length)?));
        let span = spans.into_iter().next()?;
        let places = self.places.get(file)?.get_or_init(|| Places::new(text));
        Some(places.range(span))
    }
}

/// One side reading the other.
struct Direction<'l, 'f> {
    pair: Pair<'l>,
    /// The side that reads.
    side: Side,
    reader: &'l Text<'f>,
    writer: &'l Text<'f>,
    findings: Vec<Finding>,
}

impl<'l, 'f> Direction<'l, 'f> {
    fn new(pair: Pair<'l>, side: Side, reader: &'l Text<'f>, writer: &'l Text<'f>) -> Self {
        Self { pair, side, reader, writer, findings: Vec::new() }
    }

    fn findings(mut self) -> Vec<Finding> {
        for node in compare(&self.reader.declarations, &self.writer.declarations) {
            for difference in &node.differences {
                let first = self.findings.len();
                match node.types {
                    Some(types) => self.in_messages(types, difference),
                    None => self.in_files(difference),
                }
                let about = About::of(
                    self.side,
                    (&self.reader.declarations, &self.writer.declarations),
                    &node,
                    difference,
                );
                for finding in self.findings.iter_mut().skip(first) {
                    about.tell(finding);
                }
            }
        }
        self.findings
    }

    fn in_files(&mut self, difference: &Difference<'f>) {
        match difference {
            Difference::Package => {
                self.add(id::PACKAGE_CHANGED, self.sentences().package(), Spot::Package, Spot::Package);
            }
            Difference::MessageMissing(message) => self.message_missing(None, *message),
            _ => {}
        }
    }

    fn in_messages(&mut self, types: Types, difference: &Difference<'f>) {
        let (reader, writer) = (Spot::Message(Some(types.0)), Spot::Message(Some(types.1)));
        let sentences = self.sentences();
        match difference {
            Difference::Package => {}
            Difference::MessageMissing(message) => self.message_missing(Some(types.0), *message),
            Difference::RequiredMissing(field) => {
                let message = sentences.required_missing(types, field);
                self.add(id::REQUIRED_FIELD_MISSING, message, Spot::Field(types.0, field, None), writer);
            }
            Difference::RequiredUnknown(field) => {
                let message = sentences.required_unknown(types, field);
                self.add(id::REQUIRED_FIELD_UNKNOWN, message, reader, Spot::Field(types.1, field, None));
            }
            Difference::Field { reader, writer, fault } => self.field(types, reader, writer, fault),
            Difference::OneofFieldMissing { oneof, field } => {
                let message = sentences.oneof_field_missing(oneof, field);
                self.add(id::ONEOF_FIELD_MISSING, message, reader, Spot::Field(types.1, field, None));
            }
            Difference::JoinsOneof { oneof, fields, are_several } => {
                let id = if *are_several { id::FIELDS_JOIN_ONEOF } else { id::FIELD_JOINS_ONEOF };
                let message = sentences.joins_oneof(types, *oneof, fields);
                self.add(id, message, Spot::Oneof(types.0, *oneof), writer);
            }
        }
    }

    fn message_missing(&mut self, parent: Option<usize>, message: usize) {
        let sentence = self.sentences().message_missing(message);
        self.add(id::MESSAGE_MISSING, sentence, Spot::Message(parent), Spot::Message(Some(message)));
    }

    fn field(&mut self, types: Types, reader: &Field<'f>, writer: &Field<'f>, fault: &Fault) {
        let (id, part) = match fault {
            Fault::Kind(_) => (id::FIELD_KIND_CHANGED, None),
            Fault::Scalar(_) => (id::SCALAR_KIND_CHANGED, None),
            Fault::Type(_) => (id::FIELD_TYPE_CHANGED, None),
            Fault::Inside { .. } => (id::REFERENCED_TYPE_CHANGED, None),
            Fault::Group => (id::GROUP_CHANGED, None),
            Fault::Label => (id::FIELD_LABEL_CHANGED, Some(tag::FIELD_LABEL)),
            Fault::Repeated => (id::REPEATED_READ_AS_ONE, Some(tag::FIELD_LABEL)),
            Fault::Narrowed(_) => (id::SCALAR_NARROWED, None),
            Fault::Required => (id::FIELD_BECAME_REQUIRED, Some(tag::FIELD_LABEL)),
            Fault::Default(..) => (id::DEFAULT_CHANGED, Some(tag::FIELD_DEFAULT)),
            Fault::Name => (id::FIELD_NAME_CHANGED, Some(tag::FIELD_NAME)),
            Fault::EnumValues { missing, renamed, .. } => {
                let spots = (Spot::Field(types.0, reader, None), Spot::Field(types.1, writer, None));
                let (gone, other) = self.sentences().enum_values(missing, renamed);
                for (id, message) in [(id::ENUM_VALUE_MISSING, gone), (id::ENUM_VALUE_RENAMED, other)] {
                    if let Some(message) = message {
                        self.add(id, message, self.at_type(spots.0), self.at_type(spots.1));
                    }
                }
                return;
            }
        };
        let message = self.sentences().field(types, (reader, writer), fault);
        let (reader, writer) = (Spot::Field(types.0, reader, part), Spot::Field(types.1, writer, part));
        match part {
            Some(_) => self.add(id, message, reader, writer),
            None => self.add(id, message, self.at_type(reader), self.at_type(writer)),
        }
    }

    /// The same spot, narrowed to the type of a field.
    fn at_type<'d>(&self, spot: Spot<'d, 'f>) -> Spot<'d, 'f> {
        match spot {
            Spot::Field(message, field, _) => {
                let is_named = field.proto.type_name.is_some();
                let part = if is_named { tag::FIELD_TYPE_NAME } else { tag::FIELD_TYPE };
                Spot::Field(message, field, Some(part))
            }
            other => other,
        }
    }

    fn sentences(&self) -> Sentences<'l, 'f> {
        let (reader, writer) = (&self.reader.declarations, &self.writer.declarations);
        Sentences { side: self.side, reader, writer }
    }

    fn add(&mut self, id: RuleId, message: String, reader: Spot<'_, 'f>, writer: Spot<'_, 'f>) {
        let mut finding = self.pair.finding(id, self.side, message);
        let (reader, writer) = (self.reader.place(reader), self.writer.place(writer));
        (finding.new, finding.old) = match self.side {
            Side::New => (Some(reader), Some(writer)),
            Side::Old => (Some(writer), Some(reader)),
        };
        self.findings.push(finding);
    }
}
