//! Names of a schema as names of Rust.

use std::collections::BTreeSet;

/// Words that are no names unless `r#` stands before them, as of the edition 2024.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Words that are no names even so.
const PATHS: [&str; 4] = ["crate", "self", "super", "Self"];

/// The words of a name, as [heck](https://docs.rs/heck) parts them, by which prost-build names things, too: at what is no
/// letter or digit, before a capital behind a small letter, and before the last of several capitals where a small letter follows.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(|it: char| !it.is_ascii_alphanumeric()) {
        let mut word = String::new();
        // Whether the word's last letter is a capital; digits are neither.
        let mut capital = None;
        let mut letters = part.chars().peekable();
        while let Some(letter) = letters.next() {
            let next = letters.peek().copied();
            let is = if letter.is_ascii_digit() { capital } else { Some(letter.is_ascii_uppercase()) };
            let next_is_small = next.is_some_and(|it| it.is_ascii_lowercase());
            if capital == Some(true) && letter.is_ascii_uppercase() && next_is_small {
                words.push(std::mem::take(&mut word));
                capital = None;
            } else {
                capital = is;
            }
            word.push(letter);
            if is == Some(false) && next.is_some_and(|it| it.is_ascii_uppercase()) {
                words.push(std::mem::take(&mut word));
                capital = None;
            }
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

/// `OrderLine`.
pub(super) fn upper_camel(words: &[String]) -> String {
    let capitalized = |word: &String| {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    words.iter().map(capitalized).collect()
}

/// `order_line`, with whatever between the words.
pub(super) fn joined(words: &[String], between: &str) -> String {
    words.join(between).to_ascii_lowercase()
}

/// The name of a type or a variant; `otherwise` stands before a digit, and for a name without letters.
pub(super) fn type_name(name: &str, otherwise: &str) -> String {
    let name = upper_camel(&words(name));
    let name = if name.starts_with(|it: char| it.is_ascii_alphabetic()) {
        name
    } else {
        otherwise.to_owned() + &name
    };
    if PATHS.contains(&&*name) { name + "_" } else { name }
}

/// The name of a field, without the `r#` that [`raw`] puts before it.
pub(super) fn field_name(name: &str) -> String {
    let name = joined(&words(name), "_");
    let name = match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => name,
        Some(_) => format!("field_{name}"),
        None => "field".to_owned(),
    };
    if PATHS.contains(&&*name) { name + "_" } else { name }
}

/// A name as Rust takes it where it is one of its words.
pub(super) fn raw(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// The name, with a number behind it where it is taken already; it is taken then.
pub(super) fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2_u32..).map(|number| format!("{name}{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|it| !taken.contains(it)).unwrap_or(name);
    taken.insert(free.clone());
    free
}
