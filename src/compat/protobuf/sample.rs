//! Values of a writer's messages: the least that there is, one that leads to a finding, or any by a seed.

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use crate::compat::dice::Dice;
use crate::compat::trail::{End, Step, Trail};
use crate::schema::Schema;
use crate::schema::protobuf::link;
use crate::value::{Timestamp, Value, ValueBuilder};

/// How deep values go; decoders take 64 levels.
const DEPTH: usize = 30;

/// How many nodes a value may have.
const NODES: usize = 20_000;

/// How many values are tried for a finding.
const VARIANTS: usize = 4;

/// Values that lead to the end of a trail; none where no value is short enough, or the schema does not link.
pub(in crate::compat) fn candidates(schema: &Schema, trail: &Trail) -> Vec<Value<'static>> {
    let message = trail.message.as_deref().and_then(|name| message(schema, name));
    let Some(message) = message else { return Vec::new() };
    let variants = if trail.end == End::Telling { VARIANTS } else { 1 };
    let values = (0..variants).map(|variant| {
        let mut sampler = Sampler { dice: Dice::least(), variant, builder: ValueBuilder::new() };
        sampler.message(&message, &trail.steps, Some(&trail.end), DEPTH)?;
        Some(sampler.builder.finish())
    });
    values.flatten().collect()
}

/// Any value of a message, by a seed.
pub(in crate::compat) fn any(schema: &Schema, name: &str, seed: u64) -> Option<Value<'static>> {
    let message = message(schema, name)?;
    let mut sampler = Sampler { dice: Dice::seeded(seed), variant: 0, builder: ValueBuilder::new() };
    sampler.message(&message, &[], None, DEPTH)?;
    Some(sampler.builder.finish())
}

fn message(schema: &Schema, name: &str) -> Option<MessageDescriptor> {
    link(schema).ok()?.parent_pool().get_message_by_name(name)
}

struct Sampler {
    dice: Dice,
    /// Which of the values that tell something.
    variant: usize,
    builder: ValueBuilder<'static>,
}

/// Where a value stands on the way.
type On<'a> = (&'a [Step], Option<&'a End>);

impl Sampler {
    fn message(
        &mut self,
        message: &MessageDescriptor,
        steps: &[Step],
        end: Option<&End>,
        depth: usize,
    ) -> Option<()> {
        let depth = depth.checked_sub(1).filter(|_| self.builder.node_count() < NODES)?;
        if message.full_name() == "google.protobuf.Timestamp" {
            let seconds = self.dice.whole(24);
            self.builder.timestamp(Timestamp::from_seconds(seconds));
            return Some(());
        }
        let first = steps.first().copied();
        let wanted = |field: &FieldDescriptor| match (first, end) {
            (Some(Step::Field(number)), _) => number == field.number(),
            (None, Some(End::Fields(numbers))) => numbers.contains(&field.number()),
            _ => false,
        };
        let open = self.builder.begin_record(message.full_name());
        let mut taken: Vec<String> = message
            .fields()
            .filter(|field| wanted(field))
            .filter_map(|field| Some(field.containing_oneof()?.name().to_owned()))
            .collect();
        for field in message.fields() {
            let is_wanted = wanted(&field);
            let oneof = field.containing_oneof().map(|it| it.name().to_owned());
            // A message at the end of the way that differs by its kind holds something, so that it can be told from nothing.
            let is_inside = first.is_none() && end == Some(&End::Telling) && self.variant.is_multiple_of(2);
            let is_chosen = is_inside || (!self.dice.is_least() && self.dice.below(3) > 0);
            let is_set = is_wanted
                || field.cardinality() == prost_reflect::Cardinality::Required
                || (is_chosen && depth > DEPTH / 2 && oneof.as_ref().is_none_or(|it| !taken.contains(it)));
            if !is_set {
                continue;
            }
            taken.extend(oneof);
            self.builder.name(field.name());
            let rest = steps.get(1..).unwrap_or_default();
            let telling = Some(&End::Telling);
            let on = match end {
                // Of fields that exclude each other for the reader, each has to hold something.
                Some(End::Fields(_)) if is_wanted && first.is_none() => (&[][..], telling),
                _ if is_wanted => (rest, end),
                _ => (&[][..], None),
            };
            self.field(&field, on, depth)?;
        }
        self.builder.end(open);
        Some(())
    }

    fn field(&mut self, field: &FieldDescriptor, (steps, end): On<'_>, depth: usize) -> Option<()> {
        if field.is_map() {
            let Kind::Message(entry) = field.kind() else { return None };
            let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            let open = self.builder.begin_map();
            let (first, rest) = (steps.first().copied(), steps.get(1..).unwrap_or_default());
            let on = |step: Step| if first == Some(step) { (rest, end) } else { (&[][..], None) };
            self.single(&key, on(Step::Key), depth)?;
            self.single(&value, on(Step::Item), depth)?;
            self.builder.end(open);
            return Some(());
        }
        if field.is_list() {
            let open = self.builder.begin_array();
            let count = if end == Some(&End::Telling) { 2 } else { 1 + self.dice.below(2) };
            for _ in 0..count {
                self.single(field, (steps, end), depth)?;
            }
            self.builder.end(open);
            return Some(());
        }
        self.single(field, (steps, end), depth)
    }

    /// One value of a field's kind.
    fn single(&mut self, field: &FieldDescriptor, (steps, end): On<'_>, depth: usize) -> Option<()> {
        let telling = (end == Some(&End::Telling)).then_some(self.variant);
        let is_seeded = !self.dice.is_least();
        match field.kind() {
            Kind::Message(message) => return self.message(&message, steps, end, depth),
            Kind::Enum(it) => return self.symbol(&it, end),
            Kind::Bool => {
                let value = !is_seeded || self.dice.below(2) == 1;
                self.builder.bool(value);
            }
            Kind::String => {
                let value = if is_seeded { self.dice.text() } else { "a".to_owned() };
                self.builder.copied_text(&value);
            }
            Kind::Bytes => {
                let bits = self.dice.bits().to_le_bytes();
                let length = self.dice.below(9);
                let seeded = bits.get(..length).unwrap_or_default();
                // Not UTF-8.
                let least: &[u8] = if telling == Some(0) { &[0xff] } else { b"a" };
                self.builder.copied_bytes(if is_seeded { seeded } else { least });
            }
            Kind::Float => {
                let value = if is_seeded { self.dice.float() as f32 } else { 1.5 };
                self.builder.float(value);
            }
            Kind::Double => {
                let value = if is_seeded { self.dice.float() } else { 1.5 };
                self.builder.double(value);
            }
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                let extremes = [-1, i32::MAX, i32::MIN, 1];
                let least = telling.and_then(|at| extremes.get(at)).copied().unwrap_or(1);
                let value = if is_seeded { self.dice.whole(32) as i32 } else { least };
                self.builder.int(value);
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                let extremes = [-1, i64::MAX, i64::MIN, 1];
                let least = telling.and_then(|at| extremes.get(at)).copied().unwrap_or(1);
                let value = if is_seeded { self.dice.whole(64) } else { least };
                self.builder.long(value);
            }
            Kind::Uint32 | Kind::Fixed32 => {
                let extremes = [u32::MAX, 2, 1 << 31, 1];
                let least = telling.and_then(|at| extremes.get(at)).copied().unwrap_or(1);
                let value = if is_seeded { self.dice.whole(32) as u32 } else { least };
                self.builder.unsigned(value.into());
            }
            Kind::Uint64 | Kind::Fixed64 => {
                let extremes = [u64::MAX, 2, 1 << 63, 1];
                let least = telling.and_then(|at| extremes.get(at)).copied().unwrap_or(1);
                let value = if is_seeded { self.dice.whole(64) as u64 } else { least };
                self.builder.unsigned(value);
            }
        }
        Some(())
    }

    fn symbol(&mut self, it: &EnumDescriptor, end: Option<&End>) -> Option<()> {
        let values: Vec<_> = it.values().collect();
        let value = match end {
            Some(End::Symbol(number)) => values.iter().find(|it| i64::from(it.number()) == *number),
            // The zero of a field is not written.
            Some(End::Telling) => values.iter().find(|it| it.number() != 0).or(values.first()),
            _ => values.get(self.dice.below(values.len())),
        }?;
        self.builder.symbol(value.number() as u32, value.name());
        Some(())
    }
}
