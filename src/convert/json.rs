//! JSON texts for people: members in their order, what is short on one line.

use crate::schema::json_text::write_string;

/// A JSON value with its members in order.
#[derive(Debug, Clone)]
pub(super) enum Json {
    /// Written already: a number, `true`, `null`.
    Raw(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// How wide a line may be to hold a whole list or object.
const WIDTH: usize = 100;

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn raw(text: impl std::fmt::Display) -> Self {
        Self::Raw(format!("{text}"))
    }

    /// An object of one member.
    pub(super) fn one(name: &str, value: Self) -> Self {
        Self::Object(vec![(name.to_owned(), value)])
    }

    /// Adds a member; what is no object stays as it is.
    pub(super) fn with(mut self, name: &str, value: Self) -> Self {
        if let Self::Object(members) = &mut self {
            members.push((name.to_owned(), value));
        }
        self
    }

    /// The text, with a line end.
    pub(super) fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    /// Each list and object on one line where it fits, else each of its parts on a line of its own.
    fn write(&self, out: &mut String, indent: usize) {
        let mut line = String::new();
        if self.flat(&mut line, WIDTH.saturating_sub(indent)) {
            out.push_str(&line);
            return;
        }
        let inner = indent + 2;
        match self {
            Self::Raw(_) | Self::Text(_) => out.push_str(&line),
            Self::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { ",\n" } else { "\n" });
                    out.push_str(&" ".repeat(inner));
                    item.write(out, inner);
                }
                out.push_str(&format!("\n{:indent$}]", ""));
            }
            Self::Object(members) => {
                out.push('{');
                for (place, (name, value)) in members.iter().enumerate() {
                    out.push_str(if place > 0 { ",\n" } else { "\n" });
                    out.push_str(&" ".repeat(inner));
                    write_string(name, out);
                    out.push_str(": ");
                    value.write(out, inner);
                }
                out.push_str(&format!("\n{:indent$}}}", ""));
            }
        }
    }

    /// Writes it on one line and says whether that is within the width; a scalar is written in any case.
    /// It stops soon behind the width, so that deep values do not cost the square of their depth.
    fn flat(&self, out: &mut String, width: usize) -> bool {
        match self {
            Self::Raw(text) => out.push_str(text),
            Self::Text(text) => write_string(text, out),
            Self::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { ", " } else { "" });
                    if !item.flat(out, width) {
                        return false;
                    }
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (place, (name, value)) in members.iter().enumerate() {
                    out.push_str(if place > 0 { ", " } else { "" });
                    write_string(name, out);
                    out.push_str(": ");
                    if !value.flat(out, width) {
                        return false;
                    }
                }
                out.push('}');
            }
        }
        out.len() <= width
    }
}
