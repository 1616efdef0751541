//! Requests within a context: `/contexts/.eu/...` is the API with `.eu` where a subject names no context.
//!
//! ```text
//! /contexts/.eu/subjects/orders/versions   /subjects/:.eu:orders/versions
//! /contexts/.eu/subjects                   /subjects?subjectPrefix=:.eu:
//! /contexts/.eu/schemas/ids/1              /schemas/ids/1?subject=:.eu:
//! /contexts/.eu/config                     /config/:.eu:
//! ```
//!
//! Clients are given `https://registry/contexts/.eu` as their registry, or send such paths themselves.

use std::borrow::Cow;

use crate::registry::DEFAULT_CONTEXT;

/// The path and the query that a request within a context stands for; `None` where it is not within one.
pub(super) fn within<'r>(
    segments: &[Cow<'r, str>],
    query: &'r str,
) -> Option<(Vec<Cow<'r, str>>, Cow<'r, str>)> {
    let [contexts, context, path @ ..] = segments else { return None };
    if contexts != "contexts" || path.is_empty() {
        return None;
    }
    let prefix = prefix(context);
    let mut path = path.to_vec();
    let mut query = Cow::Borrowed(query);
    let words: Vec<&str> = segments.iter().skip(2).map(|segment| &**segment).collect();
    match words.as_slice() {
        ["subjects" | "schemas"] => query = with(&query, "subjectPrefix", &prefix).into(),
        ["schemas", "ids", ..] => query = with(&query, "subject", &prefix).into(),
        // Without a subject the settings are the context's, which in the default one are the registry's.
        ["config" | "mode"] if !prefix.is_empty() => path.push(prefix.into()),
        ["subjects" | "config" | "mode", subject, ..] => set(&mut path, 1, qualified(subject, &prefix)),
        ["compatibility", "subjects", subject, ..] => set(&mut path, 2, qualified(subject, &prefix)),
        _ => {}
    }
    Some((path, query))
}

fn set<'r>(path: &mut [Cow<'r, str>], place: usize, subject: String) {
    if let Some(segment) = path.get_mut(place) {
        *segment = subject.into();
    }
}

/// What stands in front of a subject in a context: `:.eu:`, nothing in the default one. The context is written as `.eu` or `:.eu:`.
fn prefix(context: &str) -> String {
    let context = context.trim_matches(':');
    match context.strip_prefix('.').unwrap_or(context) {
        "" => String::new(),
        name => format!(":{DEFAULT_CONTEXT}{name}:"),
    }
}

/// A subject that names its context keeps it.
fn qualified(subject: &str, prefix: &str) -> String {
    if subject.starts_with(":.") || subject.starts_with(":*:") {
        return subject.to_owned();
    }
    format!("{prefix}{subject}")
}

/// A query in which a parameter's subject is in the context; the context itself where the parameter is missing.
fn with(query: &str, parameter: &str, prefix: &str) -> String {
    let mut scoped = form_urlencoded::Serializer::new(String::new());
    let mut is_missing = true;
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        if key == parameter {
            is_missing = false;
            scoped.append_pair(&key, &qualified(&value, prefix));
        } else {
            scoped.append_pair(&key, &value);
        }
    }
    if is_missing && !prefix.is_empty() {
        scoped.append_pair(parameter, prefix);
    }
    scoped.finish()
}
