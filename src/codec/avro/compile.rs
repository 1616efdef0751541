//! From schemas to a plan: the parts that only one schema is needed for.

use std::collections::HashMap;
use std::sync::Arc;

use super::defaults;
use super::intern;
use super::numbers::Numbers;
use super::plan::{
    Action, Branch, DecimalType, Enumeration, Field, Named, Node, Optional, Plan, Record, Step, Symbol,
    Temporal, TypeNames, Union, Width, WrittenSymbol,
};
use crate::schema::avro::{Linked, LinkedKind, Logical, Name, TypeIndex, Unit};
use crate::schema::{Format, SchemaError, SchemaErrorKind};
use crate::value::{NameId, NameTable};

/// How deep types may be nested in each other by name; a value of a deeper one would exceed every sensible depth limit, too.
const DEPTH: usize = 256;

/// How many bytes the defaults of one plan may take once written out; `{}` for a record of defaulted records can double at every level.
const DEFAULT_BYTES: usize = 1 << 20;

/// Whose type it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Writer,
    Reader,
}

/// A plan in the making.
pub(super) struct Compiler<'s> {
    pub(super) writer: &'s Linked,
    pub(super) reader: &'s Linked,
    pub(super) plan: Plan,
    names: NameTable,
    known: HashMap<&'static str, Named>,
    plain: HashMap<(Side, TypeIndex), Node>,
    pub(super) pairs: HashMap<(TypeIndex, TypeIndex), super::resolve::Outcome>,
    depth: usize,
    default_bytes: usize,
}

impl<'s> Compiler<'s> {
    pub(super) fn new(writer: &'s Linked, reader: &'s Linked) -> Self {
        Self {
            writer,
            reader,
            plan: Plan {
                root: Node::Null,
                records: Vec::new(),
                enums: Vec::new(),
                items: Vec::new(),
                unions: Vec::new(),
                branches: Vec::new(),
                decimals: Vec::new(),
                failures: Vec::new(),
                names: Arc::default(),
            },
            names: NameTable::default(),
            known: HashMap::new(),
            plain: HashMap::new(),
            pairs: HashMap::new(),
            depth: 0,
            default_bytes: DEFAULT_BYTES,
        }
    }

    pub(super) fn finish(mut self, root: Node) -> Plan {
        self.plan.root = root;
        self.plan.names = Arc::new(self.names);
        self.plan
    }

    pub(super) fn schema(&self, side: Side) -> &'s Linked {
        match side {
            Side::Writer => self.writer,
            Side::Reader => self.reader,
        }
    }

    /// Compiles a type of one schema to be read as itself.
    pub(super) fn plain(&mut self, side: Side, index: TypeIndex) -> Result<Node, SchemaError> {
        if let Some(node) = self.plain.get(&(side, index)) {
            return Ok(*node);
        }
        self.deeper()?;
        let node = self.plain_type(side, index)?;
        self.depth -= 1;
        self.plain.insert((side, index), node);
        Ok(node)
    }

    fn plain_type(&mut self, side: Side, index: TypeIndex) -> Result<Node, SchemaError> {
        let ty = self.schema(side).get(index);
        Ok(match &ty.kind {
            LinkedKind::Array(items) => {
                let number = self.reserve_item();
                self.plain.insert((side, index), Node::Array(number));
                let item = self.plain(side, *items)?;
                self.fill_item(number, item);
                Node::Array(number)
            }
            LinkedKind::Map(values) => {
                let number = self.reserve_item();
                self.plain.insert((side, index), Node::Map(number));
                let item = self.plain(side, *values)?;
                self.fill_item(number, item);
                Node::Map(number)
            }
            LinkedKind::Union(types) => {
                let mut branches = Vec::with_capacity(types.len());
                for (position, branch) in types.iter().enumerate() {
                    let node = self.plain(side, *branch)?;
                    let names = self.type_names(side, *branch)?;
                    branches.push(Branch { node, reader: Some(position as u32), names });
                }
                self.union(true, branches)
            }
            LinkedKind::Record(record, types) => {
                let number = self.reserve_record(&record.name)?;
                self.plain.insert((side, index), Node::Record(number));
                let mut steps = Vec::with_capacity(types.len());
                let fields = self.fields(side, index, |_| false)?;
                for (position, (ty, field)) in types.iter().zip(&fields).enumerate() {
                    let node = self.plain(side, *ty)?;
                    steps.push(Step::new(field.name.text, node, Action::Read(position as u32)));
                }
                self.fill_record(number, fields, steps);
                Node::Record(number)
            }
            LinkedKind::Enum(it) => {
                let written =
                    it.symbols.iter().enumerate().map(|(at, name)| (name.as_str(), Some(at as u32)));
                self.enumeration(&it.name, &it.symbols, written)?
            }
            LinkedKind::Fixed(it) => self.fixed(it.size, ty.logical),
            primitive => {
                let (node, width) = match primitive {
                    LinkedKind::Null => (Node::Null, Width::Long),
                    LinkedKind::Boolean => (Node::Boolean, Width::Long),
                    LinkedKind::Int => (Node::Int, Width::Int),
                    LinkedKind::Long => (Node::Long, Width::Long),
                    LinkedKind::Float => (Node::Float, Width::Long),
                    LinkedKind::Double => (Node::Double, Width::Long),
                    LinkedKind::Bytes => (Node::Bytes, Width::Long),
                    _ => (Node::String, Width::Long),
                };
                self.with_logical(node, width, ty.logical)
            }
        })
    }

    /// The node of a primitive with the reader's logical type over it; annotations that do not belong there change nothing.
    pub(super) fn with_logical(&mut self, node: Node, width: Width, logical: Option<Logical>) -> Node {
        match (logical, node) {
            (Some(Logical::Date), Node::Int) => Node::Temporal(Temporal::Date, width),
            (Some(Logical::Time(Unit::Millis)), Node::Int) => {
                Node::Temporal(Temporal::Time(Unit::Millis), width)
            }
            (Some(Logical::Time(unit @ (Unit::Micros | Unit::Nanos))), Node::Long | Node::IntAsLong) => {
                Node::Temporal(Temporal::Time(unit), width)
            }
            (Some(Logical::Timestamp(unit)), Node::Long | Node::IntAsLong) => {
                Node::Temporal(Temporal::Timestamp(unit), width)
            }
            (Some(Logical::LocalTimestamp(unit)), Node::Long | Node::IntAsLong) => {
                Node::Temporal(Temporal::LocalTimestamp(unit), width)
            }
            (Some(Logical::Decimal { precision, scale }), Node::Bytes) => {
                self.decimal(DecimalType { precision, scale, size: None })
            }
            (Some(Logical::Uuid), Node::String) => Node::UuidText,
            (_, node) => node,
        }
    }

    pub(super) fn fixed(&mut self, size: usize, logical: Option<Logical>) -> Node {
        // The parser refuses sizes beyond 32 bits; a wrong one could only be read as too long a value.
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        match logical {
            Some(Logical::Decimal { precision, scale }) => {
                self.decimal(DecimalType { precision, scale, size: Some(size) })
            }
            Some(Logical::Uuid) if size == 16 => Node::UuidFixed,
            Some(Logical::Duration) if size == 12 => Node::Duration,
            _ => Node::Fixed(size),
        }
    }

    fn decimal(&mut self, decimal: DecimalType) -> Node {
        self.plan.decimals.push(decimal);
        Node::Decimal(self.plan.decimals.len() as u32 - 1)
    }

    pub(super) fn enumeration<'n>(
        &mut self,
        name: &Name,
        symbols: &[String],
        written: impl Iterator<Item = (&'n str, Option<u32>)>,
    ) -> Result<Node, SchemaError> {
        let names = self.full_name(name)?;
        let symbols: Box<[Named]> =
            symbols.iter().map(|symbol| self.name(symbol)).collect::<Result<_, _>>()?;
        let written = written
            .map(|(name, read_as)| {
                let read_as =
                    read_as.and_then(|number| Some(Symbol { number, name: *symbols.get(number as usize)? }));
                Ok(WrittenSymbol { name: self.name(name)?.text, read_as })
            })
            .collect::<Result<_, SchemaError>>()?;
        self.plan.enums.push(Enumeration { names, symbols, written });
        Ok(Node::Enum(self.plan.enums.len() as u32 - 1))
    }

    pub(super) fn union(&mut self, indexed: bool, branches: Vec<Branch>) -> Node {
        let null = branches.iter().position(|it| it.node == Node::Null).map(|it| it as u32);
        let mut others = branches.iter().enumerate().filter(|(_, it)| it.node != Node::Null);
        let sole = match (others.next(), others.next()) {
            (Some((at, _)), None) => Some(at as u32),
            _ => None,
        };
        let optional = match (null, sole.and_then(|it| branches.get(it as usize))) {
            (Some(null), Some(other)) if indexed && branches.len() == 2 => {
                Some(Optional { null: null as u8, node: other.node })
            }
            _ => None,
        };
        let first = self.plan.branches.len() as u32;
        let count = branches.len() as u32;
        self.plan.branches.extend(branches);
        self.plan.unions.push(Union { indexed, first, count, null, sole, optional });
        Node::Union(self.plan.unions.len() as u32 - 1)
    }

    pub(super) fn reserve_item(&mut self) -> u32 {
        self.plan.items.push(Node::Null);
        self.plan.items.len() as u32 - 1
    }

    pub(super) fn fill_item(&mut self, number: u32, item: Node) {
        if let Some(slot) = self.plan.items.get_mut(number as usize) {
            *slot = item;
        }
    }

    /// A record's number, before its fields are compiled: a field may lead back to it.
    pub(super) fn reserve_record(&mut self, name: &Name) -> Result<u32, SchemaError> {
        let names = self.full_name(name)?;
        let name = self.name(name.full())?;
        self.plan.records.push(Record {
            names,
            name,
            fields: Box::default(),
            steps: Box::default(),
            in_order: true,
            numbers: Numbers::default(),
        });
        Ok(self.plan.records.len() as u32 - 1)
    }

    pub(super) fn fill_record(&mut self, number: u32, fields: Vec<Field>, steps: Vec<Step>) {
        let filled = steps.iter().filter_map(|step| match step.action {
            Action::Read(field) | Action::Default(field) => Some(field),
            Action::Skip => None,
        });
        let in_order = filled.is_sorted();
        if let Some(record) = self.plan.records.get_mut(number as usize) {
            record.fields = fields.into();
            record.steps = steps.into();
            record.in_order = in_order;
        }
    }

    /// The fields of a record with their defaults. A default that is no value of its type is only an error where it is `needed`.
    pub(super) fn fields(
        &mut self,
        side: Side,
        record: TypeIndex,
        needed: impl Fn(usize) -> bool,
    ) -> Result<Vec<Field>, SchemaError> {
        let schema = self.schema(side);
        let mut fields = Vec::new();
        for (position, (field, ty)) in schema.fields(record).enumerate() {
            let name = self.name(&field.name)?;
            let default = match &field.default {
                None => None,
                Some(value) => match defaults::write(schema, ty, value, &mut self.default_bytes) {
                    Ok(bytes) => Some(intern::bytes(&bytes).map_err(|_| full())?),
                    Err(message) if needed(position) => {
                        let message = format!(
                            "the default of field `{}` is no value of its type: {message}",
                            field.name
                        );
                        let error = SchemaError::new(Format::Avro, SchemaErrorKind::Invalid, message);
                        return Err(error.with_pointer(schema.get(ty).pointer.clone()));
                    }
                    Err(_) => None,
                },
            };
            fields.push(Field { name, default });
        }
        Ok(fields)
    }

    /// What a type is called in Rust enums that stand for unions.
    pub(super) fn type_names(&mut self, side: Side, index: TypeIndex) -> Result<TypeNames, SchemaError> {
        match &self.schema(side).get(index).kind {
            LinkedKind::Record(it, _) => self.full_name(&it.name),
            LinkedKind::Enum(it) => self.full_name(&it.name),
            LinkedKind::Fixed(it) => self.full_name(&it.name),
            other => Ok(TypeNames::primitive(kind_name(other))),
        }
    }

    fn full_name(&mut self, name: &Name) -> Result<TypeNames, SchemaError> {
        Ok(TypeNames { simple: self.name(name.simple())?.text, full: self.name(name.full())?.text })
    }

    pub(super) fn name(&mut self, text: &str) -> Result<Named, SchemaError> {
        if let Some(named) = self.known.get(text) {
            return Ok(*named);
        }
        let text = intern::text(text).map_err(|_| full())?;
        let id: NameId = self.names.push(text);
        let named = Named { text, id };
        self.known.insert(text, named);
        Ok(named)
    }

    pub(super) fn deeper(&mut self) -> Result<(), SchemaError> {
        self.depth += 1;
        if self.depth > DEPTH {
            let message = format!("types are nested in each other more than {DEPTH} levels deep");
            return Err(SchemaError::new(Format::Avro, SchemaErrorKind::TooLarge, message));
        }
        Ok(())
    }

    pub(super) fn shallower(&mut self) {
        self.depth -= 1;
    }
}

/// A kind's name in the specification.
pub(super) fn kind_name(kind: &LinkedKind) -> &'static str {
    match kind {
        LinkedKind::Null => "null",
        LinkedKind::Boolean => "boolean",
        LinkedKind::Int => "int",
        LinkedKind::Long => "long",
        LinkedKind::Float => "float",
        LinkedKind::Double => "double",
        LinkedKind::Bytes => "bytes",
        LinkedKind::String => "string",
        LinkedKind::Array(_) => "array",
        LinkedKind::Map(_) => "map",
        LinkedKind::Union(_) => "union",
        LinkedKind::Record(..) => "record",
        LinkedKind::Enum(_) => "enum",
        LinkedKind::Fixed(_) => "fixed",
    }
}

fn full() -> SchemaError {
    let message = "the names and defaults of all schemas of this process exceed 64 MiB";
    SchemaError::new(Format::Avro, SchemaErrorKind::TooLarge, message)
}
