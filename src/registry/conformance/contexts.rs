//! Cases of contexts and lists.

use std::sync::Arc;

use super::support::{OTHER, TEXT, refused, register, subject};
use crate::ids::{Guid, SchemaId, SchemaKey};
use crate::registry::{Deleted, Deletion, Registry, Subject};

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

pub(super) async fn ids(registry: Arc<dyn Registry>) {
    let here = register(&registry, "s", TEXT).await;
    register(&registry, ":.eu:s", OTHER).await;
    register(&registry, ":.eu:t", TEXT).await;
    let ids = registry.ids(here.guid).await.expect("known");
    assert_eq!(ids, [(".".to_owned(), SchemaId(1)), (".eu".to_owned(), SchemaId(2))]);
    refused(registry.ids(Guid([0; 16])).await, 40403);
}

/// A registry may refuse to delete contexts at all.
pub(super) async fn deleted(registry: Arc<dyn Registry>) {
    let there = register(&registry, ":.eu:s", TEXT).await;
    let full = registry.delete_context(".eu").await.expect_err("something is in it").kind.code();
    if full == 42205 {
        return;
    }
    assert_eq!(full, 42211);
    for deletion in [Deletion::Soft, Deletion::Permanent] {
        refused(registry.delete_context(".eu").await, 42211);
        registry.delete_subject(&there.subject, deletion).await.expect("deleted");
    }
    registry.delete_context(".eu").await.expect("it is empty");
    assert_eq!(registry.contexts().await.expect("a list"), ["."]);
    refused(registry.delete_context(".").await, 42205);
    let again = register(&registry, ":.eu:s", OTHER).await;
    assert!(again.id > there.id, "messages may carry the id that was given");
}
