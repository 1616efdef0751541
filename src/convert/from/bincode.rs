//! From a bincode layout. Its linked types keep their places in the graph; variants with parts of their own come behind.

use std::collections::HashSet;

use super::Read;
use crate::convert::form::{FieldForm, Fields, Form, Tagged};
use crate::convert::graph::{
    Choice, Enum, Field, Float, Kind, Member, Record, Step, Type, TypeId, Unit, Whole, pascal,
};
use crate::convert::report::Place;
use crate::schema::bincode::{
    self as layout, Definition, Linked, LinkedType, Logical, Named, Number, Shape, TypeIndex,
};
use crate::schema::{Schema, Span};

/// Reads the layout with its references.
pub(super) fn read(schema: &Schema, model: &layout::Model) -> Read {
    let linked = model.linked();
    let mut read = Read::default();
    for _ in 0..linked.len() {
        read.graph.push(Type::new(Place::default(), String::new(), "unit", Kind::Null));
    }
    read.graph.root = id(linked.root);
    let mut reader = Reader { schema, linked, own: model.types.len(), read, done: HashSet::new() };
    let root = Part { index: linked.root, path: String::new(), hint: String::new(), span: model.root.span };
    let mut waiting = vec![root];
    while let Some(part) = waiting.pop() {
        if reader.done.insert(id(part.index)) {
            let parts = reader.add(&part);
            waiting.extend(parts.into_iter().rev());
        }
    }
    let mut read = reader.read;
    let mut root = read.graph.get(read.graph.root).clone();
    if root.doc.is_none() {
        root.doc.clone_from(&model.doc);
        read.graph.set(read.graph.root, root);
    } else if let Some(doc) = &model.doc {
        read.drop(Place::default(), "document-doc", "doc", doc.clone());
    }
    read
}

fn id(index: TypeIndex) -> TypeId {
    index.0 as TypeId
}

struct Reader<'l> {
    schema: &'l Schema,
    linked: &'l Linked,
    /// How many types the document itself names; those of references come behind and have no places in its text.
    own: usize,
    read: Read,
    done: HashSet<TypeId>,
}

/// A part that is still to be read.
struct Part {
    index: TypeIndex,
    path: String,
    hint: String,
    /// Where it is used.
    span: Span,
}

impl Reader<'_> {
    fn place(&self, path: &str, span: Span) -> Place {
        Place { path: path.to_owned(), position: Some(span.position(self.schema.text())), source: None }
    }

    fn add(&mut self, part: &Part) -> Vec<Part> {
        let at = id(part.index);
        match self.linked.get(part.index) {
            LinkedType::Plain(kind) => self.plain(at, part, kind),
            LinkedType::Named(named) => self.named(at, part, named),
        }
    }

    fn plain(&mut self, at: TypeId, part: &Part, kind: &layout::Kind<TypeIndex>) -> Vec<Part> {
        let place = self.place(&part.path, part.span);
        let inner = |step: Step<'_>, index: TypeIndex| Part {
            index,
            path: step.path(&part.path),
            hint: step.hint(&part.hint),
            span: part.span,
        };
        let new = |word, kind| Type::new(place.clone(), part.hint.clone(), word, kind);
        let (made, parts) = match kind {
            layout::Kind::Option(some) => {
                let form = match self.reads_as_null(*some) {
                    true => Form::Item,
                    false => Form::Nullable { null: None, some: None },
                };
                let made = new("option", Kind::Optional(id(*some))).with_source(form);
                (made, vec![inner(Step::Some, *some)])
            }
            layout::Kind::Seq(item) if self.is_octet(*item) => {
                (new("bytes, seq of u8", Kind::Bytes), Vec::new())
            }
            layout::Kind::Seq(item) => (new("seq", Kind::List(id(*item))), vec![inner(Step::Item, *item)]),
            layout::Kind::Array(item, length) if self.is_octet(*item) => {
                (new("array of u8", Kind::Fixed(*length)), Vec::new())
            }
            layout::Kind::Array(item, length) => {
                (new("array", Kind::Array(id(*item), *length)), vec![inner(Step::Item, *item)])
            }
            layout::Kind::Map(key, value) => {
                let word = match self.linked.get(*key) {
                    LinkedType::Plain(layout::Kind::String) => "map by string",
                    LinkedType::Plain(layout::Kind::Bool) => "map by number or bool",
                    LinkedType::Plain(layout::Kind::Number(it)) if !it.is_float() && it.width() <= 8 => {
                        "map by number or bool"
                    }
                    _ => "map by anything else",
                };
                let made = new(word, Kind::Map { key: id(*key), value: id(*value) });
                (made, vec![inner(Step::Key, *key), inner(Step::Entry, *value)])
            }
            layout::Kind::Tuple(items) => {
                let hint = if part.hint.is_empty() { "Tuple" } else { &part.hint };
                let (record, parts) = places(hint, items, &part.path, &part.hint, part.span);
                let made = new("tuple, tuple struct", Kind::Record(record)).with_source(Form::Places);
                (made, parts)
            }
            scalar => {
                let (word, kind, form) = word(scalar);
                (new(word, kind).with_source(form), Vec::new())
            }
        };
        self.read.graph.set(at, made);
        parts
    }

    fn named(&mut self, at: TypeId, part: &Part, named: &Named<TypeIndex>) -> Vec<Part> {
        let name = named.name.to_string();
        let hint = pascal(&name);
        // What stands in another document is placed where this one uses it.
        let is_own = at < self.own;
        let span = |inner: Span| if is_own { inner } else { part.span };
        let place = self.place(&name, span(named.span));
        let new = |word, kind| Type::new(place.clone(), hint.clone(), word, kind).with_doc(named.doc.clone());
        let (made, parts) = match &named.definition {
            Definition::Struct(Shape::Unit) => (new("unit", Kind::Null), Vec::new()),
            Definition::Struct(Shape::Newtype(inner)) => match self.scalar_behind(*inner) {
                Some(kind) => {
                    let (word, kind, form) = word(kind);
                    let why = format!("the newtype `{name}` is what is in it");
                    self.read.drop(place.clone(), "newtype-name", "newtype", why);
                    (new(word, kind).with_source(form), Vec::new())
                }
                None => {
                    let field = Field {
                        name: "value".to_owned(),
                        aliases: Vec::new(),
                        doc: None,
                        schema: id(*inner),
                    };
                    let kind = Kind::Record(Record { name: name.clone(), fields: vec![field] });
                    let inner = self.part(Step::Field("value"), *inner, &name, &hint, span(named.span));
                    (new("newtype", kind).with_source(Form::Transparent), vec![inner])
                }
            },
            Definition::Struct(Shape::Tuple(items)) => {
                let (record, parts) = places(&name, items, &name, &hint, span(named.span));
                (new("tuple, tuple struct", Kind::Record(record)).with_source(Form::Places), parts)
            }
            Definition::Struct(Shape::Struct(fields)) => {
                let (record, form, parts) = self.fields(&name, &hint, fields, &span);
                (new("struct", Kind::Record(record)).with_source(form), parts)
            }
            Definition::Enum(variants) if variants.iter().all(|it| matches!(it.shape, Shape::Unit)) => {
                let symbols: Vec<String> = variants.iter().map(|it| it.name.to_string()).collect();
                let forms = symbols.iter().cloned().enumerate().map(|(at, it)| (at as u32, it)).collect();
                let kind = Kind::Enum(Enum { name: name.clone(), symbols, open: false });
                (new("enum of units", kind).with_source(Form::Symbols(forms)), Vec::new())
            }
            Definition::Enum(variants) => {
                let (mut members, mut parts) = (Vec::new(), Vec::new());
                for it in variants {
                    let (schema, inner) = self.variant(&name, &hint, it, &span);
                    members.push(Member { name: it.name.to_string(), schema });
                    parts.extend(inner);
                }
                let tagged = Tagged {
                    name: name.clone(),
                    members: members.iter().map(|it| it.name.clone()).collect(),
                    as_map: false,
                    symbols: true,
                };
                let kind = Kind::Choice(Choice { name: Some(name.clone()), members });
                (new("enum", kind).with_source(Form::Tagged(tagged)), parts)
            }
        };
        self.read.graph.set(at, made);
        if let Definition::Enum(variants) = &named.definition {
            for it in variants.iter().filter(|it| !it.aliases.is_empty()) {
                let place = self.place(&format!("{name}.{}", it.name), span(it.span));
                self.read.drop(place, "variant-aliases", "aliases", it.aliases.join(", "));
            }
        }
        parts
    }

    /// The content of a variant; that of a unit is null.
    fn variant(
        &mut self,
        name: &str,
        hint: &str,
        variant: &layout::Variant<TypeIndex>,
        span: &dyn Fn(Span) -> Span,
    ) -> (TypeId, Vec<Part>) {
        let step = Step::Branch(&variant.name);
        let (path, hint) = (step.path(name), step.hint(hint));
        let span_of = span(variant.span);
        let place = self.place(&path, span_of);
        let full = format!("{name}.{}", variant.name);
        let (made, parts) = match &variant.shape {
            Shape::Unit => (Type::new(place, hint, "unit", Kind::Null), Vec::new()),
            Shape::Newtype(inner) if !self.is_unit(*inner) => {
                let inner = Part { index: *inner, path, hint, span: span_of };
                return (id(inner.index), vec![inner]);
            }
            Shape::Newtype(inner) => {
                let field =
                    Field { name: "value".to_owned(), aliases: Vec::new(), doc: None, schema: id(*inner) };
                let record = Record { name: full, fields: vec![field] };
                let parts = vec![self.part(Step::Field("value"), *inner, &path, &hint, span_of)];
                let made = Type::new(place, hint, "newtype", Kind::Record(record));
                (made.with_source(Form::Transparent), parts)
            }
            Shape::Tuple(items) => {
                let (record, parts) = places(&full, items, &path, &hint, span_of);
                let made = Type::new(place, hint, "tuple, tuple struct", Kind::Record(record));
                (made.with_source(Form::Places), parts)
            }
            Shape::Struct(fields) => {
                let (mut record, form, parts) = self.fields(&path, &hint, fields, span);
                record.name = full;
                (Type::new(place, hint, "struct", Kind::Record(record)).with_source(form), parts)
            }
        };
        (self.read.graph.push(made.with_doc(variant.doc.clone())), parts)
    }

    fn fields(
        &mut self,
        path: &str,
        hint: &str,
        fields: &[layout::Field<TypeIndex>],
        span: &dyn Fn(Span) -> Span,
    ) -> (Record, Form, Vec<Part>) {
        let parts =
            fields.iter().map(|it| self.part(Step::Field(&it.name), it.schema, path, hint, span(it.span)));
        let parts = parts.collect();
        for field in fields {
            if let Some(default) = &field.default {
                let place = self.place(&Step::Field(&field.name).path(path), span(field.span));
                self.read.drop(place, "default", "default", default.to_string());
            }
        }
        let forms = fields.iter().map(|it| FieldForm::always(&*it.name)).collect();
        let form = Form::Fields(Fields { name: path.to_owned(), fields: forms, as_map: false });
        let fields = fields.iter().map(|it| Field {
            name: it.name.to_string(),
            aliases: it.aliases.iter().map(ToString::to_string).collect(),
            doc: it.doc.clone(),
            schema: id(it.schema),
        });
        (Record { name: path.to_owned(), fields: fields.collect() }, form, parts)
    }

    fn part(&self, step: Step<'_>, index: TypeIndex, path: &str, hint: &str, span: Span) -> Part {
        Part { index, path: step.path(path), hint: step.hint(hint), span }
    }

    fn is_octet(&self, index: TypeIndex) -> bool {
        matches!(self.linked.get(index), LinkedType::Plain(layout::Kind::Number(Number::U8)))
    }

    fn is_unit(&self, index: TypeIndex) -> bool {
        matches!(self.behind_newtypes(index), None | Some(layout::Kind::Unit))
    }

    /// Whether a value of it may look like null, so that the codec shows `Some` of it as an array of one.
    fn reads_as_null(&self, index: TypeIndex) -> bool {
        match self.behind_newtypes(index) {
            None => true,
            Some(kind) => matches!(kind, layout::Kind::Unit | layout::Kind::Option(_)),
        }
    }

    /// What a chain of newtypes leads to: nothing for a unit struct. Such a chain has an end.
    fn behind_newtypes(&self, mut index: TypeIndex) -> Option<&layout::Kind<TypeIndex>> {
        loop {
            match self.linked.get(index) {
                LinkedType::Plain(kind) => return Some(kind),
                LinkedType::Named(named) => match &named.definition {
                    Definition::Struct(Shape::Newtype(inner)) => index = *inner,
                    Definition::Struct(Shape::Unit) => return None,
                    // Neither null nor a scalar.
                    _ => return Some(&layout::Kind::Seq(TypeIndex(0))),
                },
            }
        }
    }

    /// The scalar that a newtype is around, if it is one.
    fn scalar_behind(&self, index: TypeIndex) -> Option<&layout::Kind<TypeIndex>> {
        use layout::Kind::{Array, Map, Named, Option as Optional, Seq, Tuple};
        match self.behind_newtypes(index) {
            None => Some(&layout::Kind::Unit),
            Some(Optional(_) | Seq(_) | Array(..) | Tuple(_) | Map(..) | Named(_)) => None,
            scalar => scalar,
        }
    }
}

/// Items by place as fields `_0`, `_1`, ….
fn places(name: &str, items: &[TypeIndex], path: &str, hint: &str, span: Span) -> (Record, Vec<Part>) {
    let names: Vec<String> = (0..items.len()).map(|place| format!("_{place}")).collect();
    let fields = names.iter().zip(items).map(|(name, it)| Field {
        name: name.clone(),
        aliases: Vec::new(),
        doc: None,
        schema: id(*it),
    });
    let parts = names.iter().zip(items).map(|(name, it)| {
        let step = Step::Field(name);
        Part { index: *it, path: step.path(path), hint: step.hint(hint), span }
    });
    (Record { name: name.to_owned(), fields: fields.collect() }, parts.collect())
}

/// A type without parts: its word, what it is, how its values are shown.
fn word(kind: &layout::Kind<TypeIndex>) -> (&'static str, Kind, Form) {
    let same = |word, kind| (word, kind, Form::Same);
    match kind {
        layout::Kind::Bool => same("bool", Kind::Bool),
        layout::Kind::Char => same("char", Kind::Char),
        layout::Kind::String => same("string", Kind::Text),
        layout::Kind::Bytes => same("bytes, seq of u8", Kind::Bytes),
        layout::Kind::Number(number) => {
            let (kind, form) = self::number(*number);
            (number.word(), kind, form)
        }
        layout::Kind::Logical(logical) => same(
            logical.word(),
            match logical {
                Logical::Decimal => Kind::AnyDecimal,
                Logical::Uuid => Kind::Uuid,
                Logical::Date => Kind::Date,
                Logical::Time => Kind::Time(Unit::Nanos),
                Logical::Timestamp => Kind::Timestamp(Unit::Full),
                Logical::LocalTimestamp => Kind::LocalTimestamp(Unit::Full),
                Logical::Duration => Kind::Duration,
            },
        ),
        _ => same("unit", Kind::Null),
    }
}

fn number(number: Number) -> (Kind, Form) {
    match number {
        Number::I8 => (Kind::Whole(Whole::I8), Form::Int),
        Number::I16 => (Kind::Whole(Whole::I16), Form::Int),
        Number::I32 => (Kind::Whole(Whole::I32), Form::Int),
        Number::I64 => (Kind::Whole(Whole::I64), Form::Long),
        Number::I128 => (Kind::Whole(Whole::I128), Form::Wide),
        Number::U8 => (Kind::Whole(Whole::U8), Form::Int),
        Number::U16 => (Kind::Whole(Whole::U16), Form::Int),
        Number::U32 => (Kind::Whole(Whole::U32), Form::Long),
        Number::U64 => (Kind::Whole(Whole::U64), Form::Unsigned),
        Number::U128 => (Kind::Whole(Whole::U128), Form::Wide),
        Number::F32 => (Kind::Float(Float::Single), Form::Same),
        Number::F64 => (Kind::Float(Float::Double), Form::Same),
    }
}
