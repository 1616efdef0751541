//! The outline of a JSON text, without its values: for the limits before a payload is decoded, and for the path of an error.

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::limits::Limits;

/// Holds a payload against the limits before anything is decoded.
///
/// Two counts settle nearly all payloads: fewer opening brackets than levels, and fewer bytes than twice the elements.
/// The rest is gone through token by token.
pub(super) fn within_limits(payload: &[u8], limits: Limits) -> Result<(), DecodeError> {
    let over = |what: String| DecodeError::new(DecodeErrorKind::Limit, what);
    if payload.len() > limits.bytes {
        return Err(over(format!(
            "a payload of {} bytes, where {} are allowed",
            payload.len(),
            limits.bytes
        )));
    }
    // `[` and `{` differ from each other in one bit.
    let opening = payload.iter().filter(|byte| **byte | 0x20 == b'{').count();
    if opening <= limits.depth && payload.len() / 2 <= limits.elements {
        return Ok(());
    }
    let (mut depth, mut elements, mut opened) = (0_usize, 0_usize, false);
    for (offset, token) in Tokens::of(payload) {
        // The first element of a container has no comma before it.
        elements += usize::from(opened && token != Token::Close);
        opened = false;
        match token {
            Token::Open(_) => {
                depth += 1;
                opened = true;
                if depth > limits.depth {
                    return Err(over(format!("more than {} levels of nesting", limits.depth)).at(offset));
                }
            }
            Token::Close => depth = depth.saturating_sub(1),
            Token::Comma => elements += 1,
            Token::Text(..) | Token::Other => {}
        }
        if elements > limits.elements {
            return Err(
                over(format!("more than {} array items and object members", limits.elements)).at(offset)
            );
        }
    }
    Ok(())
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

    /// The text behind an opening quote, up to the closing one or the end; goes behind it.
    fn text(&mut self) -> &'p [u8] {
        let rest = self.payload.get(self.at..).unwrap_or_default();
        let mut escaped = false;
        let end = rest.iter().position(|byte| {
            let closing = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closing
        });
        let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += text.len() + 1;
        text
    }
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
            b'"' => Token::Text(self.text()),
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
