//! What the cases have in common.

use std::fmt::Debug;
use std::sync::Arc;

use crate::compat::Level;
use crate::ids::Version;
use crate::registry::{
    Config, ConfigChange, Deleted, Proposal, Registered, Registry, RegistryError, Subject, VersionSpec,
};
use crate::schema::{Format, Mode, Reference, Schema};

pub(super) const TEXT: &str = r#""string""#;
pub(super) const OTHER: &str = r#""bytes""#;
pub(super) const THIRD: &str = r#""int""#;

pub(super) fn subject(text: &str) -> Subject {
    text.parse().expect("a subject")
}

pub(super) fn schema(text: &str) -> Schema {
    Schema::avro(text).expect("an Avro schema")
}

pub(super) fn proposal(text: &str) -> Proposal {
    Proposal::new(schema(text))
}

/// A schema that refers to others, each by name, subject, version and schema.
pub(super) fn referring(text: &str, references: &[(&str, &str, i32, &Schema)]) -> Proposal {
    let attach = |(name, subject, version, schema): &(&str, &str, i32, &Schema)| {
        let reference =
            Reference { name: (*name).to_owned(), subject: (*subject).to_owned(), version: *version };
        (reference, (*schema).clone())
    };
    let references = references.iter().map(attach).collect();
    Proposal::new(Schema::parse(Format::Avro, text, references, Mode::Strict).expect("a schema"))
}

pub(super) fn number(version: u32) -> VersionSpec {
    VersionSpec::Number(Version(version))
}

pub(super) async fn register(registry: &Arc<dyn Registry>, to: &str, text: &str) -> Arc<Registered> {
    registry.register(&subject(to), &proposal(text)).await.expect("registered")
}

pub(super) async fn set_level(registry: &Arc<dyn Registry>, of: Option<&str>, level: Level) {
    let change: ConfigChange = Config::level(level).into();
    registry.set_config(of.map(subject).as_ref(), &change).await.expect("set");
}

/// The versions of a subject; none where it is not found.
pub(super) async fn versions(registry: &Arc<dyn Registry>, of: &str, deleted: Deleted) -> Vec<u32> {
    match registry.versions(&subject(of), deleted).await {
        Ok(versions) => versions.into_iter().map(|version| version.0).collect(),
        Err(error) => {
            assert_eq!(error.kind.code(), 40401, "a subject without versions is not found");
            Vec::new()
        }
    }
}

/// Asserts that an answer is the refusal of that code.
#[track_caller]
pub(super) fn refused<T: Debug>(answer: Result<T, RegistryError>, code: u32) {
    match answer {
        Ok(answer) => panic!("expected error {code}, got {answer:?}"),
        Err(error) => assert_eq!(error.kind.code(), code, "{error}"),
    }
}
