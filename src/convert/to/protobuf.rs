//! To a `.proto` file, proto3.
//!
//! * The package is the outermost type's namespace; types keep their simple names, all at the top of the file.
//! * Fields are numbered from 1 in the source's order, enum symbols from 0: the first symbol is the default.
//! * What cannot be a field where it stands (a list of lists, null in a list) gets a message around it.
//! * A union is a `oneof` of the message around it, whose members are named for the field and the branch.

mod words;

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::{Draft, TypeNames, map_row, scalar_row};
use crate::convert::form::{FieldForm, Fields, Form, Tagged, Wrapped};
use crate::convert::graph::{Choice, Enum, Kind, Member, Record, TypeId};
use crate::convert::names::{Names, dotted, identifier, snake, split};
use words::{WORDS, comment, json_name, word};

/// Writes the file, its outermost message first.
pub(super) fn write(draft: Draft) -> (String, Draft) {
    let root = draft.graph.root;
    let mut writer = Writer::new(draft);
    match writer.draft.graph.kind(root) {
        Kind::Record(_) | Kind::Choice(_) => {
            writer.single(root);
        }
        _ => {
            writer.draft.note(root, "outermost");
            writer.wrapper(root, Around::Outermost);
        }
    }
    while let Some(id) = writer.waiting.pop_front() {
        writer.message(id);
    }
    (writer.file(), writer.draft)
}

struct Writer {
    draft: Draft,
    package: String,
    /// The names in the package: of messages, enums and symbols.
    names: Names,
    types: TypeNames,
    /// Names of fields, which would hide types of the same name.
    fields: HashSet<String>,
    imports: BTreeSet<&'static str>,
    /// Messages that are named, but not written.
    waiting: VecDeque<TypeId>,
    blocks: Vec<String>,
}

/// The lines of a message while they are written, and the names in it.
struct Block {
    lines: String,
    names: Names,
    number: u32,
}

/// What a message is put around for.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    /// An outermost type that is no message.
    Outermost,
    /// A value where a repeated field, a map or null cannot stand.
    Inside,
}

impl Writer {
    fn new(draft: Draft) -> Self {
        let root = draft.graph.get(draft.graph.root);
        let name = match &root.kind {
            Kind::Record(it) => it.name.clone(),
            Kind::Enum(it) => it.name.clone(),
            Kind::Choice(Choice { name: Some(name), .. }) => name.clone(),
            _ => String::new(),
        };
        let mut fields: HashSet<String> =
            ["items", "value", "key", "kind"].into_iter().map(str::to_owned).collect();
        for id in 0..draft.graph.len() {
            if let Kind::Record(record) = draft.graph.kind(id) {
                fields.extend(record.fields.iter().map(|it| identifier(&it.name)));
            }
        }
        Self {
            package: dotted(split(&name).0),
            draft,
            names: Names::new(),
            types: TypeNames::new(),
            fields,
            imports: BTreeSet::new(),
            waiting: VecDeque::new(),
            blocks: Vec::new(),
        }
    }

    fn file(&self) -> String {
        let mut out = String::from("syntax = \"proto3\";\n");
        if !self.package.is_empty() {
            out.push_str(&format!("\npackage {};\n", self.package));
        }
        if !self.imports.is_empty() {
            out.push('\n');
        }
        for import in &self.imports {
            out.push_str(&format!("import \"google/protobuf/{import}.proto\";\n"));
        }
        for block in &self.blocks {
            out.push('\n');
            out.push_str(block);
        }
        out
    }

    /// The name of a type that the file declares, new for one that has none yet.
    fn named(&mut self, id: TypeId, full: &str) -> String {
        if let Some(name) = self.types.get(&id) {
            return self.reference(name);
        }
        let (namespace, simple) = split(full);
        let name = self.names.unique(&identifier(simple));
        if dotted(namespace) == self.package {
            self.draft.renamed(id, "type", simple, &name);
        } else {
            let there =
                if self.package.is_empty() { name.clone() } else { format!("{}.{name}", self.package) };
            self.draft.renamed(id, "type", full, &there);
        }
        self.types.insert(id, name.clone());
        self.waiting.push_back(id);
        self.reference(&name)
    }

    /// A use of a type of this file: in full where its simple name would be read as something else.
    fn reference(&self, name: &str) -> String {
        if !self.fields.contains(name) && !WORDS.contains(&name) {
            return name.to_owned();
        }
        if self.package.is_empty() { format!(".{name}") } else { format!(".{}.{name}", self.package) }
    }

    /// A use of a type of `google.protobuf`.
    fn well_known(&mut self, import: &'static str, name: &str) -> String {
        self.imports.insert(import);
        let hidden = self.package.split('.').any(|it| it == "google") || self.fields.contains("google");
        format!("{}google.protobuf.{name}", if hidden { "." } else { "" })
    }

    /// Writes a message or an enum that was named.
    fn message(&mut self, id: TypeId) {
        let schema = self.draft.schema(id);
        let name = self.types.get(&id).cloned().unwrap_or_default();
        let comment = comment(schema.doc.as_deref(), "");
        let mut block = Block { lines: String::new(), names: Names::by(json_name), number: 0 };
        let place = self.reserve();
        let word = match &schema.kind {
            Kind::Record(record) => {
                self.draft.note(id, "record");
                self.record(id, &name, record, &mut block);
                "message"
            }
            Kind::Enum(it) => {
                self.symbols(id, &name, it, &mut block);
                "enum"
            }
            Kind::Choice(Choice { members, .. }) => {
                self.draft.note(id, "choice");
                self.members(id, &name, members, &mut block);
                "message"
            }
            Kind::Union(members) => {
                self.draft.note(id, "union");
                self.members(id, &name, members, &mut block);
                "message"
            }
            _ => "message",
        };
        self.fill(place, format!("{comment}{word} {name} {{\n{}}}\n", block.lines));
    }

    /// A place in the file, so that what is found on the way comes behind.
    fn reserve(&mut self) -> usize {
        self.blocks.push(String::new());
        self.blocks.len() - 1
    }

    fn fill(&mut self, place: usize, text: String) {
        if let Some(block) = self.blocks.get_mut(place) {
            *block = text;
        }
    }

    fn record(&mut self, id: TypeId, name: &str, record: &Record, block: &mut Block) {
        let mut forms = Vec::new();
        for field in &record.fields {
            if let Kind::Record(_) = self.draft.graph.kind(field.schema) {
                self.draft.note(field.schema, "record-field");
            }
            block.lines.push_str(&comment(field.doc.as_deref(), "  "));
            forms.push(self.field(block, field.schema, &field.name));
        }
        let fields = Fields { name: self.full(name), fields: forms, as_map: false };
        self.draft.graph.shows(id, Form::Fields(fields));
    }

    fn full(&self, name: &str) -> String {
        if self.package.is_empty() { name.to_owned() } else { format!("{}.{name}", self.package) }
    }

    /// Symbols share the names of the package; one that is taken gets the enum's name in front.
    fn symbols(&mut self, id: TypeId, name: &str, it: &Enum, block: &mut Block) {
        self.draft.note(id, scalar_row(&Kind::Enum(it.clone())));
        let mut forms = Vec::new();
        for (number, symbol) in it.symbols.iter().enumerate() {
            let wanted = identifier(symbol);
            let mut given = self.names.unique(&wanted);
            if given != wanted {
                given = self.names.unique(&format!("{}_{wanted}", snake(name).to_uppercase()));
            }
            self.draft.renamed(id, "symbol", symbol, &given);
            block.lines.push_str(&format!("  {given} = {number};\n"));
            forms.push((number as u32, given));
        }
        self.draft.graph.shows(id, Form::Symbols(forms));
    }

    /// A message of one `oneof`.
    fn members(&mut self, id: TypeId, name: &str, members: &[Member], block: &mut Block) {
        let mut given = Vec::new();
        let mut lines = String::new();
        for member in members {
            let wanted = match self.draft.graph.kind(id) {
                Kind::Union(_) => snake(&identifier(split(&member.name).1)),
                _ => identifier(&member.name),
            };
            let field = block.names.unique(&wanted);
            let number = block.next();
            let schema = self.single(member.schema);
            lines.push_str(&format!("    {schema} {field} = {number};\n"));
            given.push(field);
        }
        let oneof = block.names.unique("kind");
        block.lines.push_str(&format!("  oneof {oneof} {{\n{lines}  }}\n"));
        let tagged = Tagged { name: self.full(name), members: given, as_map: false, symbols: false };
        self.draft.graph.shows(id, Form::Tagged(tagged));
    }

    /// Writes a field of a message for values of that type.
    fn field(&mut self, block: &mut Block, id: TypeId, wanted: &str) -> FieldForm {
        match self.draft.schema(id).kind {
            Kind::Optional(inner) => {
                self.draft.graph.shows(id, Form::Nullable { null: None, some: None });
                if let Kind::Union(members) | Kind::Choice(Choice { name: None, members }) =
                    self.draft.schema(inner).kind
                {
                    self.draft.note(id, "nullable-union");
                    return self.oneof(block, inner, wanted, &members);
                }
                self.draft.note(id, "optional");
                let label = if self.is_message(inner) { "" } else { "optional " };
                let schema = self.single(inner);
                let name = self.line(block, id, &format!("{label}{schema}"), wanted);
                FieldForm::Named { name, absent: true }
            }
            Kind::Union(members) | Kind::Choice(Choice { name: None, members }) => {
                self.draft.note(id, scalar_row(self.draft.graph.kind(id)));
                self.oneof(block, id, wanted, &members)
            }
            Kind::List(item) | Kind::Array(item, _) => {
                let row = if matches!(self.draft.graph.kind(id), Kind::List(_)) { "list" } else { "array" };
                self.draft.note(id, row);
                let schema = self.single(item);
                FieldForm::always(self.line(block, id, &format!("repeated {schema}"), wanted))
            }
            Kind::Map { key, value } => {
                let row = map_row(self.draft.graph.kind(key));
                self.draft.note(id, row);
                let schema = self.map(id, key, value);
                FieldForm::always(self.line(block, id, &schema, wanted))
            }
            _ => {
                let schema = self.single(id);
                FieldForm::always(self.line(block, id, &schema, wanted))
            }
        }
    }

    /// Writes the line of a field, and gives its name.
    fn line(&mut self, block: &mut Block, id: TypeId, schema: &str, wanted: &str) -> String {
        let name = block.names.unique(&identifier(wanted));
        self.draft.renamed(id, "field", wanted, &name);
        let number = block.next();
        block.lines.push_str(&format!("  {schema} {name} = {number};\n"));
        name
    }

    /// A union as fields of the message around it.
    fn oneof(&mut self, block: &mut Block, id: TypeId, wanted: &str, members: &[Member]) -> FieldForm {
        let oneof = block.names.unique(&identifier(wanted));
        let mut names = Vec::new();
        block.lines.push_str(&format!("  oneof {oneof} {{\n"));
        for member in members {
            let wanted = match self.draft.graph.kind(id) {
                Kind::Union(_) => format!("{oneof}_{}", snake(&identifier(split(&member.name).1))),
                _ => identifier(&member.name),
            };
            let name = block.names.unique(&wanted);
            let number = block.next();
            let schema = self.single(member.schema);
            block.lines.push_str(&format!("    {schema} {name} = {number};\n"));
            names.push(name);
        }
        block.lines.push_str("  }\n");
        self.draft.graph.shows(id, Form::Same);
        FieldForm::Inline(names)
    }

    /// A map field's type; keys that Protobuf does not take make it a list of messages.
    fn map(&mut self, id: TypeId, key: TypeId, value: TypeId) -> String {
        if map_row(self.draft.graph.kind(key)) != "odd-map" {
            let key = self.single(key);
            let value = self.single(value);
            return format!("map<{key}, {value}>");
        }
        let hint = format!("{}Entry", self.draft.graph.get(id).hint);
        let name = self.names.unique(&identifier(&hint));
        let mut block = Block { lines: String::new(), names: Names::by(json_name), number: 0 };
        let place = self.reserve();
        for (schema, field) in [(key, "key"), (value, "value")] {
            let schema = self.single(schema);
            let number = block.next();
            block.lines.push_str(&format!("  {schema} {field} = {number};\n"));
        }
        self.fill(place, format!("message {name} {{\n{}}}\n", block.lines));
        self.draft.graph.shows(id, Form::Entries { name: self.full(&name), as_map: false });
        format!("repeated {}", self.reference(&name))
    }

    /// Whether the type is a message, which can be absent without a label.
    fn is_message(&self, id: TypeId) -> bool {
        !matches!(
            self.draft.graph.kind(id),
            Kind::Bool
                | Kind::Whole(_)
                | Kind::Float(_)
                | Kind::Char
                | Kind::Text
                | Kind::Bytes
                | Kind::Fixed(_)
                | Kind::Decimal { .. }
                | Kind::AnyDecimal
                | Kind::Uuid
                | Kind::Date
                | Kind::Time(_)
                | Kind::LocalTimestamp(_)
                | Kind::Duration
                | Kind::Json
                | Kind::Enum(_)
        )
    }

    /// The name of a type that holds exactly one value: what an item, an entry and a member need.
    fn single(&mut self, id: TypeId) -> String {
        let schema = self.draft.schema(id);
        let inside = match &schema.kind {
            Kind::Record(record) => return self.named(id, &record.name),
            Kind::Enum(it) => return self.named(id, &it.name),
            Kind::Choice(Choice { name: Some(name), .. }) => return self.named(id, name),
            Kind::Choice(_) | Kind::Union(_) => {
                let hint = self.qualified(&schema.hint);
                return self.named(id, &hint);
            }
            Kind::Optional(_) => "optional-inside",
            Kind::List(_) => "list-inside",
            Kind::Array(..) => "array-inside",
            Kind::Map { key, .. } => match map_row(self.draft.graph.kind(*key)) {
                "map" => "map-inside",
                "keyed-map" => "keyed-map-inside",
                other => other,
            },
            _ => return self.scalar(id, &schema.kind),
        };
        self.draft.note(id, inside);
        self.wrapper(id, Around::Inside)
    }

    /// A name that nobody gave, in the file's own package.
    fn qualified(&self, hint: &str) -> String {
        let hint = if hint.is_empty() { "Value" } else { hint };
        self.full(hint)
    }

    /// A message around a value that cannot stand for itself; gives its name.
    fn wrapper(&mut self, id: TypeId, around: Around) -> String {
        let schema = self.draft.schema(id);
        let hint = if schema.hint.is_empty() { "Value" } else { &schema.hint };
        let name = self.names.unique(&identifier(hint));
        let mut block = Block { lines: String::new(), names: Names::by(json_name), number: 0 };
        let noted = self.draft.entries.len();
        let wanted = match schema.kind {
            Kind::List(_) | Kind::Array(..) | Kind::Map { .. } => "items",
            _ => "value",
        };
        let place = self.reserve();
        let form = self.field(&mut block, id, wanted);
        if around == Around::Inside {
            // The row of the wrapped type was noted already; that of the field in the message says nothing new.
            self.draft.entries.remove(noted.min(self.draft.entries.len() - 1));
        }
        self.fill(place, format!("message {name} {{\n{}}}\n", block.lines));
        if let Some(at) = self.waiting.iter().position(|it| *it == id) {
            // An enum gets its form when it is written, which has to come before it is wrapped.
            self.waiting.remove(at);
            self.message(id);
        }
        let inner = self.draft.graph.get(id).target.clone();
        let wrapped = match form {
            FieldForm::Named { name: field, absent } => Form::Wrapped(Box::new(Wrapped {
                name: self.full(&name),
                field,
                absent,
                as_map: false,
                inner,
            })),
            FieldForm::Inline(members) => {
                let tagged = Tagged { name: self.full(&name), members, as_map: false, symbols: false };
                return self.inlined(id, &name, tagged);
            }
        };
        self.draft.graph.shows(id, wrapped);
        self.reference(&name)
    }

    /// A message around a union: null is the message without a member.
    fn inlined(&mut self, id: TypeId, name: &str, tagged: Tagged) -> String {
        match *self.draft.graph.kind(id) {
            Kind::Optional(inner) => {
                self.draft.graph.shows(inner, Form::Tagged(tagged));
                self.draft.graph.shows(id, Form::EmptyOr);
            }
            _ => self.draft.graph.shows(id, Form::Tagged(tagged)),
        }
        self.reference(name)
    }

    fn scalar(&mut self, id: TypeId, kind: &Kind) -> String {
        let (schema, form) = match kind {
            Kind::Null => (self.well_known("empty", "Empty"), Form::Empty),
            Kind::Timestamp(_) => (self.well_known("timestamp", "Timestamp"), Form::Same),
            _ => {
                let (word, form) = word(kind);
                (word.to_owned(), form)
            }
        };
        self.draft.scalar(id, form);
        schema
    }
}

impl Block {
    /// The next number; those that Protobuf keeps for itself are passed over.
    fn next(&mut self) -> u32 {
        self.number += 1;
        if self.number == 19_000 {
            self.number = 20_000;
        }
        self.number
    }
}
