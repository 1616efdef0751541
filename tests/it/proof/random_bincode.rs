//! Random bincode layouts.

use serde_json::{Map, Value, json};

use super::choices::{Choices, inside};

pub(crate) fn schema(choices: Choices) -> String {
    let mut writer = Writer { choices, types: Map::new() };
    let root = writer.named(1, 0);
    let integers = ["varint", "fixed"][choices.pick(0, 0, 2) as usize];
    json!({"layout": 1, "integers": integers, "root": root, "types": writer.types}).to_string()
}

struct Writer {
    choices: Choices,
    types: Map<String, Value>,
}

const WORDS: [&str; 20] = [
    "i8",
    "i16",
    "i32",
    "i64",
    "u8",
    "u16",
    "u32",
    "u64",
    "f32",
    "f64",
    "i32",
    "u32",
    "bool",
    "char",
    "string",
    "string",
    "bytes",
    "decimal",
    "timestamp",
    "uuid",
];

impl Writer {
    fn any(&mut self, place: u64, depth: u32) -> Value {
        if depth > 3 || !self.choices.once_in(2, place, 0) {
            return json!(WORDS[self.choices.pick(place, 1, 20) as usize]);
        }
        let choices = self.choices;
        let mut inner = |number| self.any(inside(place, number), depth + 1);
        match choices.pick(place, 2, 9) {
            0..=2 => json!({"option": inner(0)}),
            3 => json!({"seq": inner(0)}),
            4 => json!({"map": ["string", inner(0)]}),
            5 => json!({"tuple": [inner(0), inner(1)]}),
            6 => json!({"array": inner(0), "length": 1 + choices.pick(place, 3, 30) / 15}),
            _ => json!(self.named(place, depth + 1)),
        }
    }

    fn named(&mut self, place: u64, depth: u32) -> String {
        let name = format!("T{:x}", place % 0xff_ffff);
        let definition = match self.choices.pick(place, 4, 8) {
            _ if depth == 0 => json!({"struct": self.fields(place, depth)}),
            0 => json!({"newtype": self.any(inside(place, 50), depth + 1)}),
            1..=3 => json!({"enum": self.variants(place, depth)}),
            _ => json!({"struct": self.fields(place, depth)}),
        };
        self.types.insert(name.clone(), definition);
        name
    }

    fn fields(&mut self, place: u64, depth: u32) -> Vec<Value> {
        let count = 1 + self.choices.pick(place, 5, 4);
        let mut fields = Vec::new();
        for at in 0..count {
            let inner = inside(place, at);
            if self.choices.once_in(8, inner, 6) {
                continue;
            }
            let mut name = format!("f{at}");
            if self.choices.once_in(20, inner, 7) {
                name = format!("g{at}");
            }
            let mut aliases = Vec::new();
            if self.choices.once_in(4, inner, 8) {
                aliases = vec![format!("f{at}"), format!("g{at}")];
                aliases.retain(|it| *it != name);
            }
            let schema = self.any(inside(inner, 0), depth + 1);
            let mut field = json!({"name": name, "type": schema});
            if !aliases.is_empty() {
                field["aliases"] = json!(aliases);
            }
            if self.choices.once_in(2, inner, 9)
                && let Some(default) = default(&field["type"])
            {
                field["default"] = default;
            }
            fields.push(field);
        }
        if self.choices.once_in(10, place, 10) {
            fields.reverse();
        }
        fields
    }

    fn variants(&mut self, place: u64, depth: u32) -> Vec<Value> {
        let mut variants = vec![json!("V0")];
        for at in 1..4 {
            let inner = inside(place, 100 + at);
            if self.choices.once_in(3, inner, 11) {
                continue;
            }
            let name = format!("V{at}");
            variants.push(match self.choices.pick(inner, 12, 5) {
                0 => json!({"name": name, "newtype": self.any(inside(inner, 0), depth + 1)}),
                1 => json!({"name": name, "tuple": [self.any(inside(inner, 0), depth + 1), self.any(inside(inner, 1), depth + 1)]}),
                2 => json!({"name": name, "struct": self.fields(inner, depth + 1)}),
                _ => json!(name),
            });
        }
        if self.choices.once_in(10, place, 13) {
            variants.reverse();
        }
        variants
    }
}

fn default(schema: &Value) -> Option<Value> {
    if schema.get("option").is_some() {
        return Some(Value::Null);
    }
    if schema.get("seq").is_some() {
        return Some(json!([]));
    }
    Some(match schema.as_str()? {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => json!(7),
        "f32" | "f64" => json!(0.5),
        "bool" => json!(true),
        "string" => json!("d"),
        _ => return None,
    })
}
