//! Random schemas, random values, random evolutions: our bytes equal apache-avro's, and so do our resolved values.
//!
//! `PROPTEST_CASES` says how many cases; a failing one is named by its seed.

use apache_avro::types::Value as Theirs;
use proptest::prelude::{ProptestConfig, any, prop_assert_eq};
use schemawire::codec::{Avro, Binding, BoundCodec, Codec};
use serde_json::{Value as Json, json};

use super::oracle::{ours, parse, read, write};
use super::{same, schema};

/// The scale of every decimal in these tests: apache-avro's values do not carry theirs.
pub(super) const DECIMAL_SCALE: u32 = 2;

/// A type, as far as these tests build them. Named types have a number that makes their name unique.
#[derive(Debug, Clone, PartialEq)]
enum Type {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    Text,
    Logical(&'static str),
    Decimal,
    Fixed(u32, usize),
    Duration(u32),
    Enum(u32, Vec<String>),
    Array(Box<Self>),
    Map(Box<Self>),
    Union(Vec<Self>),
    Record(u32, Vec<Field>),
}

#[derive(Debug, Clone, PartialEq)]
struct Field {
    name: String,
    ty: Type,
    default: Option<Json>,
}

const LOGICAL: [(&str, &str); 9] = [
    ("date", "int"),
    ("time-millis", "int"),
    ("time-micros", "long"),
    ("timestamp-millis", "long"),
    ("timestamp-micros", "long"),
    ("timestamp-nanos", "long"),
    ("local-timestamp-millis", "long"),
    ("local-timestamp-micros", "long"),
    ("uuid", "string"),
];

impl Type {
    fn json(&self) -> Json {
        match self {
            Self::Null => json!("null"),
            Self::Boolean => json!("boolean"),
            Self::Int => json!("int"),
            Self::Long => json!("long"),
            Self::Float => json!("float"),
            Self::Double => json!("double"),
            Self::Bytes => json!("bytes"),
            Self::Text => json!("string"),
            Self::Logical(name) => json!({"type": base(name), "logicalType": name}),
            Self::Decimal => {
                json!({"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": DECIMAL_SCALE})
            }
            Self::Fixed(number, size) => json!({"type": "fixed", "name": format!("F{number}"), "size": size}),
            Self::Duration(number) => {
                json!({"type": "fixed", "name": format!("F{number}"), "size": 12, "logicalType": "duration"})
            }
            Self::Enum(number, symbols) => {
                json!({"type": "enum", "name": format!("E{number}"), "symbols": symbols})
            }
            Self::Array(items) => json!({"type": "array", "items": items.json()}),
            Self::Map(values) => json!({"type": "map", "values": values.json()}),
            Self::Union(branches) => branches.iter().map(Self::json).collect(),
            Self::Record(number, fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|field| {
                        let mut json = json!({"name": field.name, "type": field.ty.json()});
                        if let Some(default) = &field.default {
                            json["default"] = default.clone();
                        }
                        json
                    })
                    .collect();
                json!({"type": "record", "name": format!("R{number}"), "fields": fields})
            }
        }
    }

    /// What looks alike once its name is forgotten.
    fn look(&self) -> String {
        match self {
            Self::Map(_) | Self::Record(..) => "record".to_owned(),
            Self::Text | Self::Enum(..) | Self::Logical("uuid") => "string".to_owned(),
            Self::Bytes | Self::Fixed(..) | Self::Duration(_) => "bytes".to_owned(),
            other => other.kind(),
        }
    }

    /// What may stand only once in a union.
    fn kind(&self) -> String {
        match self {
            Self::Logical(name) => base(name).to_owned(),
            Self::Decimal => "bytes".to_owned(),
            Self::Fixed(number, _) | Self::Duration(number) => format!("F{number}"),
            Self::Array(_) => "array".to_owned(),
            Self::Map(_) => "map".to_owned(),
            named @ (Self::Enum(..) | Self::Record(..)) => named.json()["name"].to_string(),
            primitive => primitive.json().to_string(),
        }
        .trim_matches('"')
        .to_owned()
    }
}

fn base(logical: &str) -> &'static str {
    LOGICAL.iter().find(|(name, _)| *name == logical).map_or("long", |(_, base)| base)
}

/// SplitMix64: the dice of one case.
struct Dice {
    state: u64,
    names: u32,
    /// Whether apache-avro is to resolve: it takes the first branch of a union that looks alike, whatever its name,
    /// and no decimal whose precision is larger than its value needs.
    resolved_by_oracle: bool,
}

impl Dice {
    fn new(seed: u64) -> Self {
        Self { state: seed, names: 0, resolved_by_oracle: false }
    }

    fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.roll() % end.max(1) as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn number(&mut self) -> u32 {
        self.names += 1;
        self.names
    }

    fn ty(&mut self, depth: usize) -> Type {
        let kinds = if depth == 0 { 13 } else { 17 };
        match self.below(kinds) {
            0 => Type::Null,
            1 => Type::Boolean,
            2 | 3 => Type::Int,
            4 => Type::Long,
            5 => Type::Float,
            6 => Type::Double,
            7 => Type::Bytes,
            8 => Type::Text,
            9 => Type::Logical(LOGICAL[self.below(LOGICAL.len())].0),
            10 if !self.resolved_by_oracle => Type::Decimal,
            10 => Type::Long,
            11 if self.one_in(3) => Type::Duration(self.number()),
            11 => Type::Fixed(self.number(), 1 + self.below(5)),
            12 => {
                let symbols = (0..1 + self.below(4)).map(|at| format!("S{at}")).collect();
                Type::Enum(self.number(), symbols)
            }
            13 => Type::Array(Box::new(self.ty(depth - 1))),
            14 => Type::Map(Box::new(self.ty(depth - 1))),
            15 => self.union(depth),
            _ => {
                let number = self.number();
                let fields = (0..self.below(6))
                    .map(|at| Field { name: format!("f{at}"), ty: self.ty(depth - 1), default: None })
                    .collect();
                Type::Record(number, fields)
            }
        }
    }

    fn union(&mut self, depth: usize) -> Type {
        let mut branches: Vec<Type> = if self.one_in(2) { vec![Type::Null] } else { Vec::new() };
        for _ in 0..1 + self.below(4) {
            let branch = self.ty(depth - 1);
            let look = |it: &Type| if self.resolved_by_oracle { it.look() } else { it.kind() };
            let taken = branches.iter().any(|it| look(it) == look(&branch));
            if !taken && !matches!(branch, Type::Union(_)) {
                branches.push(branch);
            }
        }
        if branches.is_empty() {
            branches.push(Type::Long);
        }
        Type::Union(branches)
    }

    fn text(&mut self) -> String {
        let letters = ['a', 'Z', '_', 'é', '🎉', '"', '\n'];
        (0..self.below(9)).map(|_| letters[self.below(letters.len())]).collect()
    }

    fn long(&mut self) -> i64 {
        let shift = self.below(64);
        (self.roll() as i64) >> shift
    }

    /// A value of the type, as apache-avro has it.
    fn value(&mut self, ty: &Type) -> Theirs {
        match ty {
            Type::Null => Theirs::Null,
            Type::Boolean => Theirs::Boolean(self.one_in(2)),
            Type::Int => Theirs::Int(self.long() as i32),
            Type::Long => Theirs::Long(self.long()),
            Type::Float => Theirs::Float(self.long() as f32 / 8.0),
            Type::Double => Theirs::Double(self.long() as f64 / 8.0),
            Type::Bytes => Theirs::Bytes((0..self.below(20)).map(|_| self.roll() as u8).collect()),
            Type::Text => Theirs::String(self.text()),
            Type::Logical(name) => self.logical(name),
            Type::Decimal => {
                // The fewest bytes: apache-avro writes as many as it is given.
                let digits = self.long().to_be_bytes();
                let sign = if digits[0] >= 0x80 { 0xff } else { 0 };
                let padding =
                    digits.windows(2).take_while(|pair| pair[0] == sign && (pair[0] ^ pair[1]) & 0x80 == 0);
                let start = padding.count();
                Theirs::Decimal(apache_avro::Decimal::from(&digits[start..]))
            }
            Type::Fixed(_, size) => Theirs::Fixed(*size, (0..*size).map(|_| self.roll() as u8).collect()),
            Type::Duration(_) => Theirs::Duration(apache_avro::Duration::new(
                apache_avro::Months::new(self.roll() as u32),
                apache_avro::Days::new(self.roll() as u32),
                apache_avro::Millis::new(self.roll() as u32),
            )),
            Type::Enum(_, symbols) => {
                let index = self.below(symbols.len());
                Theirs::Enum(index as u32, symbols[index].clone())
            }
            Type::Array(items) => Theirs::Array((0..self.below(5)).map(|_| self.value(items)).collect()),
            // At most one entry: their map has no order to compare.
            Type::Map(values) => {
                Theirs::Map((0..self.below(2)).map(|_| (self.text(), self.value(values))).collect())
            }
            Type::Union(branches) => {
                let index = self.below(branches.len());
                Theirs::Union(index as u32, Box::new(self.value(&branches[index])))
            }
            Type::Record(_, fields) => Theirs::Record(
                fields.iter().map(|field| (field.name.clone(), self.value(&field.ty))).collect(),
            ),
        }
    }

    fn logical(&mut self, name: &str) -> Theirs {
        match name {
            "date" => Theirs::Date(self.long() as i32),
            "time-millis" => Theirs::TimeMillis(self.below(86_400_000) as i32),
            "time-micros" => Theirs::TimeMicros(self.below(86_400_000_000) as i64),
            "timestamp-millis" => Theirs::TimestampMillis(self.long()),
            "timestamp-micros" => Theirs::TimestampMicros(self.long()),
            "timestamp-nanos" => Theirs::TimestampNanos(self.long()),
            "local-timestamp-millis" => Theirs::LocalTimestampMillis(self.long()),
            "local-timestamp-micros" => Theirs::LocalTimestampMicros(self.long()),
            _ => Theirs::Uuid(apache_avro::Uuid::from_u64_pair(self.roll(), self.roll())),
        }
    }

    /// A later version of the type, which reads all that the type wrote.
    fn evolve(&mut self, ty: &Type) -> Type {
        let evolved = match ty {
            Type::Int => [Type::Int, Type::Long, Type::Float, Type::Double][self.below(4)].clone(),
            Type::Long => [Type::Long, Type::Float, Type::Double][self.below(3)].clone(),
            Type::Float => [Type::Float, Type::Double][self.below(2)].clone(),
            Type::Text => [Type::Text, Type::Bytes][self.below(2)].clone(),
            Type::Enum(number, symbols) => {
                let mut symbols = symbols.clone();
                symbols.push("New".to_owned());
                let middle = self.below(symbols.len());
                symbols.rotate_left(middle);
                Type::Enum(*number, symbols)
            }
            Type::Array(items) => Type::Array(Box::new(self.evolve(items))),
            Type::Map(values) => Type::Map(Box::new(self.evolve(values))),
            Type::Union(branches) => {
                let mut branches = branches.clone();
                let middle = self.below(branches.len());
                branches.rotate_left(middle);
                return Type::Union(branches);
            }
            Type::Record(number, fields) => {
                let mut fields: Vec<_> = fields
                    .iter()
                    .filter(|_| !self.one_in(5))
                    .cloned()
                    .collect::<Vec<_>>()
                    .into_iter()
                    .map(|field| Field { ty: self.evolve(&field.ty), ..field })
                    .collect();
                for at in 0..self.below(3) {
                    let (ty, default) = self.defaulted();
                    fields.push(Field { name: format!("new{at}"), ty, default: Some(default) });
                }
                for at in (1..fields.len()).rev() {
                    let other = self.below(at + 1);
                    fields.swap(at, other);
                }
                Type::Record(*number, fields)
            }
            other => other.clone(),
        };
        // A union around it, the writer's own type first among those it could be read as.
        if self.one_in(4) && evolved != Type::Null {
            let null_first = self.one_in(2);
            let branches = if null_first { vec![Type::Null, evolved] } else { vec![evolved, Type::Null] };
            return Type::Union(branches);
        }
        evolved
    }

    fn defaulted(&mut self) -> (Type, Json) {
        match self.below(7) {
            0 => (Type::Int, json!(-3)),
            1 => (Type::Text, json!("hé")),
            2 => (Type::Union(vec![Type::Null, Type::Long]), Json::Null),
            3 => (Type::Array(Box::new(Type::Double)), json!([0.5, 1.5])),
            4 => (Type::Map(Box::new(Type::Boolean)), json!({"k": true})),
            5 => (Type::Enum(self.number() + 1000, vec!["A".into(), "B".into()]), json!("B")),
            _ => (Type::Union(vec![Type::Text, Type::Null]), json!("x")),
        }
    }
}

/// As many as are asked for, else 2,000: `PROPTEST_CASES` is proptest's own, and far more for the nightly run.
fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let usual = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if asked { usual } else { ProptestConfig { cases: 2000, ..usual } }
}

proptest::proptest! {
    #![proptest_config(config())]

    #[test]
    fn random_values_of_random_schemas_have_their_bytes_and_come_back(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let ty = dice.ty(3);
        let text = ty.json().to_string();
        let value = dice.value(&ty);
        let payload = write(&parse(&text), value.clone());
        let codec = same(&text);
        let decoded = codec.decode_value(&payload).expect("their bytes are read");
        prop_assert_eq!(&decoded, &ours(&value), "{}", text);
        let mut out = Vec::new();
        codec.encode_value(&decoded, &mut out).expect("what was read can be written");
        prop_assert_eq!(&out, &payload, "{}", text);
        out.clear();
        codec.encode_value(&ours(&value), &mut out).expect("their values can be written");
        prop_assert_eq!(&out, &payload, "{}", text);
    }

    #[test]
    fn random_evolutions_are_resolved_as_the_oracle_does(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        dice.resolved_by_oracle = true;
        let ty = dice.ty(3);
        let (old, new) = (ty.json().to_string(), dice.evolve(&ty).json().to_string());
        let value = dice.value(&ty);
        let (writer, reader) = (parse(&old), parse(&new));
        let payload = write(&writer, value);
        let (our_writer, our_reader) = (schema(&old), schema(&new));
        let codec = Avro.bind(&Binding::new(&our_writer).with_reader(&our_reader)).expect("a pair that fits");
        let resolved = codec.decode_value(&payload).expect("old data is read");
        let theirs = read(&writer, &reader, &payload);
        let theirs = theirs.unwrap_or_else(|error| panic!("{error}: {old} as {new}"));
        prop_assert_eq!(&resolved, &ours(&theirs), "{} as {}", old, new);
    }

    #[test]
    fn random_bytes_never_panic_and_never_grow_beyond_their_budget(seed in any::<u64>(), bytes in any::<Vec<u8>>()) {
        let mut dice = Dice::new(seed);
        let ty = dice.ty(3);
        let limits = schemawire::limits::Limits::DEFAULT.with_elements(1000).with_bytes(100_000);
        let (old, new) = (schema(&ty.json().to_string()), schema(&dice.evolve(&ty).json().to_string()));
        let codec = Avro.bind(&Binding::new(&old).with_reader(&new).with_limits(limits)).expect("a pair that fits");
        let mut bytes = bytes;
        bytes.truncate(4096);
        let (mut dynamic, mut typed) = (true, true);
        let info = allocation_counter::measure(|| {
            dynamic = codec.decode_value(&bytes).is_ok();
            typed = super::decode::<serde::de::IgnoredAny>(&codec, &bytes).is_ok();
        });
        // A value that can be read can be passed over; the reverse need not hold: text is not looked at.
        proptest::prop_assert!(typed || !dynamic);
        proptest::prop_assert!(info.bytes_max < 1_000_000, "{} bytes for {}", info.bytes_max, bytes.len());
    }
}
