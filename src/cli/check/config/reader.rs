//! TOML with places: every complaint names line and column, and no key is passed over.

use std::fmt::Display;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::failure::Failure;
use crate::schema::{Position, Span};

/// One configuration file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'t> {
    /// As complaints name it.
    pub(super) shown: &'t str,
    pub(super) text: &'t str,
}

/// A table whose keys are all known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'r, 't> {
    reader: Reader<'t>,
    table: &'r DeTable<'t>,
    span: Bytes,
}

type Value<'t> = Spanned<DeValue<'t>>;

/// The first byte, and one behind the last.
pub(super) type Bytes = (usize, usize);

/// A value of the file with its place.
type Placed<T> = (T, Bytes);

impl<'t> Reader<'t> {
    /// The whole document.
    pub(super) fn parse(self) -> Result<Spanned<DeTable<'t>>, Failure> {
        DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or((0, 0), |span| (span.start, span.end));
            self.complain(at, error.message())
        })
    }

    pub(super) fn position(self, span: Bytes) -> Position {
        Span::new(span.0, span.1).position(self.text)
    }

    pub(super) fn complain(self, span: Bytes, message: impl Display) -> Failure {
        Failure::usage(format!("{}:{}: {message}", self.shown, self.position(span)))
    }

    /// A table that may have these keys and no others.
    pub(super) fn fields<'r>(
        self,
        table: &'r DeTable<'t>,
        span: Bytes,
        known: &[&str],
    ) -> Result<Fields<'r, 't>, Failure> {
        for (key, _) in table {
            if !known.contains(&key.get_ref().as_ref()) {
                let message = format!("unknown key `{}`; there are {}", key.get_ref(), known.join(", "));
                return Err(self.complain((key.span().start, key.span().end), message));
            }
        }
        Ok(Fields { reader: self, table, span })
    }
}

impl<'r, 't> Fields<'r, 't> {
    /// Where the table is.
    pub(super) fn span(self) -> Bytes {
        self.span
    }

    pub(super) fn complain(self, message: impl Display) -> Failure {
        self.reader.complain(self.span, message)
    }

    pub(super) fn get(self, key: &str) -> Option<&'r Value<'t>> {
        self.table.get(key)
    }

    /// A complaint about the value of a key.
    pub(super) fn complain_of(self, key: &str, message: impl Display) -> Failure {
        let span = self.get(key).map_or(self.span, |value| (value.span().start, value.span().end));
        self.reader.complain(span, message)
    }

    pub(super) fn text(self, key: &str) -> Result<Option<&'r str>, Failure> {
        self.get(key).map(|value| self.as_text(value, key)).transpose()
    }

    pub(super) fn boolean(self, key: &str) -> Result<Option<bool>, Failure> {
        let of = |value: &'r Value<'t>| match value.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.complain_of(key, format!("`{key}` is true or false"))),
        };
        self.get(key).map(of).transpose()
    }

    /// A whole number from 0 on.
    pub(super) fn number(self, key: &str) -> Result<Option<usize>, Failure> {
        let of = |value: &'r Value<'t>| {
            let number = value.get_ref().as_integer().filter(|it| it.radix() == 10);
            let digits = number.map(|it| it.as_str().replace('_', ""));
            digits
                .and_then(|it| it.parse().ok())
                .ok_or_else(|| self.complain_of(key, format!("`{key}` is a whole number, 0 or more")))
        };
        self.get(key).map(of).transpose()
    }

    /// A text that says one of the values of a type.
    pub(super) fn parsed<T: FromStr<Err: Display>>(self, key: &str) -> Result<Option<T>, Failure> {
        let text = self.text(key)?;
        text.map(|text| text.parse().map_err(|error| self.complain_of(key, error))).transpose()
    }

    /// A list of texts, or one text; each with its place.
    pub(super) fn texts(self, key: &str) -> Result<Vec<Placed<&'r str>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let items: Vec<&Value<'t>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let of = |item: &'r Value<'t>| Ok((self.as_text(item, key)?, (item.span().start, item.span().end)));
        items.into_iter().map(of).collect()
    }

    fn as_text(self, value: &'r Value<'t>, key: &str) -> Result<&'r str, Failure> {
        value.get_ref().as_str().ok_or_else(|| {
            self.reader
                .complain((value.span().start, value.span().end), format!("`{key}` is a text in quotes"))
        })
    }

    /// A table within this one.
    pub(super) fn table(self, key: &str, known: &[&str]) -> Result<Option<Self>, Failure> {
        self.any_table(key)?.map(|(table, span)| self.reader.fields(table, span, known)).transpose()
    }

    /// A table within this one whose keys are free.
    pub(super) fn any_table(self, key: &str) -> Result<Option<Placed<&'r DeTable<'t>>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some((table, (value.span().start, value.span().end)))),
            _ => Err(self.complain_of(key, format!("`{key}` is a table: [{key}]"))),
        }
    }

    /// A list of tables.
    pub(super) fn tables(self, key: &str, known: &[&str]) -> Result<Vec<Self>, Failure> {
        let wrong = || self.complain_of(key, format!("`{key}` is a list of tables: [[{key}]]"));
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let DeValue::Array(items) = value.get_ref() else { return Err(wrong()) };
        let of = |item: &'r Value<'t>| match item.get_ref() {
            DeValue::Table(table) => self.reader.fields(table, (item.span().start, item.span().end), known),
            _ => Err(wrong()),
        };
        items.iter().map(of).collect()
    }
}
