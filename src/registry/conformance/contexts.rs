//! Cases of contexts and lists.

use std::sync::Arc;

use super::support::{OTHER, TEXT, refused, register, subject};
use crate::ids::{SchemaId, SchemaKey};
use crate::registry::{Deleted, Registry, Subject};

pub(super) async fn apart(registry: Arc<dyn Registry>) {
    let here = register(&registry, "s", TEXT).await;
    let there = register(&registry, ":.eu:s", OTHER).await;
    let same = register(&registry, ":.eu:t", TEXT).await;
    assert_eq!((here.id, there.id, same.id), (SchemaId(1), SchemaId(1), SchemaId(2)));
    assert_eq!(here.guid, same.guid, "a content has one GUID in all contexts");
    assert_eq!(registry.contexts().await.expect("a list"), [".", ".eu"]);
    let text = async |id, hint: Option<&str>| {
        let hint = hint.map(subject);
        let schema = registry.schema(SchemaKey::Id(SchemaId(id)), hint.as_ref()).await;
        schema.map(|schema| schema.text().to_owned())
    };
    assert_eq!(text(1, None).await.expect("found"), TEXT);
    assert_eq!(text(1, Some(":.eu:s")).await.expect("found"), OTHER);
    assert_eq!(text(2, Some("t")).await.expect("found under that name in another context"), TEXT);
    refused(text(2, None).await, 40403);
    let uses = registry.uses(SchemaId(1), Some(&subject(":.eu:s")), Deleted::Hidden).await.expect("found");
    assert_eq!(uses.first().map(|(subject, _)| subject.as_str()), Some(":.eu:s"));
}

pub(super) async fn listed(registry: Arc<dyn Registry>) {
    for to in ["orders-key", "orders-value", "quakes-value", ":.eu:orders-value"] {
        register(&registry, to, TEXT).await;
    }
    let list = async |prefix: &str| {
        let subjects = registry.subjects(prefix, Deleted::Hidden).await.expect("a list");
        subjects.iter().map(Subject::to_string).collect::<Vec<_>>()
    };
    assert_eq!(list("orders").await, ["orders-key", "orders-value"]);
    assert_eq!(list("").await.len(), 3);
    assert_eq!(list(":.eu:").await, [":.eu:orders-value"]);
    assert_eq!(list(":*:orders-v").await, [":.eu:orders-value", "orders-value"]);
    assert_eq!(list(":*:").await.len(), 4);
}
