//! Which handler answers which path: the API as a table.

use std::borrow::Cow;
use std::sync::Arc;

use super::failure::Failure;
use super::request::{Call, Method, Request};
use super::{about, compatibility, ids, settings, subjects};
use crate::registry::Registry;
use crate::transport::BoxFuture;

/// What a handler gives: a body, which is JSON unless a schema's text stands alone.
pub(super) type Answer = Result<Vec<u8>, Failure>;

/// Answers one call.
type Handler = for<'a> fn(&'a Arc<dyn Registry>, &'a Call<'a>) -> BoxFuture<'a, Answer>;

/// A path, its method, and who answers.
struct Route {
    method: Method,
    /// Segments; `{}` stands for a name.
    path: &'static str,
    handler: Handler,
}

const fn route(method: Method, path: &'static str, handler: Handler) -> Route {
    Route { method, path, handler }
}

use Method::{Delete, Get, Post, Put};

/// Source: Confluent Schema Registry 8, *API reference*.
const ROUTES: &[Route] = &[
    route(Get, "", |_, _| about::root()),
    route(Post, "", |_, _| about::root()),
    route(Get, "v1/metadata/id", |_, _| about::id()),
    route(Get, "v1/metadata/version", |_, _| about::version()),
    route(Get, "v1/metadata/deployment", |_, _| about::deployment()),
    route(Get, "contexts", |registry, call| Box::pin(about::contexts(registry, call))),
    route(Get, "schemas", |registry, call| Box::pin(subjects::schemas(registry, call))),
    route(Get, "schemas/types", |_, _| about::types()),
    route(Get, "schemas/ids/{}", |registry, call| Box::pin(ids::of_id(registry, call))),
    route(Get, "schemas/ids/{}/schema", |registry, call| Box::pin(ids::text_of_id(registry, call))),
    route(Get, "schemas/ids/{}/subjects", |registry, call| Box::pin(ids::subjects(registry, call))),
    route(Get, "schemas/ids/{}/versions", |registry, call| Box::pin(ids::versions(registry, call))),
    route(Get, "schemas/guids/{}", |registry, call| Box::pin(ids::of_guid(registry, call))),
    route(Get, "schemas/guids/{}/ids", |registry, call| Box::pin(ids::ids_of_guid(registry, call))),
    route(Get, "subjects", |registry, call| Box::pin(subjects::list(registry, call))),
    route(Post, "subjects/{}", |registry, call| Box::pin(subjects::lookup(registry, call))),
    route(Delete, "subjects/{}", |registry, call| Box::pin(subjects::delete(registry, call))),
    route(Get, "subjects/{}/metadata", |registry, call| Box::pin(subjects::with_metadata(registry, call))),
    route(Get, "subjects/{}/versions", |registry, call| Box::pin(subjects::versions(registry, call))),
    route(Post, "subjects/{}/versions", |registry, call| Box::pin(subjects::register(registry, call))),
    route(Get, "subjects/{}/versions/{}", |registry, call| Box::pin(subjects::version(registry, call))),
    route(Delete, "subjects/{}/versions/{}", |registry, call| {
        Box::pin(subjects::delete_version(registry, call))
    }),
    route(Get, "subjects/{}/versions/{}/schema", |registry, call| Box::pin(subjects::text(registry, call))),
    route(Get, "subjects/{}/versions/{}/referencedby", |registry, call| {
        Box::pin(subjects::referenced_by(registry, call))
    }),
    route(Post, "compatibility/subjects/{}/versions", |registry, call| {
        Box::pin(compatibility::with_all(registry, call))
    }),
    route(Post, "compatibility/subjects/{}/versions/{}", |registry, call| {
        Box::pin(compatibility::with_one(registry, call))
    }),
    route(Get, "config", |registry, call| Box::pin(settings::config(registry, call))),
    route(Put, "config", |registry, call| Box::pin(settings::set_config(registry, call))),
    route(Delete, "config", |registry, call| Box::pin(settings::delete_config(registry, call))),
    route(Get, "config/{}", |registry, call| Box::pin(settings::config(registry, call))),
    route(Put, "config/{}", |registry, call| Box::pin(settings::set_config(registry, call))),
    route(Delete, "config/{}", |registry, call| Box::pin(settings::delete_config(registry, call))),
    route(Get, "mode", |registry, call| Box::pin(settings::mode(registry, call))),
    route(Put, "mode", |registry, call| Box::pin(settings::set_mode(registry, call))),
    route(Delete, "mode", |registry, call| Box::pin(settings::delete_mode(registry, call))),
    route(Get, "mode/{}", |registry, call| Box::pin(settings::mode(registry, call))),
    route(Put, "mode/{}", |registry, call| Box::pin(settings::set_mode(registry, call))),
    route(Delete, "mode/{}", |registry, call| Box::pin(settings::delete_mode(registry, call))),
];

/// Finds the handler of a request and asks it.
pub(super) async fn answer(registry: &Arc<dyn Registry>, request: Request<'_>) -> Answer {
    let segments = request.segments();
    let mut is_known = false;
    for route in ROUTES {
        let Some(names) = matched(route.path, &segments) else { continue };
        is_known = true;
        if route.method == request.method {
            let call = Call { names, query: request.query, body: request.body };
            return (route.handler)(registry, &call).await;
        }
    }
    Err(if is_known { Failure::no_method() } else { Failure::no_route() })
}

/// The names in a path, where it is the route's.
fn matched<'r>(route: &str, segments: &[Cow<'r, str>]) -> Option<Vec<Cow<'r, str>>> {
    let mut rest = segments.iter();
    let mut names = Vec::new();
    for part in route.split('/').filter(|part| !part.is_empty()) {
        let segment = rest.next()?;
        if part == "{}" {
            names.push(segment.clone());
        } else if part != segment.as_ref() {
            return None;
        }
    }
    rest.next().is_none().then_some(names)
}
