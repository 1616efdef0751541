//! Our client against Apicurio Registry, which speaks Confluent's API and is not ours: `scripts/apicurio.sh` starts one and
//! `SCHEMAWIRE_APICURIO` says where; without it these tests say that they are skipped.
//!
//! Where it differs from Confluent's, the client copes: its default level is NONE, `GET /config/{subject}` and `/mode/{subject}`
//! answer where nothing is set, a refusal says nothing but a sentence, and registering answers with an id alone.

use schemawire::compat::Level;
use schemawire::ids::{SchemaKey, Version};
use schemawire::registry::{
    Deleted, Deletion, Proposal, RegistryError, RegistryErrorKind, RegistryExt, RegistryMode, Subject,
    VersionSpec,
};
use schemawire::schema::Schema;

use super::ALL;
use super::case::{Case, plain, same};
use super::ours::Ours;

/// Our client on it; `None` where there is none.
fn apicurio() -> Option<Ours> {
    let url = std::env::var_os("SCHEMAWIRE_APICURIO").and_then(|url| url.into_string().ok());
    if url.is_none() {
        eprintln!(
            "skipped: scripts/clients.sh starts Apicurio Registry, and says where in SCHEMAWIRE_APICURIO"
        );
    }
    url.as_deref().map(Ours::new)
}

/// A subject that no earlier run on the same server has left behind.
fn fresh(name: &str) -> Subject {
    format!("{name}-{}", std::process::id()).parse().expect("a subject")
}

fn call(fields: &str) -> Schema {
    Schema::avro(&format!(r#"{{"type":"record","name":"Call","fields":[{fields}]}}"#)).expect("a schema")
}

const ID: &str = r#"{"name":"id","type":"string"}"#;

fn kind<T: std::fmt::Debug>(answer: Result<T, RegistryError>) -> RegistryErrorKind {
    answer.expect_err("it is refused").kind
}

#[test]
fn apicurio_takes_and_gives_schemas_of_every_format_with_references() {
    let Some(ours) = apicurio() else { return };
    for name in ALL.iter().chain(&["protobuf-transitive"]) {
        let case = Case::load(name);
        let registered = ours.register(&case);
        assert_eq!(ours.register(&case).id, registered.id, "{name}: registered twice");
        ours.run(async |registry| {
            let subject: Subject = case.subject().parse().expect("a subject");
            let schema = case.schema();
            let found = registry
                .lookup(&subject, &Proposal::new(schema.clone()), Deleted::Hidden)
                .await
                .expect("found");
            assert_eq!((found.id, found.version), (registered.id, registered.version), "{name}");
            let by_id = registry.schema(SchemaKey::Id(registered.id), Some(&subject)).await.expect("by id");
            assert_eq!(
                (by_id.format(), by_id.references().len()),
                (schema.format(), schema.references().len()),
                "{name}"
            );
            let newest =
                registry.version(&subject, VersionSpec::Latest, Deleted::Hidden).await.expect("the newest");
            assert_eq!(newest.id, registered.id, "{name}");
            if let [(reference, _), ..] = schema.references() {
                let target = reference.subject.parse().expect("a subject");
                let version = VersionSpec::Number(Version(1));
                let referrers =
                    registry.referenced_by(&target, version, Deleted::Hidden).await.expect("referrers");
                assert!(referrers.contains(&registered.id), "{name}: {referrers:?}");
            }
        });
        // With nothing but the id in the message.
        for value in &case.values {
            let message = ours.write(&case, &plain(value));
            let read = ours.read(&case, &message);
            assert!(same(&read, &plain(value)), "{name}: {read}");
        }
    }
}

#[test]
fn apicurio_is_asked_whether_schemas_fit_together() {
    let Some(ours) = apicurio() else { return };
    let subject = fresh("compatibility");
    let (narrow, wide) = (call(ID), call(&format!(r#"{ID},{{"name":"n","type":"long","default":0}}"#)));
    let breaking = Proposal::new(call(r#"{"name":"id","type":"long"}"#));
    ours.run(async |registry| {
        registry.register_schema(subject.as_str(), &narrow).await.expect("registered");
        registry.set_level(subject.as_str(), Level::Backward).await.expect("set");
        let verdict = registry.check(&subject, None, &Proposal::new(wide.clone())).await.expect("a verdict");
        assert!(verdict.is_compatible(), "{verdict}");
        let one = Some(VersionSpec::Number(Version(1)));
        for version in [None, one, Some(VersionSpec::Latest)] {
            let verdict = registry.check(&subject, version, &breaking).await.expect("a verdict");
            assert!(!verdict.is_compatible());
        }
        assert_eq!(kind(registry.register(&subject, &breaking).await), RegistryErrorKind::Incompatible);
        registry.register_schema(subject.as_str(), &wide).await.expect("registered");
        let versions = registry.versions(&subject, Deleted::Hidden).await.expect("versions");
        assert_eq!(versions, [Version(1), Version(2)]);
        let all = registry.subjects("", Deleted::Hidden).await.expect("subjects");
        assert!(all.contains(&subject), "{all:?}");
    });
}

#[test]
fn apicurio_keeps_levels_and_modes() {
    let Some(ours) = apicurio() else { return };
    let subject = fresh("settings");
    ours.run(async |registry| {
        registry.register_schema(subject.as_str(), &call(ID)).await.expect("registered");
        let effective = registry.effective_config(&subject).await.expect("settings");
        assert_eq!(effective.level, Some(Level::None), "its default");
        registry.set_level(subject.as_str(), Level::FullTransitive).await.expect("set");
        let config = registry.config(Some(&subject)).await.expect("settings");
        assert_eq!(config.level, Some(Level::FullTransitive));
        registry.delete_config(Some(&subject)).await.expect("deleted");
        assert_eq!(registry.effective_config(&subject).await.expect("settings").level, Some(Level::None));
        assert!(registry.config(None).await.expect("settings").level.is_some());

        assert_eq!(registry.mode(None).await.expect("a mode"), RegistryMode::ReadWrite);
        assert_eq!(registry.effective_mode(&subject).await.expect("a mode"), RegistryMode::ReadWrite);
        registry.set_mode(Some(&subject), RegistryMode::ReadOnly, false).await.expect("set");
        assert_eq!(registry.mode(Some(&subject)).await.expect("a mode"), RegistryMode::ReadOnly);
        registry.delete_mode(&subject).await.expect("deleted");
        assert_eq!(registry.effective_mode(&subject).await.expect("a mode"), RegistryMode::ReadWrite);
        assert_eq!(registry.contexts().await.expect("contexts"), ["."]);
    });
}

#[test]
fn apicurio_deletes_softly_and_for_good() {
    let Some(ours) = apicurio() else { return };
    let subject = fresh("deletes");
    let first = VersionSpec::Number(Version(1));
    ours.run(async |registry| {
        assert_eq!(
            kind(registry.versions(&subject, Deleted::Hidden).await),
            RegistryErrorKind::SubjectNotFound
        );
        registry.register_schema(subject.as_str(), &call(ID)).await.expect("registered");
        registry.register_schema(subject.as_str(), &call("")).await.expect("registered");
        assert_eq!(
            registry.delete_version(&subject, first, Deletion::Soft).await.expect("deleted"),
            Version(1)
        );
        assert_eq!(registry.versions(&subject, Deleted::Hidden).await.expect("versions"), [Version(2)]);
        assert_eq!(
            registry.delete_version(&subject, first, Deletion::Permanent).await.expect("deleted"),
            Version(1)
        );
        assert_eq!(registry.delete_subject(&subject, Deletion::Soft).await.expect("deleted"), [Version(2)]);
        registry.delete_subject(&subject, Deletion::Permanent).await.expect("deleted");
        assert_eq!(
            kind(registry.versions(&subject, Deleted::Hidden).await),
            RegistryErrorKind::SubjectNotFound
        );
    });
}
