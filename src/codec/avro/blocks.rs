//! Arrays and maps come in blocks: a count, perhaps a size in bytes, the items; a count of zero ends them.

use super::fault::Fault;
use super::read::Decoder;
use crate::codec::DecodeErrorKind;

/// Where an array or a map stands among its blocks.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Items left in this block.
    pub(super) left: usize,
    /// How many bytes will be left behind this block, where it says its size.
    end: Option<usize>,
    /// Items read so far.
    pub(super) seen: usize,
}

impl Blocks {
    /// Reads the next block's header where the last block is finished; `false` at the end of the array. Its items are spent from the budget before any is read.
    #[inline]
    pub(super) fn open(&mut self, decoder: &mut Decoder<'_, '_>) -> Result<bool, Fault> {
        if self.left > 0 {
            return Ok(true);
        }
        if let Some(end) = self.end.take()
            && end != decoder.remaining()
        {
            return Err(
                decoder.fault(DecodeErrorKind::Malformed, "a block's items do not have the size it states")
            );
        }
        let count = decoder.long()?;
        if count < 0 {
            // A negative count is followed by the block's size in bytes.
            let size = decoder.long()?;
            let end = usize::try_from(size).ok().and_then(|size| decoder.remaining().checked_sub(size));
            if end.is_none() {
                let left = decoder.remaining();
                let message = format!("a block of {size} bytes, {left} are left");
                return Err(decoder.fault(DecodeErrorKind::Truncated, message));
            }
            self.end = end;
        }
        self.left = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        decoder.spend_elements(self.left)?;
        Ok(self.left > 0)
    }

    /// One item of the block is read.
    #[inline]
    pub(super) fn advance(&mut self) {
        self.left -= 1;
        self.seen += 1;
    }

    /// Takes the whole block, for one who counts its items down himself: how many they are.
    #[inline]
    pub(super) fn take(&mut self) -> usize {
        self.seen += self.left;
        std::mem::take(&mut self.left)
    }

    /// Passes over the rest of this block by its stated size, where it has one; whether it did.
    pub(super) fn pass(&mut self, decoder: &mut Decoder<'_, '_>) -> bool {
        let Some(end) = self.end else { return false };
        let Some(count) = decoder.remaining().checked_sub(end) else { return false };
        self.seen += self.left;
        self.left = 0;
        decoder.take(count, "a block").is_ok()
    }

    /// How many items to make room for: never more than bytes are left.
    pub(super) fn hint(&self, decoder: &Decoder<'_, '_>) -> Option<usize> {
        Some(self.left.min(decoder.remaining()))
    }
}
