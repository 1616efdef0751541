//! Messages for a schema, made up: the same for the same seed, on every machine.
//!
//! Text is made of words, numbers are mostly small, a quarter of what may be missing is: so that sizes and compression come
//! near those of real data. They are no substitute for it.

use serde_json::{Map, Number, Value, json};

use super::shape::{Record, Shape, ShapeId, Shapes};
use crate::schema::{Schema, SchemaError};
use crate::value::{Date, Decimal, Time, Timestamp};

/// From this depth on values are as small as they can be.
const DEEP: usize = 6;

/// No value nests deeper, whatever the schema says.
const DEEPEST: usize = 40;

const WORDS: [&str; 40] = [
    "amber", "anchor", "basalt", "beacon", "birch", "canyon", "cedar", "cobalt", "copper", "delta", "ember",
    "falcon", "fjord", "garnet", "glacier", "harbor", "indigo", "island", "jasper", "juniper", "lagoon",
    "lantern", "marble", "meadow", "nectar", "north", "olive", "onyx", "pebble", "prairie", "quartz",
    "river", "saffron", "sierra", "south", "summit", "tundra", "velvet", "willow", "zephyr",
];

/// Makes up messages; see [`Generator::line`].
#[derive(Debug)]
pub struct Generator {
    shapes: Shapes,
    /// Of each shape, how deep its shallowest value is.
    least_depths: Vec<Option<usize>>,
    random: Random,
}

impl Generator {
    /// For a schema, and for that message where it is Protobuf (the first one otherwise).
    ///
    /// # Errors
    /// A schema that does not link, a message that it does not declare, a format of a user's own.
    pub fn new(schema: &Schema, message: Option<&str>, seed: u64) -> Result<Self, SchemaError> {
        let shapes = Shapes::of(schema, message)?;
        Ok(Self { least_depths: shapes.least_depths(), shapes, random: Random(seed) })
    }

    /// The next message as JSON. What a JSON Schema forbids beyond types, ranges and lengths (a `pattern`, a `not`) is
    /// not looked at, so the caller asks a codec whether it fits.
    pub fn line(&mut self) -> String {
        self.value(self.shapes.root, 0, "").to_string()
    }

    fn value(&mut self, id: ShapeId, depth: usize, name: &str) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        match self.shapes.get(id).clone() {
            Shape::Null => Value::Null,
            Shape::Bool => json!(self.random.below(2) == 1),
            Shape::Whole { least, most } => self.whole(least, most),
            Shape::Float { wide, least, most } => self.float(wide, least, most),
            Shape::Text { least, most } => json!(self.text(least, most, name)),
            Shape::Any => json!(self.text(0, usize::MAX, name)),
            Shape::Among(inner) => self.value(inner, depth, name),
            Shape::Char => {
                json!(self.random.one_of(&['a', 'k', 'z', 'é', '€']).copied().unwrap_or('a').to_string())
            }
            Shape::Bytes => {
                let length = 8 + self.random.below(25) as usize;
                json!(self.base64(length))
            }
            Shape::Fixed(length) => json!(self.base64(length)),
            Shape::Decimal { precision, scale } => {
                // What 128 bits hold has 38 digits; people's amounts have fewer.
                let digits = precision.min(9);
                let unscaled = self.random.below(10_u64.pow(digits)) as i128;
                json!(Decimal::new(unscaled, scale).to_string())
            }
            Shape::Uuid => json!(self.uuid()),
            Shape::Date => json!(Date::from_days(18_000 + self.random.below(3_000) as i32).to_string()),
            Shape::Time(unit) => {
                let nanos = self.random.below(86_400_000_000_000) / u64::from(unit) * u64::from(unit);
                Time::from_nanos(nanos as i64).map_or(Value::Null, |it| json!(it.to_string()))
            }
            Shape::Timestamp { unit, local } => json!(self.timestamp(unit, local)),
            Shape::Duration => json!(format!(
                "P{}M{}DT{}S",
                self.random.below(12),
                self.random.below(28),
                self.random.below(60)
            )),
            Shape::Symbols { symbols, .. } => {
                self.random.one_of(&symbols).map_or(Value::Null, |it| json!(it))
            }
            Shape::Constants(values) => self.random.one_of(&values).cloned().unwrap_or_default(),
            Shape::Optional(inner) => {
                if depth > DEEP || self.random.below(4) == 0 {
                    Value::Null
                } else {
                    self.value(inner, depth + 1, name)
                }
            }
            Shape::List { item, least, most } => {
                let length = self.length(depth, least, most);
                (0..length).map(|_| self.value(item, depth + 1, name)).collect()
            }
            Shape::Tuple(items) => items.iter().map(|it| self.value(*it, depth + 1, name)).collect(),
            Shape::Map { key, value } => {
                let length = self.length(depth, 0, usize::MAX);
                (0..length).map(|_| (self.key(key, depth), self.value(value, depth + 1, ""))).collect()
            }
            Shape::Record(record) => self.record(&record, depth),
            Shape::Union(members) => {
                let members: Vec<ShapeId> = members.into_iter().map(|(_, it)| it).collect();
                self.one(&members, depth).map_or(Value::Null, |it| self.value(it, depth + 1, name))
            }
            Shape::Tagged { variants, .. } => self.variant(&variants, depth),
        }
    }

    /// One that ends, and ends soon where it is deep already.
    fn one(&mut self, members: &[ShapeId], depth: usize) -> Option<ShapeId> {
        let ends = |it: &ShapeId| self.least_depths.get(*it).copied().flatten();
        if depth > DEEP {
            return members.iter().copied().filter(|it| ends(it).is_some()).min_by_key(ends);
        }
        let ending: Vec<ShapeId> = members.iter().copied().filter(|it| ends(it).is_some()).collect();
        self.random.one_of(&ending).copied()
    }

    fn record(&mut self, record: &Record, depth: usize) -> Value {
        let choices = record.fields.iter().filter_map(|it| it.choice).max().map_or(0, |it| it + 1);
        let chosen: Vec<Option<usize>> = (0..choices)
            .map(|choice| {
                let members: Vec<usize> = (0..record.fields.len())
                    .filter(|index| record.fields.get(*index).is_some_and(|it| it.choice == Some(choice)))
                    .collect();
                self.random.one_of(&members).copied()
            })
            .collect();
        let mut out = Map::new();
        for (index, field) in record.fields.iter().enumerate() {
            let left_out = match field.choice {
                Some(choice) => depth > DEEP || chosen.get(choice).copied().flatten() != Some(index),
                None => field.optional && (depth > DEEP || self.random.below(4) == 0),
            };
            if !left_out {
                out.insert(field.name.clone(), self.value(field.shape, depth + 1, &field.name));
            }
        }
        Value::Object(out)
    }

    fn variant(&mut self, variants: &[(String, Option<ShapeId>)], depth: usize) -> Value {
        let ends = |shape: &Option<ShapeId>| match shape {
            None => Some(0),
            Some(it) => self.least_depths.get(*it).copied().flatten(),
        };
        let mut ending: Vec<_> = variants.iter().filter(|(_, shape)| ends(shape).is_some()).collect();
        if depth > DEEP {
            ending.sort_by_key(|(_, shape)| ends(shape));
            ending.truncate(1);
        }
        match self.random.one_of(&ending).copied() {
            None => Value::Null,
            Some((name, None)) => json!(name),
            Some((name, Some(shape))) => {
                let content = self.value(*shape, depth + 1, name);
                Value::Object(Map::from_iter([(name.clone(), content)]))
            }
        }
    }

    /// How many items: a few, none where it is deep already.
    fn length(&mut self, depth: usize, least: usize, most: usize) -> usize {
        if depth > DEEP { least } else { (self.random.below(5) as usize).clamp(least, most.max(least)) }
    }

    fn key(&mut self, shape: ShapeId, depth: usize) -> String {
        match self.value(shape, depth + 1, "key") {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// Half of them below a thousand, most below a million, some anywhere.
    fn whole(&mut self, least: i128, most: i128) -> Value {
        let span = match self.random.below(10) {
            0..5 => 1_000,
            5..9 => 1_000_000,
            _ => i128::MAX,
        };
        // Around zero where the range has it, from its near end otherwise.
        let start = 0.clamp(least, most.max(least));
        let upper = start.saturating_add(span).min(most);
        let width = u64::try_from(upper.saturating_sub(start)).unwrap_or(u64::MAX - 1);
        let number = start + i128::from(self.random.below(width.saturating_add(1).max(1)));
        match (i64::try_from(number), u64::try_from(number)) {
            (Ok(number), _) => json!(number),
            (_, Ok(number)) => json!(number),
            _ => json!(0),
        }
    }

    /// With two digits behind the point, as amounts and measures have; of 32 bits such that they are exact there.
    fn float(&mut self, wide: bool, least: f64, most: f64) -> Value {
        let start = 0_f64.clamp(least, most.max(least));
        let width = (most - start).clamp(0.0, 10_000.0);
        let steps = (width * 100.0).floor().max(0.0) as u64;
        let number = start + self.random.below(steps + 1) as f64 / 100.0;
        let number = if wide {
            (number * 100.0).round() / 100.0
        } else {
            f64::from((number * 4.0).round() as f32 / 4.0)
        };
        Number::from_f64(number.clamp(least, most.max(least))).map_or(Value::Null, Value::Number)
    }

    fn text(&mut self, least: usize, most: usize, name: &str) -> String {
        let word = self.random.one_of(&WORDS).copied().unwrap_or("word");
        let mut text = if name.to_ascii_lowercase().ends_with("id") {
            format!("{word}-{:06}", self.random.below(1_000_000))
        } else {
            let more = self.random.below(4);
            (0..more).fold(word.to_owned(), |text, _| {
                let next = self.random.one_of(&WORDS).copied().unwrap_or("word");
                format!("{text} {next}")
            })
        };
        // Limits beyond these are for the validator to tell.
        while text.len() < least.min(10_000) {
            text.push_str(self.random.one_of(&WORDS).copied().unwrap_or("word"));
        }
        text.chars().take(most).collect()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length.min(1 << 20)).map(|_| self.random.below(256) as u8).collect()
    }

    fn base64(&mut self, length: usize) -> String {
        let bytes = self.bytes(length);
        let mut builder = crate::value::ValueBuilder::new();
        builder.bytes(&bytes);
        // The text that JSON has for bytes, without its quotes.
        builder.finish().to_string().trim_matches('"').to_owned()
    }

    fn uuid(&mut self) -> String {
        let hex: String = self.bytes(16).iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }

    /// Some time in 2024 or 2025.
    fn timestamp(&mut self, unit: u32, local: bool) -> String {
        let seconds = 1_704_067_200 + self.random.below(2 * 365 * 86_400) as i64;
        let nanos = self.random.below(1_000_000_000) as u32 / unit * unit;
        let text = Timestamp::new(seconds, nanos).map(|it| it.to_string()).unwrap_or_default();
        if local { text.trim_end_matches('Z').to_owned() } else { text }
    }
}

/// [SplitMix64](https://prng.di.unimi.it/splitmix64.c): numbers that look random, the same everywhere.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// A number from 0 up to `end`, which is not 0; the bias of so small ends is far below what a bench sees.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn one_of<'s, T>(&mut self, items: &'s [T]) -> Option<&'s T> {
        let index = self.below(items.len() as u64) as usize;
        items.get(index)
    }
}
