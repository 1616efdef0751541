//! Matching a writer's layout with a reader's, by name.
//!
//! | writer | reader |
//! |---|---|
//! | struct | struct: fields by the reader's name or alias, in any order; what only the reader has needs a default |
//! | enum | enum: variants by the reader's name or alias, of the same shape; a payload with another one cannot be read |
//! | a whole number | any number that holds the value; a value that it does not hold cannot be read |
//! | `f32`, `f64` | a float that holds the value |
//! | `char` | `char`, `string` |
//! | `bytes`, a sequence of `u8` | either |
//! | array | array of that length, tuple of that length, sequence |
//! | option | option; or what is inside, and then a payload without it cannot be read |
//! | anything | an option of it; a newtype of it; and the writer's newtype may be left out |

use std::collections::HashMap;
use std::sync::Arc;

use super::decode_value::decode_value;
use super::encode_value::encode_default;
use super::input::Input;
use super::plan::{
    Absent, Content, Enum, Expected, FieldStep, Index, Name, Plan, Step, Struct, VariantStep, inner_of,
    items, least, reads_as_null,
};
use crate::limits::Limits;
use crate::schema::bincode::{Definition, Field, Kind, Linked, LinkedType, Shape, TypeIndex, Variant};
use crate::schema::{Format, SchemaError, SchemaErrorKind};
use crate::value::NameTable;

/// How many steps a plan may have. Types that contain themselves in circles of different lengths meet in many ways.
const MAX_STEPS: usize = 1 << 20;

/// How long the path of an error is written out.
const MAX_PATH: usize = 200;

/// The plan that reads a writer's bytes as a reader's layout; `own` is the reader's plan of its own bytes.
pub(super) fn resolve(writer: &Linked, reader: &Linked, own: &Plan) -> Result<Plan, SchemaError> {
    // What only the writer has is read over as the writer wrote it: its own plan comes first.
    let Plan { steps, names, octet, .. } = Plan::of(writer);
    let names = NameTable::clone(&names);
    let mut resolver =
        Resolver { writer, reader, own, steps, known: HashMap::new(), open: Vec::new(), names };
    let root = resolver.pair(writer.root, reader.root, "");
    // Each pair is filled in after it is numbered, so that types may contain themselves and chains of names be long.
    while let Some(Pair { written, read, index, path }) = resolver.open.pop() {
        if resolver.steps.len() > MAX_STEPS {
            let message = format!("reader and writer meet in more than {MAX_STEPS} places");
            return Err(SchemaError::new(Format::Bincode, SchemaErrorKind::TooLarge, message));
        }
        let step = resolver.step(written, read, &path)?;
        if let Some(place) = resolver.steps.get_mut(index as usize) {
            *place = step;
        }
    }
    let Resolver { steps, names, .. } = resolver;
    Ok(Plan { integers: writer.integers, root, steps, names: Arc::new(names), octet })
}

struct Resolver<'l> {
    writer: &'l Linked,
    reader: &'l Linked,
    own: &'l Plan,
    steps: Vec<Step>,
    known: HashMap<(TypeIndex, TypeIndex), Index>,
    open: Vec<Pair>,
    names: NameTable,
}

/// Two types that have to fit each other, and the path that led to them first.
struct Pair {
    written: TypeIndex,
    read: TypeIndex,
    index: Index,
    path: String,
}

/// The content of a struct or of a variant.
enum Shaped {
    Unit,
    Newtype(Index),
    Tuple(Step),
    Struct(Step),
}

impl<'l> Resolver<'l> {
    fn pair(&mut self, written: TypeIndex, read: TypeIndex, path: &str) -> Index {
        if let Some(index) = self.known.get(&(written, read)) {
            return *index;
        }
        let index = self.add(Step::Unit);
        self.known.insert((written, read), index);
        self.open.push(Pair { written, read, index, path: path.into() });
        index
    }

    fn add(&mut self, step: Step) -> Index {
        self.steps.push(step);
        self.steps.len() as Index - 1
    }

    fn step(&mut self, written: TypeIndex, read: TypeIndex, path: &str) -> Result<Step, SchemaError> {
        let (writer, reader) = (self.writer, self.reader);
        let outer = writer.get(written);
        if let Some(inner) = outer.newtype() {
            return Ok(Step::Newtype(self.pair(inner, read, path)));
        }
        if let LinkedType::Plain(Kind::Option(inner)) = outer {
            let target = match reader.get(self.without_newtypes(read)) {
                LinkedType::Plain(Kind::Option(target)) => Some(*target),
                _ => None,
            };
            let nested = target.is_some_and(|it| reads_as_null(reader, it));
            let inner = self.pair(*inner, target.unwrap_or(read), path);
            return Ok(Step::Option { inner, nested, required: target.is_none() });
        }
        let read = self.inside(read);
        let inner = reader.get(read);
        let step = match (outer, inner) {
            (LinkedType::Named(a), LinkedType::Named(b)) => match (&a.definition, &b.definition) {
                (Definition::Struct(Shape::Struct(a)), Definition::Struct(Shape::Struct(fields))) => {
                    Some(self.fields(a, fields, &b.name, path)?)
                }
                (Definition::Enum(a), Definition::Enum(variants)) => {
                    Some(self.variants(written, a, variants, &b.name, path)?)
                }
                _ => None,
            },
            _ => None,
        };
        let step = step.or_else(|| self.kind(&*outer.plain()?, &*inner.plain()?, path));
        step.ok_or_else(|| {
            let (written, read) = (outer.describe(), inner.describe());
            mismatch(&format!("{written} (the writer's) cannot be read as {read} (the reader's)"), path)
        })
    }

    /// The reader's type without the newtypes and options around it.
    fn inside(&self, mut read: TypeIndex) -> TypeIndex {
        // A type may be an option of itself and nothing else; more steps than types lead nowhere.
        for _ in 0..self.reader.len() {
            read = self.without_newtypes(read);
            match self.reader.get(read) {
                LinkedType::Plain(Kind::Option(inner)) => read = *inner,
                _ => break,
            }
        }
        read
    }

    fn without_newtypes(&self, mut read: TypeIndex) -> TypeIndex {
        while let Some(inner) = self.reader.get(read).newtype() {
            read = inner;
        }
        read
    }

    fn kind(&mut self, written: &Kind<TypeIndex>, read: &Kind<TypeIndex>, path: &str) -> Option<Step> {
        let writer = self.writer;
        let inner = join(path, "[]");
        Some(match (written, read) {
            (Kind::Unit, Kind::Unit) => Step::Unit,
            (Kind::Bool, Kind::Bool) => Step::Bool,
            (Kind::Number(a), Kind::Number(b)) if b.is_float() || !a.is_float() => {
                Step::Number { wire: *a, seen: *b }
            }
            (Kind::Char, Kind::Char | Kind::String) => Step::Char,
            (Kind::String, Kind::String) => Step::String,
            (Kind::Bytes, Kind::Bytes) => Step::Bytes,
            (Kind::Bytes, Kind::Seq(item)) if items(self.reader, *item, 0).octets => Step::Bytes,
            (Kind::Seq(item), Kind::Bytes) if items(writer, *item, 0).octets => Step::Bytes,
            (Kind::Logical(a), Kind::Logical(b)) if a == b => {
                Step::Logical { logical: *a, inner: inner_of(*a, &mut |step| self.add(step)) }
            }
            (Kind::Seq(a), Kind::Seq(b)) => Step::Seq(items(writer, *a, self.pair(*a, *b, &inner))),
            (Kind::Array(a, length), Kind::Seq(b)) => {
                Step::Array { items: items(writer, *a, self.pair(*a, *b, &inner)), length: *length }
            }
            (Kind::Array(a, length), Kind::Array(b, same)) if length == same => {
                Step::Array { items: items(writer, *a, self.pair(*a, *b, &inner)), length: *length }
            }
            (Kind::Array(a, length), Kind::Tuple(list)) if *length == list.len() => {
                Step::Tuple(list.iter().map(|b| self.pair(*a, *b, &inner)).collect())
            }
            (Kind::Tuple(list), Kind::Array(b, length)) if *length == list.len() => {
                Step::Tuple(list.iter().map(|a| self.pair(*a, *b, &inner)).collect())
            }
            (Kind::Tuple(a), Kind::Tuple(b)) if a.len() == b.len() => self.tuple(a, b, path),
            (Kind::Map(key, value), Kind::Map(reader_key, reader_value)) => Step::Map {
                key: self.pair(*key, *reader_key, &inner),
                value: self.pair(*value, *reader_value, &inner),
                least: least(writer, &[*key, *value]),
            },
            _ => return None,
        })
    }

    fn tuple(&mut self, written: &[TypeIndex], read: &[TypeIndex], path: &str) -> Step {
        let pairs = written.iter().zip(read).enumerate();
        Step::Tuple(
            pairs.map(|(index, (a, b))| self.pair(*a, *b, &join(path, &format!("[{index}]")))).collect(),
        )
    }

    /// The content of a struct or variant; none where the shapes differ.
    fn shape(
        &mut self,
        written: &Shape<TypeIndex>,
        read: &Shape<TypeIndex>,
        name: &str,
        path: &str,
    ) -> Result<Option<Shaped>, SchemaError> {
        Ok(Some(match (written, read) {
            (Shape::Unit, Shape::Unit) => Shaped::Unit,
            (Shape::Newtype(a), Shape::Newtype(b)) => Shaped::Newtype(self.pair(*a, *b, path)),
            (Shape::Tuple(a), Shape::Tuple(b)) if a.len() == b.len() => Shaped::Tuple(self.tuple(a, b, path)),
            (Shape::Struct(a), Shape::Struct(b)) => Shaped::Struct(self.fields(a, b, name, path)?),
            _ => return Ok(None),
        }))
    }

    fn fields(
        &mut self,
        written: &[Field<TypeIndex>],
        read: &[Field<TypeIndex>],
        name: &str,
        path: &str,
    ) -> Result<Step, SchemaError> {
        let name = self.names.push(name);
        let mut left: Vec<Option<&Field<TypeIndex>>> = read.iter().map(Some).collect();
        let mut fields = Vec::with_capacity(written.len());
        let mut listed = Vec::with_capacity(written.len());
        for field in written {
            let by_name = read.iter().position(|it| it.name == field.name);
            let place = by_name.or_else(|| read.iter().position(|it| it.aliases.contains(&field.name)));
            let target = place.and_then(|it| left.get_mut(it)).and_then(Option::take);
            let (shown, step) = match target {
                Some(it) => (&it.name, self.pair(field.schema, it.schema, &join(path, &field.name))),
                None => (&field.name, field.schema.0),
            };
            listed.extend(target.map(|it| (&*it.name, &*it.aliases)));
            let name = Name::new(shown, &mut self.names);
            fields.push(FieldStep { name, step, skip: target.is_none(), default: None });
        }
        let absent = left.into_iter().flatten().map(|field| self.absent(field, path));
        let absent: Vec<_> = absent.collect::<Result<_, _>>()?;
        let complete = absent.is_empty() && listed.len() == fields.len();
        let expected = complete.then(|| Expected::new(listed.into_iter()));
        Ok(Step::Struct(Box::new(Struct { name, fields, absent, expected })))
    }

    fn absent(&mut self, field: &Field<TypeIndex>, path: &str) -> Result<Absent, SchemaError> {
        let path = join(path, &field.name);
        let Some(default) = &field.default else {
            return Err(mismatch(
                "the writer has no such field, and the reader has no default for it",
                &path,
            ));
        };
        let unfit =
            |error: String| mismatch(&format!("the reader's default is not of its type: {error}"), &path);
        let payload =
            encode_default(self.own, field.schema.0, default).map_err(|error| unfit(error.to_string()))?;
        let mut input =
            Input::new(&payload, self.own.integers, Limits::DEFAULT).map_err(|it| unfit(it.to_string()))?;
        let value = decode_value(self.own, &mut input, field.schema.0).map_err(|it| unfit(it.to_string()))?;
        Ok(Absent { name: Name::new(&field.name, &mut self.names), default: value.into_owned() })
    }

    fn variants(
        &mut self,
        index: TypeIndex,
        written: &[Variant<TypeIndex>],
        read: &[Variant<TypeIndex>],
        name: &str,
        path: &str,
    ) -> Result<Step, SchemaError> {
        let enum_name = self.names.push(name);
        let mut variants = Vec::with_capacity(written.len());
        for (number, variant) in written.iter().enumerate() {
            let by_name = read.iter().position(|it| it.name == variant.name);
            let place = by_name.or_else(|| read.iter().position(|it| it.aliases.contains(&variant.name)));
            let target = place.and_then(|it| Some((it as u32, read.get(it)?)));
            let Some((seen, target)) = target else {
                let content = match self.steps.get(index.0 as usize) {
                    Some(Step::Enum(it)) => it.variants.get(number).map_or(Content::Unit, |it| it.content),
                    _ => Content::Unit,
                };
                variants.push(VariantStep {
                    name: Name::new(&variant.name, &mut self.names),
                    seen: None,
                    content,
                });
                continue;
            };
            let path = join(path, &variant.name);
            let shaped = self.shape(&variant.shape, &target.shape, &target.name, &path)?;
            let content = match shaped {
                Some(Shaped::Unit) => Content::Unit,
                Some(Shaped::Newtype(inner)) => Content::Newtype(inner),
                Some(Shaped::Tuple(step)) => Content::Tuple(self.add(step)),
                Some(Shaped::Struct(step)) => Content::Struct(self.add(step)),
                None => return Err(mismatch("the variant has another shape in the reader's enum", &path)),
            };
            variants.push(VariantStep {
                name: Name::new(&target.name, &mut self.names),
                seen: Some(seen),
                content,
            });
        }
        Ok(Step::Enum(Box::new(Enum { name: enum_name, variants })))
    }
}

fn mismatch(message: &str, path: &str) -> SchemaError {
    let place = if path.is_empty() { String::new() } else { format!("`{path}`: ") };
    SchemaError::new(Format::Bincode, SchemaErrorKind::Mismatch, format!("{place}{message}"))
}

fn join(path: &str, name: &str) -> String {
    match path.len() {
        0 => name.into(),
        MAX_PATH.. => path.into(),
        _ if name.starts_with('[') => format!("{path}{name}"),
        _ => format!("{path}.{name}"),
    }
}
