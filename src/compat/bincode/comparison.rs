//! Which types of a writer's and a reader's layout meet, and what does not fit.

use std::collections::HashMap;
use std::rc::Rc;

use crate::compat::trail::{Step, Way};
use crate::schema::bincode::{
    Definition, Field, Kind, Linked, LinkedType, Number, Shape, TypeIndex, Variant,
};

/// How many pairs are looked at; types that contain themselves in circles of different lengths meet in very many.
const MAX_PAIRS: usize = 200_000;

/// A place in a layout that has a span of its own: a field or a variant of a named type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// The named type; `None` for the root.
    pub(super) named: Option<TypeIndex>,
    pub(super) variant: Option<usize>,
    pub(super) field: Option<usize>,
}

impl Spot {
    pub(super) const ROOT: Self = Self { named: None, variant: None, field: None };
}

/// What does not fit.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// The kinds, in words: written, read.
    Kind(String, String),
    /// A number that holds less.
    Narrowed(Number, Number),
    /// An option is read as what is inside.
    Required,
    /// The reader's field is missing and has no default.
    Missing,
    /// The writer's variant is unknown to the reader.
    Unknown,
    /// A variant has another shape.
    Shape,
}

/// A fault with both places and the way to it.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    pub(super) fault: Fault,
    pub(super) writer: Spot,
    pub(super) reader: Spot,
    pub(super) way: Rc<Way>,
}

/// All differences; whether there was more to compare than may be.
pub(super) fn compare(writer: &Linked, reader: &Linked) -> (Vec<Difference>, bool) {
    let mut comparison =
        Comparison { writer, reader, seen: HashMap::new(), open: Vec::new(), found: Vec::new() };
    comparison.pair(writer.root, reader.root, (Spot::ROOT, Spot::ROOT), &Way::root());
    while let Some(pair) = comparison.open.pop() {
        if comparison.seen.len() > MAX_PAIRS {
            return (comparison.found, true);
        }
        comparison.step(&pair);
    }
    (comparison.found, false)
}

struct Comparison<'l> {
    writer: &'l Linked,
    reader: &'l Linked,
    seen: HashMap<(TypeIndex, TypeIndex), ()>,
    open: Vec<Pair>,
    found: Vec<Difference>,
}

#[derive(Clone)]
struct Pair {
    written: TypeIndex,
    read: TypeIndex,
    spots: (Spot, Spot),
    way: Rc<Way>,
}

impl<'l> Comparison<'l> {
    fn pair(&mut self, written: TypeIndex, read: TypeIndex, spots: (Spot, Spot), way: &Rc<Way>) {
        if self.seen.insert((written, read), ()).is_none() {
            self.open.push(Pair { written, read, spots, way: Rc::clone(way) });
        }
    }

    fn step(&mut self, pair: &Pair) {
        let (writer, reader) = (self.writer, self.reader);
        let outer = writer.get(pair.written);
        if let Some(inner) = outer.newtype() {
            return self.pair(inner, pair.read, pair.spots, &pair.way);
        }
        if let LinkedType::Plain(Kind::Option(inner)) = outer {
            let target = match reader.get(without_newtypes(reader, pair.read)) {
                LinkedType::Plain(Kind::Option(target)) => Some(*target),
                _ => None,
            };
            if target.is_none() {
                self.add(Fault::Required, pair.spots, &pair.way);
            }
            let way = pair.way.step(Step::Item);
            return self.pair(*inner, target.unwrap_or(pair.read), pair.spots, &way);
        }
        let read = inside(reader, pair.read);
        let inner = reader.get(read);
        if let (LinkedType::Named(a), LinkedType::Named(b)) = (outer, inner) {
            let named =
                (Spot { named: Some(pair.written), ..Spot::ROOT }, Spot { named: Some(read), ..Spot::ROOT });
            match (&a.definition, &b.definition) {
                (Definition::Struct(Shape::Struct(a)), Definition::Struct(Shape::Struct(b))) => {
                    return self.fields(a, b, named, &pair.way);
                }
                (Definition::Enum(a), Definition::Enum(b)) => return self.variants(a, b, named, &pair.way),
                _ => {}
            }
        }
        let fits = match (outer.plain(), inner.plain()) {
            (Some(written), Some(read)) => self.kinds(&written, &read, pair),
            _ => false,
        };
        if !fits {
            self.add(Fault::Kind(outer.describe(), inner.describe()), pair.spots, &pair.way);
        }
    }

    /// Whether two kinds fit at all; what is inside is looked at later.
    fn kinds(&mut self, written: &Kind<TypeIndex>, read: &Kind<TypeIndex>, pair: &Pair) -> bool {
        let octets = |linked: &Linked, item: &TypeIndex| {
            matches!(linked.get(*item), LinkedType::Plain(Kind::Number(Number::U8)))
        };
        let (spots, way) = (pair.spots, &pair.way);
        match (written, read) {
            (Kind::Unit, Kind::Unit)
            | (Kind::Bool, Kind::Bool)
            | (Kind::Char, Kind::Char | Kind::String)
            | (Kind::String, Kind::String)
            | (Kind::Bytes, Kind::Bytes) => true,
            (Kind::Number(a), Kind::Number(b)) if b.is_float() || !a.is_float() => {
                if !holds(*b, *a) {
                    self.add(Fault::Narrowed(*a, *b), spots, way);
                }
                true
            }
            (Kind::Bytes, Kind::Seq(item)) => octets(self.reader, item),
            (Kind::Seq(item), Kind::Bytes) => octets(self.writer, item),
            (Kind::Logical(a), Kind::Logical(b)) => a == b,
            (Kind::Seq(a) | Kind::Array(a, _), Kind::Seq(b)) => {
                self.pair(*a, *b, spots, &way.step(Step::Item));
                true
            }
            (Kind::Array(a, length), Kind::Array(b, same)) if length == same => {
                self.pair(*a, *b, spots, &way.step(Step::Item));
                true
            }
            (Kind::Array(a, length), Kind::Tuple(list)) if *length == list.len() => {
                list.iter().for_each(|b| self.pair(*a, *b, spots, &way.step(Step::Item)));
                true
            }
            (Kind::Tuple(list), Kind::Array(b, length)) if *length == list.len() => {
                let pairs = list.iter().enumerate();
                pairs.for_each(|(at, a)| self.pair(*a, *b, spots, &way.step(Step::Field(at as u32))));
                true
            }
            (Kind::Tuple(a), Kind::Tuple(b)) if a.len() == b.len() => {
                self.tuple(a, b, spots, way);
                true
            }
            (Kind::Map(key, value), Kind::Map(reader_key, reader_value)) => {
                self.pair(*key, *reader_key, spots, &way.step(Step::Key));
                self.pair(*value, *reader_value, spots, &way.step(Step::Item));
                true
            }
            _ => false,
        }
    }

    fn tuple(&mut self, a: &[TypeIndex], b: &[TypeIndex], spots: (Spot, Spot), way: &Rc<Way>) {
        for (at, (a, b)) in a.iter().zip(b).enumerate() {
            self.pair(*a, *b, spots, &way.step(Step::Field(at as u32)));
        }
    }

    fn fields(
        &mut self,
        written: &'l [Field<TypeIndex>],
        read: &'l [Field<TypeIndex>],
        (writer, reader): (Spot, Spot),
        way: &Rc<Way>,
    ) {
        let mut left: Vec<Option<usize>> = (0..read.len()).map(Some).collect();
        for (number, field) in written.iter().enumerate() {
            let by_name = read.iter().position(|it| it.name == field.name);
            let place = by_name.or_else(|| read.iter().position(|it| it.aliases.contains(&field.name)));
            let Some(at) = place.and_then(|it| left.get_mut(it)).and_then(Option::take) else { continue };
            let Some(target) = read.get(at) else { continue };
            let spots = (Spot { field: Some(number), ..writer }, Spot { field: Some(at), ..reader });
            self.pair(field.schema, target.schema, spots, &way.step(Step::Field(number as u32)));
        }
        for at in left.into_iter().flatten() {
            if read.get(at).is_some_and(|field| field.default.is_none()) {
                self.add(Fault::Missing, (writer, Spot { field: Some(at), ..reader }), way);
            }
        }
    }

    fn variants(
        &mut self,
        written: &'l [Variant<TypeIndex>],
        read: &'l [Variant<TypeIndex>],
        (writer, reader): (Spot, Spot),
        way: &Rc<Way>,
    ) {
        for (number, variant) in written.iter().enumerate() {
            let by_name = read.iter().position(|it| it.name == variant.name);
            let place = by_name.or_else(|| read.iter().position(|it| it.aliases.contains(&variant.name)));
            let writer = Spot { variant: Some(number), ..writer };
            let way = way.step(Step::Branch(number as u32));
            let Some((at, target)) = place.and_then(|at| Some((at, read.get(at)?))) else {
                self.add(Fault::Unknown, (writer, reader), &way);
                continue;
            };
            let spots = (writer, Spot { variant: Some(at), ..reader });
            match (&variant.shape, &target.shape) {
                (Shape::Unit, Shape::Unit) => {}
                (Shape::Newtype(a), Shape::Newtype(b)) => self.pair(*a, *b, spots, &way),
                (Shape::Tuple(a), Shape::Tuple(b)) if a.len() == b.len() => self.tuple(a, b, spots, &way),
                (Shape::Struct(a), Shape::Struct(b)) => self.fields(a, b, spots, &way),
                _ => self.add(Fault::Shape, spots, &way),
            }
        }
    }

    fn add(&mut self, fault: Fault, (writer, reader): (Spot, Spot), way: &Rc<Way>) {
        self.found.push(Difference { fault, writer, reader, way: Rc::clone(way) });
    }
}

/// Whether a number of one type holds all of another's values.
fn holds(read: Number, written: Number) -> bool {
    let signed =
        |it: Number| matches!(it, Number::I8 | Number::I16 | Number::I32 | Number::I64 | Number::I128);
    let bits = |it: Number| it.width() * 8;
    match (written.is_float(), read) {
        (true, _) => bits(read) >= bits(written),
        (false, Number::F32) => bits(written) <= 16,
        (false, Number::F64) => bits(written) <= 32,
        (false, _) if signed(written) == signed(read) => bits(read) >= bits(written),
        (false, _) => signed(read) && bits(read) > bits(written),
    }
}

/// The reader's type without the newtypes and options around it.
fn inside(reader: &Linked, mut read: TypeIndex) -> TypeIndex {
    // A type may be an option of itself and nothing else; more steps than types lead nowhere.
    for _ in 0..reader.len() {
        read = without_newtypes(reader, read);
        match reader.get(read) {
            LinkedType::Plain(Kind::Option(inner)) => read = *inner,
            _ => break,
        }
    }
    read
}

fn without_newtypes(reader: &Linked, mut read: TypeIndex) -> TypeIndex {
    while let Some(inner) = reader.get(read).newtype() {
        read = inner;
    }
    read
}
