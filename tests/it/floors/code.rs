//! Rust text reduced to what the floors test looks at: no comments, no literals, no tests, no blanks.

/// The code alone: comments and literals are dropped, blanks stay only between two words.
pub(super) fn only_code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_word = code.ends_with(is_word);
        let skipped = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => 1 + closing_quote(&rest[1..], '"'),
            '\'' => character(rest),
            'r' | 'b' | 'c' if !after_word => raw_string(rest),
            _ => 0,
        };
        if skipped > 0 {
            code.push_str(if first == '/' { "" } else { "\"\"" });
            rest = &rest[skipped..];
            continue;
        }
        let behind = &rest[first.len_utf8()..];
        if !first.is_whitespace() {
            code.push(first);
        } else if after_word && behind.trim_start().starts_with(is_word) {
            code.push(' ');
        }
        rest = behind;
    }
    code
}

/// The code without the items under `#[cfg(test)]`.
pub(super) fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some((before, item)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        let end = item.find(['{', ';']).map_or(item.len(), |open| match item[open..].starts_with('{') {
            true => open + group(&item[open..]),
            false => open + 1,
        });
        rest = &item[end..];
    }
    kept + rest
}

/// The names directly behind a path's beginning: of `use crate::{a::b, c}` with `crate::` these are `a` and `c`.
pub(super) fn names_behind<'c>(code: &'c str, path: &str) -> Vec<&'c str> {
    let mut names = Vec::new();
    for (place, _) in code.match_indices(path).filter(|(place, _)| !code[..*place].ends_with(is_word)) {
        let behind = code[place + path.len()..].trim_start_matches("super::");
        let Some(inside) = behind.starts_with('{').then(|| &behind[1..group(behind) - 1]) else {
            names.push(first_word(behind));
            continue;
        };
        let mut depth = 0;
        let items = inside.split(|character| {
            depth += i32::from(character == '{') - i32::from(character == '}');
            depth == 0 && character == ','
        });
        names.extend(items.map(first_word).filter(|name| !name.is_empty()));
    }
    names
}

/// Whether the code has that text, not as the end of a longer word.
pub(super) fn holds_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(place, _)| !word.starts_with(is_word) || !code[..place].ends_with(is_word))
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn first_word(code: &str) -> &str {
    &code[..code.find(|character| !is_word(character)).unwrap_or(code.len())]
}

/// The length of the braces that the code starts with, and of all between them.
fn group(code: &str) -> usize {
    let mut depth = 0;
    for (place, character) in code.char_indices() {
        depth += i32::from(character == '{') - i32::from(character == '}');
        if depth == 0 {
            return place + 1;
        }
    }
    code.len()
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut place = 0;
    while place < text.len() {
        if text[place..].starts_with("/*") {
            depth += 1;
            place += 2;
        } else if text[place..].starts_with("*/") {
            depth -= 1;
            place += 2;
            if depth == 0 {
                break;
            }
        } else {
            place += text[place..].chars().next().map_or(1, char::len_utf8);
        }
    }
    place
}

/// The length up to and with the closing quote; a backslash hides what follows it.
fn closing_quote(text: &str, quote: char) -> usize {
    let mut hidden = false;
    for (place, character) in text.char_indices() {
        match character {
            _ if hidden => hidden = false,
            '\\' => hidden = true,
            _ if character == quote => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a character literal; none where the quote begins a lifetime.
fn character(text: &str) -> usize {
    let mut behind = text.chars().skip(1);
    let (first, second) = (behind.next(), behind.next());
    if first == Some('\\') || second == Some('\'') { 1 + closing_quote(&text[1..], '\'') } else { 0 }
}

/// The length of `r"…"`, `br#"…"#` and their like; none where no raw string starts.
fn raw_string(text: &str) -> usize {
    let Some(hashes) = text.trim_start_matches(['b', 'c']).strip_prefix('r') else { return 0 };
    let Some(body) = hashes.trim_start_matches('#').strip_prefix('"') else { return 0 };
    let end = format!("\"{}", &hashes[..hashes.len() - body.len() - 1]);
    text.len() - body.len() + body.find(&end).map_or(body.len(), |place| place + end.len())
}
