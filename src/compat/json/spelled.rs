//! A text that a pattern is found in, for the patterns that people write: literals, classes, groups, repetitions.
//!
//! A guess, for whoever asks to check: what a look-around or a back reference asks for is not heeded.

use std::iter::Peekable;
use std::str::Chars;

/// The longest text, and the most often that something is repeated.
const LONGEST: usize = 200;

/// How deep groups are followed.
const DEPTH: usize = 20;

/// The shortest text that comes to mind for a pattern.
pub(super) fn spelled(pattern: &str) -> String {
    let mut reader = Reader { rest: pattern.chars().peekable() };
    reader.choice(DEPTH)
}

struct Reader<'p> {
    rest: Peekable<Chars<'p>>,
}

impl Reader<'_> {
    /// `a|b`: the first alternative. The others are read, too, up to the end of the group.
    fn choice(&mut self, depth: usize) -> String {
        let first = self.sequence(depth);
        while self.rest.next_if_eq(&'|').is_some() {
            self.sequence(depth);
        }
        first
    }

    fn sequence(&mut self, depth: usize) -> String {
        let mut out = String::new();
        while let Some(letter) = self.rest.next_if(|it| !matches!(it, '|' | ')')) {
            let one = match letter {
                '^' | '$' => continue,
                '.' => "a".to_owned(),
                '\\' => self.escape(),
                '[' => self.class(),
                '(' if depth > 0 => self.group(depth - 1),
                other => other.to_string(),
            };
            let times = self.repetition();
            if out.len() + one.len() * times <= LONGEST {
                out.push_str(&one.repeat(times));
            }
        }
        out
    }

    fn group(&mut self, depth: usize) -> String {
        // `(?:`, `(?<name>`, `(?=`
        if self.rest.next_if_eq(&'?').is_some() {
            while let Some(letter) = self.rest.next_if(|it| !matches!(it, '(' | ')')) {
                if matches!(letter, ':' | '>' | '=' | '!') {
                    break;
                }
            }
        }
        let inner = self.choice(depth);
        self.rest.next_if_eq(&')');
        inner
    }

    fn escape(&mut self) -> String {
        match self.rest.next() {
            Some('d') => "0".into(),
            Some('w') => "a".into(),
            Some('s') => " ".into(),
            Some('D' | 'S') => "x".into(),
            Some('W') => "-".into(),
            Some('b' | 'B') | None => String::new(),
            Some('n') => "\n".into(),
            Some('t') => "\t".into(),
            Some(other) => other.to_string(),
        }
    }

    /// The first letter that a class names; for one that excludes, a letter that it is not likely to.
    fn class(&mut self) -> String {
        let is_negative = self.rest.next_if_eq(&'^').is_some();
        let mut first = None;
        let mut named = Vec::new();
        while let Some(letter) = self.rest.next() {
            let one = match letter {
                ']' if first.is_some() => break,
                '\\' => self.escape(),
                other => other.to_string(),
            };
            named.extend(one.chars());
            first.get_or_insert(one);
        }
        if is_negative {
            let free = ['a', '0', '_', ' ', 'Z', '~'].into_iter().find(|it| !named.contains(it));
            return free.map(String::from).unwrap_or_default();
        }
        first.unwrap_or_default()
    }

    /// How often the last part stands there, at least; once where it may stand there any number of times.
    fn repetition(&mut self) -> usize {
        let times = match self.rest.peek() {
            Some('*' | '+' | '?') => {
                self.rest.next();
                1
            }
            Some('{') => {
                self.rest.next();
                let mut least = String::new();
                while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
                    least.push(digit);
                }
                while self.rest.next_if(|it| *it != '}').is_some() {}
                self.rest.next();
                least.parse().unwrap_or(1).min(LONGEST)
            }
            _ => 1,
        };
        // Lazy ones.
        self.rest.next_if_eq(&'?');
        times
    }
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn patterns_that_people_write_are_found_in_what_is_spelled() {
        let rows = [
            "^x-",
            "b$",
            "^[a-z][a-z0-9_]*$",
            r"^\d{4}-\d{2}-\d{2}$",
            "^(foo|bar)+$",
            r"^\+?[0-9]{3,14}$",
            "^[^/]+$",
            r"^(?:a|b)\.json$",
            "",
        ];
        for pattern in rows {
            let text = spelled(pattern);
            let is_found = jsonschema::options()
                .build(&serde_json::json!({ "pattern": pattern }))
                .is_ok_and(|it| it.is_valid(&text.clone().into()));
            assert!(is_found, "{pattern}: {text}");
        }
        // What is no pattern ends, too.
        for pattern in ["[", "(", "a{", "\\", "((((", "[^", "(?<", "{9999999999}"] {
            assert!(spelled(pattern).len() <= 200, "{pattern}");
        }
    }
}
