//! The writer of bytes: numbers, lengths, block headers.

/// A number as a zigzag varint.
#[inline]
pub(super) fn long(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    if rest < 0x80 {
        out.push(rest as u8);
        return;
    }
    let mut bytes = [0; 10];
    let mut length = 0;
    for slot in &mut bytes {
        length += 1;
        if rest < 0x80 {
            *slot = rest as u8;
            break;
        }
        *slot = rest as u8 | 0x80;
        rest >>= 7;
    }
    out.extend_from_slice(bytes.get(..length).unwrap_or_default());
}

/// Bytes behind their length.
#[inline]
pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    long(out, bytes.len() as i64);
    out.extend_from_slice(bytes);
}

/// A block whose header may have to be put right once its items are written.
#[derive(Debug)]
pub(super) struct Block {
    start: usize,
    /// Where the items start; the header stands before it.
    items: usize,
    announced: Option<usize>,
}

impl Block {
    /// Begins a block of that many items, or of a number not known yet.
    #[inline]
    pub(super) fn begin(out: &mut Vec<u8>, announced: Option<usize>) -> Self {
        let start = out.len();
        if let Some(count) = announced
            && count > 0
        {
            long(out, count as i64);
        }
        Self { start, items: out.len(), announced }
    }

    /// Ends it, and corrects the header where the number of items is not the announced one.
    #[inline]
    pub(super) fn end(self, out: &mut Vec<u8>, count: usize) {
        if self.announced != Some(count) {
            self.put_right(out, count);
        }
    }

    #[cold]
    fn put_right(self, out: &mut Vec<u8>, count: usize) {
        out.drain(self.start..self.items);
        if count > 0 {
            let end = out.len();
            long(out, count as i64);
            let header = out.len() - end;
            if let Some(block) = out.get_mut(self.start..) {
                block.rotate_right(header);
            }
        }
    }
}
