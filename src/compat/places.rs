//! Lines and columns of many places in one text.

use super::finding::Range;
use crate::schema::{Position, Span};

/// Bytes between two known counts.
const BLOCK: usize = 1024;

/// An index over a text, so that a place costs a block and not the whole text: a report may hold very many.
#[derive(Debug)]
pub(in crate::compat) struct Places<'t> {
    text: &'t [u8],
    /// Where each line starts.
    lines: Vec<usize>,
    /// How many characters stand before each block.
    characters: Vec<usize>,
}

impl<'t> Places<'t> {
    pub(in crate::compat) fn new(text: &'t str) -> Self {
        let text = text.as_bytes();
        let newlines = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(newlines).collect();
        let mut count = 0;
        let before = text.chunks(BLOCK).map(|block| {
            count += starts(block);
            count
        });
        let characters = std::iter::once(0).chain(before).collect();
        Self { text, lines, characters }
    }

    /// Where a stretch begins and ends.
    pub(in crate::compat) fn range(&self, span: Span) -> Range {
        Range { span, start: self.at(span.start), end: self.at(span.end.max(span.start)) }
    }

    /// The line and column of a byte.
    fn at(&self, byte: u32) -> Position {
        let at = (byte as usize).min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or_default();
        let column = self.characters_before(at) - self.characters_before(start) + 1;
        Position { line: line as u32, column: column as u32 }
    }

    fn characters_before(&self, at: usize) -> usize {
        let block = at / BLOCK;
        let rest = self.text.get(block * BLOCK..at).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or_default() + starts(rest)
    }
}

/// How many characters begin in these bytes of UTF-8.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Places};
    use crate::schema::Span;

    #[test]
    fn a_place_is_the_same_as_counted_from_the_start() {
        let text = format!("ab\n{}é{}\n\nlast é", "ü".repeat(BLOCK), "x".repeat(BLOCK));
        let places = Places::new(&text);
        for (at, _) in text.char_indices() {
            let span = Span::new(at, at);
            assert_eq!(places.range(span).start, span.position(&text), "{at}");
        }
    }
}
