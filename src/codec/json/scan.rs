//! The outline of a JSON text, without its values: for the limits before a payload is decoded, and for the path of an error.

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::limits::Limits;

/// Holds a payload against the limits before anything is decoded.
///
/// Two counts settle nearly all payloads: no more opening brackets than levels, and no more bytes than twice the elements.
/// The rest is gone through byte by byte.
pub(super) fn within_limits(payload: &[u8], limits: Limits) -> Result<(), DecodeError> {
    let over = |what: String| DecodeError::new(DecodeErrorKind::Limit, what);
    if payload.len() > limits.bytes {
        return Err(over(format!(
            "a payload of {} bytes, where {} are allowed",
            payload.len(),
            limits.bytes
        )));
    }
    if opening_brackets(payload) <= limits.depth && payload.len() / 2 <= limits.elements {
        return Ok(());
    }
    let (mut depth, mut elements, mut at) = (0_usize, 0_usize, 0);
    // Where the innermost container opened, as long as nothing closed since.
    let mut opened = None;
    while let Some(byte) = payload.get(at) {
        at += 1;
        match byte {
            b'"' => at += text(payload.get(at..).unwrap_or_default()).len() + 1,
            b'[' | b'{' => {
                depth += 1;
                opened = Some(at);
                if depth > limits.depth {
                    let what = format!("more than {} levels of nesting", limits.depth);
                    return Err(over(what).at(at - 1));
                }
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                // A container has one element more than commas, unless it is empty.
                let inside = opened.take().and_then(|start| payload.get(start..at - 1));
                elements += usize::from(!inside.is_some_and(|it| it.iter().all(u8::is_ascii_whitespace)));
            }
            b',' => elements += 1,
            _ => continue,
        }
        if elements > limits.elements {
            let what = format!("more than {} array items and object members", limits.elements);
            return Err(over(what).at(at - 1));
        }
    }
    Ok(())
}

/// How many `[` and `{` there are, those in texts included; the two differ from each other in one bit.
fn opening_brackets(payload: &[u8]) -> usize {
    // Counted in bytes, a short stretch at a time, which compilers turn into sixteen at once.
    let stretch = |bytes: &[u8]| bytes.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    payload.chunks(240).map(|bytes| usize::from(stretch(bytes))).sum()
}

/// The path to the value that stands at a byte of the payload, as `place.tags[3]`.
/// At a closing bracket it is the path of the container.
pub(super) fn path_at(payload: &[u8], offset: usize) -> String {
    /// Inside a container: the item's index, or the member's name.
    enum Inside<'p> {
        Array(usize),
        Object { name: &'p [u8], named: bool },
    }
    let mut stack: Vec<Inside<'_>> = Vec::new();
    for (start, token) in Tokens::of(payload).take_while(|(start, _)| *start <= offset) {
        match (token, stack.last_mut()) {
            (Token::Open(b'['), _) if start < offset => stack.push(Inside::Array(0)),
            (Token::Open(_), _) if start < offset => stack.push(Inside::Object { name: &[], named: false }),
            (Token::Close, _) => {
                stack.pop();
            }
            (Token::Comma, Some(Inside::Array(index))) => *index += 1,
            (Token::Comma, Some(Inside::Object { named, .. })) => *named = false,
            (Token::Text(text), Some(Inside::Object { name, named })) if !*named => {
                (*name, *named) = (text, true)
            }
            _ => {}
        }
    }
    let mut path = String::new();
    for inside in stack {
        match inside {
            Inside::Array(index) => path.push_str(&format!("[{index}]")),
            Inside::Object { named: false, .. } => {}
            Inside::Object { name, .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                // A hostile name shall not make the error as long as the payload.
                path.extend(String::from_utf8_lossy(name).chars().take(100));
            }
        }
    }
    path
}

/// What the outline is made of; `Other` is a byte of a number, of `true`, `false`, `null`, a colon, or of no JSON at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'p> {
    Open(u8),
    Close,
    Comma,
    Text(&'p [u8]),
    Other,
}

struct Tokens<'p> {
    payload: &'p [u8],
    at: usize,
}

impl<'p> Tokens<'p> {
    const fn of(payload: &'p [u8]) -> Self {
        Self { payload, at: 0 }
    }
}

/// The text behind an opening quote, up to the closing one or the end.
fn text(rest: &[u8]) -> &[u8] {
    let mut end = 0;
    loop {
        end += plain_bytes(rest.get(end..).unwrap_or_default());
        match rest.get(end) {
            Some(b'\\') => end += 2,
            Some(b'"') | None => return rest.get(..end).unwrap_or(rest),
            Some(_) => end += 1,
        }
    }
}

/// How many bytes at the start are neither a quote nor a backslash; eight at a time, and fewer than there are at the end.
fn plain_bytes(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The lowest marked byte is the first one that equals; higher ones may be marked by its borrow.
    let equal = |word: u64, byte: u8| {
        let difference = word ^ (ONES * u64::from(byte));
        difference.wrapping_sub(ONES) & !difference & HIGH
    };
    let mut plain = 0;
    while let Some(chunk) = bytes.get(plain..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let found = equal(word, b'"') | equal(word, b'\\');
        if found != 0 {
            return plain + found.trailing_zeros() as usize / 8;
        }
        plain += 8;
    }
    plain
}

impl<'p> Iterator for Tokens<'p> {
    type Item = (usize, Token<'p>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.payload.get(self.at..)?;
        let start = self.at + rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        self.at = start + 1;
        let token = match self.payload.get(start)? {
            open @ (b'[' | b'{') => Token::Open(*open),
            b']' | b'}' => Token::Close,
            b',' => Token::Comma,
            b'"' => {
                let text = text(self.payload.get(self.at..).unwrap_or_default());
                self.at += text.len() + 1;
                Token::Text(text)
            }
            _ => Token::Other,
        };
        Some((start, token))
    }
}

#[cfg(test)]
mod tests {
    use super::{path_at, within_limits};
    use crate::limits::Limits;

    #[test]
    fn brackets_in_texts_are_no_levels() {
        let limits = Limits::DEFAULT.with_depth(2);
        assert!(within_limits(br#"{"a": ["[[[{{{", "\"[[["]}"#, limits).is_ok());
        assert!(within_limits(br#"{"a": ["[[[{{{", [1]]}"#, limits).is_err());
    }

    #[test]
    fn a_text_ends_at_its_closing_quote_wherever_it_lies() {
        for length in 0..40 {
            for text in ["x".repeat(length), "\u{e9}".repeat(length), format!("{}\\\"]", "y".repeat(length))]
            {
                let payload = format!("[\"{text}\",[1]]");
                assert!(
                    within_limits(payload.as_bytes(), Limits::DEFAULT.with_depth(2).with_elements(3)).is_ok()
                );
                let deep = within_limits(payload.as_bytes(), Limits::DEFAULT.with_depth(1)).unwrap_err();
                assert_eq!(deep.offset, Some(text.len() + 4), "{payload}");
            }
        }
    }

    #[test]
    fn empty_containers_have_no_elements() {
        let limits = Limits::DEFAULT.with_elements(3);
        assert!(within_limits(b"[[ ] , { } , [ ]]       ", limits).is_ok());
        assert!(within_limits(b"[[ ] , { } , [1]]       ", limits).is_err());
    }

    #[test]
    fn a_byte_has_the_path_of_the_value_around_it() {
        let payload = br#"{"place": {"tags": [1, {"x": 7}]}, "y": 8}"#;
        let at = |needle: &str| path_at(payload, std::str::from_utf8(payload).unwrap().find(needle).unwrap());
        assert_eq!(at("7"), "place.tags[1].x");
        assert_eq!(at("8"), "y");
        assert_eq!(at("}]"), "place.tags[1]");
        assert_eq!(at("{\"place"), "");
        assert_eq!(at("{\"tags"), "place");
    }
}
