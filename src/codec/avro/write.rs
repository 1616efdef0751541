//! The writer of bytes: numbers, lengths, block headers.

/// A number as a zigzag varint.
#[inline]
pub(super) fn long(out: &mut Vec<u8>, value: i64) {
    let rest = ((value << 1) ^ (value >> 63)) as u64;
    if rest < 0x80 {
        out.push(rest as u8);
        return;
    }
    wide(out, rest);
}

/// A varint of two bytes and more. Up to 56 bits are spread over eight bytes pairwise, seven bits to each, without a branch a byte; all eight are written,
/// and those too many taken back.
fn wide(out: &mut Vec<u8>, value: u64) {
    if value >> 56 != 0 {
        return longest(out, value);
    }
    let word = (value & 0x0000_0000_0fff_ffff) | ((value & 0x00ff_ffff_f000_0000) << 4);
    let word = (word & 0x0000_3fff_0000_3fff) | ((word & 0x0fff_c000_0fff_c000) << 2);
    let word = (word & 0x007f_007f_007f_007f) | ((word & 0x3f80_3f80_3f80_3f80) << 1);
    let last = (63 - (word | 1).leading_zeros()) / 8;
    // Every byte but the last says that another follows.
    let more = 0x8080_8080_8080_8080 & ((1_u64 << (8 * last)) - 1);
    let end = out.len() + last as usize + 1;
    out.extend_from_slice(&(word | more).to_le_bytes());
    out.truncate(end);
}

/// A varint of nine and ten bytes.
fn longest(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
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
