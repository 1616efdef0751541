//! What a finding is about, beyond its sentence and its places: the element, the change, whom it harms, and what shows it.

use super::comparison::{Difference, Fault, Node, Part};
use super::declarations::{Declarations, Field};
use super::rules::id;
use super::sentences::describe;
use crate::compat::trail::{End, Step, Trail};
use crate::compat::{Finding, Severity, Side};

/// The longest text in bytes that a finding keeps a copy of: files of thousands of findings about names of a megabyte exist.
const LONGEST: usize = 4096;

/// The parts of the findings of one difference.
pub(super) struct About {
    element: String,
    shape: String,
    harms: bool,
    is_asked: bool,
    trail: Option<Trail>,
    /// The trail of an enum value with another name, where that is not the one that is missing.
    renamed: Option<Trail>,
}

impl About {
    pub(super) fn of<'f>(
        side: Side,
        (reader, writer): (&Declarations<'f>, &Declarations<'f>),
        node: &Node<'f>,
        difference: &Difference<'f>,
    ) -> Self {
        let (new, new_message) = match side {
            Side::New => (reader, node.types.map(|types| types.0)),
            Side::Old => (writer, node.types.map(|types| types.1)),
        };
        let message = new_message.map_or_else(|| new.package().to_owned(), |it| new.full_name(it));
        let ordered = |writer: String, reader: String| match side {
            Side::New => format!("{writer} -> {reader}"),
            Side::Old => format!("{reader} -> {writer}"),
        };
        let of_field = |field: &Field<'_>| format!("{message}.{}", field.proto.name());
        let mut shape = String::new();
        let element = match difference {
            Difference::Package => {
                shape = ordered(writer.package().to_owned(), reader.package().to_owned());
                String::new()
            }
            Difference::MessageMissing(missing) => writer.full_name(*missing),
            Difference::RequiredMissing(field) | Difference::RequiredUnknown(field) => of_field(field),
            Difference::OneofFieldMissing { field, .. } => of_field(field),
            Difference::JoinsOneof { fields, .. } => {
                shape = numbers(fields).iter().map(u32::to_string).collect::<Vec<_>>().join(",");
                message.clone()
            }
            Difference::Field { reader: read, writer: written, fault } => {
                shape = match (fault, node.types) {
                    (
                        Fault::Kind(part) | Fault::Scalar(part) | Fault::Type(part) | Fault::Narrowed(part),
                        Some(types),
                    ) => ordered(
                        describe(writer, types.1, written, *part),
                        describe(reader, types.0, read, *part),
                    ),
                    (Fault::Name, _) => {
                        ordered(written.proto.name().to_owned(), read.proto.name().to_owned())
                    }
                    (Fault::Label, _) => ordered(format!("{:?}", written.label), format!("{:?}", read.label)),
                    (Fault::Default(from, to), _) => ordered(from.clone(), to.clone()),
                    (Fault::EnumValues { missing, .. }, _) => missing.join(","),
                    _ => String::new(),
                };
                of_field(if side == Side::New { read } else { written })
            }
        };
        let (end, renamed) = ends(difference);
        let trail = |end: Option<(Vec<Step>, End)>| {
            let (more, end) = end?;
            if let Difference::MessageMissing(missing) = difference {
                let message = Some(writer.full_name(*missing));
                let is_own = writer.message(*missing).is_some_and(|it| it.file == 0);
                return is_own.then_some(Trail { steps: Vec::new(), end, message });
            }
            let Some((root, way)) = &node.way else {
                // Of the files as a whole any message will do.
                let first = node.types.is_none().then(|| writer.declared_in(None).into_values().next());
                let message = Some(writer.full_name(first??));
                return Some(Trail { steps: Vec::new(), end, message });
            };
            let mut steps = way.steps()?;
            steps.extend(more);
            Some(Trail { steps, end, message: Some(writer.full_name(*root)) })
        };
        // A message that is named at such length has no witness, rather than every finding a copy of the name.
        let short = |it: &Trail| it.message.as_ref().is_none_or(|name| name.len() <= LONGEST);
        let (trail, renamed) = (trail(end).filter(short), trail(renamed).filter(short));
        let (element, shape) = (bounded(element), bounded(shape));
        Self { element, shape, harms: difference.is_harmful(), is_asked: node.is_asked, trail, renamed }
    }

    pub(super) fn tell(&self, finding: &mut Finding) {
        finding.element.clone_from(&self.element);
        finding.shape.clone_from(&self.shape);
        finding.wire = self.harms;
        if !self.is_asked && finding.confluent {
            finding.confluent = false;
            finding.severity = Severity::Warning;
        }
        let is_renamed = finding.rule == id::ENUM_VALUE_RENAMED;
        let trail = if is_renamed { self.renamed.clone() } else { self.trail.clone() };
        finding.trail = trail.map(Box::new);
    }
}

/// A text that tells apart what the given one does, and is not long.
fn bounded(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let start: String = text.chars().take(100).collect();
    format!("{start}... ({} bytes, CRC {:08x})", text.len(), crc32fast::hash(text.as_bytes()))
}

/// The steps from the message on, and what stands at their end: for the finding, and for the one about renamed values.
type Ends = (Option<(Vec<Step>, End)>, Option<(Vec<Step>, End)>);

fn ends(difference: &Difference<'_>) -> Ends {
    let field = |field: &Field<'_>| Step::Field(field.proto.number() as u32);
    let end = match difference {
        Difference::Package | Difference::MessageMissing(_) | Difference::RequiredMissing(_) => {
            (Vec::new(), End::Any)
        }
        Difference::RequiredUnknown(it) | Difference::OneofFieldMissing { field: it, .. } => {
            (vec![field(it)], End::Any)
        }
        Difference::JoinsOneof { fields, .. } => (Vec::new(), End::Fields(numbers(fields))),
        Difference::Field { writer, fault, reader } => match fault {
            Fault::EnumValues { first, .. } => {
                let of = |number: Option<i32>| Some((vec![field(writer)], End::Symbol(number?.into())));
                return (of(first.missing), of(first.renamed));
            }
            Fault::Kind(Part::Key)
            | Fault::Scalar(Part::Key)
            | Fault::Type(Part::Key)
            | Fault::Narrowed(Part::Key) => (vec![field(writer), Step::Key], End::Telling),
            Fault::Kind(Part::Value)
            | Fault::Scalar(Part::Value)
            | Fault::Type(Part::Value)
            | Fault::Narrowed(Part::Value) => (vec![field(writer), Step::Item], End::Telling),
            // Absence is what shows these.
            Fault::Required | Fault::Default(..) => (Vec::new(), End::Any),
            Fault::Label if !writer.is_repeated() && !reader.is_repeated() => (Vec::new(), End::Any),
            _ => (vec![field(writer)], End::Telling),
        },
    };
    (Some(end), None)
}

fn numbers(fields: &[Field<'_>]) -> Vec<u32> {
    fields.iter().map(|it| it.proto.number() as u32).collect()
}
