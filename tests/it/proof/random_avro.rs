//! Random Avro schemas.

use serde_json::{Value, json};

use super::choices::{Choices, inside};

pub(crate) fn schema(choices: Choices) -> String {
    let mut writer = Writer { choices, open: Vec::new() };
    writer.record(1, 0).to_string()
}

struct Writer {
    choices: Choices,
    /// Names of the records around.
    open: Vec<String>,
}

impl Writer {
    fn any(&mut self, place: u64, depth: u32) -> Value {
        let count = if depth < 3 { 30 } else { 22 };
        match self.choices.pick(place, 0, count) {
            0 => json!("boolean"),
            1 | 2 => json!("int"),
            3 | 4 => json!("long"),
            5 => json!("float"),
            6 => json!("double"),
            7 => json!("bytes"),
            8 | 9 => json!("string"),
            10 => self.decimal(place),
            11 => json!({"type": "string", "logicalType": "uuid"}),
            12 => json!({"type": "int", "logicalType": "date"}),
            13 => json!({"type": "int", "logicalType": "time-millis"}),
            14 | 15 => {
                let unit = ["timestamp-millis", "timestamp-micros", "local-timestamp-millis", "time-micros"];
                json!({"type": "long", "logicalType": unit[self.choices.pick(place, 1, 4) as usize]})
            }
            16 | 17 => self.enumeration(place),
            18 => {
                json!({"type": "fixed", "name": self.name("F", place), "size": 2 + self.choices.pick(place, 2, 12) / 9})
            }
            19..=21 => match self.open.last() {
                // A record within itself, where it need not be.
                Some(name) if self.choices.once_in(2, place, 3) => json!(["null", name]),
                _ => json!("null"),
            },
            22 | 23 => json!({"type": "array", "items": self.any(inside(place, 0), depth + 1)}),
            24 => json!({"type": "map", "values": self.any(inside(place, 0), depth + 1)}),
            25..=27 => self.union(place, depth),
            _ => self.record(place, depth + 1),
        }
    }

    fn decimal(&self, place: u64) -> Value {
        let (precision, scale) =
            (8 + self.choices.pick(place, 4, 30) / 10, self.choices.pick(place, 5, 20) / 9);
        json!({"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale})
    }

    /// Named for its place, so that both of a pair have it; now and then it is called something else.
    fn name(&self, letter: &str, place: u64) -> String {
        let other = if self.choices.once_in(40, place, 6) { "x" } else { "" };
        format!("{letter}{:x}{other}", place % 0xff_ffff)
    }

    /// Names that a type is also known by.
    fn aliases(&self, letter: &str, place: u64) -> Vec<String> {
        let base = format!("{letter}{:x}", place % 0xff_ffff);
        if self.choices.once_in(8, place, 7) { vec![base.clone(), format!("{base}x")] } else { Vec::new() }
    }

    fn enumeration(&self, place: u64) -> Value {
        let symbols: Vec<String> = (0..5)
            .filter(|at| *at == 0 || !self.choices.once_in(4, inside(place, *at), 8))
            .map(|at| format!("S{at}"))
            .collect();
        let mut it = json!({"type": "enum", "name": self.name("E", place), "symbols": symbols});
        if self.choices.once_in(3, place, 9) {
            it["default"] = json!("S0");
        }
        it
    }

    fn union(&mut self, place: u64, depth: u32) -> Value {
        let mut branches: Vec<Value> = Vec::new();
        let words = ["null", "int", "long", "string", "double", "bytes"];
        let first = self.choices.pick(place, 10, 6) as usize;
        for at in 0..words.len() {
            let word = words[(at + first) % words.len()];
            if self.choices.once_in(3, inside(place, at as u64), 11) {
                branches.push(json!(word));
            }
        }
        if self.choices.once_in(3, place, 12) {
            branches.push(self.record(inside(place, 20), depth + 1));
        }
        if self.choices.once_in(4, place, 13) {
            branches.push(self.enumeration(inside(place, 21)));
        }
        if self.choices.once_in(5, place, 14) {
            branches.push(json!({"type": "array", "items": self.any(inside(place, 22), depth + 1)}));
        }
        if branches.is_empty() {
            branches.push(json!("null"));
        }
        Value::Array(branches)
    }

    fn record(&mut self, place: u64, depth: u32) -> Value {
        let name = self.name("R", place);
        self.open.push(name.clone());
        let mut fields = Vec::new();
        for at in 0..1 + self.choices.pick(place, 15, 4) {
            let inner = inside(place, at);
            if self.choices.once_in(8, inner, 16) {
                continue;
            }
            let (mut known, mut aliases) = (format!("f{at}"), Vec::new());
            if self.choices.once_in(20, inner, 17) {
                known = format!("g{at}");
            }
            if self.choices.once_in(6, inner, 18) {
                aliases = vec![format!("f{at}"), format!("g{at}")];
                aliases.retain(|it| *it != known);
            }
            let schema = self.any(inside(inner, 0), depth + 1);
            let mut field = json!({"name": known, "type": schema, "aliases": aliases});
            if self.choices.once_in(2, inner, 19)
                && let Some(default) = default(&field["type"])
            {
                field["default"] = default;
            }
            fields.push(field);
        }
        self.open.pop();
        json!({"type": "record", "name": name, "aliases": self.aliases("R", place), "fields": fields})
    }
}

fn default(schema: &Value) -> Option<Value> {
    Some(match schema {
        Value::Array(branches) => default(branches.first()?)?,
        Value::String(word) => match word.as_str() {
            "null" => Value::Null,
            "boolean" => json!(true),
            "int" | "long" => json!(7),
            "float" | "double" => json!(0.5),
            "string" | "bytes" => json!("d"),
            _ => return None,
        },
        Value::Object(it) => match it["type"].as_str()? {
            "array" => json!([]),
            "map" => json!({}),
            "enum" => it["symbols"][0].clone(),
            "int" | "long" => json!(7),
            _ => return None,
        },
        _ => return None,
    })
}
