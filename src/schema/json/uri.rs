//! References to URIs, as text: [RFC 3986, section 5.2](https://www.rfc-editor.org/rfc/rfc3986#section-5.2).
//!
//! Only what is needed to say which document a `$ref` means. Nothing is ever fetched.

use std::borrow::Cow;

/// The document and the fragment of a reference: `place.json#/x` is `place.json` and `/x`.
pub(crate) fn split(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// The URI that `reference` means where `base` is the URI of the document around it; without a base it stays as it is.
/// A fragment of the base takes no part; the one of the reference is kept.
pub(crate) fn resolve(base: &str, reference: &str) -> String {
    let (base, _) = split(base);
    let (target, fragment) =
        reference.split_once('#').map_or((reference, None), |(it, rest)| (it, Some(rest)));
    let mut resolved = resolve_document(base, target);
    if let Some(fragment) = fragment {
        resolved.push('#');
        resolved.push_str(fragment);
    }
    resolved
}

fn resolve_document(base: &str, reference: &str) -> String {
    let (base, reference) = (Parts::of(base), Parts::of(reference));
    let merged = if reference.scheme.is_some() {
        Parts { path: without_dots(&reference.path).into(), ..reference }
    } else if reference.authority.is_some() {
        Parts { scheme: base.scheme, path: without_dots(&reference.path).into(), ..reference }
    } else if reference.path.is_empty() {
        Parts { query: reference.query.or(base.query), ..base }
    } else {
        let path = if reference.path.starts_with('/') || base.is_empty() {
            reference.path
        } else if base.authority.is_some() && base.path.is_empty() {
            format!("/{}", reference.path).into()
        } else {
            let folder = base.path.rfind('/').map_or("", |slash| base.path.get(..=slash).unwrap_or_default());
            format!("{folder}{}", reference.path).into()
        };
        // A name without a base is no path: `a.b` and `./a` are kept as they were written.
        let path = if base.is_empty() { path } else { without_dots(&path).into() };
        Parts { scheme: base.scheme, authority: base.authority, path, query: reference.query }
    };
    merged.to_text()
}

/// The parts of a URI reference without its fragment.
struct Parts<'t> {
    scheme: Option<&'t str>,
    authority: Option<&'t str>,
    path: Cow<'t, str>,
    query: Option<&'t str>,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Self {
        let (rest, query) = text.split_once('?').map_or((text, None), |(rest, query)| (rest, Some(query)));
        let (scheme, rest) = match rest.split_once(':') {
            Some((scheme, after)) if is_scheme(scheme) => (Some(scheme), after),
            _ => (None, rest),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(after) => {
                let end = after.find('/').unwrap_or(after.len());
                let (authority, path) = after.split_at_checked(end).unwrap_or((after, ""));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Self { scheme, authority, path: path.into(), query }
    }

    fn is_empty(&self) -> bool {
        self.scheme.is_none() && self.authority.is_none() && self.path.is_empty()
    }

    fn to_text(&self) -> String {
        let mut out = String::new();
        if let Some(scheme) = self.scheme {
            out.push_str(scheme);
            out.push(':');
        }
        if let Some(authority) = self.authority {
            out.push_str("//");
            out.push_str(authority);
        }
        out.push_str(&self.path);
        if let Some(query) = self.query {
            out.push('?');
            out.push_str(query);
        }
        out
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Section 5.2.4: `.` goes, `..` takes the segment before it along.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                // The empty segment before a leading slash is no folder that `..` could leave.
                if segment == ".." && kept.len() > usize::from(path.starts_with('/')) {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    kept.join("/")
}

/// Decodes `%41` and its like; what is no escape, or no UTF-8 behind it, stays as it is.
pub(crate) fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = (*first == b'%').then(|| after.split_at_checked(2)).flatten();
        let decoded = escape.and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits)
                .ok()
                .filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = decoded.unwrap_or((*first, after));
        out.push(byte);
        rest = after;
    }
    String::from_utf8(out).map_or(text.into(), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::{percent_decoded, resolve};

    /// RFC 3986, section 5.4, without the rows that only differ in a fragment.
    #[test]
    fn references_resolve_as_the_rfc_shows() {
        let rows = [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g..", "http://a/b/c/g.."),
            ("./g/.", "http://a/b/c/g/"),
            ("g;x=1/../y", "http://a/b/c/y"),
        ];
        for (reference, target) in rows {
            assert_eq!(resolve("http://a/b/c/d;p?q", reference), target, "{reference}");
        }
    }

    #[test]
    fn without_a_base_a_name_stays_as_it_is() {
        for name in ["com.acme.Place", "place.json#/definitions/x", "./place.json", "#/x", "urn:place"] {
            assert_eq!(resolve("", name), name);
        }
    }

    #[test]
    fn percent_escapes_are_decoded_and_broken_ones_kept() {
        assert_eq!(percent_decoded("a%20b%zz%4"), "a b%zz%4");
        assert_eq!(percent_decoded("%ff"), "%ff");
    }
}
