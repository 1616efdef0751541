//! Lines, indentation and the blank lines between sections.

use std::fmt::{Arguments, Write as _};

/// Collects the text. Blank lines are written when the next line comes, so that none stands before a `}` or behind a `{`.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    depth: usize,
    wants_blank: bool,
}

impl Writer {
    /// What follows is set apart from what came before by a blank line, if either is there.
    pub(super) fn section(&mut self) {
        self.wants_blank = !self.text.is_empty() && !self.text.ends_with("{\n");
    }

    pub(super) fn line(&mut self, line: Arguments<'_>) {
        if std::mem::take(&mut self.wants_blank) {
            self.text.push('\n');
        }
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
        // Writing to a `String` cannot fail.
        let _ = self.text.write_fmt(line);
        self.text.push('\n');
    }

    pub(super) fn open(&mut self, line: Arguments<'_>) {
        self.line(line);
        self.depth += 1;
    }

    /// What follows stands within the line before.
    pub(super) fn indent(&mut self) {
        self.depth += 1;
    }

    pub(super) fn close(&mut self, line: &str) {
        self.wants_blank = false;
        self.depth -= 1;
        self.line(format_args!("{line}"));
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A string literal that reads back as these bytes.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\0'..='\x1f' | '\x7f' => octal(character as u8, &mut text),
                _ => text.push(character),
            }
        }
        chunk.invalid().iter().for_each(|byte| octal(*byte, &mut text));
    }
    text.push('"');
    text
}

fn octal(byte: u8, text: &mut String) {
    // Writing to a `String` cannot fail.
    let _ = write!(text, "\\{byte:03o}");
}
