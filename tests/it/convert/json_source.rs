//! Random JSON Schemas and values, to every other format and back.

use proptest::prelude::any;
use schemawire::schema::Schema;
use schemawire::value::ValueBuilder;
use serde_json::{Value as Json, json};

use super::random::{Make, Random, leaf, make};
use super::round::{config, holds};

proptest::proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_value_of_a_json_schema_comes_back_equal(seed in any::<u64>()) {
        let mut random = Random(seed);
        let mut types = Types { definitions: serde_json::Map::new(), made: Vec::new() };
        let (mut schema, make) = types.schema(&mut random, 3);
        schema["definitions"] = Json::Object(types.definitions);
        let schema = Schema::json(&schema.to_string()).unwrap_or_else(|error| panic!("{error}\n{schema:#}"));
        for _ in 0..2 {
            let mut out = ValueBuilder::new();
            make(&mut random, &mut out, 3);
            holds(&schema, &out.finish());
        }
    }
}

struct Types {
    definitions: serde_json::Map<String, Json>,
    made: Vec<(String, Make)>,
}

impl Types {
    fn schema(&mut self, random: &mut Random, depth: usize) -> (Json, Make) {
        match random.below(if depth == 0 { 9 } else { 16 }) {
            0 => (json!({"type": "boolean"}), leaf(|random, out| out.bool(random.coin()))),
            1 => {
                (json!({"type": "integer", "title": "Count"}), leaf(|random, out| whole(random.long(), out)))
            }
            2 => (
                json!({"type": "integer", "minimum": -2147483648_i64, "maximum": 2147483647}),
                leaf(|random, out| out.int(random.long() as i32)),
            ),
            3 => (
                json!({"type": "integer", "minimum": 0, "maximum": 18446744073709551615_u64}),
                leaf(|random, out| match random.long() as u64 {
                    it if it > i64::MAX as u64 => out.unsigned(it),
                    it => whole(it as i64, out),
                }),
            ),
            4 => (
                json!({"type": "number"}),
                leaf(|random, out| match random.coin() {
                    true => whole(random.long() >> 11, out),
                    // Never a whole number, which would come back as one.
                    false => match random.double() {
                        it if it.fract() == 0.0 => out.double(it % 1024.0 + 0.5),
                        it => out.double(it),
                    },
                }),
            ),
            5 => (
                json!({"type": "string", "maxLength": 100}),
                leaf(|random, out| out.copied_text(&random.text())),
            ),
            6 => (
                json!({"enum": ["a b", "c-d", "", "a_b"]}),
                leaf(|random, out| out.copied_text(random.pick::<&str>(&["a b", "c-d", "", "a_b"]))),
            ),
            7 => (
                json!({}),
                leaf(|random, out| match random.below(3) {
                    0 => out.null(),
                    1 => out.copied_text("x"),
                    _ => {
                        let open = out.begin_array();
                        out.int(1).bool(true);
                        out.end(open)
                    }
                }),
            ),
            8 => (
                json!({"type": "string", "contentEncoding": "base64"}),
                leaf(|random, out| out.copied_text(random.pick::<&str>(&["", "AA==", "AAEC"]))),
            ),
            9 => {
                let (item, inner) = self.schema(random, depth - 1);
                let length = random.below(3);
                let fixed = random.coin();
                let mut schema = json!({"type": "array", "items": item});
                if fixed {
                    schema["minItems"] = json!(length);
                    schema["maxItems"] = json!(length);
                }
                let list = make(move |random, out, fuel| {
                    let open = out.begin_array();
                    (0..if fixed { length } else { random.below(3) }).for_each(|_| inner(random, out, fuel));
                    out.end(open);
                });
                (schema, list)
            }
            10 => {
                let (value, inner) = self.schema(random, depth - 1);
                let map = make(move |random, out, fuel| {
                    let open = out.begin_map();
                    for key in 0..random.below(3) {
                        out.copied_text(&format!("k {key}"));
                        inner(random, out, fuel);
                    }
                    out.end(open);
                });
                (json!({"type": "object", "additionalProperties": value}), map)
            }
            11 => {
                let (first, make_first) = self.schema(random, depth - 1);
                let (second, make_second) = self.schema(random, depth - 1);
                let schema = json!({"type": "array", "items": [first, second], "additionalItems": false, "minItems": 2});
                let pair = make(move |random, out, fuel| {
                    let open = out.begin_array();
                    make_first(random, out, fuel);
                    make_second(random, out, fuel);
                    out.end(open);
                });
                (schema, pair)
            }
            12 => self.union(random, depth - 1),
            13 => self.tagged(random, depth - 1),
            _ => self.object(random, depth - 1),
        }
    }

    /// Types of several kinds of JSON.
    fn union(&mut self, random: &mut Random, depth: usize) -> (Json, Make) {
        let (item, make_item) = self.schema(random, depth);
        let parts: Vec<(Json, Make)> = vec![
            (json!({"type": "null"}), leaf(|_, out| out.null())),
            (json!({"type": "string"}), leaf(|random, out| out.copied_text(&random.text()))),
            (json!({"type": "number"}), leaf(|random, out| whole(random.long() >> 20, out))),
            (
                json!({"type": "array", "items": item}),
                make(move |random, out, fuel| {
                    let open = out.begin_array();
                    make_item(random, out, fuel);
                    out.end(open);
                }),
            ),
        ];
        let first = random.below(3);
        let parts = parts[first..].to_vec();
        let schemas: Vec<Json> = parts.iter().map(|(schema, _)| schema.clone()).collect();
        let word = *random.pick(&["anyOf", "oneOf"]);
        let union = make(move |random: &mut Random, out: &mut ValueBuilder<'static>, fuel| {
            (random.pick(&parts).1)(random, out, fuel);
        });
        (json!({ word: schemas }), union)
    }

    fn tagged(&mut self, random: &mut Random, depth: usize) -> (Json, Make) {
        let (inner, make_inner) = self.schema(random, depth);
        let branch = json!({"type": "object", "properties": {"some x": inner}, "required": ["some x"], "additionalProperties": false});
        let choice =
            make(move |random: &mut Random, out: &mut ValueBuilder<'static>, fuel| match random.coin() {
                true => {
                    out.copied_text("none");
                }
                false => {
                    let open = out.begin_map();
                    out.copied_text("some x");
                    make_inner(random, out, fuel);
                    out.end(open);
                }
            });
        (json!({"oneOf": [branch, {"const": "none"}]}), choice)
    }

    /// An object, often a definition that others use.
    fn object(&mut self, random: &mut Random, depth: usize) -> (Json, Make) {
        if !self.made.is_empty() && random.coin() {
            let (name, make) = random.pick(&self.made).clone();
            return (json!({"$ref": format!("#/definitions/{name}")}), make);
        }
        let mut properties = serde_json::Map::new();
        let mut required = Vec::new();
        let mut fields: Vec<(String, bool, Make)> = Vec::new();
        for number in 0..random.below(4) {
            let name = format!("{}{number}", random.pick(&["id", "a-b", "ä", "type"]));
            let (schema, make) = self.schema(random, depth);
            let is_required = random.coin();
            if is_required {
                required.push(name.clone());
            }
            properties.insert(name.clone(), schema);
            fields.push((name, is_required, make));
        }
        let object = make(move |random: &mut Random, out: &mut ValueBuilder<'static>, fuel| {
            let open = out.begin_map();
            // As the document has them: serde_json sorts the properties by name.
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            for (name, is_required, make) in fields {
                // A null that may be missing comes back as missing, which the report says.
                let mut part = ValueBuilder::new();
                make(random, &mut part, fuel);
                let part = part.finish();
                if !is_required && (part.root().is_null() || random.coin()) {
                    continue;
                }
                out.copied_text(name);
                out.copy(part.root());
            }
            out.end(open);
        });
        let mut schema = json!({"type": "object", "properties": properties, "required": required});
        if random.coin() {
            schema["additionalProperties"] = json!(false);
        }
        let name = format!("Def{}", self.made.len());
        self.definitions.insert(name.clone(), schema);
        self.made.push((name.clone(), std::rc::Rc::clone(&object)));
        (json!({"$ref": format!("#/definitions/{name}")}), object)
    }
}

fn whole<'o>(it: i64, out: &'o mut ValueBuilder<'static>) -> &'o mut ValueBuilder<'static> {
    match i32::try_from(it) {
        Ok(it) => out.int(it),
        Err(_) => out.long(it),
    }
}
