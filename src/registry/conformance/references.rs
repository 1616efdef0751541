//! Cases of references.

use std::sync::Arc;

use super::support::{number, referring, refused, register, subject};
use crate::ids::{SchemaId, SchemaKey};
use crate::registry::{Deleted, Deletion, Registry, VersionSpec};

const MONEY: &str = r#"{"type":"record","name":"Money","fields":[{"name":"cents","type":"long"}]}"#;
const ORDER: &str = r#"{"type":"record","name":"Order","fields":[{"name":"net","type":"Money"},{"name":"tax","type":"Money"}]}"#;
const CART: &str = r#"{"type":"array","items":"Order"}"#;

/// Money, an order that uses it twice, a cart of orders.
async fn shop(registry: &Arc<dyn Registry>) {
    let money = register(registry, "money", MONEY).await;
    let order = referring(ORDER, &[("Money", "money", -1, &money.schema)]);
    let order = registry.register(&subject("order"), &order).await.expect("registered");
    let cart = referring(CART, &[("Order", "order", 1, &order.schema)]);
    registry.register(&subject("cart"), &cart).await.expect("registered");
}

pub(super) async fn resolved(registry: Arc<dyn Registry>) {
    shop(&registry).await;
    let cart = registry.schema(SchemaKey::Id(SchemaId(3)), None).await.expect("found");
    assert_eq!(cart.text(), CART, "references stay names");
    let (reference, order) = cart.references().first().expect("a reference");
    assert_eq!(
        (reference.name.as_str(), reference.subject.as_str(), reference.version),
        ("Order", "order", 1)
    );
    let (reference, money) = order.references().first().expect("a reference");
    assert_eq!(reference.version, 1, "the latest became the version that it was");
    assert_eq!(money.text(), MONEY);

    let nowhere = referring(CART, &[("Order", "order", 2, order)]);
    refused(registry.register(&subject("s"), &nowhere).await, 42201);
    let nowhere = referring(CART, &[("Order", "nothing", -1, order)]);
    refused(registry.register(&subject("s"), &nowhere).await, 42201);
}

pub(super) async fn held(registry: Arc<dyn Registry>) {
    shop(&registry).await;
    let (money, order, cart) = (subject("money"), subject("order"), subject("cart"));
    let by =
        async |of, deleted| registry.referenced_by(of, VersionSpec::Latest, deleted).await.expect("found");
    assert_eq!(by(&money, Deleted::Hidden).await, [SchemaId(2)]);
    assert_eq!(by(&cart, Deleted::Hidden).await, []);
    refused(registry.delete_version(&money, number(1), Deletion::Soft).await, 42206);
    refused(registry.delete_subject(&order, Deletion::Soft).await, 42206);
    registry.delete_subject(&cart, Deletion::Soft).await.expect("nothing refers to it");
    assert_eq!(by(&order, Deleted::Hidden).await, []);
    assert_eq!(by(&order, Deleted::Included).await, [SchemaId(3)]);
    registry.delete_subject(&order, Deletion::Soft).await.expect("what refers to it is hidden");
    refused(registry.delete_subject(&order, Deletion::Permanent).await, 42206);
    registry.delete_subject(&cart, Deletion::Permanent).await.expect("forgotten");
    registry.delete_subject(&order, Deletion::Permanent).await.expect("forgotten");
}
