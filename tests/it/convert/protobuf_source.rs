//! Random Protobuf files and values, to every other format and back.

use proptest::prelude::any;
use schemawire::schema::Schema;
use schemawire::value::{Timestamp, ValueBuilder};

use super::random::{Make, Random, leaf, make};
use super::round::{config, holds};

proptest::proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_value_of_a_protobuf_message_comes_back_equal(seed in any::<u64>()) {
        let mut random = Random(seed);
        let mut file = File { messages: Vec::new(), count: 0 };
        let root = file.message(&mut random, 3);
        let package = *random.pick(&["", "package a.b;\n", "package google_x;\n"]);
        file.messages.reverse();
        let text = format!(
            "syntax = \"proto3\";\n{package}import \"google/protobuf/timestamp.proto\";\n{}",
            file.messages.concat()
        );
        let schema = Schema::protobuf(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        for _ in 0..2 {
            let mut out = ValueBuilder::new();
            (root.1)(&mut random, &mut out, 3);
            holds(&schema, &out.finish());
        }
    }
}

struct File {
    messages: Vec<String>,
    count: usize,
}

impl File {
    fn scalar(&mut self, random: &mut Random) -> (String, Make) {
        let (name, make): (&str, Make) = match random.below(15) {
            0 => ("bool", leaf(|random, out| out.bool(random.coin()))),
            1 => ("int32", leaf(|random, out| out.int(random.long() as i32))),
            2 => ("sint32", leaf(|random, out| out.int(random.long() as i32))),
            3 => ("sfixed32", leaf(|random, out| out.int(random.long() as i32))),
            4 => ("int64", leaf(|random, out| out.long(random.long()))),
            5 => ("sfixed64", leaf(|random, out| out.long(random.long()))),
            6 => ("uint32", leaf(|random, out| out.unsigned((random.long() as u32).into()))),
            7 => ("fixed32", leaf(|random, out| out.unsigned((random.long() as u32).into()))),
            8 => ("uint64", leaf(|random, out| out.unsigned(random.long() as u64))),
            9 => ("fixed64", leaf(|random, out| out.unsigned(random.long() as u64))),
            10 => ("float", leaf(|random, out| out.float(random.double() as f32))),
            11 => ("double", leaf(|random, out| out.double(random.double()))),
            12 => ("bytes", leaf(|random, out| out.copied_bytes(random.text().as_bytes()))),
            13 => return self.symbols(random),
            _ => ("string", leaf(|random, out| out.copied_text(&random.text()))),
        };
        (name.to_owned(), make)
    }

    fn symbols(&mut self, random: &mut Random) -> (String, Make) {
        self.count += 1;
        let name = format!("Kind{}", self.count);
        let first = format!("K{}_ZERO", self.count);
        let second = format!("K{}_NEGATIVE", self.count);
        self.messages.push(format!("enum {name} {{ {first} = 0; {second} = -3; }}\n"));
        let strange = random.below(4) == 0;
        let symbol = make(move |random: &mut Random, out: &mut ValueBuilder<'static>, _| {
            match random.below(if strange { 3 } else { 2 }) {
                0 => out.symbol(0, &first),
                1 => out.symbol(-3_i32 as u32, &second),
                _ => out.int(77),
            };
        });
        (name, symbol)
    }

    fn single(&mut self, random: &mut Random, depth: usize) -> (String, Make) {
        match random.below(if depth == 0 { 3 } else { 5 }) {
            0 | 1 => self.scalar(random),
            2 => {
                let stamp = leaf(|random, out| {
                    let nanos = random.below(1_000_000_000) as u32;
                    out.timestamp(Timestamp::new(random.below(8_000_000_000) as i64, nanos).unwrap())
                });
                ("google.protobuf.Timestamp".to_owned(), stamp)
            }
            _ => self.message(random, depth - 1),
        }
    }

    /// A message; its fields have presence, or not, or are many, or are members.
    fn message(&mut self, random: &mut Random, depth: usize) -> (String, Make) {
        self.count += 1;
        let name = format!("{}{}", random.pick(&["M", "value", "Order_"]), self.count);
        let mut lines = String::new();
        // Whether the field may be left out, its names, and how its values are made.
        let mut fields: Vec<(bool, Vec<(String, Make)>)> = Vec::new();
        let mut number = 0;
        for place in 0..random.below(5) {
            number += 1;
            let field = format!("{}{place}", random.pick(&["id", "order_line", "Value", "x"]));
            match random.below(6) {
                0 | 1 => {
                    let (schema, make) = self.single(random, depth);
                    let is_message = !is_scalar(&schema);
                    lines.push_str(&format!("  {schema} {field} = {number};\n"));
                    fields.push((is_message, vec![(field, make)]));
                }
                2 => {
                    let (schema, make) = self.single(random, depth);
                    lines.push_str(&format!("  optional {schema} {field} = {number};\n"));
                    fields.push((true, vec![(field, make)]));
                }
                3 => {
                    let (schema, inner) = self.single(random, depth);
                    lines.push_str(&format!("  repeated {schema} {field} = {number};\n"));
                    let list = make(move |random, out, fuel| {
                        let open = out.begin_array();
                        (0..random.below(3)).for_each(|_| inner(random, out, fuel));
                        out.end(open);
                    });
                    fields.push((false, vec![(field, list)]));
                }
                4 => {
                    let (schema, inner) = self.single(random, depth);
                    let key = *random.pick(&["string", "uint32", "sint64", "bool"]);
                    lines.push_str(&format!("  map<{key}, {schema}> {field} = {number};\n"));
                    let map = make(move |random, out, fuel| {
                        let open = out.begin_map();
                        for number in 0..random.below(3) {
                            match key {
                                "string" => out.copied_text(&format!("k{number}")),
                                "uint32" => out.unsigned(number as u64),
                                "sint64" => out.long(-(number as i64)),
                                _ => out.bool(number == 0),
                            };
                            inner(random, out, fuel);
                        }
                        out.end(open);
                    });
                    fields.push((false, vec![(field, map)]));
                }
                _ => {
                    let mut members = Vec::new();
                    let mut inside = String::new();
                    for place in 0..1 + random.below(3) {
                        let (schema, make) = self.single(random, depth);
                        let member = format!("{field}_of{place}");
                        inside.push_str(&format!("    {schema} {member} = {number};\n"));
                        number += 1;
                        members.push((member, make));
                    }
                    lines.push_str(&format!("  oneof {field} {{\n{inside}  }}\n"));
                    fields.push((true, members));
                }
            }
        }
        let recursive = random.below(4) == 0;
        if recursive {
            lines.push_str(&format!("  {name} again = {};\n", number + 1));
        }
        self.messages.push(format!("// About {name}.\nmessage {name} {{\n{lines}}}\n"));
        let title = name.clone();
        let message = make(move |random: &mut Random, out: &mut ValueBuilder<'static>, fuel| {
            let open = out.begin_record(&title);
            for (may_lack, members) in &fields {
                if *may_lack && random.coin() {
                    continue;
                }
                let (name, make) = random.pick(members);
                out.name(name);
                make(random, out, fuel);
            }
            if recursive && random.coin() {
                out.name("again");
                let inner = out.begin_record(&title);
                let always: Vec<_> = fields.iter().filter(|(may_lack, _)| !may_lack).collect();
                for (_, members) in always {
                    out.name(&members[0].0);
                    (members[0].1)(random, out, fuel);
                }
                out.end(inner);
            }
            out.end(open);
        });
        (name, message)
    }
}

fn is_scalar(schema: &str) -> bool {
    schema.starts_with("Kind")
        || schema.starts_with(|it: char| it.is_ascii_lowercase())
            && !schema.contains('.')
            && !schema.starts_with("value")
}
