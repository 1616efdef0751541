//! What the server says of itself, and the contexts.

use std::sync::Arc;

use serde_json::json;

use super::json;
use super::request::Call;
use super::route::Answer;
use crate::registry::Registry;
use crate::transport::BoxFuture;

fn fixed<'a>(body: &serde_json::Value) -> BoxFuture<'a, Answer> {
    Box::pin(std::future::ready(json(body)))
}

pub(super) fn root<'a>() -> BoxFuture<'a, Answer> {
    fixed(&json!({}))
}

pub(super) fn id<'a>() -> BoxFuture<'a, Answer> {
    let clusters = json!({"kafka-cluster": "schemawire", "schema-registry-cluster": "schema-registry"});
    fixed(&json!({"id": "", "scope": {"path": [], "clusters": clusters}}))
}

/// The version of the API that is spoken, which clients look at, and our own as the commit.
pub(super) fn version<'a>() -> BoxFuture<'a, Answer> {
    fixed(&json!({"version": "8.1.0", "commitId": concat!("schemawire-", env!("CARGO_PKG_VERSION"))}))
}

pub(super) fn deployment<'a>() -> BoxFuture<'a, Answer> {
    fixed(&json!({"attributes": []}))
}

/// The formats of this build that clients know. There are some that refuse the whole answer for a name they do not know, as
/// franz-go's does, so our own formats are not told; a schema of such a one registers like any other.
pub(super) fn types<'a>() -> BoxFuture<'a, Answer> {
    let mut types = vec!["JSON"];
    if cfg!(feature = "protobuf") {
        types.push("PROTOBUF");
    }
    if cfg!(feature = "avro") {
        types.push("AVRO");
    }
    fixed(&json!(types))
}

/// `DELETE /contexts/{context}`; answers without a body.
pub(super) async fn delete_context(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    registry.delete_context(call.name(0)).await?;
    Ok(Vec::new())
}

/// `GET /contexts`
pub(super) async fn contexts(registry: &Arc<dyn Registry>, call: &Call<'_>) -> Answer {
    let prefix = call.parameter("contextPrefix").unwrap_or_default();
    let contexts = registry.contexts().await?;
    json(&call.page(contexts.into_iter().filter(|it| it.starts_with(&*prefix)).collect())?)
}
