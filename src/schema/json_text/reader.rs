//! The reader: one pass, recursion bounded by [`DEPTH`].

use std::collections::HashMap;

use super::{DEPTH, Dialect, Member, Node, Shape, push_step};
use crate::schema::{SchemaErrorKind, Span};

/// Why a text is no document.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: SchemaErrorKind,
    pub(super) message: String,
    pub(super) span: Span,
    pub(super) pointer: String,
}

/// Reads a whole text.
pub(super) fn read(text: &str, dialect: Dialect) -> Result<Node, Fault> {
    let mut reader = Reader { text, at: 0, dialect, path: Vec::new() };
    if u32::try_from(text.len()).is_err() {
        return Err(reader.fault(SchemaErrorKind::TooLarge, "the text is 4 GiB or longer", 0));
    }
    reader.skip_space()?;
    let root = reader.value()?;
    reader.skip_space()?;
    match reader.peek() {
        None => Ok(root),
        Some(_) => Err(reader.unexpected("the end of the text")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
    /// The names and numbers that lead to the value being read; its length is the depth.
    path: Vec<Step>,
}

enum Step {
    Name(Box<str>),
    Index(usize),
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Node, Fault> {
        let start = self.at;
        let shape = match self.peek() {
            Some(b'{') => self.object()?,
            Some(b'[') => self.array()?,
            Some(b'"') => Shape::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Shape::Bool(true))?,
            Some(b'f') => self.word("false", Shape::Bool(false))?,
            Some(b'n') => self.word("null", Shape::Null)?,
            _ => return Err(self.unexpected("a JSON value")),
        };
        Ok(Node { span: Span::new(start, self.at), shape })
    }

    fn object(&mut self) -> Result<Shape, Fault> {
        self.open()?;
        let mut members: Vec<Member> = Vec::new();
        let mut places: HashMap<Box<str>, usize> = HashMap::new();
        self.skip_space()?;
        if self.take(b'}') {
            return Ok(Shape::Object(members));
        }
        loop {
            self.skip_space()?;
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a member's name in double quotes"));
            }
            let name = self.string()?;
            let name_span = Span::new(start, self.at);
            let known = places.get(&name).copied();
            if known.is_some() && !self.dialect.duplicates {
                let message = format!("the member `{name}` is there twice; keep one of them");
                self.path.push(Step::Name(name));
                return Err(self.fault(SchemaErrorKind::Syntax, message, start));
            }
            self.skip_space()?;
            if !self.take(b':') {
                return Err(self.unexpected("`:` after a member's name"));
            }
            self.skip_space()?;
            self.path.push(Step::Name(name.clone()));
            let value = self.value()?;
            self.path.pop();
            let member = Member { name: name.clone(), name_span, value };
            if let Some(place) = known.and_then(|index| members.get_mut(index)) {
                *place = member;
            } else {
                places.insert(name, members.len());
                members.push(member);
            }
            self.skip_space()?;
            if self.take(b'}') {
                return Ok(Shape::Object(members));
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `}` after a member"));
            }
        }
    }

    fn array(&mut self) -> Result<Shape, Fault> {
        self.open()?;
        let mut items = Vec::new();
        self.skip_space()?;
        if self.take(b']') {
            return Ok(Shape::Array(items));
        }
        loop {
            self.skip_space()?;
            self.path.push(Step::Index(items.len()));
            items.push(self.value()?);
            self.path.pop();
            self.skip_space()?;
            if self.take(b']') {
                return Ok(Shape::Array(items));
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `]` after an item"));
            }
        }
    }

    /// Steps into an array or object, if that is not too deep.
    fn open(&mut self) -> Result<(), Fault> {
        if self.path.len() >= DEPTH {
            let message = format!("arrays and objects nest deeper than {DEPTH} levels");
            return Err(self.fault(SchemaErrorKind::TooLarge, message, self.at));
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<Box<str>, Fault> {
        let start = self.at;
        self.at += 1;
        let mut content = String::new();
        loop {
            let from = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            content.push_str(self.text.get(from..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(content.into());
                }
                Some(b'\\') => content.push(self.escape()?),
                Some(_) => return Err(self.unexpected("an escape such as `\\n` for a control character")),
                None => return Err(self.fault(SchemaErrorKind::Syntax, "a string has no end", start)),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        self.at += 1;
        let simple = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err(self.fault(SchemaErrorKind::Syntax, "this escape is unknown to JSON", start)),
        };
        self.at += 1;
        Ok(simple)
    }

    /// `\uXXXX`, or two of them that make a surrogate pair.
    fn unicode(&mut self, start: usize) -> Result<char, Fault> {
        let first = self.hex(start)?;
        let mut code = first;
        if (0xd800..0xdc00).contains(&first) && self.take(b'\\') && self.peek() == Some(b'u') {
            let second = self.hex(start)?;
            if (0xdc00..0xe000).contains(&second) {
                code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            }
        }
        char::from_u32(code).ok_or_else(|| {
            self.fault(SchemaErrorKind::Syntax, "half of a surrogate pair stands alone", start)
        })
    }

    fn hex(&mut self, start: usize) -> Result<u32, Fault> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5);
        let value = digits.and_then(|digits| {
            digits.iter().try_fold(0, |value, byte| Some(value * 16 + char::from(*byte).to_digit(16)?))
        });
        self.at += 5;
        value.ok_or_else(|| self.fault(SchemaErrorKind::Syntax, "`\\u` needs four hex digits", start))
    }

    fn number(&mut self) -> Result<Shape, Fault> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.unexpected("a digit"));
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.fault(SchemaErrorKind::Syntax, "a number must not start with 0", start));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.unexpected("a digit behind the point"));
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(self.unexpected("a digit of the exponent"));
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if text.parse::<f64>().is_ok_and(f64::is_finite) {
            return Ok(Shape::Number(text.into()));
        }
        Err(self.fault(SchemaErrorKind::TooLarge, "the number is beyond the range of a 64-bit float", start))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &str, shape: Shape) -> Result<Shape, Fault> {
        if !self.rest().starts_with(word) {
            return Err(self.unexpected("a JSON value"));
        }
        self.at += word.len();
        Ok(shape)
    }

    fn skip_space(&mut self) -> Result<(), Fault> {
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
                self.at += 1;
            }
            let rest = self.rest();
            if !self.dialect.comments || !rest.starts_with('/') {
                return Ok(());
            }
            let length = if rest.starts_with("//") {
                rest.find('\n').or(Some(rest.len()))
            } else if rest.starts_with("/*") {
                rest.get(2..).and_then(|body| body.find("*/")).map(|end| end + 4)
            } else {
                return Ok(());
            };
            let Some(length) = length else {
                return Err(self.fault(SchemaErrorKind::Syntax, "a comment has no end", self.at));
            };
            self.at += length;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn unexpected(&self, expected: &str) -> Fault {
        let message = match self.rest().chars().next() {
            None => format!("expected {expected}, found the end of the text"),
            Some(found) => format!("expected {expected}, found {found:?}"),
        };
        self.fault(SchemaErrorKind::Syntax, message, self.at)
    }

    fn fault(&self, kind: SchemaErrorKind, message: impl Into<String>, at: usize) -> Fault {
        let mut pointer = String::new();
        for step in &self.path {
            match step {
                Step::Name(name) => push_step(&mut pointer, name),
                Step::Index(index) => push_step(&mut pointer, &index.to_string()),
            }
        }
        Fault { kind, message: message.into(), span: Span::new(at, at), pointer }
    }
}
