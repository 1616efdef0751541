//! Documents of a writer's schema, or nearly: the least that there is, and many by seeds, with values that both schemas speak of.
//!
//! What does not fit after all, as text for a pattern seldom does, is for validation to sort out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value, json};

use super::documents::Documents;
use super::facts::{Mask, Writer, number};
use super::inclusion::{At, Inclusion};
use super::schemas::Schemas;
use super::spelled::spelled;
use crate::compat::Side;
use crate::compat::dice::Dice;
use crate::schema::Schema;
use crate::schema::json::Draft;
use crate::schema::json_text::{Node, Shape};

/// How deep documents go.
const DEPTH: usize = 12;

/// How many values a document may have.
const NODES: usize = 3000;

/// About how many properties that need not be there an object is given.
const OPTIONAL: usize = 100;

/// How many words of the schemas are used.
const WORDS: usize = 200;

/// Documents by the seeds from 0 on; the first is the least.
pub(in crate::compat) fn documents(
    writer: &Schema,
    reader: Option<&Schema>,
    seeds: std::ops::Range<u64>,
) -> Vec<Value> {
    let mut documents = Documents::default();
    let Some(own) = documents.add(Side::Old, writer) else { return Vec::new() };
    let other = reader.and_then(|reader| documents.add(Side::New, reader));
    let mut schemas = Schemas::new(documents);
    let mut words = Words::default();
    let root = |number: usize| Some(schemas.documents.all().get(number)?.root);
    let Some(start) = root(own) else { return Vec::new() };
    words.take(start);
    if let Some(node) = other.and_then(root) {
        words.take(node);
    }
    let words = Words { texts: words.texts.into_iter().take(WORDS).collect(), ..words };
    let mut made = Vec::new();
    for seed in seeds {
        let dice = if seed == 0 { Dice::least() } else { Dice::seeded(seed) };
        let mut sampler = Sampler { inclusion: Inclusion::new(&mut schemas), words: &words, dice, nodes: 0 };
        made.extend(sampler.value(&[(own, start)], DEPTH));
    }
    made
}

/// What schemas speak of.
#[derive(Debug, Default)]
struct Words {
    texts: BTreeSet<String>,
    numbers: BTreeMap<u64, f64>,
    /// Values of `enum` and `const`.
    values: Vec<Value>,
}

impl Words {
    /// A document nests at most 128 levels, so the recursion ends.
    fn take(&mut self, node: &Node) {
        match &node.shape {
            Shape::Number(_) => {
                let Some((it, _)) = number(node) else { return };
                for near in [it, it - 1.0, it + 1.0, it + 0.5] {
                    if self.numbers.len() < WORDS {
                        self.numbers.insert(near.to_bits(), near);
                    }
                }
            }
            Shape::String(text) if text.len() < 100 => drop(self.texts.insert(text.to_string())),
            Shape::Array(items) => items.iter().for_each(|it| self.take(it)),
            Shape::Object(members) => {
                for member in members {
                    if matches!(&*member.name, "enum" | "const" | "examples") && self.values.len() < WORDS {
                        let is_list =
                            matches!(member.value.shape, Shape::Array(_)) && &*member.name != "const";
                        let listed =
                            if is_list { member.value.items() } else { std::slice::from_ref(&member.value) };
                        self.values.extend(listed.iter().map(Node::to_value));
                    }
                    if matches!(&*member.name, "properties" | "dependencies" | "dependentRequired") {
                        let names = member.value.members().iter().filter(|it| it.name.len() < 100);
                        self.texts.extend(names.map(|it| it.name.to_string()));
                    }
                    if &*member.name == "patternProperties" {
                        let patterns = member.value.members().iter();
                        self.texts.extend(patterns.map(|it| spelled(&it.name)));
                    }
                    self.take(&member.value);
                }
            }
            _ => {}
        }
    }
}

struct Sampler<'s, 'w, 'd> {
    inclusion: Inclusion<'s, 'd>,
    words: &'w Words,
    dice: Dice,
    nodes: usize,
}

impl<'d> Sampler<'_, '_, 'd> {
    /// A value for schemas that all hold.
    fn value(&mut self, schemas: &[At<'d>], depth: usize) -> Option<Value> {
        self.nodes += 1;
        let depth = depth.checked_sub(1).filter(|_| self.nodes < NODES)?;
        let mut writer = self.inclusion.writer_of(schemas);
        // One alternative of each list, and those within it.
        for _ in 0..4 {
            let mut chosen = Vec::new();
            for (document, node) in &writer.nodes {
                for keyword in ["anyOf", "oneOf"] {
                    let Some(members) = node.member(keyword).filter(|it| !it.items().is_empty()) else {
                        continue;
                    };
                    let place = super::documents::place(members);
                    if !writer.split.contains(&place) {
                        let at = self.dice.below(members.items().len());
                        chosen.extend(members.items().get(at).map(|it| (place, (*document, it))));
                    }
                }
                // Either the condition and what follows from it, or what holds otherwise.
                if let Some(condition) = node.member("if") {
                    let place = super::documents::place(condition);
                    let is_met = self.dice.below(2) == 0;
                    let branch = node.member(if is_met { "then" } else { "else" });
                    if !writer.split.contains(&place) {
                        let both = is_met.then_some(condition).into_iter().chain(branch);
                        chosen.extend(both.map(|it| (place, (*document, it))));
                    }
                }
            }
            if chosen.is_empty() {
                break;
            }
            let mut nodes = writer.nodes.clone();
            let mut split = writer.split.clone();
            split.extend(chosen.iter().map(|(place, _)| *place));
            nodes.extend(chosen.into_iter().map(|(_, at)| at));
            writer = self.inclusion.writer_of(&nodes);
            writer.split = split;
        }
        if let Some(values) = writer.values() {
            let at = self.dice.below(values.len());
            return values.get(at).map(Node::to_value);
        }
        let kinds = writer.mask.kinds();
        // Of a schema that says nothing, an object or a text tells more than null; the least is the simplest of its own keywords.
        let suited =
            kinds.iter().copied().filter(|kind| self.is_spoken_of(&writer, *kind)).collect::<Vec<_>>();
        let among = if suited.is_empty() || self.dice.below(4) == 3 { &kinds } else { &suited };
        let at = self.dice.below(among.len());
        let kind = among.get(at).copied()?;
        self.of_kind(&writer, kind, depth)
    }

    fn is_spoken_of(&self, writer: &Writer<'d>, kind: Mask) -> bool {
        let keywords: &[&str] = match kind {
            Mask::TEXT => &["minLength", "maxLength", "pattern"],
            Mask::ARRAY => &["items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems"],
            Mask::OBJECT => {
                &["properties", "required", "additionalProperties", "patternProperties", "propertyNames"]
            }
            kind if kind.is_within(Mask::NUMBER) => &["minimum", "maximum", "multipleOf", "exclusiveMinimum"],
            _ => return false,
        };
        keywords.iter().any(|keyword| writer.has(keyword, |_| true))
    }

    fn of_kind(&mut self, writer: &Writer<'d>, kind: Mask, depth: usize) -> Option<Value> {
        Some(match kind {
            Mask::NULL => Value::Null,
            Mask::BOOLEAN => Value::Bool(self.dice.below(2) == 1),
            Mask::TEXT => Value::String(self.text(writer)),
            Mask::ARRAY => self.array(writer, depth)?,
            Mask::OBJECT => self.object(writer, depth)?,
            kind => self.number(writer, kind.is_within(Mask(Mask::INTEGER.0 | Mask::WHOLE.0))),
        })
    }

    /// Now and then a number that the schemas speak of, for a length: bounds show where they are just exceeded.
    fn near_count(&mut self) -> Option<usize> {
        if self.dice.is_least() || self.dice.below(3) > 0 {
            return None;
        }
        let near: Vec<f64> =
            self.words.numbers.values().copied().filter(|it| (0.0..=50.0).contains(it)).collect();
        let at = self.dice.below(near.len());
        near.get(at).map(|it| *it as usize)
    }

    fn text(&mut self, writer: &Writer<'d>) -> String {
        let least = writer.most("minLength").map_or(0.0, |(it, _)| it) as usize;
        let most = writer.least("maxLength").map_or(usize::MAX, |(it, _)| it as usize);
        let near: Vec<f64> =
            self.words.numbers.values().copied().filter(|it| *it >= 0.0 && *it < 300.0).collect();
        let patterns = writer.nodes.iter().filter_map(|(_, node)| node.member("pattern")?.as_str());
        let patterns: Vec<&str> = patterns.collect();
        let pattern = patterns.get(self.dice.below(patterns.len())).filter(|_| self.dice.below(4) < 3);
        let mut text = match self.dice.below(4) {
            _ if pattern.is_some() => pattern.map(|it| spelled(it)).unwrap_or_default(),
            0 if !self.dice.is_least() => {
                let at = self.dice.below(self.words.texts.len());
                self.words.texts.iter().nth(at).cloned().unwrap_or_default()
            }
            1 => {
                let at = self.dice.below(near.len());
                "a".repeat(near.get(at).copied().unwrap_or_default() as usize)
            }
            2 => ["abc", "A1", "2026-01-02", "a@b.c", "0"]
                .get(self.dice.below(5))
                .copied()
                .unwrap_or_default()
                .to_owned(),
            _ => self.dice.text(),
        };
        if text.chars().count() > most {
            text = text.chars().take(most).collect();
        }
        let count = text.chars().count();
        if count < least.min(10_000) {
            text.push_str(&"a".repeat(least.min(10_000) - count));
        }
        text
    }

    fn number(&mut self, writer: &Writer<'d>, is_whole: bool) -> Value {
        let near: Vec<f64> = self.words.numbers.values().copied().collect();
        let mut it = match self.dice.below(3) {
            0 | 1 if !near.is_empty() && !self.dice.is_least() => {
                let at = self.dice.below(near.len());
                near.get(at).copied().unwrap_or_default()
            }
            _ => self.dice.float(),
        };
        if is_whole {
            it = it.trunc();
        }
        if let Some((divisor, _)) = writer.most("multipleOf").filter(|(it, _)| *it != 0.0) {
            it = (it / divisor).trunc() * divisor;
        }
        let lowest = writer.most("minimum").map_or(f64::NEG_INFINITY, |(it, _)| it);
        let highest = writer.least("maximum").map_or(f64::INFINITY, |(it, _)| it);
        if it > highest {
            it = highest;
        }
        if it < lowest {
            it = lowest;
        }
        if let Some((bound, _)) = writer.most("exclusiveMinimum").filter(|(bound, _)| it <= *bound) {
            it = bound + 1.0;
        }
        if let Some((bound, _)) = writer.least("exclusiveMaximum").filter(|(bound, _)| it >= *bound) {
            it = bound - 1.0;
        }
        if it.fract() == 0.0 && it.abs() < 9e15 {
            return json!(it as i64);
        }
        Number::from_f64(it).map_or(Value::Null, Value::Number)
    }

    fn array(&mut self, writer: &Writer<'d>, depth: usize) -> Option<Value> {
        let least = writer.most("minItems").map_or(0.0, |(it, _)| it) as usize;
        let most = writer.least("maxItems").map_or(50, |(it, _)| it as usize);
        let contains: Vec<At<'d>> = writer
            .nodes
            .iter()
            .filter(|(at, _)| self.inclusion.schemas.documents.draft(*at) >= Draft::Draft6)
            .filter_map(|(at, node)| Some((*at, node.member("contains")?)))
            .collect();
        let room = if depth > DEPTH / 3 { 4 } else { 1 };
        let count = (least.min(50) + self.dice.below(room)).min(most.max(least.min(50)));
        let count = count.max(contains.len().min(most));
        let count =
            self.near_count().filter(|it| *it >= least && depth > DEPTH / 3).map_or(count, |it| it.min(most));
        let mut items = Vec::new();
        for at in 0..count {
            let mut schemas = self.inclusion.item(writer, at);
            if schemas.iter().any(|(_, node)| matches!(node.shape, Shape::Bool(false))) {
                break;
            }
            schemas.extend(contains.get(at));
            items.push(self.value(&schemas, depth)?);
        }
        Some(Value::Array(items))
    }

    fn object(&mut self, writer: &Writer<'d>, depth: usize) -> Option<Value> {
        let mut names: BTreeSet<String> = writer.required().into_iter().map(str::to_owned).collect();
        let is_deep = depth < DEPTH / 3;
        let listed = Inclusion::listed(writer);
        let share = listed.len().div_ceil(OPTIONAL);
        for name in listed {
            let is_chosen = self.dice.below(3) > 0 && (share < 2 || self.dice.below(share) == 0);
            if !is_deep && !self.dice.is_least() && is_chosen {
                names.insert(name.to_owned());
            }
        }
        // Names that the schemas speak of, and one that they do not.
        if !self.dice.is_least() && !is_deep {
            for _ in 0..self.dice.below(3) {
                let at = self.dice.below(self.words.texts.len() + 1);
                names.insert(self.words.texts.iter().nth(at).cloned().unwrap_or_else(|| "zz".to_owned()));
            }
        }
        let least = writer.most("minProperties").map_or(0.0, |(it, _)| it) as usize;
        let least = self.near_count().filter(|_| !is_deep).map_or(least, |it| it.max(least));
        for number in 0..least.min(50) {
            if names.len() < least {
                names.insert(format!("p{number}"));
            }
        }
        let most = writer.least("maxProperties").map_or(usize::MAX, |(it, _)| it as usize);
        let required = writer.required();
        let mut object = Map::new();
        for name in &names {
            let is_needed = required.contains(name.as_str());
            if !is_needed && object.len() >= most {
                continue;
            }
            let Some(schemas) = self.inclusion.property(writer, name) else { continue };
            if schemas.is_empty() && !self.words.values.is_empty() && self.dice.below(3) == 1 {
                let at = self.dice.below(self.words.values.len());
                object.insert(name.clone(), self.words.values.get(at).cloned().unwrap_or_default());
                continue;
            }
            match self.value(&schemas, depth) {
                Some(value) => drop(object.insert(name.clone(), value)),
                None if is_needed => return None,
                None => {}
            }
        }
        Some(Value::Object(object))
    }
}
