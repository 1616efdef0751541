//! Values of a writer's layout: the least that there is, one that leads to a finding, or any by a seed.

use crate::compat::dice::Dice;
use crate::compat::sample::{NODES, along};
use crate::compat::trail::{End, Step, Trail};
use crate::schema::bincode::{Definition, Kind, Linked, LinkedType, Logical, Number, Shape, TypeIndex};
use crate::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid, Value, ValueBuilder};

/// How deep values go; decoders take 64 levels.
const DEPTH: usize = 30;

/// Values that lead to the end of a trail; none where no value is short enough.
pub(in crate::compat) fn candidates(linked: &Linked, trail: &Trail) -> Vec<Value<'static>> {
    let mut sampler = Sampler::new(linked, Dice::least());
    along(trail, 3, |variant| {
        sampler.variant = variant;
        sampler.value(&trail.steps, Some(&trail.end))
    })
}

/// Any value, by a seed; none where every value is too large.
pub(in crate::compat) fn any(linked: &Linked, seed: u64) -> Option<Value<'static>> {
    Sampler::new(linked, Dice::seeded(seed)).value(&[], None)
}

struct Sampler<'l> {
    linked: &'l Linked,
    dice: Dice,
    /// Which of the values that tell something.
    variant: usize,
    builder: ValueBuilder<'static>,
}

impl<'l> Sampler<'l> {
    fn new(linked: &'l Linked, dice: Dice) -> Self {
        Self { linked, dice, variant: 0, builder: ValueBuilder::new() }
    }

    fn value(&mut self, steps: &[Step], end: Option<&End>) -> Option<Value<'static>> {
        self.builder = ValueBuilder::new();
        self.add(self.linked.root, steps, end, DEPTH)?;
        Some(std::mem::take(&mut self.builder).finish())
    }

    fn add(&mut self, index: TypeIndex, steps: &[Step], end: Option<&End>, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1).filter(|_| self.builder.node_count() < NODES)?;
        let linked = self.linked;
        let schema = linked.get(index);
        if let Some(inner) = schema.newtype() {
            return self.add(inner, steps, end, depth);
        }
        match schema {
            LinkedType::Plain(kind) => self.plain(kind, steps, end, depth),
            LinkedType::Named(named) => match &named.definition {
                Definition::Struct(shape) => self.shape(&named.name, shape, steps, end, depth),
                Definition::Enum(variants) => {
                    let (number, rest, end) = match steps.split_first() {
                        Some((Step::Branch(number), rest)) => (*number as usize, rest, end),
                        // Variants without a content come to an end.
                        _ if depth < DEPTH / 2 || self.dice.is_least() => {
                            let unit = variants.iter().position(|it| matches!(it.shape, Shape::Unit));
                            (unit.unwrap_or(0), steps, None)
                        }
                        _ => (self.dice.below(variants.len()), steps, None),
                    };
                    let variant = variants.get(number)?;
                    if matches!(variant.shape, Shape::Unit) {
                        self.builder.symbol(number as u32, &variant.name);
                        return Some(());
                    }
                    let open = self.builder.begin_record(&named.name);
                    self.builder.name(&variant.name);
                    match &variant.shape {
                        Shape::Newtype(inner) => self.add(*inner, rest, end, depth)?,
                        shape => self.shape(&variant.name, shape, rest, end, depth)?,
                    }
                    self.builder.end(open);
                    Some(())
                }
            },
        }
    }

    fn shape(
        &mut self,
        name: &str,
        shape: &Shape<TypeIndex>,
        steps: &[Step],
        end: Option<&End>,
        depth: usize,
    ) -> Option<()> {
        match shape {
            Shape::Unit => {
                self.builder.null();
            }
            Shape::Newtype(inner) => return self.add(*inner, steps, end, depth),
            Shape::Tuple(items) => {
                let open = self.builder.begin_array();
                for (at, item) in items.iter().enumerate() {
                    let (rest, end) = on(steps, Step::Field(at as u32), end);
                    self.add(*item, rest, end, depth)?;
                }
                self.builder.end(open);
            }
            Shape::Struct(fields) => {
                let open = self.builder.begin_record(name);
                for (at, field) in fields.iter().enumerate() {
                    self.builder.name(&field.name);
                    let (rest, end) = on(steps, Step::Field(at as u32), end);
                    self.add(field.schema, rest, end, depth)?;
                }
                self.builder.end(open);
            }
        }
        Some(())
    }

    fn plain(
        &mut self,
        kind: &Kind<TypeIndex>,
        steps: &[Step],
        end: Option<&End>,
        depth: usize,
    ) -> Option<()> {
        let is_on = matches!(steps.first(), Some(Step::Item));
        let (inside, inside_end) = on(steps, Step::Item, end);
        let is_telling = steps.is_empty() && end == Some(&End::Telling);
        match kind {
            Kind::Unit => {
                self.builder.null();
            }
            Kind::Bool => {
                let value = self.dice.below(2) == 1;
                self.builder.bool(value);
            }
            Kind::Number(number) => self.number(*number, is_telling),
            Kind::Char => {
                self.builder.text(if self.dice.below(2) == 0 { "a" } else { "é" });
            }
            Kind::String => {
                let value = if self.dice.is_least() { "a".to_owned() } else { self.dice.text() };
                self.builder.copied_text(&value);
            }
            Kind::Bytes => {
                let bits = self.dice.bits().to_le_bytes();
                let length = self.dice.below(9);
                self.builder.copied_bytes(bits.get(..length).unwrap_or_default());
            }
            Kind::Logical(logical) => self.logical(*logical)?,
            Kind::Option(inner) => {
                let is_some = is_on || (depth > DEPTH / 2 && !is_telling && self.dice.below(3) > 0);
                // What may itself be null is set apart from nothing by an array of one item.
                let nested = is_some && reads_as_null(self.linked, *inner);
                if !is_some {
                    self.builder.null();
                } else if nested {
                    let open = self.builder.begin_array();
                    self.add(*inner, inside, inside_end, depth)?;
                    self.builder.end(open);
                } else {
                    self.add(*inner, inside, inside_end, depth)?;
                }
            }
            Kind::Seq(inner) => {
                let room = depth > DEPTH / 2;
                let count = if is_on {
                    1
                } else if room {
                    self.dice.below(3)
                } else {
                    0
                };
                self.items(*inner, count, inside, inside_end, depth)?;
            }
            Kind::Array(inner, length) => self.items(*inner, *length, inside, inside_end, depth)?,
            Kind::Tuple(items) => {
                let open = self.builder.begin_array();
                for (at, item) in items.iter().enumerate() {
                    let (rest, end) = on(steps, Step::Field(at as u32), end);
                    self.add(*item, rest, end, depth)?;
                }
                self.builder.end(open);
            }
            Kind::Map(key, value) => {
                let (on_key, key_end) = on(steps, Step::Key, end);
                let is_on = is_on || matches!(steps.first(), Some(Step::Key));
                let count = if is_on || depth > DEPTH / 2 && self.dice.below(2) == 1 { 1 } else { 0 };
                let open = self.builder.begin_map();
                for _ in 0..count {
                    self.add(*key, on_key, key_end, depth)?;
                    self.add(*value, inside, inside_end, depth)?;
                }
                self.builder.end(open);
            }
            Kind::Named(_) => return None,
        }
        Some(())
    }

    fn items(
        &mut self,
        inner: TypeIndex,
        count: usize,
        steps: &[Step],
        end: Option<&End>,
        depth: usize,
    ) -> Option<()> {
        if matches!(self.linked.get(inner), LinkedType::Plain(Kind::Number(Number::U8))) {
            let byte = if end == Some(&End::Telling) { 0xff } else { self.dice.below(256) as u8 };
            self.builder.copied_bytes(&vec![byte; count.min(NODES)]);
            return Some(());
        }
        let open = self.builder.begin_array();
        for _ in 0..count {
            self.add(inner, steps, end, depth)?;
        }
        self.builder.end(open);
        Some(())
    }

    /// The largest, the least, one that no float of half the width holds; or any.
    fn number(&mut self, number: Number, is_telling: bool) {
        let bits = number.width() as u32 * 8;
        let signed = matches!(number, Number::I8 | Number::I16 | Number::I32 | Number::I64 | Number::I128);
        if number.is_float() {
            let telling = if bits == 32 { 0.1_f32.into() } else { 0.1 };
            let seeded = if self.dice.is_least() { 1.5 } else { self.dice.float() };
            let value = if is_telling { telling } else { seeded };
            if bits == 32 {
                self.builder.float(value as f32)
            } else {
                self.builder.double(value)
            };
            return;
        }
        let wide = bits.min(64);
        let largest = match (signed, wide) {
            (true, _) => (1_i128 << (wide - 1)) - 1,
            (false, _) => (1_i128 << wide) - 1,
        };
        let least = if signed { -(1_i128 << (wide - 1)) } else { 0 };
        let value = match (is_telling, self.variant) {
            (true, 0) => largest,
            (true, 1) => least,
            _ if self.dice.is_least() => 1,
            _ => {
                let whole = i128::from(self.dice.whole(wide));
                if signed { whole } else { whole & largest }
            }
        };
        match i64::try_from(value) {
            Ok(value) => self.builder.long(value),
            Err(_) => self.builder.unsigned(value as u64),
        };
    }

    fn logical(&mut self, logical: Logical) -> Option<()> {
        let number = self.dice.whole(24);
        match logical {
            Logical::Decimal => self.builder.decimal(Decimal::new(1234 + i128::from(number), 2)),
            Logical::Uuid => self.builder.uuid(Uuid(u128::from(self.dice.bits()).to_be_bytes())),
            Logical::Date => self.builder.date(Date::from_days(20_000 + (number >> 8) as i32)),
            Logical::Time => self.builder.time(Time::from_millis(number.abs()).ok()?),
            Logical::Timestamp => self.builder.timestamp(Timestamp::from_seconds(number)),
            Logical::LocalTimestamp => {
                self.builder.local_timestamp(LocalTimestamp::in_utc(Timestamp::from_seconds(number)))
            }
            Logical::Duration => self.builder.duration(Duration { months: 1, days: 2, millis: 3 }),
        };
        Some(())
    }
}

/// The rest of the way where it goes through that step.
fn on<'a>(steps: &'a [Step], step: Step, end: Option<&'a End>) -> (&'a [Step], Option<&'a End>) {
    match steps.split_first() {
        Some((first, rest)) if *first == step => (rest, end),
        _ => (&[], None),
    }
}

/// Whether a dynamic value of that type may be null.
fn reads_as_null(linked: &Linked, mut index: TypeIndex) -> bool {
    while let Some(inner) = linked.get(index).newtype() {
        index = inner;
    }
    match linked.get(index) {
        LinkedType::Plain(kind) => matches!(kind, Kind::Unit | Kind::Option(_)),
        LinkedType::Named(named) => matches!(named.definition, Definition::Struct(Shape::Unit)),
    }
}
