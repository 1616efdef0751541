//! Cases of registering, finding and checking.

use std::sync::Arc;

use super::support::{
    OTHER, TEXT, THIRD, number, proposal, refused, register, schema, set_level, subject, versions,
};
use crate::compat::Level;
use crate::ids::{Guid, SchemaId, SchemaKey, Version};
use crate::registry::{Deleted, Metadata, Proposal, Registry, RuleSet, VersionSpec, guid};
use crate::schema::{Format, Mode, Schema};

pub(super) async fn empty(registry: Arc<dyn Registry>) {
    let s = subject("s");
    let hidden = Deleted::Hidden;
    refused(registry.versions(&s, hidden).await, 40401);
    refused(registry.version(&s, VersionSpec::Latest, hidden).await, 40401);
    refused(registry.version(&s, number(1), hidden).await, 40401);
    refused(registry.lookup(&s, &proposal(TEXT), hidden).await, 40401);
    refused(registry.content(SchemaKey::Id(SchemaId(1)), None).await, 40403);
    refused(registry.schema(SchemaKey::Guid(Guid([7; 16])), None).await, 40403);
    refused(registry.uses(SchemaId(1), None, hidden).await, 40403);
    refused(registry.referenced_by(&s, number(1), hidden).await, 40401);
    assert_eq!(registry.subjects(":*:", Deleted::Included).await.expect("a list"), []);
    assert_eq!(registry.contexts().await.expect("a list"), ["."]);
}

pub(super) async fn found(registry: Arc<dyn Registry>) {
    let registered = register(&registry, "s", TEXT).await;
    assert_eq!((registered.id, registered.version, registered.deleted), (SchemaId(1), Version(1), false));
    assert_eq!(
        registered.guid,
        guid(TEXT, &[], None, None),
        "the GUID is the content's, wherever it is registered"
    );
    assert_eq!((registered.subject.as_str(), registered.schema.text()), ("s", TEXT));
    let s = subject("s");
    for spec in [VersionSpec::Latest, number(1)] {
        let version = registry.version(&s, spec, Deleted::Hidden).await.expect("found");
        assert_eq!((version.id, version.guid, version.schema.text()), (registered.id, registered.guid, TEXT));
    }
    for key in [SchemaKey::Id(registered.id), SchemaKey::Guid(registered.guid)] {
        assert_eq!(registry.schema(key, None).await.expect("found").text(), TEXT);
        let content = registry.content(key, Some(&s)).await.expect("found");
        assert_eq!((content.schema.text(), content.schema.format()), (TEXT, Format::Avro));
    }
    let spelled_otherwise = proposal(r#" { "type" : "string" } "#);
    let looked_up = registry.lookup(&s, &spelled_otherwise, Deleted::Hidden).await.expect("found");
    assert_eq!(looked_up.version, registered.version);
    refused(registry.lookup(&s, &proposal(OTHER), Deleted::Hidden).await, 40403);
    refused(registry.version(&s, number(2), Deleted::Hidden).await, 40402);
    let uses = registry.uses(registered.id, None, Deleted::Hidden).await.expect("found");
    assert_eq!(uses, [(s, Version(1))]);
}

pub(super) async fn idempotent(registry: Arc<dyn Registry>) {
    set_level(&registry, None, Level::None).await;
    let mut given = Vec::new();
    for (to, text) in [("s", TEXT), ("s", OTHER), ("s", TEXT), ("t", OTHER), ("t", TEXT), ("t", THIRD)] {
        let registered = register(&registry, to, text).await;
        given.push((registered.id.0, registered.version.0));
    }
    assert_eq!(given, [(1, 1), (2, 2), (1, 1), (2, 1), (1, 2), (3, 3)]);
    let uses = registry.uses(SchemaId(2), None, Deleted::Hidden).await.expect("found");
    assert_eq!(uses, [(subject("s"), Version(2)), (subject("t"), Version(1))]);
}

const INT: &str = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}"#;
const LONG: &str = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"long"}]}"#;

pub(super) async fn incompatible(registry: Arc<dyn Registry>) {
    set_level(&registry, Some("s"), Level::Backward).await;
    register(&registry, "s", LONG).await;
    let s = subject("s");
    let error = registry.register(&s, &proposal(INT)).await.expect_err("an int cannot hold a long");
    assert_eq!(error.kind.code(), 409, "{error}");
    assert!(error.message.contains("\"s\""), "the refusal names the subject: {error}");
    assert_eq!(versions(&registry, "s", Deleted::Included).await, [1]);
    set_level(&registry, Some("s"), Level::Forward).await;
    assert_eq!(register(&registry, "s", INT).await.version, Version(2));
    refused(registry.schema(SchemaKey::Id(SchemaId(3)), None).await, 40403);
}

pub(super) async fn checked(registry: Arc<dyn Registry>) {
    let s = subject("s");
    let fits = async |version, text: &str| {
        registry.check(&s, version, &proposal(text)).await.map(|report| report.is_compatible())
    };
    assert!(fits(None, INT).await.expect("an answer"), "there is nothing to compare with");
    assert!(fits(Some(VersionSpec::Latest), INT).await.expect("an answer"));
    set_level(&registry, Some("s"), Level::None).await;
    register(&registry, "s", LONG).await;
    register(&registry, "s", INT).await;
    set_level(&registry, Some("s"), Level::BackwardTransitive).await;
    assert!(fits(None, LONG).await.expect("an answer"));
    assert!(!fits(None, INT).await.expect("an answer"), "version 1 has longs");
    assert!(!fits(Some(number(1)), INT).await.expect("an answer"));
    assert!(fits(Some(number(2)), INT).await.expect("an answer"));
    assert!(fits(Some(VersionSpec::Latest), INT).await.expect("an answer"));
    refused(fits(Some(number(3)), INT).await, 40402);
    assert_eq!(versions(&registry, "s", Deleted::Included).await, [1, 2], "a check registers nothing");
}

pub(super) async fn metadata(registry: Arc<dyn Registry>) {
    let s = subject("s");
    register(&registry, "s", TEXT).await;
    let metadata = Metadata::with_properties([("owner", "team-a")]);
    let rules =
        r#"{"domainRules":[{"name":"r","kind":"CONDITION","mode":"WRITE","type":"CEL","expr":"true"}]}"#;
    let rules: RuleSet = serde_json::from_str(rules).expect("a rule set");
    let with = proposal(TEXT).with_metadata(metadata.clone()).with_rule_set(rules.clone());
    let second = registry.register(&s, &with).await.expect("registered");
    assert_eq!((second.version, second.id), (Version(2), SchemaId(2)), "metadata makes another content");
    let stored = registry.version(&s, number(2), Deleted::Hidden).await.expect("found");
    assert_eq!((stored.metadata.as_ref(), stored.rule_set.as_ref()), (Some(&metadata), Some(&rules)));
    let content = registry.content(SchemaKey::Id(second.id), None).await.expect("found");
    assert_eq!((content.metadata, content.rule_set), (Some(metadata), Some(rules)));
    assert_eq!(registry.lookup(&s, &with, Deleted::Hidden).await.expect("found").version, Version(2));
    assert_eq!(register(&registry, "s", TEXT).await.version, Version(1), "the bare one is still there");
}

pub(super) async fn invalid(registry: Arc<dyn Registry>) {
    let s = subject("s");
    let text = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"no"}]}"#;
    let lenient = Schema::parse(Format::Avro, text, Vec::new(), Mode::Lenient).expect("lenient");
    refused(registry.register(&s, &Proposal::new(lenient)).await, 42201);
    refused(registry.register(&s, &proposal(TEXT).with_version(Version(2))).await, 42201);
    let nameless: RuleSet = serde_json::from_str(r#"{"domainRules":[{"type":"CEL"}]}"#).expect("a rule set");
    refused(registry.register(&s, &proposal(TEXT).with_rule_set(nameless)).await, 42210);
    refused(registry.register(&subject(":.context:"), &Proposal::new(schema(TEXT))).await, 42208);
    assert_eq!(versions(&registry, "s", Deleted::Included).await, [0; 0]);
}

/// A registry may refuse sets at all.
pub(super) async fn set(registry: Arc<dyn Registry>) {
    let pair = |one: &str, other: &str| vec![(subject("s"), proposal(one)), (subject("t"), proposal(other))];
    let registered = match registry.register_all(&pair(TEXT, OTHER)).await {
        Err(refusal) => {
            assert_eq!(refusal.kind.code(), 42205, "{refusal}");
            assert!(registry.subjects("", Deleted::Included).await.expect("a list").is_empty());
            return;
        }
        Ok(registered) => registered,
    };
    let found: Vec<_> = registered.iter().map(|it| (it.subject.as_str(), it.version.0, it.id.0)).collect();
    assert_eq!(found, [("s", 1, 1), ("t", 1, 2)]);
    // The second one breaks; the first would not.
    let breaking = [(subject("u"), proposal(THIRD)), (subject("t"), proposal(THIRD))];
    refused(registry.register_all(&breaking).await, 409);
    assert!(versions(&registry, "u", Deleted::Included).await.is_empty());
    let again = registry.register_all(&pair(TEXT, OTHER)).await.expect("known");
    assert_eq!(again.iter().map(|it| it.id.0).collect::<Vec<_>>(), [1, 2], "nothing new");
}
