//! Our client against srfake, franz-go's registry for tests: contexts, GUIDs and basic authentication of another hand than ours.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use schemawire::ids::{SchemaKey, Version};
use schemawire::registry::{Deleted, HttpRegistry, Proposal, RegistryErrorKind, RegistryExt, Subject};
use schemawire::schema::Schema;

use super::ALL;
use super::case::{Case, plain, same};
use super::ours::Ours;
use super::program::Program;

/// A process of its own, which ends with its input.
struct Srfake {
    child: Child,
    url: String,
}

impl Srfake {
    /// Starts one that wants that value in the header `Authorization`, where there is one; `None` where srfake is not there.
    fn start(authorization: Option<&str>) -> Option<Self> {
        let mut command = Command::new(Program::find("srfake")?.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(value) = authorization {
            command.env("SRFAKE_AUTHORIZATION", value);
        }
        let mut child = command.spawn().expect("it starts");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut url).expect("a line");
        Some(Self { child, url: url.trim_end().to_owned() })
    }
}

impl Drop for Srfake {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

fn text(name: &str) -> Schema {
    Schema::avro(&format!(r#"{{"type":"fixed","name":"{name}","size":1}}"#)).expect("a schema")
}

#[test]
fn srfake_takes_and_gives_schemas_of_every_format() {
    let Some(server) = Srfake::start(None) else { return };
    let ours = Ours::new(&server.url);
    for name in ALL.iter().chain(&["protobuf-transitive"]) {
        let case = Case::load(name);
        let registered = ours.register(&case);
        assert_eq!(ours.register(&case).id, registered.id, "{name}: registered twice");
        for value in &case.values {
            let message = ours.write(&case, &plain(value));
            let read = ours.read(&case, &message);
            assert!(same(&read, &plain(value)), "{name}: {read}");
        }
    }
}

#[test]
fn srfake_keeps_contexts_apart_and_knows_guids() {
    let Some(server) = Srfake::start(None) else { return };
    let ours = Ours::new(&server.url);
    ours.run(async |registry| {
        let (here, there): (Subject, Subject) =
            ("a".parse().expect("a subject"), ":.team:a".parse().expect("a subject"));
        let one = registry.register(&here, &Proposal::new(text("One"))).await.expect("registered");
        let two = registry.register(&there, &Proposal::new(text("Two"))).await.expect("registered");
        assert_eq!(registry.schema(SchemaKey::Id(one.id), Some(&here)).await.expect("by id"), text("One"));
        assert_eq!(registry.schema(SchemaKey::Id(two.id), Some(&there)).await.expect("by id"), text("Two"));
        let versions = registry.versions(&there, Deleted::Hidden).await.expect("versions");
        assert_eq!(versions, [Version(1)]);
        let contexts = registry.contexts().await.expect("contexts");
        assert!(contexts.iter().any(|it| it == ".team"), "{contexts:?}");
        // It is asked which GUID it gave, since it need not be ours.
        let latest = registry.latest("a").await.expect("the newest");
        let by_guid = registry.schema(SchemaKey::Guid(latest.guid), None).await.expect("by GUID");
        assert_eq!(by_guid, text("One"));
    });
}

#[test]
fn srfake_wants_a_user_and_a_password() {
    // `ada` and `secret`.
    let Some(server) = Srfake::start(Some("Basic YWRhOnNlY3JldA==")) else { return };
    let known = Ours::over(|| HttpRegistry::builder(&server.url).no_proxy().basic("ada", "secret"));
    known.run(async |registry| {
        registry.register_schema("a", &text("One")).await.expect("registered");
    });
    let within = server.url.replace("://", "://ada:secret@");
    Ours::new(&within).run(async |registry| {
        registry.latest("a").await.expect("the URL says who asks");
    });
    let stranger = Ours::over(|| HttpRegistry::builder(&server.url).no_proxy().basic("ada", "wrong"));
    stranger.run(async |registry| {
        let refused = registry.latest("a").await.expect_err("refused");
        assert_eq!(refused.kind, RegistryErrorKind::Forbidden);
        assert!(!format!("{refused:?} {refused}").contains("wrong"), "{refused:?}");
    });
}
