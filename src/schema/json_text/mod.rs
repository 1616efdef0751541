//! JSON documents that keep what schemas need: the order of members, the text of numbers, and the place of every value
//! ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259), pointers by [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
//!
//! ```text
//! text -Document::parse-> Node { span, shape } -to_text-> compact text
//!                                              -to_value-> serde_json::Value (order and number texts are lost)
//! ```
//!
//! A document nests at most [`DEPTH`] levels, so whatever walks it may recurse.

mod reader;

use crate::schema::{Format, SchemaError, SchemaErrorKind, Span};

/// How deep arrays and objects may nest. A schema written by people needs a tenth of it.
pub(crate) const DEPTH: usize = 128;

/// What is accepted beyond the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// `/* … */` and `// …` between tokens, as Java's Avro parser takes them.
    pub(crate) comments: bool,
    /// A name twice in one object: the last value holds, at the first one's place; otherwise it is an error.
    pub(crate) duplicates: bool,
}

impl Dialect {
    /// RFC 8259, and no name twice.
    pub(crate) const STRICT: Self = Self { comments: false, duplicates: false };
}

/// A parsed text.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The outermost value.
    pub(crate) root: Node,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Its bytes in the text.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) shape: Shape,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Null,
    Bool(bool),
    /// As it was written; it is finite as an `f64`.
    Number(Box<str>),
    String(Box<str>),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: Box<str>,
    /// Where the name stands, quotes included.
    pub(crate) name_span: Span,
    pub(crate) value: Node,
}

impl Document {
    /// Parses a whole text; nothing but white space may follow the value.
    ///
    /// # Errors
    /// Text that is not JSON, nests too deep, is 4 GiB or longer, or names a member twice; `format` is what the error says it is.
    pub(crate) fn parse(format: Format, text: &str, dialect: Dialect) -> Result<Self, SchemaError> {
        reader::read(text, dialect).map(|root| Self { root }).map_err(|fault| {
            let error = SchemaError::at(format, fault.kind, fault.message, text, fault.span);
            error.with_pointer(fault.pointer)
        })
    }

    /// The JSON pointer of the innermost value whose bytes, or whose member name, contain that place.
    pub(crate) fn pointer(&self, span: Span) -> String {
        let mut pointer = String::new();
        let mut node = &self.root;
        loop {
            let inner = match &node.shape {
                Shape::Array(items) => items
                    .iter()
                    .enumerate()
                    .find(|(_, item)| contains(item.span, span))
                    .map(|(index, item)| (index.to_string(), item)),
                Shape::Object(members) => members
                    .iter()
                    .find(|it| contains(it.value.span, span) || contains(it.name_span, span))
                    .map(|it| (it.name.to_string(), &it.value)),
                _ => None,
            };
            let Some((step, inner)) = inner else { return pointer };
            push_step(&mut pointer, &step);
            node = inner;
        }
    }

    /// An error at a place of this document, with its line, column and pointer. `text` is what was parsed.
    pub(crate) fn error(
        &self,
        format: Format,
        kind: SchemaErrorKind,
        message: impl Into<String>,
        text: &str,
        span: Span,
    ) -> SchemaError {
        SchemaError::at(format, kind, message, text, span).with_pointer(self.pointer(span))
    }
}

impl Node {
    /// The member of that name; none where this is no object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|member| &*member.name == name).map(|member| &member.value)
    }

    /// The members in their order; empty where this is no object.
    pub(crate) fn members(&self) -> &[Member] {
        match &self.shape {
            Shape::Object(members) => members,
            _ => &[],
        }
    }

    /// The items in their order; empty where this is no array.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.shape {
            Shape::Array(items) => items,
            _ => &[],
        }
    }

    /// The text of a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.shape {
            Shape::String(text) => Some(text),
            _ => None,
        }
    }

    /// A number written as an integer that fits; `1.0` and `1e0` are none.
    #[cfg(any(feature = "avro", feature = "bincode", feature = "bench"))]
    pub(crate) fn as_i64(&self) -> Option<i64> {
        match &self.shape {
            Shape::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// What it is, as a sentence says it.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.shape {
            Shape::Null => "null",
            Shape::Bool(_) => "a boolean",
            Shape::Number(_) => "a number",
            Shape::String(_) => "a string",
            Shape::Array(_) => "an array",
            Shape::Object(_) => "an object",
        }
    }

    /// The same value for libraries; an integer beyond 64 bits becomes the nearest float.
    #[cfg(any(feature = "avro", feature = "bincode", feature = "json", feature = "bench"))]
    pub(crate) fn to_value(&self) -> serde_json::Value {
        match &self.shape {
            Shape::Null => serde_json::Value::Null,
            Shape::Bool(value) => (*value).into(),
            Shape::Number(text) => text.parse().map_or(serde_json::Value::Null, serde_json::Value::Number),
            Shape::String(text) => (&**text).into(),
            Shape::Array(items) => items.iter().map(Self::to_value).collect(),
            Shape::Object(members) => {
                members.iter().map(|it| (it.name.to_string(), it.value.to_value())).collect()
            }
        }
    }

    /// Compact text: members in their order, numbers as they were written.
    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, &|number, out| out.push_str(number));
        out
    }

    /// Compact text with numbers written by `number`.
    pub(crate) fn write(&self, out: &mut String, number: &dyn Fn(&str, &mut String)) {
        match &self.shape {
            Shape::Null => out.push_str("null"),
            Shape::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Shape::Number(text) => number(text, out),
            Shape::String(text) => write_string(text, out),
            Shape::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out, number);
                }
                out.push(']');
            }
            Shape::Object(members) => {
                out.push('{');
                for (index, member) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_string(&member.name, out);
                    out.push(':');
                    member.value.write(out, number);
                }
                out.push('}');
            }
        }
    }
}

/// Adds one step to a JSON pointer, escaped.
pub(crate) fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    for character in step.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// Adds a JSON string, escaped as Java's Jackson does: short escapes, and the other control characters in upper-case hex.
/// Registries compare texts byte by byte, so the choice of escapes matters.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => out.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

const fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

#[cfg(all(test, feature = "avro"))]
mod tests;
