//! The client over the server over the embedded registry.

use std::sync::Arc;

use schemawire::ids::Version;
use schemawire::registry::api::{SchemaEntityBody, SchemaTagsBody, TagsBody};
use schemawire::registry::http::{Exchange, HttpRegistry, Incoming, Listing, Outgoing};
use schemawire::registry::{
    Deleted, Deletion, EmbeddedRegistry, Registry, RegistryError, RegistryErrorKind, RegistryExt, Subject,
    VersionSpec, conformance,
};
use schemawire::schema::{Format, Mode, Reference, Schema};
use schemawire::server::{self, Method, Request};
use schemawire::transport::BoxFuture;

/// Hands requests to a server in the same process.
#[derive(Debug)]
pub(super) struct Direct(pub(super) Arc<dyn Registry>);

impl Exchange for Direct {
    fn send<'a>(&'a self, request: &'a Outgoing) -> BoxFuture<'a, Result<Incoming, RegistryError>> {
        Box::pin(async move {
            let method = match request.method {
                "GET" => Method::Get,
                "POST" => Method::Post,
                "PUT" => Method::Put,
                _ => Method::Delete,
            };
            let body = request.body.as_deref().unwrap_or_default();
            let request = Request { method, path: &request.path, query: &request.query, body };
            let response = server::answer(&self.0, request).await;
            Ok(Incoming { status: response.status, body: response.body })
        })
    }
}

#[test]
fn the_client_over_the_server_keeps_every_law_of_a_registry() {
    pollster::block_on(conformance::run(async || {
        let registry: Arc<dyn Registry> = Arc::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
        Arc::new(HttpRegistry::over(Direct(registry))) as Arc<dyn Registry>
    }));
}

/// The calls beside the trait's.
#[test]
fn lists_tags_and_other_forms_are_asked_for_by_their_own_calls() {
    pollster::block_on(async {
        let embedded: Arc<dyn Registry> = Arc::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
        let registry = HttpRegistry::over(Direct(embedded));
        let order = r#"{"type":"record","name":"Order","fields":[{"name":"id","type":"string","confluent:tags":["PII"]}]}"#;
        let order = Schema::avro(order).expect("a schema");
        registry.register_schema("order-value", &order).await.expect("registered");
        let list = Schema::parse(
            Format::Avro,
            r#"{"type":"array","items":"Order"}"#,
            vec![(Reference { name: "Order".into(), subject: "order-value".into(), version: 1 }, order)],
            Mode::Strict,
        );
        registry.register_schema("orders-value", &list.expect("a schema")).await.expect("registered");
        let order: Subject = "order-value".parse().expect("a subject");
        let orders: Subject = "orders-value".parse().expect("a subject");

        let entity = SchemaEntityBody { entity_path: "Order".into(), entity_type: "sr_record".into() };
        let mut change = TagsBody::default();
        change.tags_to_add = Some(vec![SchemaTagsBody { schema_entity: entity, tags: vec!["SHOP".into()] }]);
        let tagged = registry.tag(&order, VersionSpec::Latest, &change).await.expect("tagged");
        assert_eq!(tagged.version, Version(2));
        let found = registry.tags(&order, VersionSpec::Latest, &["SHOP", "PII"]).await.expect("tags");
        let found: Vec<_> = found.iter().map(|it| it.schema_entity.entity_path.as_str()).collect();
        assert_eq!(found, ["Order", "Order.id"]);

        let names = async |listing: &Listing<'_>| {
            let all = registry.schemas(listing).await.expect("a list");
            all.iter().map(|it| format!("{} {}", it.subject, it.version)).collect::<Vec<_>>()
        };
        assert_eq!(names(&Listing::default()).await, ["order-value 1", "order-value 2", "orders-value 1"]);
        let latest = Listing { prefix: "order-", latest_only: true, ..Listing::default() };
        assert_eq!(names(&latest).await, ["order-value 2"]);
        let page = Listing { offset: 1, limit: Some(1), ..Listing::default() };
        assert_eq!(names(&page).await, ["order-value 2"]);
        let ruled = Listing { rule_type: Some("CEL"), ..Listing::default() };
        assert_eq!(names(&ruled).await, [""; 0]);
        registry.delete_version(&order, VersionSpec::Latest, Deletion::Soft).await.expect("deleted");
        let only = Listing { deleted: Deleted::Only, ..Listing::default() };
        assert_eq!(names(&Listing::default()).await.len(), 2);
        assert_eq!(names(&Listing { deleted: Deleted::Included, ..only.clone() }).await.len(), 3);

        let whole = registry.text_as(&orders, VersionSpec::Latest, "resolved").await.expect("a text");
        assert!(whole.contains(r#""type":"record","name":"Order""#), "{whole}");
        assert_eq!(registry.schema_types().await.expect("types"), ["JSON", "PROTOBUF", "AVRO"]);
        assert!(registry.server_version().await.expect("a version").commit_id.starts_with("schemawire-"));
        assert!(registry.cluster().await.expect("names").pointer("/scope/clusters").is_some());
        let missing = registry.tags(&order, VersionSpec::Number(Version(9)), &["*"]).await.expect_err("none");
        assert_eq!(missing.kind, RegistryErrorKind::VersionNotFound);
    });
}
