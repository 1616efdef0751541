//! A request as a value: what was asked, taken apart once.

use std::borrow::Cow;

use super::failure::Failure;
use crate::ids::InvalidName;
use crate::registry::{Deleted, Deletion, RegistryErrorKind, Subject, VersionSpec};

/// What is done to what the path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the methods of HTTP that the API has")]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    /// The method as it stands in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// One request of the API. The path and the query are as they came, percent-encoded.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The method.
    pub method: Method,
    /// The path, from its first slash.
    pub path: &'r str,
    /// What stands behind the question mark.
    pub query: &'r str,
    /// The body.
    pub body: &'r [u8],
}

impl<'r> Request<'r> {
    /// The path's segments, decoded; an empty one at the end is none, so that a slash there changes nothing.
    pub(super) fn segments(&self) -> Vec<Cow<'r, str>> {
        let path = self.path.strip_prefix('/').unwrap_or(self.path);
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.is_empty() {
            return Vec::new();
        }
        let decode = |segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        path.split('/').map(decode).collect()
    }
}

/// A request whose path was matched: what the path names, and the parameters.
#[derive(Debug)]
pub(super) struct Call<'r> {
    /// The segments that stand for something, in their order.
    pub(super) names: Vec<Cow<'r, str>>,
    pub(super) query: &'r str,
    pub(super) body: &'r [u8],
}

impl<'r> Call<'r> {
    /// The name at that place of the route.
    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", |name| name)
    }

    /// The subject at that place.
    pub(super) fn subject(&self, place: usize) -> Result<Subject, Failure> {
        subject(self.name(place))
    }

    /// The version at that place.
    pub(super) fn version(&self, place: usize) -> Result<VersionSpec, Failure> {
        let name = self.name(place);
        name.parse().map_err(|_: InvalidName| {
            let message = format!(
                "The specified version '{}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"",
                name.escape_debug()
            );
            Failure::refused(RegistryErrorKind::InvalidVersion, message)
        })
    }

    /// The values of a parameter, in their order.
    pub(super) fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = Cow<'r, str>> + use<'r, 'n> {
        form_urlencoded::parse(self.query.as_bytes())
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// The first value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<Cow<'r, str>> {
        self.all(name).next()
    }

    /// Whether a parameter is `true`, in any case: Python's clients write it with a capital.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.parameter(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Which deleted ones are asked for.
    pub(super) fn deleted(&self) -> Deleted {
        match (self.flag("deletedOnly"), self.flag("deleted")) {
            (true, _) => Deleted::Only,
            (false, true) => Deleted::Included,
            (false, false) => Deleted::Hidden,
        }
    }

    /// Which kind of deletion is asked for.
    pub(super) fn deletion(&self) -> Deletion {
        if self.flag("permanent") { Deletion::Permanent } else { Deletion::Soft }
    }

    /// The page that is asked for: as many as `limit` says from `offset` on; a negative limit is none. What is no number is no
    /// path of Confluent's (404).
    pub(super) fn page<T>(&self, mut all: Vec<T>) -> Result<Vec<T>, Failure> {
        let number = |name| match self.parameter(name) {
            Some(value) if !value.is_empty() => {
                value.parse::<i32>().map(Some).map_err(|_| Failure::no_route())
            }
            _ => Ok(None),
        };
        let (offset, limit) = (number("offset")?, number("limit")?);
        let offset = offset.and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
        all.drain(..offset.min(all.len()));
        if let Some(limit) = limit.and_then(|it| usize::try_from(it).ok()) {
            all.truncate(limit);
        }
        Ok(all)
    }

    /// The body as JSON.
    pub(super) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(self.body).map_err(|error| {
            let message = format!("the body does not read: {error}");
            // What is no JSON at all is a bad request; JSON of another shape cannot be processed.
            if error.is_data() { Failure::new(422, message) } else { Failure::new(400, message) }
        })
    }
}

/// The subject of that name.
pub(super) fn subject(name: &str) -> Result<Subject, Failure> {
    name.parse().map_err(|_: InvalidName| {
        Failure::refused(
            RegistryErrorKind::InvalidSubject,
            format!("The specified subject '{}' is not a valid.", name.escape_debug()),
        )
    })
}
