//! Which handler answers which path: the API as a table.

use std::borrow::Cow;
use std::sync::Arc;

use super::failure::Failure;
use super::request::{Call, Method, Request};
use super::{about, batch, compatibility, ids, schemas, scope, settings, subjects};
use crate::registry::Registry;
use crate::transport::BoxFuture;

/// What a handler gives: a body, which is JSON unless a schema's text stands alone; an empty one where there is nothing to say.
pub(super) type Answer = Result<Vec<u8>, Failure>;

/// Answers one call.
type Handler = for<'a> fn(&'a Arc<dyn Registry>, &'a Call<'a>) -> BoxFuture<'a, Answer>;

/// A path, its method, and who answers.
pub(super) struct Route {
    pub(super) method: Method,
    /// Segments; one in braces stands for a name.
    pub(super) path: &'static str,
    pub(super) pace: Pace,
    handler: Handler,
}

/// How long a route may take: where a server answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// From memory, at once.
    Quick,
    /// It parses, compares, writes, or lists all there is.
    Slow,
}

const fn quick(method: Method, path: &'static str, handler: Handler) -> Route {
    Route { method, path, pace: Pace::Quick, handler }
}

const fn slow(method: Method, path: &'static str, handler: Handler) -> Route {
    Route { method, path, pace: Pace::Slow, handler }
}

use Method::{Delete, Get, Post, Put};

/// Source: Confluent Schema Registry 8, *API reference*; `schemawire/` is our own.
#[rustfmt::skip]
pub(super) const ROUTES: &[Route] = &[
    quick(Get, "schemas/ids/{id}", |registry, call| Box::pin(ids::of_id(registry, call))),
    quick(Get, "schemas/ids/{id}/schema", |registry, call| Box::pin(ids::text_of_id(registry, call))),
    quick(Get, "schemas/ids/{id}/subjects", |registry, call| Box::pin(ids::subjects(registry, call))),
    quick(Get, "schemas/ids/{id}/versions", |registry, call| Box::pin(ids::versions(registry, call))),
    quick(Get, "schemas/guids/{guid}", |registry, call| Box::pin(ids::of_guid(registry, call))),
    quick(Get, "schemas/guids/{guid}/ids", |registry, call| Box::pin(ids::ids_of_guid(registry, call))),
    slow(Get, "schemas", |registry, call| Box::pin(schemas::list(registry, call))),
    quick(Get, "schemas/types", |_, _| about::types()),
    slow(Get, "subjects", |registry, call| Box::pin(subjects::list(registry, call))),
    slow(Post, "subjects/{subject}", |registry, call| Box::pin(subjects::lookup(registry, call))),
    slow(Delete, "subjects/{subject}", |registry, call| Box::pin(subjects::delete(registry, call))),
    slow(Get, "subjects/{subject}/metadata", |registry, call| Box::pin(subjects::with_metadata(registry, call))),
    quick(Get, "subjects/{subject}/versions", |registry, call| Box::pin(subjects::versions(registry, call))),
    slow(Post, "subjects/{subject}/versions", |registry, call| Box::pin(subjects::register(registry, call))),
    quick(Get, "subjects/{subject}/versions/{version}", |registry, call| Box::pin(subjects::version(registry, call))),
    slow(Delete, "subjects/{subject}/versions/{version}", |registry, call| Box::pin(subjects::delete_version(registry, call))),
    quick(Get, "subjects/{subject}/versions/{version}/schema", |registry, call| Box::pin(subjects::text(registry, call))),
    quick(Get, "subjects/{subject}/versions/{version}/referencedby", |registry, call| Box::pin(subjects::referenced_by(registry, call))),
    slow(Post, "subjects/{subject}/versions/{version}/tags", |registry, call| Box::pin(subjects::tag(registry, call))),
    slow(Post, "compatibility/subjects/{subject}/versions", |registry, call| Box::pin(compatibility::with_all(registry, call))),
    slow(Post, "compatibility/subjects/{subject}/versions/{version}", |registry, call| Box::pin(compatibility::with_one(registry, call))),
    quick(Get, "config", |registry, call| Box::pin(settings::config(registry, call))),
    slow(Put, "config", |registry, call| Box::pin(settings::set_config(registry, call))),
    slow(Delete, "config", |registry, call| Box::pin(settings::delete_config(registry, call))),
    quick(Get, "config/{subject}", |registry, call| Box::pin(settings::config(registry, call))),
    slow(Put, "config/{subject}", |registry, call| Box::pin(settings::set_config(registry, call))),
    slow(Delete, "config/{subject}", |registry, call| Box::pin(settings::delete_config(registry, call))),
    quick(Get, "mode", |registry, call| Box::pin(settings::mode(registry, call))),
    slow(Put, "mode", |registry, call| Box::pin(settings::set_mode(registry, call))),
    slow(Delete, "mode", |registry, call| Box::pin(settings::delete_mode(registry, call))),
    quick(Get, "mode/{subject}", |registry, call| Box::pin(settings::mode(registry, call))),
    slow(Put, "mode/{subject}", |registry, call| Box::pin(settings::set_mode(registry, call))),
    slow(Delete, "mode/{subject}", |registry, call| Box::pin(settings::delete_mode(registry, call))),
    quick(Get, "contexts", |registry, call| Box::pin(about::contexts(registry, call))),
    slow(Delete, "contexts/{context}", |registry, call| Box::pin(about::delete_context(registry, call))),
    quick(Get, "", |_, _| about::root()),
    quick(Post, "", |_, _| about::root()),
    quick(Get, "v1/metadata/id", |_, _| about::id()),
    quick(Get, "v1/metadata/version", |_, _| about::version()),
    quick(Get, "v1/metadata/deployment", |_, _| about::deployment()),
    slow(Post, "schemawire/batch", |registry, call| Box::pin(batch::register(registry, call))),
];

/// Finds the handler of a request and asks it.
pub(super) async fn answer(registry: &Arc<dyn Registry>, request: Request<'_>) -> Answer {
    let found = find(&request)?;
    let call = Call { names: found.names, query: &found.query, body: request.body };
    (found.route.handler)(registry, &call).await
}

/// The route of a request.
pub(super) struct Found<'r> {
    /// Its place in [`ROUTES`].
    pub(super) place: usize,
    pub(super) route: &'static Route,
    names: Vec<Cow<'r, str>>,
    query: Cow<'r, str>,
}

/// Finds the route of a request: 404 where there is no such path, 405 where it has no such method.
pub(super) fn find<'r>(request: &Request<'r>) -> Result<Found<'r>, Failure> {
    let segments = request.segments();
    let (segments, query) =
        scope::within(&segments, request.query).unwrap_or((segments, request.query.into()));
    let mut is_known = false;
    for (place, route) in ROUTES.iter().enumerate() {
        let Some(names) = matched(route.path, &segments) else { continue };
        if route.method == request.method {
            return Ok(Found { place, route, names, query });
        }
        is_known = true;
    }
    Err(if is_known { Failure::no_method() } else { Failure::no_route() })
}

/// The methods that a path has, as the header `Allow` lists them; `None` where there is no such path.
pub(super) fn allowed(path: &str) -> Option<String> {
    let request = Request { method: Get, path, query: "", body: &[] };
    let segments = request.segments();
    let methods = ROUTES.iter().filter(|route| matched(route.path, &segments).is_some());
    let mut names: Vec<&str> = methods.map(|route| route.method.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.sort_unstable();
    Some(names.join(","))
}

/// The names in a path, where it is the route's.
fn matched<'r>(route: &str, segments: &[Cow<'r, str>]) -> Option<Vec<Cow<'r, str>>> {
    let mut rest = segments.iter();
    let mut names = Vec::new();
    for part in route.split('/').filter(|part| !part.is_empty()) {
        let segment = rest.next()?;
        if part.starts_with('{') {
            names.push(segment.clone());
        } else if part != segment.as_ref() {
            return None;
        }
    }
    rest.next().is_none().then_some(names)
}
