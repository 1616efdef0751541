//! Random Avro schemas and values, to every other format and back.

use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::any;
use schemawire::schema::Schema;
use schemawire::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid, ValueBuilder};
use serde_json::{Value as Json, json};

use super::random::{Make, Random, leaf, make};
use super::round::{config, holds};

proptest::proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_value_of_an_avro_schema_comes_back_equal(seed in any::<u64>()) {
        let mut random = Random(seed);
        let mut names = Names { count: 0, known: Vec::new() };
        let (schema, make) = if random.coin() { names.record(&mut random, 3) } else { names.schema(&mut random, 3) };
        let schema = Schema::avro(&schema.to_string()).unwrap_or_else(|error| panic!("{error}\n{schema:#}"));
        for _ in 0..2 {
            let mut out = ValueBuilder::new();
            make(&mut random, &mut out, 3);
            holds(&schema, &out.finish());
        }
    }
}

/// A named type, and how its values are made.
type Known = (String, Make);

struct Names {
    count: usize,
    known: Vec<Known>,
}

impl Names {
    fn fresh(&mut self, random: &mut Random) -> (String, Option<&'static str>) {
        self.count += 1;
        let stem = random.pick(&["R", "value", "string_", "Order", "items", "x_y", "message"]);
        (format!("{stem}{}", self.count), *random.pick(&[None, None, Some("a.b"), Some("c"), Some("")]))
    }

    fn schema(&mut self, random: &mut Random, depth: usize) -> (Json, Make) {
        let kinds = if depth == 0 { 18 } else { 25 };
        match random.below(kinds) {
            0 => (json!("null"), leaf(|_, out| out.null())),
            1 => (json!("boolean"), leaf(|random, out| out.bool(random.coin()))),
            2 => (json!("int"), leaf(|random, out| out.int(random.long() as i32))),
            3 => (json!("long"), leaf(|random, out| out.long(random.long()))),
            4 => (json!("float"), leaf(|random, out| out.float(random.double() as f32))),
            5 => (json!("double"), leaf(|random, out| out.double(random.double()))),
            6 => (json!("string"), leaf(|random, out| out.copied_text(&random.text()))),
            7 => (json!("bytes"), leaf(|random, out| out.copied_bytes(random.text().as_bytes()))),
            8 => self.fixed(random),
            9 | 10 => self.symbols(random),
            11..=16 => logical(random),
            17 => match self.known.len() {
                0 => self.schema(random, depth),
                _ => {
                    let (name, make) = random.pick(&self.known).clone();
                    (json!(name), make)
                }
            },
            18 => {
                let (item, inner) = self.schema(random, depth - 1);
                let list = make(move |random, out, fuel| {
                    let open = out.begin_array();
                    (0..random.below(3)).for_each(|_| inner(random, out, fuel));
                    out.end(open);
                });
                (json!({"type": "array", "items": item}), list)
            }
            19 => {
                let (value, inner) = self.schema(random, depth - 1);
                let map = make(move |random, out, fuel| {
                    let open = out.begin_map();
                    for key in 0..random.below(3) {
                        out.copied_text(&format!("{key}{}", random.text()));
                        inner(random, out, fuel);
                    }
                    out.end(open);
                });
                (json!({"type": "map", "values": value}), map)
            }
            20..=22 => self.union(random, depth - 1),
            _ => self.record(random, depth - 1),
        }
    }

    /// Branches that Avro tells apart, null among them or not.
    fn union(&mut self, random: &mut Random, depth: usize) -> (Json, Make) {
        let mut branches: Vec<(Json, Make)> = Vec::new();
        let mut classes = Vec::new();
        for _ in 0..1 + random.below(4) {
            let before = self.known.len();
            let (schema, make) = self.schema(random, depth);
            let class = class(&schema);
            if schema.is_array() || classes.contains(&class) {
                self.known.truncate(before);
                continue;
            }
            classes.push(class);
            branches.push((schema, make));
        }
        if branches.is_empty() {
            branches.push((json!("null"), leaf(|_, out| out.null())));
        }
        let schema = branches.iter().map(|(schema, _)| schema.clone()).collect();
        let union = make(move |random: &mut Random, out: &mut ValueBuilder<'static>, fuel| {
            let branch = random.below(branches.len());
            out.branch(branch as u32);
            (branches[branch].1)(random, out, fuel);
        });
        (schema, union)
    }

    pub(super) fn record(&mut self, random: &mut Random, depth: usize) -> (Json, Make) {
        let (name, namespace) = self.fresh(random);
        let full = match namespace {
            Some(space) if !space.is_empty() => format!("{space}.{name}"),
            _ => name.clone(),
        };
        let mut fields = Vec::new();
        let mut makes: Vec<(String, Make)> = Vec::new();
        for number in 0..random.below(5) {
            let stem = *random.pick(&["id", "orderLine", "order_line", "_x", "value", "R1", "string"]);
            let field = format!("{stem}{}", "_".repeat(number));
            let (schema, make) = self.schema(random, depth);
            fields.push(json!({"name": field, "type": schema, "doc": "About\nit."}));
            makes.push((field, make));
        }
        let own: Rc<RefCell<Option<Make>>> = Rc::default();
        // A reference by name works where the name is full, or where both stand in no namespace.
        if full.contains('.') && random.coin() {
            fields.push(json!({"name": "again", "type": ["null", full]}));
            let own = Rc::clone(&own);
            let again = make(move |random, out, fuel| {
                let inner = own.borrow().clone().filter(|_| fuel > 0 && random.coin());
                match inner {
                    Some(inner) => {
                        out.branch(1);
                        inner(random, out, fuel - 1);
                    }
                    None => {
                        out.branch(0).null();
                    }
                }
            });
            makes.push(("again".to_owned(), again));
        }
        let mut schema = json!({"type": "record", "name": name, "fields": fields, "doc": "A record"});
        if let Some(space) = namespace {
            schema["namespace"] = json!(space);
        }
        let title = full.clone();
        let record = make(move |random: &mut Random, out: &mut ValueBuilder<'static>, fuel| {
            let open = out.begin_record(&title);
            for (name, make) in &makes {
                out.name(name);
                make(random, out, fuel);
            }
            out.end(open);
        });
        *own.borrow_mut() = Some(Rc::clone(&record));
        if full.contains('.') {
            self.known.push((full, Rc::clone(&record)));
        }
        (schema, record)
    }

    fn fixed(&mut self, random: &mut Random) -> (Json, Make) {
        let (name, _) = self.fresh(random);
        let size = random.below(5);
        let fixed = make(move |random, out, _| {
            let bytes: Vec<u8> = (0..size).map(|_| random.next() as u8).collect();
            out.copied_bytes(&bytes);
        });
        (json!({"type": "fixed", "name": name, "namespace": "f", "size": size}), fixed)
    }

    fn symbols(&mut self, random: &mut Random) -> (Json, Make) {
        let (name, _) = self.fresh(random);
        let symbols: Vec<&str> = ["A", "B", "value", "order_1"][..1 + random.below(4)].to_vec();
        let schema = json!({"type": "enum", "name": name, "namespace": "e", "symbols": symbols});
        let symbol = make(move |random, out, _| {
            let number = random.below(symbols.len());
            out.symbol(number as u32, symbols[number]);
        });
        self.known.push((format!("e.{name}"), Rc::clone(&symbol)));
        (schema, symbol)
    }
}

/// By what Avro tells branches apart.
fn class(schema: &Json) -> String {
    match schema {
        Json::String(name) => name.clone(),
        other => match (other["type"].as_str(), other["name"].as_str()) {
            (_, Some(name)) => match other["namespace"].as_str() {
                Some(space) if !space.is_empty() => format!("{space}.{name}"),
                _ => name.to_owned(),
            },
            (Some(word), None) => word.to_owned(),
            _ => "union".to_owned(),
        },
    }
}

fn logical(random: &mut Random) -> (Json, Make) {
    let annotated = |word: &str, name: &str| json!({"type": word, "logicalType": name});
    let moment = |nanos: i64| Timestamp::from_nanos(nanos);
    match random.below(12) {
        0 => (annotated("int", "date"), leaf(|random, out| out.date(Date::from_days(random.long() as i32)))),
        1 => (
            annotated("int", "time-millis"),
            leaf(|random, out| out.time(Time::from_millis(random.below(86_400_000) as i64).unwrap())),
        ),
        2 => (
            annotated("long", "time-micros"),
            leaf(|random, out| out.time(Time::from_micros(random.below(86_400_000_000) as i64).unwrap())),
        ),
        3 => (
            annotated("long", "timestamp-millis"),
            leaf(|random, out| out.timestamp(Timestamp::from_millis(random.long()))),
        ),
        4 => (
            annotated("long", "timestamp-micros"),
            leaf(|random, out| out.timestamp(Timestamp::from_micros(random.long()))),
        ),
        5 => (
            annotated("long", "timestamp-nanos"),
            leaf(move |random, out| out.timestamp(moment(random.long()))),
        ),
        6 => (
            annotated("long", "local-timestamp-millis"),
            make(|random, out, _| {
                out.local_timestamp(LocalTimestamp::in_utc(Timestamp::from_millis(random.long())));
            }),
        ),
        7 => (
            annotated("long", "local-timestamp-micros"),
            make(|random, out, _| {
                out.local_timestamp(LocalTimestamp::in_utc(Timestamp::from_micros(random.long())));
            }),
        ),
        8 => (
            annotated("long", "local-timestamp-nanos"),
            leaf(move |random, out| out.local_timestamp(LocalTimestamp::in_utc(moment(random.long())))),
        ),
        9 => (
            annotated("string", "uuid"),
            make(|random, out, _| {
                let bits = u128::from(random.next()) << 64 | u128::from(random.next());
                out.uuid(Uuid(bits.to_be_bytes()));
            }),
        ),
        10 => (
            json!({"type": "bytes", "logicalType": "decimal", "precision": 19, "scale": 3}),
            leaf(|random, out| out.decimal(Decimal::new(i128::from(random.long() / 10), 3))),
        ),
        _ => {
            let number = random.next();
            let schema =
                json!({"type": "fixed", "name": format!("D{number}"), "size": 12, "logicalType": "duration"});
            let span = make(|random, out, _| {
                let (months, days, millis) =
                    (random.next() as u32, random.next() as u32, random.next() as u32);
                out.duration(Duration { months, days, millis });
            });
            (schema, span)
        }
    }
}
