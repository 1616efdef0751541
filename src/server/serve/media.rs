//! Media types: which one an answer has, and which ones a body may have. As Confluent's server does it.

/// What answers may be, the first where a client does not mind.
const PRODUCED: [&str; 3] =
    [crate::server::MEDIA_TYPE, "application/vnd.schemaregistry+json", "application/json"];

/// What bodies may be besides: one of no stated type counts as this.
const GENERIC: &str = "application/octet-stream";

/// The type of the answer to a request with that header `Accept`; `None` where none will do (406).
///
/// | `Accept` | answer |
/// |---|---|
/// | none, `*/*`, `application/*` | `application/vnd.schemaregistry.v1+json` |
/// | one or more of ours | the one with the highest quality; of several the first in our own order |
/// | none of ours | none |
pub(super) fn produced(accept: Option<&str>) -> Option<&'static str> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return Some(PRODUCED[0]) };
    let mut best: Option<(&'static str, f32)> = None;
    for ours in PRODUCED {
        let quality = quality(accept, ours);
        if quality > best.map_or(0.0, |(_, quality)| quality) {
            best = Some((ours, quality));
        }
    }
    best.map(|(ours, _)| ours)
}

/// The quality that a header gives a type: that of the range that says most about it, 0 where none does.
fn quality(accept: &str, ours: &str) -> f32 {
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next()?;
        let detail = match name {
            "*/*" | "*" => 0,
            "application/*" => 1,
            name if name.eq_ignore_ascii_case(ours) => 2,
            _ => return None,
        };
        let stated = parts.find_map(|part| part.strip_prefix("q=")).map(str::parse);
        Some((detail, stated.and_then(Result::ok).unwrap_or(1.0)))
    });
    ranges.max_by_key(|(detail, _)| *detail).map_or(0.0, |(_, quality)| quality)
}

/// Whether a body of that type is read (otherwise 415).
pub(super) fn is_consumed(content_type: Option<&str>) -> bool {
    let Some(name) = content_type.and_then(|it| it.split(';').next()).map(str::trim) else { return true };
    name.is_empty() || PRODUCED.iter().chain([&GENERIC]).any(|ours| ours.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::{PRODUCED, is_consumed, produced};

    #[test]
    fn the_answers_type_is_the_one_that_is_accepted_most() {
        for (accept, expected) in [
            (None, Some(PRODUCED[0])),
            (Some("*/*"), Some(PRODUCED[0])),
            (Some("application/json"), Some(PRODUCED[2])),
            (Some("application/json, application/vnd.schemaregistry.v1+json"), Some(PRODUCED[0])),
            (Some("application/json;q=0.9, application/vnd.schemaregistry.v1+json;q=0.1"), Some(PRODUCED[2])),
            // As the Java client sends it.
            (
                Some(
                    "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json, application/json",
                ),
                Some(PRODUCED[0]),
            ),
            (Some("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"), Some(PRODUCED[0])),
            (Some("application/json;q=0"), None),
            (Some("text/html"), None),
        ] {
            assert_eq!(produced(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_body_without_a_type_is_taken_for_one_of_ours() {
        for content_type in PRODUCED {
            assert!(is_consumed(Some(&format!("{content_type}; charset=utf-8"))));
        }
        assert!(is_consumed(None) && is_consumed(Some("application/octet-stream")));
        assert!(!is_consumed(Some("text/plain")) && !is_consumed(Some("application/x-www-form-urlencoded")));
    }
}
