//! Cases of deleting.

use std::sync::Arc;

use super::support::{OTHER, TEXT, number, proposal, refused, register, set_level, subject, versions};
use crate::compat::Level;
use crate::ids::{SchemaId, SchemaKey, Version};
use crate::registry::{Deleted, Deletion, Registry, VersionSpec};

const SOFT: Deletion = Deletion::Soft;
const PERMANENT: Deletion = Deletion::Permanent;

async fn two(registry: &Arc<dyn Registry>) {
    set_level(registry, None, Level::None).await;
    register(registry, "s", TEXT).await;
    register(registry, "s", OTHER).await;
}

pub(super) async fn version(registry: Arc<dyn Registry>) {
    two(&registry).await;
    let s = subject("s");
    refused(registry.delete_version(&subject("t"), number(1), SOFT).await, 40401);
    refused(registry.delete_version(&s, number(3), SOFT).await, 40402);
    refused(registry.delete_version(&s, number(2), PERMANENT).await, 40407);
    assert_eq!(registry.delete_version(&s, VersionSpec::Latest, SOFT).await.expect("deleted"), Version(2));
    refused(registry.delete_version(&s, number(2), SOFT).await, 40406);
    refused(registry.version(&s, number(2), Deleted::Hidden).await, 40402);
    refused(registry.lookup(&s, &proposal(OTHER), Deleted::Hidden).await, 40403);
    let hidden = registry.version(&s, number(2), Deleted::Included).await.expect("found");
    assert!(hidden.deleted, "a hidden version says that it is");
    for (deleted, expected) in
        [(Deleted::Hidden, vec![1]), (Deleted::Included, vec![1, 2]), (Deleted::Only, vec![2])]
    {
        assert_eq!(versions(&registry, "s", deleted).await, expected, "{deleted:?}");
    }
    let key = SchemaKey::Id(SchemaId(2));
    assert_eq!(registry.schema(key, None).await.expect("its id still reads old messages").text(), OTHER);
    assert_eq!(registry.delete_version(&s, number(2), PERMANENT).await.expect("deleted"), Version(2));
    refused(registry.schema(key, None).await, 40403);
    assert_eq!(versions(&registry, "s", Deleted::Included).await, [1]);
}

pub(super) async fn whole_subject(registry: Arc<dyn Registry>) {
    two(&registry).await;
    set_level(&registry, Some("s"), Level::Full).await;
    let s = subject("s");
    let listed = async |deleted| registry.subjects("", deleted).await.expect("a list");
    refused(registry.delete_subject(&subject("t"), SOFT).await, 40401);
    refused(registry.delete_subject(&s, PERMANENT).await, 40405);
    assert_eq!(registry.delete_subject(&s, SOFT).await.expect("deleted"), [Version(1), Version(2)]);
    refused(registry.delete_subject(&s, SOFT).await, 40404);
    refused(registry.versions(&s, Deleted::Hidden).await, 40401);
    assert_eq!(listed(Deleted::Hidden).await, []);
    assert_eq!(listed(Deleted::Included).await, std::slice::from_ref(&s));
    assert_eq!(listed(Deleted::Only).await, std::slice::from_ref(&s));
    assert_eq!(registry.delete_subject(&s, PERMANENT).await.expect("deleted"), [Version(1), Version(2)]);
    assert_eq!(listed(Deleted::Included).await, []);
    refused(registry.config(Some(&s)).await, 40408);
    refused(registry.delete_subject(&s, PERMANENT).await, 40401);
}

pub(super) async fn again(registry: Arc<dyn Registry>) {
    two(&registry).await;
    registry.delete_subject(&subject("s"), SOFT).await.expect("deleted");
    let back = register(&registry, "s", TEXT).await;
    assert_eq!((back.version, back.id), (Version(3), SchemaId(1)), "numbers go on, the id stays");
    assert_eq!(versions(&registry, "s", Deleted::Included).await, [2, 3]);
}
