//! From descriptors to a [`Plan`].

use std::collections::HashMap;
use std::sync::Arc;

use prost_reflect::{Cardinality, EnumDescriptor, FileDescriptor, Kind as Declared, MessageDescriptor};

use super::{EnumPlan, FieldPlan, Kind, MessagePlan, Plan, Shape};
use crate::value::{NameId, NameTable};

/// The highest field number that is found directly.
const LOW: u32 = 255;

/// Compiles all messages and enums that the file declares or imports.
pub(in super::super) fn compile(file: &FileDescriptor) -> Plan {
    let pool = file.parent_pool();
    let messages: Vec<MessageDescriptor> = pool.all_messages().collect();
    let enums: Vec<EnumDescriptor> = pool.all_enums().collect();
    let by_name = messages.iter().enumerate().map(|(at, it)| (it.full_name().into(), at)).collect();
    let enums_by_name = enums.iter().enumerate().map(|(at, it)| (it.full_name().to_owned(), at)).collect();
    let mut compiler = Compiler { by_name, enums_by_name, names: Names::default() };
    let mut messages: Vec<_> = messages.iter().map(|it| compiler.message(it)).collect();
    let enums = enums.iter().map(|it| compiler.enumeration(it)).collect();
    measure(&mut messages);
    let Compiler { by_name, names, .. } = compiler;
    let heaviest = messages.iter().map(|it| it.weight).max().unwrap_or(0);
    Plan { messages, enums, names: Arc::new(names.table), heaviest, by_name }
}

struct Compiler {
    by_name: HashMap<Box<str>, usize>,
    enums_by_name: HashMap<String, usize>,
    names: Names,
}

/// A name table that holds each name once.
#[derive(Default)]
struct Names {
    table: NameTable,
    known: HashMap<Box<str>, NameId>,
}

impl Names {
    fn id(&mut self, name: &str) -> NameId {
        match self.known.get(name) {
            Some(id) => *id,
            None => {
                let id = self.table.push(name);
                self.known.insert(name.into(), id);
                id
            }
        }
    }
}

/// What fields and extensions have in common; the library gives them two types.
macro_rules! facts {
    ($field:expr, $name:expr, $oneof:expr) => {
        Facts {
            number: $field.number(),
            name: $name,
            kind: $field.kind(),
            is_group: $field.is_group(),
            is_map: $field.is_map(),
            is_packed: $field.is_packed(),
            cardinality: $field.cardinality(),
            has_presence: $field.supports_presence(),
            oneof: $oneof,
        }
    };
}

struct Facts {
    number: u32,
    name: String,
    kind: Declared,
    is_group: bool,
    is_map: bool,
    is_packed: bool,
    cardinality: Cardinality,
    has_presence: bool,
    oneof: Option<u32>,
}

impl Compiler {
    fn message(&mut self, message: &MessageDescriptor) -> MessagePlan {
        let declared = message.descriptor_proto().field.iter();
        let declared = declared.filter_map(|field| message.get_field(u32::try_from(field.number()).ok()?));
        let oneofs: HashMap<String, u32> = message
            .oneofs()
            .filter(|it| !it.is_synthetic())
            .map(|it| it.full_name().to_owned())
            .zip(0..)
            .collect();
        let mut fields: Vec<_> = declared
            .map(|field| {
                let oneof = field.containing_oneof().and_then(|it| oneofs.get(it.full_name()).copied());
                self.field(facts!(field, field.name().to_owned(), oneof))
            })
            .collect();
        let mut by_name: HashMap<Box<str>, usize> = HashMap::new();
        for (place, field) in fields.iter().enumerate() {
            if let Some(field) = message.get_field(field.number) {
                by_name.insert(field.json_name().into(), place);
            }
        }
        for extension in message.extensions() {
            let name = format!("[{}]", extension.full_name());
            fields.push(self.field(facts!(extension, name, None)));
        }
        // Declared names win over JSON names.
        by_name.extend(fields.iter().enumerate().map(|(place, field)| (field.text.clone(), place)));
        let (low, high) = by_number(&fields);
        let is_shown = |field: &FieldPlan| !matches!(field.shape, Shape::Explicit { .. });
        let always = (0..fields.len()).filter(|place| fields.get(*place).is_some_and(is_shown)).collect();
        let is_timestamp =
            message.full_name() == "google.protobuf.Timestamp" && has_timestamp_fields(&fields);
        MessagePlan {
            full_name: message.full_name().into(),
            name: self.names.id(message.full_name()),
            fields,
            always,
            is_timestamp,
            depth: None,
            weight: 0,
            low,
            high,
            by_name,
        }
    }

    fn field(&mut self, facts: Facts) -> FieldPlan {
        let kind = self.kind(&facts.kind, facts.is_group);
        let shape = match facts.cardinality {
            Cardinality::Repeated if facts.is_map && has_key_and_value(&facts.kind) => Shape::Map,
            Cardinality::Repeated => Shape::Repeated { packed: facts.is_packed && kind.is_packable() },
            Cardinality::Required => Shape::Required,
            Cardinality::Optional if facts.has_presence => Shape::Explicit { oneof: facts.oneof },
            Cardinality::Optional => Shape::Implicit,
        };
        let name = self.names.id(&facts.name);
        FieldPlan { number: facts.number, text: facts.name.into(), name, kind, shape }
    }

    fn kind(&self, kind: &Declared, is_group: bool) -> Kind {
        let message =
            |it: &MessageDescriptor| self.by_name.get(it.full_name()).copied().unwrap_or(usize::MAX);
        match kind {
            Declared::Double => Kind::Double,
            Declared::Float => Kind::Float,
            Declared::Int32 => Kind::Int32,
            Declared::Int64 => Kind::Int64,
            Declared::Uint32 => Kind::Uint32,
            Declared::Uint64 => Kind::Uint64,
            Declared::Sint32 => Kind::Sint32,
            Declared::Sint64 => Kind::Sint64,
            Declared::Fixed32 => Kind::Fixed32,
            Declared::Fixed64 => Kind::Fixed64,
            Declared::Sfixed32 => Kind::Sfixed32,
            Declared::Sfixed64 => Kind::Sfixed64,
            Declared::Bool => Kind::Bool,
            Declared::String => Kind::Text,
            Declared::Bytes => Kind::Bytes,
            Declared::Enum(it) => {
                Kind::Enum(self.enums_by_name.get(it.full_name()).copied().unwrap_or(usize::MAX))
            }
            Declared::Message(it) if is_group => Kind::Group(message(it)),
            Declared::Message(it) => Kind::Message(message(it)),
        }
    }

    fn enumeration(&mut self, declared: &EnumDescriptor) -> EnumPlan {
        // The library lists them by number, the declaration says which comes first.
        let values = &declared.enum_descriptor_proto().value;
        let mut symbols: Vec<_> = values.iter().map(|it| (it.number(), self.names.id(it.name()))).collect();
        let first = symbols.first().map_or(0, |(number, _)| *number);
        symbols.sort_by_key(|(number, _)| *number);
        symbols.dedup_by_key(|(number, _)| *number);
        let numbers = values.iter().map(|it| (it.name().into(), it.number())).collect();
        EnumPlan { full_name: declared.full_name().into(), symbols, numbers, first }
    }
}

/// Whether the entry message of a map is one: a schema may claim so of any message.
fn has_key_and_value(kind: &Declared) -> bool {
    let Declared::Message(entry) = kind else { return false };
    let key = entry.get_field(1).map(|key| key.kind());
    let is_key = key.is_some_and(|key| {
        !matches!(
            key,
            Declared::Double | Declared::Float | Declared::Bytes | Declared::Enum(_) | Declared::Message(_)
        )
    });
    let singular =
        |number| entry.get_field(number).is_some_and(|field| field.cardinality() != Cardinality::Repeated);
    is_key && singular(1) && singular(2)
}

fn has_timestamp_fields(fields: &[FieldPlan]) -> bool {
    matches!(
        fields,
        [FieldPlan { number: 1, kind: Kind::Int64, .. }, FieldPlan { number: 2, kind: Kind::Int32, .. }]
    )
}

fn by_number(fields: &[FieldPlan]) -> (Vec<Option<u32>>, Vec<(u32, u32)>) {
    let numbers = fields.iter().map(|field| field.number);
    let length =
        numbers.clone().filter(|number| *number <= LOW).max().map_or(0, |highest| highest as usize + 1);
    let mut low = vec![None; length];
    let mut high = Vec::new();
    for (number, place) in numbers.zip(0..) {
        match low.get_mut(number as usize) {
            Some(slot) => *slot = Some(place),
            None => high.push((number, place)),
        }
    }
    high.sort_unstable();
    (low, high)
}

/// Fills in [`MessagePlan::depth`] and [`MessagePlan::weight`], the messages that contain no others first.
/// Does not recurse: a schema may chain any number of messages.
fn measure(messages: &mut [MessagePlan]) {
    let inner =
        |plan: &MessagePlan| plan.fields.iter().filter_map(|field| field.kind.message()).collect::<Vec<_>>();
    let mut missing: Vec<usize> = messages.iter().map(|plan| inner(plan).len()).collect();
    let mut around: Vec<Vec<usize>> = vec![Vec::new(); messages.len()];
    for (index, plan) in messages.iter().enumerate() {
        for within in inner(plan) {
            if let Some(list) = around.get_mut(within) {
                list.push(index);
            }
        }
    }
    let mut ready: Vec<usize> = (0..messages.len()).filter(|index| missing.get(*index) == Some(&0)).collect();
    while let Some(index) = ready.pop() {
        let depths = messages.get(index).map(inner).unwrap_or_default();
        let deepest = depths.iter().filter_map(|within| messages.get(*within)?.depth).max().unwrap_or(0);
        let weight = weigh(messages, index);
        if let Some(plan) = messages.get_mut(index) {
            plan.depth = Some(deepest + 1);
            plan.weight = weight;
        }
        for outer in around.get(index).into_iter().flatten() {
            if let Some(count) = missing.get_mut(*outer) {
                *count -= 1;
                if *count == 0 {
                    ready.push(*outer);
                }
            }
        }
    }
    // What is left contains itself, or something that does.
    for index in 0..messages.len() {
        if messages.get(index).is_some_and(|plan| plan.depth.is_none()) {
            let weight = weigh(messages, index);
            if let Some(plan) = messages.get_mut(index) {
                plan.weight = weight;
            }
        }
    }
}

/// The size of a struct with these fields, as prost lays it out: a message within it takes its place in it, unless it is recursive.
fn weigh(messages: &[MessagePlan], index: usize) -> usize {
    let Some(plan) = messages.get(index) else { return 0 };
    let weight = |field: &FieldPlan| match (field.shape, field.kind) {
        (Shape::Map, _) => 48,
        (Shape::Repeated { .. }, _) | (_, Kind::Text | Kind::Bytes) => 24,
        (_, Kind::Message(within) | Kind::Group(within)) => match messages.get(within) {
            Some(MessagePlan { depth: Some(_), weight, .. }) => 8_usize.saturating_add(*weight),
            _ => 8,
        },
        _ => 16,
    };
    plan.fields.iter().map(weight).fold(8, usize::saturating_add)
}
