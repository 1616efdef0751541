//! Random JSON Schemas of several drafts.

use serde_json::{Map, Value, json};

use super::choices::{Choices, inside};

const DRAFTS: [&str; 4] = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
];

pub(crate) fn schema(choices: Choices) -> String {
    // Both of a pair are of one draft, but for a few.
    let draft = [0, 1, 1, 1, 2, 3, 3][choices.pick(0, 0, 7) as usize];
    let writer = Writer { choices, draft };
    let mut root = writer.object(1, 0);
    root["$schema"] = json!(DRAFTS[draft]);
    root["definitions"] = json!({"A": writer.any(2, 1), "B": {"type": "object", "properties": {
        "next": {"$ref": "#/definitions/B"}, "value": writer.any(3, 2)}}});
    root.to_string()
}

struct Writer {
    choices: Choices,
    draft: usize,
}

impl Writer {
    fn any(&self, place: u64, depth: u32) -> Value {
        let count = if depth < 3 { 24 } else { 12 };
        let choices = self.choices;
        match choices.pick(place, 1, count) {
            0..=2 => self.text(place),
            3..=5 => self.number(place),
            6 => json!({"type": "boolean"}),
            7 | 8 => {
                let values: Vec<Value> = [json!("a"), json!("b"), json!(1), json!(null), json!("c")]
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| *at == 0 || !choices.once_in(3, inside(place, *at as u64), 2))
                    .map(|(_, it)| it)
                    .collect();
                json!({"enum": values})
            }
            9 => json!({"type": ["string", "null"]}),
            10 if choices.once_in(2, place, 3) => json!({"$ref": "#/definitions/A"}),
            10 => json!({"$ref": "#/definitions/B"}),
            11 => [json!({}), json!({"type": "null"}), json!({"type": ["integer", "string"], "minimum": 3})]
                [choices.pick(place, 4, 3) as usize]
                .clone(),
            12..=15 => self.object(place, depth + 1),
            16..=18 => self.array(place, depth),
            19 => json!({"not": self.any(inside(place, 1), depth + 1)}),
            20 if self.draft >= 1 => json!({
                "if": {"required": ["f0"]}, "then": {"required": ["f1"]}, "else": self.object(place, depth + 1)}),
            at => {
                let keyword = ["anyOf", "oneOf", "allOf"][at as usize % 3];
                let members: Vec<Value> = (0..1 + choices.pick(place, 5, 3))
                    .map(|at| self.any(inside(place, 10 + at), depth + 1))
                    .collect();
                json!({keyword: members})
            }
        }
    }

    fn text(&self, place: u64) -> Value {
        let mut it = json!({"type": "string"});
        let choices = self.choices;
        if choices.once_in(3, place, 6) {
            it["minLength"] = json!(choices.pick(place, 7, 3));
        }
        if choices.once_in(3, place, 8) {
            it["maxLength"] = json!(3 + choices.pick(place, 9, 3));
        }
        if choices.once_in(8, place, 10) {
            it["pattern"] = json!(["^a", "b$"][choices.pick(place, 11, 2) as usize]);
        }
        it
    }

    fn number(&self, place: u64) -> Value {
        let choices = self.choices;
        let kind = ["integer", "number"][choices.pick(place, 12, 2) as usize];
        let mut it = json!({"type": kind});
        if choices.once_in(3, place, 13) {
            it["minimum"] = json!(choices.pick(place, 14, 4));
        }
        if choices.once_in(3, place, 15) {
            it["maximum"] = json!(10 + choices.pick(place, 16, 4));
        }
        if choices.once_in(6, place, 17) {
            if self.draft == 0 {
                it["minimum"] = json!(2);
                it["exclusiveMinimum"] = json!(choices.once_in(2, place, 18));
            } else {
                it["exclusiveMinimum"] = json!(choices.pick(place, 18, 3));
            }
        }
        if choices.once_in(8, place, 19) {
            it["multipleOf"] = json!(1 + choices.pick(place, 20, 4));
        }
        it
    }

    fn array(&self, place: u64, depth: u32) -> Value {
        let choices = self.choices;
        let mut it = json!({"type": "array"});
        let items = self.any(inside(place, 2), depth + 1);
        match choices.pick(place, 21, 4) {
            0 => {
                let list = json!([items, self.any(inside(place, 3), depth + 1)]);
                let (listed, rest) =
                    if self.draft == 3 { ("prefixItems", "items") } else { ("items", "additionalItems") };
                it[listed] = list;
                if choices.once_in(2, place, 22) {
                    it[rest] = [json!(false), json!({"type": "string"})][choices.pick(place, 23, 2) as usize]
                        .clone();
                }
            }
            1 if self.draft >= 1 => it["contains"] = items,
            _ => it["items"] = items,
        }
        if choices.once_in(4, place, 24) {
            it["minItems"] = json!(choices.pick(place, 25, 3));
        }
        if choices.once_in(4, place, 26) {
            it["maxItems"] = json!(2 + choices.pick(place, 27, 3));
        }
        if choices.once_in(6, place, 28) {
            it["uniqueItems"] = json!(true);
        }
        it
    }

    fn object(&self, place: u64, depth: u32) -> Value {
        let choices = self.choices;
        let mut it = json!({"type": "object"});
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for at in 0..4 {
            let inner = inside(place, 30 + at);
            if choices.once_in(3, inner, 29) {
                continue;
            }
            let name = format!("f{at}");
            properties.insert(name.clone(), self.any(inside(inner, 0), depth + 1));
            if choices.once_in(3, inner, 30) {
                required.push(json!(name));
            }
        }
        it["properties"] = Value::Object(properties);
        if !required.is_empty() {
            it["required"] = Value::Array(required);
        }
        match choices.pick(place, 31, 6) {
            0 | 1 => it["additionalProperties"] = json!(false),
            2 => it["additionalProperties"] = self.any(inside(place, 4), depth + 1),
            3 if self.draft >= 2 => it["unevaluatedProperties"] = json!(false),
            _ => {}
        }
        if choices.once_in(8, place, 32) {
            let pattern = ["^f", "^g"][choices.pick(place, 33, 2) as usize];
            it["patternProperties"] = json!({pattern: self.any(inside(place, 5), depth + 1)});
        }
        if choices.once_in(12, place, 34) {
            it["minProperties"] = json!(choices.pick(place, 35, 3));
        }
        if choices.once_in(12, place, 36) {
            it["maxProperties"] = json!(3 + choices.pick(place, 37, 3));
        }
        if choices.once_in(12, place, 38) && self.draft >= 1 {
            it["propertyNames"] = json!({"maxLength": 2 + choices.pick(place, 39, 3)});
        }
        if choices.once_in(12, place, 40) {
            let keyword = if self.draft >= 2 { "dependentRequired" } else { "dependencies" };
            it[keyword] = json!({"f0": ["f1"]});
        }
        it
    }
}
