//! Values of a writer's schema: the least that there is, one that leads to a finding, or any by a seed.

use crate::compat::dice::Dice;
use crate::compat::sample::{NODES, along};
use crate::compat::trail::{End, Step, Trail};
use crate::schema::avro::{Linked, LinkedKind as Kind, Logical, TypeIndex};
use crate::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid, Value, ValueBuilder};

/// How deep values go; decoders take 64 levels.
const DEPTH: usize = 48;

/// Noon of 2 May 2026, in seconds.
const NOON: i64 = 1_777_723_200;

/// Values that lead to the end of a trail; none where no value is short enough.
pub(in crate::compat) fn candidates(linked: &Linked, trail: &Trail) -> Vec<Value<'static>> {
    let mut sampler = Sampler::new(linked, Dice::least());
    along(trail, 5, |variant| {
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
    /// How many levels the least value of each type has.
    heights: Vec<usize>,
    dice: Dice,
    /// Which of the values that tell something.
    variant: usize,
    builder: ValueBuilder<'static>,
}

impl<'l> Sampler<'l> {
    fn new(linked: &'l Linked, dice: Dice) -> Self {
        Self { linked, heights: heights(linked), dice, variant: 0, builder: ValueBuilder::new() }
    }

    fn value(&mut self, steps: &[Step], end: Option<&End>) -> Option<Value<'static>> {
        self.builder = ValueBuilder::new();
        self.add(self.linked.root, steps, end, DEPTH)?;
        Some(std::mem::take(&mut self.builder).finish())
    }

    /// Adds a value of a type. `end` is given along the trail alone.
    fn add(&mut self, index: TypeIndex, steps: &[Step], end: Option<&End>, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1).filter(|_| self.builder.node_count() < NODES)?;
        let (step, rest) = match steps.split_first() {
            Some((step, rest)) => (Some(*step), rest),
            None => (None, steps),
        };
        let linked = self.linked;
        let it = linked.get(index);
        match &it.kind {
            Kind::Union(branches) => {
                let number = match step {
                    Some(Step::Branch(number)) => number as usize,
                    _ => self.branch(branches, depth)?,
                };
                self.builder.branch(number as u32);
                let end = end.filter(|_| step.is_some());
                self.add(*branches.get(number)?, if step.is_some() { rest } else { &[] }, end, depth + 1)
            }
            Kind::Record(record, types) => {
                let open = self.builder.begin_record(record.name.full());
                for (number, (field, inner)) in record.fields.iter().zip(types).enumerate() {
                    let is_on = step == Some(Step::Field(number as u32));
                    self.builder.name(&field.name);
                    let (rest, end) = if is_on { (rest, end) } else { (&[][..], None) };
                    self.add(*inner, rest, end, depth)?;
                }
                self.builder.end(open);
                Some(())
            }
            Kind::Array(inner) => {
                let open = self.builder.begin_array();
                for number in 0..self.count(*inner, step, depth) {
                    let (rest, end) = if number == 0 { (rest, end) } else { (&[][..], None) };
                    self.add(*inner, rest, end.filter(|_| step.is_some()), depth)?;
                }
                self.builder.end(open);
                Some(())
            }
            Kind::Map(inner) => {
                let open = self.builder.begin_map();
                for number in 0..self.count(*inner, step, depth) {
                    let (rest, end) = if number == 0 { (rest, end) } else { (&[][..], None) };
                    self.builder.copied_text(&format!("key{number}"));
                    self.add(*inner, rest, end.filter(|_| step.is_some()), depth)?;
                }
                self.builder.end(open);
                Some(())
            }
            Kind::Enum(it) => {
                let number = match end {
                    Some(End::Symbol(number)) => *number as usize,
                    _ => self.dice.below(it.symbols.len()),
                };
                self.builder.symbol(number as u32, it.symbols.get(number)?);
                Some(())
            }
            kind => {
                let is_telling = end == Some(&End::Telling);
                self.scalar(kind, it.logical, is_telling)
            }
        }
    }

    /// The branch that a value takes: one that ends soon, once it is deep.
    fn branch(&mut self, branches: &[TypeIndex], depth: usize) -> Option<usize> {
        let height = |at: &usize| branches.get(*at).map_or(usize::MAX, |branch| self.height(*branch));
        let fits: Vec<usize> = (0..branches.len()).filter(|at| height(at) < depth).collect();
        if self.dice.is_least() || depth < DEPTH / 2 {
            return fits.into_iter().min_by_key(height);
        }
        let chosen = self.dice.below(fits.len());
        fits.get(chosen).copied()
    }

    fn height(&self, index: TypeIndex) -> usize {
        self.heights.get(index).copied().unwrap_or(usize::MAX)
    }

    /// How many items a list has: one where the trail leads through it.
    fn count(&mut self, inner: TypeIndex, step: Option<Step>, depth: usize) -> usize {
        if step == Some(Step::Item) {
            return 1;
        }
        let fits = self.height(inner) < depth && depth > DEPTH / 2;
        if fits { self.dice.below(3) } else { 0 }
    }

    fn scalar(&mut self, kind: &Kind, logical: Option<Logical>, is_telling: bool) -> Option<()> {
        if let Some(logical) = logical {
            return self.logical(kind, logical, is_telling);
        }
        let seeded = !self.dice.is_least();
        let telling = is_telling.then_some(self.variant);
        // Extremes tell more than what is in the middle.
        match kind {
            Kind::Null => self.builder.null(),
            Kind::Boolean => {
                let value = self.dice.below(2) == 1;
                self.builder.bool(value)
            }
            Kind::Int if seeded => {
                let value = self.dice.whole(32) as i32;
                self.builder.int(value)
            }
            Kind::Int => self
                .builder
                .int(telling.map_or(1, |at| [-1, i32::MAX, i32::MIN, 1].get(at).copied().unwrap_or(1))),
            Kind::Long if seeded => {
                let value = self.dice.whole(64);
                self.builder.long(value)
            }
            Kind::Long => self
                .builder
                .long(telling.map_or(1, |at| [-1, i64::MAX, i64::MIN, 1].get(at).copied().unwrap_or(1))),
            Kind::Float => {
                let value = if seeded { self.dice.float() as f32 } else { 1.5 };
                self.builder.float(value)
            }
            Kind::Double => {
                let value = if seeded { self.dice.float() } else { 1.5 };
                self.builder.double(value)
            }
            Kind::Bytes if telling == Some(0) => self.builder.copied_bytes(&[]),
            // Not UTF-8.
            Kind::Bytes if telling == Some(1) => self.builder.copied_bytes(&[0xff]),
            Kind::Bytes => {
                let value = if seeded { self.dice.bits().to_le_bytes() } else { [b'a'; 8] };
                let length = if seeded { self.dice.below(9) } else { 1 };
                self.builder.copied_bytes(value.get(..length).unwrap_or_default())
            }
            Kind::Fixed(it) => {
                // A decimal of that size and of fewer digits does not hold the largest number of that many bytes.
                let byte = if telling.is_some() { 0x7f } else { self.dice.below(128) as u8 };
                self.builder.copied_bytes(&vec![byte; it.size.min(NODES)])
            }
            _ => {
                let value = if seeded { self.dice.text() } else { "a".to_owned() };
                self.builder.copied_text(&value)
            }
        };
        Some(())
    }

    fn logical(&mut self, kind: &Kind, logical: Logical, is_telling: bool) -> Option<()> {
        let moment = NOON + self.dice.whole(24);
        match logical {
            Logical::Decimal { precision, scale } => {
                let room = match kind {
                    Kind::Fixed(it) => it.size.min(15) * 8,
                    _ => 120,
                };
                let most = (room.saturating_sub(1) as f64 * std::f64::consts::LOG10_2) as u32;
                let digits = precision.min(most).min(36);
                let largest = 10_i128.pow(digits) - 1;
                let unscaled = match (is_telling, self.variant) {
                    (true, 0) => 1234.min(largest),
                    // Its last byte is no UTF-8 by itself.
                    (true, 1) => 255.min(largest),
                    (true, _) => largest,
                    _ => i128::from(self.dice.whole(32)) % (largest + 1),
                };
                self.builder.decimal(Decimal::new(unscaled, scale))
            }
            Logical::Uuid => {
                let number = u128::from(self.dice.bits()) << 64 | 1;
                self.builder.uuid(Uuid(number.to_be_bytes()))
            }
            Logical::Date => self.builder.date(Date::from_days(20_575 + self.dice.whole(12) as i32)),
            Logical::Time(_) => {
                let millis = 3_600_000 + self.dice.below(1_000_000) as i64;
                self.builder.time(Time::from_millis(millis).ok()?)
            }
            Logical::Timestamp(_) => self.builder.timestamp(Timestamp::from_seconds(moment)),
            Logical::LocalTimestamp(_) => {
                self.builder.local_timestamp(LocalTimestamp::in_utc(Timestamp::from_seconds(moment)))
            }
            Logical::Duration => {
                let days = self.dice.below(100) as u32;
                self.builder.duration(Duration { months: 1, days, millis: 3 })
            }
        };
        Some(())
    }
}

/// The levels of the least value of each type; as good as infinite for a type that has none.
fn heights(linked: &Linked) -> Vec<usize> {
    let mut heights = vec![usize::MAX; linked.types.len()];
    let of = |heights: &[usize], index: &TypeIndex| heights.get(*index).copied().unwrap_or(usize::MAX);
    // Each round settles one more level, and deeper than that nobody asks.
    for _ in 0..DEPTH {
        let mut is_settled = true;
        for (index, it) in linked.types.iter().enumerate() {
            let height = match &it.kind {
                Kind::Record(_, types) => {
                    types.iter().map(|it| of(&heights, it)).max().unwrap_or(0).saturating_add(1)
                }
                Kind::Union(types) => types.iter().map(|it| of(&heights, it)).min().unwrap_or(usize::MAX),
                Kind::Enum(it) if it.symbols.is_empty() => usize::MAX,
                _ => 1,
            };
            if let Some(slot) = heights.get_mut(index).filter(|slot| height < **slot) {
                *slot = height;
                is_settled = false;
            }
        }
        if is_settled {
            break;
        }
    }
    heights
}
