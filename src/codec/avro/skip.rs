//! Passing over bytes without making values of them: the writer's fields that no one asks for.

use super::blocks::Blocks;
use super::fault::Fault;
use super::plan::{Action, Enumeration, Node, Symbol, Width, WrittenSymbol};
use super::read::Decoder;
use crate::codec::DecodeErrorKind;

impl<'de, 'p> Decoder<'de, 'p> {
    /// Passes over one value of the writer; its structure is checked, and so are the budgets, its text and symbols are not.
    pub(super) fn skip(&mut self, node: Node) -> Result<(), Fault> {
        match node {
            Node::Null => {}
            Node::Boolean => {
                self.boolean()?;
            }
            Node::Int
            | Node::IntAsLong
            | Node::IntAsFloat
            | Node::IntAsDouble
            | Node::Temporal(_, Width::Int) => {
                self.int()?;
            }
            Node::Long | Node::LongAsFloat | Node::LongAsDouble | Node::Temporal(_, Width::Long) => {
                self.long()?;
            }
            Node::Float | Node::FloatAsDouble => {
                self.take(4, "a float")?;
            }
            Node::Double => {
                self.take(8, "a double")?;
            }
            Node::Bytes | Node::String | Node::UuidText => {
                self.bytes()?;
            }
            Node::Fixed(size) => {
                self.take(size as usize, "a fixed")?;
            }
            Node::UuidFixed => {
                self.take(16, "a UUID")?;
            }
            Node::Duration => {
                self.take(12, "a duration")?;
            }
            Node::Decimal(number) => {
                self.decimal_bytes(number)?;
            }
            Node::Enum(number) => {
                let count = self.plan.enumeration(number).written.len();
                self.index(count, "symbol")?;
            }
            Node::Array(number) => self.skip_blocks(self.plan.item(number), false)?,
            Node::Map(number) => self.skip_blocks(self.plan.item(number), true)?,
            Node::Record(number) => {
                self.enter()?;
                // Records without bytes, nested in each other twice a level, would take time without end.
                self.spend_bytes(1)?;
                for step in &self.plan.record(number).steps {
                    match step.action {
                        Action::Read(_) | Action::Skip => self.skip(step.node)?,
                        Action::Default(_) => {}
                    }
                }
                self.leave();
            }
            Node::Union(number) => {
                let branch = self.branch(number)?;
                self.skip(self.plan.branch(branch).node)?;
            }
            Node::Chosen(branch) => self.skip(self.plan.branch(branch).node)?,
            Node::Unresolvable(number) => return Err(self.unresolvable(number)),
        }
        Ok(())
    }

    fn skip_blocks(&mut self, item: Node, keyed: bool) -> Result<(), Fault> {
        self.enter()?;
        let mut blocks = Blocks::default();
        while blocks.open(self)? {
            if blocks.pass(self) {
                continue;
            }
            while blocks.left > 0 {
                if keyed {
                    self.bytes()?;
                }
                self.skip(item).map_err(|fault| fault.inside_item(blocks.seen))?;
                blocks.advance();
            }
        }
        self.leave();
        Ok(())
    }

    /// Reads which branch of a union comes: a number in the plan's branches.
    #[inline]
    pub(super) fn branch(&mut self, union: u32) -> Result<u32, Fault> {
        let union = self.plan.union(union);
        if !union.indexed {
            return Ok(union.first);
        }
        let index = self.index(union.count as usize, "union branch")?;
        Ok(union.first + index as u32)
    }

    /// Reads which of the reader's symbols comes.
    #[inline]
    pub(super) fn symbol(&mut self, enumeration: u32) -> Result<&'p Symbol, Fault> {
        let before = self.rest();
        let enumeration = self.plan.enumeration(enumeration);
        let index = self.index(enumeration.written.len(), "symbol")?;
        match enumeration.written.get(index) {
            Some(WrittenSymbol { read_as: Some(symbol), .. }) => Ok(symbol),
            _ => Err(self.no_symbol(enumeration, index, before)),
        }
    }

    #[cold]
    fn no_symbol(&mut self, enumeration: &Enumeration, index: usize, before: &'de [u8]) -> Fault {
        self.jump(before);
        let name = enumeration.written.get(index).map_or("", |it| it.name);
        let full = enumeration.names.full;
        let message = format!("the reader's enum `{full}` has no symbol `{name}`, and no default");
        self.fault(DecodeErrorKind::Unresolvable, message)
    }

    /// The digits of a decimal, big-endian.
    #[inline]
    pub(super) fn decimal_bytes(&mut self, decimal: u32) -> Result<&'de [u8], Fault> {
        match self.plan.decimal(decimal).size {
            Some(size) => self.take(size as usize, "a decimal"),
            None => self.bytes(),
        }
    }

    #[cold]
    pub(super) fn unresolvable(&self, number: u32) -> Fault {
        self.fault(DecodeErrorKind::Unresolvable, self.plan.failure(number))
    }
}
