//! The writer of one payload.

use crate::codec::EncodeErrorKind;
use crate::codec::avro::fault::Refusal;
use crate::codec::avro::plan::Plan;

/// Writes one payload by one plan.
#[derive(Debug)]
pub(in crate::codec::avro) struct Encoder<'o, 'p> {
    pub(in crate::codec::avro) out: &'o mut Vec<u8>,
    pub(in crate::codec::avro) plan: &'p Plan,
    limit: usize,
    depth: usize,
}

impl<'o, 'p> Encoder<'o, 'p> {
    pub(in crate::codec::avro) fn new(out: &'o mut Vec<u8>, plan: &'p Plan, depth: usize) -> Self {
        Self { out, plan, limit: depth, depth }
    }

    /// Goes one level deeper: what could not be read back is not written.
    #[inline]
    pub(in crate::codec::avro) fn enter(&mut self) -> Result<(), Refusal> {
        match self.depth.checked_sub(1) {
            Some(depth) => {
                self.depth = depth;
                Ok(())
            }
            None => {
                let message = format!("nested deeper than {} levels, the limit", self.limit);
                Err(Refusal::new(EncodeErrorKind::Limit, message))
            }
        }
    }

    #[inline]
    pub(in crate::codec::avro) fn leave(&mut self) {
        self.depth += 1;
    }

    /// How many levels are left; [`Encoder::back_to`] restores it after a try that failed inside.
    pub(in crate::codec::avro) fn level(&self) -> usize {
        self.depth
    }

    pub(in crate::codec::avro) fn back_to(&mut self, level: usize) {
        self.depth = level;
    }
}
