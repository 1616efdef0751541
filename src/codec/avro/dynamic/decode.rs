//! A payload as one arena: text and bytes lent, names shared by all values of the plan.

use std::sync::Arc;

use crate::codec::avro::blocks::Blocks;
use crate::codec::avro::fault::Fault;
use crate::codec::avro::logical::LogicalValue;
use crate::codec::avro::plan::{Action, Field, Node, Record, Step};
use crate::codec::avro::read::Decoder;
use crate::value::{Value, ValueBuilder};

/// What one node of an arena takes at most, for the byte budget.
const NODE_BYTES: usize = 32;

/// Reads the value of the plan's root.
pub(in crate::codec::avro) fn decode<'de>(decoder: &mut Decoder<'de, '_>) -> Result<Value<'de>, Fault> {
    // A guess that spares most messages from growing the arena: a value has some four bytes.
    let nodes = 8 + decoder.remaining() / 4;
    let mut out = ValueBuilder::shared(Arc::clone(&decoder.plan.names), nodes);
    decoder.value(decoder.plan.root, &mut out)?;
    Ok(out.finish())
}

impl<'de> Decoder<'de, '_> {
    fn value(&mut self, node: Node, out: &mut ValueBuilder<'de>) -> Result<(), Fault> {
        match node {
            Node::Null => out.null(),
            Node::Boolean => out.bool(self.boolean()?),
            Node::Int => out.int(self.int()?),
            Node::Long => out.long(self.long()?),
            Node::IntAsLong => out.long(self.int()?.into()),
            Node::Float => out.float(self.float()?),
            Node::IntAsFloat => out.float(self.int()? as f32),
            Node::LongAsFloat => out.float(self.long()? as f32),
            Node::Double => out.double(self.double()?),
            Node::IntAsDouble => out.double(self.int()?.into()),
            Node::LongAsDouble => out.double(self.long()? as f64),
            Node::FloatAsDouble => out.double(self.float()?.into()),
            Node::Bytes => out.bytes(self.bytes()?),
            Node::String => out.text(self.text()?),
            Node::Fixed(size) => out.bytes(self.take(size as usize, "a fixed")?),
            Node::Enum(number) => {
                let symbol = self.symbol(number)?;
                out.symbol_id(symbol.number, symbol.name.id)
            }
            Node::Array(number) => return self.array_value(self.plan.item(number), out),
            Node::Map(number) => return self.map_value(self.plan.item(number), out),
            Node::Record(number) => return self.record_value(number, out),
            Node::Union(number) => {
                let branch = self.branch(number)?;
                return self.value(Node::Chosen(branch), out);
            }
            Node::Chosen(number) => {
                let branch = self.plan.branch(number);
                if let Some(reader) = branch.reader {
                    self.spend_bytes(NODE_BYTES)?;
                    out.branch(reader);
                }
                return self.value(branch.node, out);
            }
            Node::Unresolvable(number) => return Err(self.unresolvable(number)),
            Node::Temporal(..) | Node::Decimal(_) | Node::UuidText | Node::UuidFixed | Node::Duration => {
                match self.logical(node)? {
                    Some(LogicalValue::Decimal(it)) => out.decimal(it),
                    Some(LogicalValue::Uuid(it)) => out.uuid(it),
                    Some(LogicalValue::Date(it)) => out.date(it),
                    Some(LogicalValue::Time(it)) => out.time(it),
                    Some(LogicalValue::Timestamp(it)) => out.timestamp(it),
                    Some(LogicalValue::LocalTimestamp(it)) => out.local_timestamp(it),
                    Some(LogicalValue::Duration(it)) => out.duration(it),
                    None => out.null(),
                }
            }
        };
        Ok(())
    }

    fn array_value(&mut self, item: Node, out: &mut ValueBuilder<'de>) -> Result<(), Fault> {
        self.enter()?;
        let open = out.begin_array();
        let mut blocks = Blocks::default();
        while blocks.open(self)? {
            self.spend_bytes(blocks.left.saturating_mul(NODE_BYTES))?;
            let first = blocks.seen;
            self.block_values(item, blocks.take(), out)
                .map_err(|(fault, at)| fault.inside_item(first + at))?;
        }
        out.end_with(open, blocks.seen);
        self.leave();
        Ok(())
    }

    /// The items of one block, each kind of number and text in a loop of its own; an error comes with the item's place in the block.
    fn block_values(
        &mut self,
        item: Node,
        count: usize,
        out: &mut ValueBuilder<'de>,
    ) -> Result<(), (Fault, usize)> {
        macro_rules! each {
            ($read:expr) => {
                for at in 0..count {
                    let done: Result<_, Fault> = $read;
                    done.map_err(|fault| (fault, at))?;
                }
            };
        }
        match item {
            Node::Int => each!(self.int().map(|it| out.int(it))),
            Node::Long => each!(self.long().map(|it| out.long(it))),
            Node::Float => each!(self.float().map(|it| out.float(it))),
            Node::Double => each!(self.double().map(|it| out.double(it))),
            Node::FloatAsDouble => each!(self.float().map(|it| out.double(it.into()))),
            Node::String => {
                self.look_ahead(count);
                each!(self.text().map(|it| out.text(it)));
            }
            _ => each!(self.value(item, out)),
        }
        Ok(())
    }

    fn map_value(&mut self, value: Node, out: &mut ValueBuilder<'de>) -> Result<(), Fault> {
        self.enter()?;
        let open = out.begin_map();
        let mut blocks = Blocks::default();
        while blocks.open(self)? {
            self.spend_bytes(blocks.left.saturating_mul(2 * NODE_BYTES))?;
            if value == Node::String {
                self.look_ahead(blocks.left.saturating_mul(2));
            }
            while blocks.left > 0 {
                let key = self.text()?;
                out.text(key);
                self.value(value, out).map_err(|fault| fault.inside_entry(key))?;
                blocks.advance();
            }
        }
        out.end_with(open, blocks.seen);
        self.leave();
        Ok(())
    }

    /// A record, its fields in the reader's order, however the writer had them.
    fn record_value(&mut self, number: u32, out: &mut ValueBuilder<'de>) -> Result<(), Fault> {
        self.enter()?;
        let record = self.plan.record(number);
        self.spend_bytes((1 + 2 * record.fields.len()) * NODE_BYTES)?;
        let open = out.begin_record_id(record.name.id);
        if record.in_order {
            for step in &record.steps {
                match step.action {
                    Action::Skip => self.skip(step.node).map_err(|fault| fault.inside(step.name))?,
                    Action::Read(field) | Action::Default(field) => {
                        self.field_value(record, field, step, out)?
                    }
                }
            }
        } else {
            let base = self.starts.len();
            let end = self.locate(record)?;
            for field in 0..record.fields.len() as u32 {
                if let Some(start) = self.starts.get(base + field as usize).copied() {
                    self.jump(start);
                }
                if let Some(step) = record.step_of(field) {
                    self.field_value(record, field, step, out)?;
                }
            }
            self.starts.truncate(base);
            self.jump(end);
        }
        out.end_with(open, record.fields.len());
        self.leave();
        Ok(())
    }

    #[inline]
    fn field_value(
        &mut self,
        record: &Record,
        field: u32,
        step: &Step,
        out: &mut ValueBuilder<'de>,
    ) -> Result<(), Fault> {
        let field = record.field(field);
        out.name_id(field.name.id);
        let done = match (step.action, step.node) {
            (Action::Default(_), _) => self.default_value(field, step, out),
            // The common ones here, where they cost no call.
            (_, Node::String) => self.text().map(|it| {
                out.text(it);
            }),
            (_, Node::Int) => self.int().map(|it| {
                out.int(it);
            }),
            (_, Node::Long) => self.long().map(|it| {
                out.long(it);
            }),
            (_, Node::Double) => self.double().map(|it| {
                out.double(it);
            }),
            (_, node) => self.value(node, out),
        };
        done.map_err(|fault| fault.inside(step.name))
    }

    #[inline(never)]
    fn default_value(
        &mut self,
        field: &Field,
        step: &Step,
        out: &mut ValueBuilder<'de>,
    ) -> Result<(), Fault> {
        let default = field.default.unwrap_or_default();
        self.spend_bytes(default.len())?;
        let payload = self.jump(default);
        let done = self.value(step.node, out);
        self.jump(payload);
        done
    }
}
