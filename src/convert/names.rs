//! Names that a language allows, each once.

use std::collections::HashSet;

/// The names that are taken in one place, such as a record's fields or a file's types.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    /// What of a name has to be unlike all others.
    key: Option<fn(&str) -> String>,
}

impl Names {
    /// Names that differ as they are.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Names that differ by that part of them.
    pub(super) fn by(key: fn(&str) -> String) -> Self {
        Self { taken: HashSet::new(), key: Some(key) }
    }

    fn key(&self, name: &str) -> String {
        self.key.map_or_else(|| name.to_owned(), |key| key(name))
    }

    /// The name itself, or with the first number behind it that makes it new.
    pub(super) fn unique(&mut self, wanted: &str) -> String {
        if self.taken.insert(self.key(wanted)) {
            return wanted.to_owned();
        }
        let mut number = 2_u64;
        loop {
            let name = format!("{wanted}_{number}");
            if self.taken.insert(self.key(&name)) {
                return name;
            }
            number += 1;
        }
    }
}

/// A name of `[A-Za-z_][A-Za-z0-9_]*`, as Avro and Protobuf have them: the name itself where it is one.
pub(super) fn identifier(name: &str) -> String {
    let mut out: String =
        name.chars().map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '_' }).collect();
    if out.is_empty() || out.starts_with(|first: char| first.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out
}

/// The same of every part between dots; parts that are empty go.
pub(super) fn dotted(name: &str) -> String {
    let parts: Vec<_> = name.split('.').filter(|it| !it.is_empty()).map(identifier).collect();
    parts.join(".")
}

/// The namespace and the simple name.
pub(super) fn split(full: &str) -> (&str, &str) {
    full.rsplit_once('.').unwrap_or(("", full))
}

/// `orderLine` and `OrderLine` as `order_line`.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && lower {
            out.push('_');
        }
        lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        out.push(character.to_ascii_lowercase());
    }
    out
}
