//! Random layouts and values, to every other format and back.

use proptest::prelude::any;
use schemawire::schema::Schema;
use schemawire::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid, ValueBuilder};
use serde_json::{Map, Value as Json, json};

use super::random::{Make, Random, leaf, make};
use super::round::{config, holds};

proptest::proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_value_of_a_layout_comes_back_equal(seed in any::<u64>()) {
        let mut random = Random(seed);
        let mut types = Types { named: Vec::new() };
        let (root, make) = if random.coin() { types.named(&mut random, 3) } else { types.schema(&mut random, 3) };
        let named: Map<String, Json> = types.named.into_iter().collect();
        let integers = *random.pick(&["varint", "fixed"]);
        let document = json!({"layout": 1, "integers": integers, "root": root.0, "types": named});
        let schema = Schema::bincode(&document.to_string()).unwrap_or_else(|error| panic!("{error}\n{document:#}"));
        for _ in 0..2 {
            let mut out = ValueBuilder::new();
            make(&mut random, &mut out, 3);
            holds(&schema, &out.finish());
        }
    }
}

struct Types {
    named: Vec<(String, Json)>,
}

/// A type, and whether `Some` of it looks like null.
type Made = (Json, bool);

impl Types {
    fn schema(&mut self, random: &mut Random, depth: usize) -> (Made, Make) {
        let plain = |(schema, make): (Json, Make)| ((schema, false), make);
        match random.below(if depth == 0 { 8 } else { 16 }) {
            0 => ((json!("unit"), true), leaf(|_, out| out.null())),
            1..=4 => plain(number(random)),
            5 => plain(logical(random)),
            6 => plain((json!("string"), leaf(|random, out| out.copied_text(&random.text())))),
            7 => plain((json!("bytes"), leaf(|random, out| out.copied_bytes(random.text().as_bytes())))),
            8 | 9 => {
                let ((inner, nested), make_inner) = self.schema(random, depth - 1);
                let option = make(move |random, out, fuel| match (random.coin(), nested) {
                    (false, _) => {
                        out.null();
                    }
                    (true, false) => make_inner(random, out, fuel),
                    (true, true) => {
                        let open = out.begin_array();
                        make_inner(random, out, fuel);
                        out.end(open);
                    }
                });
                ((json!({"option": inner}), true), option)
            }
            10 => {
                let ((item, _), inner) = self.schema(random, depth - 1);
                if item == json!("u8") {
                    return plain((json!("bool"), leaf(|random, out| out.bool(random.coin()))));
                }
                let length = random.below(3);
                let fixed = random.coin();
                let list = make(move |random, out, fuel| {
                    let open = out.begin_array();
                    (0..if fixed { length } else { random.below(3) }).for_each(|_| inner(random, out, fuel));
                    out.end(open);
                });
                let schema =
                    if fixed { json!({"array": item, "length": length}) } else { json!({"seq": item}) };
                plain((schema, list))
            }
            11 => {
                let (key, make_key) = key(random);
                let ((value, _), inner) = self.schema(random, depth - 1);
                let map = make(move |random, out, fuel| {
                    let open = out.begin_map();
                    for number in 0..random.below(3) {
                        make_key(number, out);
                        inner(random, out, fuel);
                    }
                    out.end(open);
                });
                plain((json!({"map": [key, value]}), map))
            }
            12 => {
                let (items, make) = self.items(random, depth - 1);
                plain((json!({"tuple": items}), make))
            }
            _ => self.named(random, depth - 1),
        }
    }

    fn items(&mut self, random: &mut Random, depth: usize) -> (Vec<Json>, Make) {
        let parts: Vec<_> = (0..random.below(3)).map(|_| self.schema(random, depth)).collect();
        let (schemas, makes): (Vec<Json>, Vec<Make>) =
            parts.into_iter().map(|((schema, _), make)| (schema, make)).unzip();
        let tuple = make(move |random, out, fuel| {
            let open = out.begin_array();
            makes.iter().for_each(|it| it(random, out, fuel));
            out.end(open);
        });
        (schemas, tuple)
    }

    fn fields(&mut self, random: &mut Random, depth: usize) -> (Vec<Json>, Make) {
        let parts: Vec<_> = (0..random.below(4))
            .map(|number| {
                let stem = *random.pick(&["id", "a-b", "value", "type", "x y"]);
                (format!("{stem}{}", "_".repeat(number)), self.schema(random, depth))
            })
            .collect();
        let schemas =
            parts.iter().map(|(name, ((schema, _), _))| json!({"name": name, "type": schema})).collect();
        let fields = make(move |random, out, fuel| {
            let open = out.begin_record("");
            for (name, (_, make)) in &parts {
                out.name(name);
                make(random, out, fuel);
            }
            out.end(open);
        });
        (schemas, fields)
    }

    fn named(&mut self, random: &mut Random, depth: usize) -> (Made, Make) {
        let stem = *random.pick(&["T", "acme.Order", "crate::T", "items"]);
        let name = format!("{stem}{}", self.named.len());
        self.named.push((name.clone(), json!("unit")));
        let place = self.named.len() - 1;
        let (definition, nested, make): (Json, bool, Make) = match random.below(5) {
            0 => (json!("unit"), true, leaf(|_, out| out.null())),
            1 => {
                let ((inner, nested), make) = self.schema(random, depth);
                (json!({"newtype": inner}), nested, make)
            }
            2 => {
                let (items, make) = self.items(random, depth);
                (json!({"tuple": items}), false, make)
            }
            3 => {
                let (fields, make) = self.fields(random, depth);
                (json!({"struct": fields}), false, make)
            }
            _ => {
                let (variants, make) = self.variants(random, depth);
                (json!({"enum": variants}), false, make)
            }
        };
        self.named[place].1 = definition;
        ((json!(name), nested), make)
    }

    fn variants(&mut self, random: &mut Random, depth: usize) -> (Vec<Json>, Make) {
        let mut variants = Vec::new();
        let mut makes: Vec<(String, Option<Make>)> = Vec::new();
        let only_units = random.coin();
        for number in 0..1 + random.below(4) {
            let name = format!("{}{number}", random.pick(&["A", "some-thing", "value"]));
            let (schema, make) = match if only_units { 0 } else { random.below(4) } {
                0 => (json!(name), None),
                1 => {
                    let ((inner, _), make) = self.schema(random, depth);
                    (json!({"name": name, "newtype": inner}), Some(make))
                }
                2 => {
                    let (items, make) = self.items(random, depth);
                    (json!({"name": name, "tuple": items}), Some(make))
                }
                _ => {
                    let (fields, make) = self.fields(random, depth);
                    (json!({"name": name, "struct": fields}), Some(make))
                }
            };
            variants.push(schema);
            makes.push((name, make));
        }
        let variant = make(move |random: &mut Random, out: &mut ValueBuilder<'static>, fuel| {
            let number = random.below(makes.len());
            match &makes[number] {
                (name, None) => {
                    out.symbol(number as u32, name);
                }
                (name, Some(make)) => {
                    let open = out.begin_record("");
                    out.name(name);
                    make(random, out, fuel);
                    out.end(open);
                }
            }
        });
        (variants, variant)
    }
}

type MakeKey = Box<dyn Fn(usize, &mut ValueBuilder<'static>)>;

fn key(random: &mut Random) -> (Json, MakeKey) {
    let (schema, make): (Json, MakeKey) = match random.below(4) {
        0 => (json!("string"), Box::new(|it, out| drop_it(out.copied_text(&format!("k{it}"))))),
        1 => (json!("u16"), Box::new(|it, out| drop_it(out.int(it as i32)))),
        2 => (json!("i64"), Box::new(|it, out| drop_it(out.long(it as i64 - 1)))),
        _ => (
            json!({"tuple": ["u8"]}),
            Box::new(|it, out| {
                let open = out.begin_array();
                out.int(it as i32);
                out.end(open);
            }),
        ),
    };
    (schema, make)
}

fn drop_it(_: &mut ValueBuilder<'static>) {}

fn number(random: &mut Random) -> (Json, Make) {
    match random.below(14) {
        0 => (json!("bool"), leaf(|random, out| out.bool(random.coin()))),
        1 => (json!("i8"), leaf(|random, out| out.int((random.long() as i8).into()))),
        2 => (json!("i16"), leaf(|random, out| out.int((random.long() as i16).into()))),
        3 => (json!("i32"), leaf(|random, out| out.int(random.long() as i32))),
        4 => (json!("i64"), leaf(|random, out| out.long(random.long()))),
        5 => (json!("u8"), leaf(|random, out| out.int((random.long() as u8).into()))),
        6 => (json!("u16"), leaf(|random, out| out.int((random.long() as u16).into()))),
        7 => (json!("u32"), leaf(|random, out| out.long((random.long() as u32).into()))),
        8 => (json!("u64"), leaf(|random, out| out.unsigned(random.long() as u64))),
        9 => {
            let wide = |random: &mut Random| i128::from(random.long()) * i128::from(random.long());
            (json!("i128"), leaf(move |random, out| out.decimal(Decimal::new(wide(random), 0))))
        }
        10 => (
            json!("u128"),
            leaf(|random, out| {
                let it = u128::MAX / (u128::from(random.next()) % 9 + 1);
                out.copied_text(&it.to_string())
            }),
        ),
        11 => (json!("f32"), leaf(|random, out| out.float(random.double() as f32))),
        12 => (json!("f64"), leaf(|random, out| out.double(random.double()))),
        _ => (
            json!("char"),
            leaf(|random, out| out.copied_text(random.pick::<&str>(&["a", "é", "\u{0}", "𝄞"]))),
        ),
    }
}

fn logical(random: &mut Random) -> (Json, Make) {
    let nanos = |random: &mut Random| random.below(1_000_000_000) as u32;
    let moment = move |random: &mut Random| Timestamp::new(random.long() >> 8, nanos(random)).unwrap();
    match random.below(7) {
        0 => (
            json!("decimal"),
            leaf(|random, out| out.decimal(Decimal::new(random.long().into(), random.below(30) as u32))),
        ),
        1 => (json!("uuid"), leaf(|random, out| out.uuid(Uuid(u128::from(random.next()).to_le_bytes())))),
        2 => (json!("date"), leaf(|random, out| out.date(Date::from_days(random.long() as i32)))),
        3 => (
            json!("time"),
            leaf(|random, out| out.time(Time::from_nanos(random.below(86_400_000_000_000) as i64).unwrap())),
        ),
        4 => (json!("timestamp"), leaf(move |random, out| out.timestamp(moment(random)))),
        5 => (
            json!("local-timestamp"),
            leaf(move |random, out| out.local_timestamp(LocalTimestamp::in_utc(moment(random)))),
        ),
        _ => (
            json!("duration"),
            leaf(|random, out| {
                let (months, days, millis) =
                    (random.next() as u32, random.next() as u32, random.next() as u32);
                out.duration(Duration { months, days, millis })
            }),
        ),
    }
}
