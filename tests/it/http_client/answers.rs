//! Whatever a server says, or does not say: an error within the deadline that tells what came.

use std::time::Duration;

use schemawire::class::Class;
use schemawire::ids::{SchemaId, SchemaKey, Version};
use schemawire::registry::{
    Deleted, HttpRegistry, Proposal, Registry, RegistryError, RegistryErrorKind, VersionSpec,
};
use tokio::time::timeout;

use super::peer::{Peer, Reply};
use super::{client, long, subject, told, versions};

/// What a client that has half a second gets from a server.
async fn answer_of(reply: Reply) -> RegistryError {
    let peer = Peer::always(reply).await;
    let registry = client(&peer.url)
        .connect_timeout(Duration::from_millis(200))
        .request_timeout(Duration::from_millis(200))
        .deadline(Duration::from_millis(500))
        .build()
        .expect("settings");
    let answer = timeout(Duration::from_secs(60), versions(&registry)).await.expect("an end to the tries");
    answer.expect_err("no answer of a registry")
}

#[tokio::test]
async fn what_is_no_answer_of_a_registry_is_an_error_that_shows_it() {
    let html = "<!doctype html><title>Sign in</title>";
    let json = |status, body: &str| Reply::Json(status, body.to_owned());
    let headed =
        |status, body: &str| Reply::Headed(status, "Content-Type: text/html\r\n".into(), body.to_owned());
    let config = Class::Config;
    for (reply, wanted, class) in [
        (headed(200, html), "Sign in", config),
        (headed(404, html), "status 404 for /subjects/a-value/versions: `<!doctype html>", config),
        (headed(502, html), "status 502", Class::RETRY),
        (json(200, ""), "an empty body", config),
        (json(204, ""), "an empty body", config),
        (json(404, ""), "status 404 for /subjects/a-value/versions: an empty body", config),
        (json(200, "{}"), "`{}`", config),
        (json(200, "[1, \"two\"]"), "is not one of a schema registry", config),
        (json(200, "[1"), "`[1`", config),
        (json(401, r#"{"error_code": 401, "message": "Unauthorized"}"#), "status 401", config),
        (
            json(404, r#"{"error_code": 40401, "message": "Subject 'a-value' not found."}"#),
            "Subject 'a-value' not found.",
            config,
        ),
        (json(422, r#"{"error_code": 42299, "message": "of tomorrow"}"#), "of tomorrow", config),
        (json(500, r#"{"error_code": 500, "message": "Internal"}"#), "Internal", Class::RETRY),
        (json(500, r#"{"error_code": 50002, "message": "Timed out"}"#), "Timed out", Class::RETRY),
        (Reply::Close, "no answer from http://127.0.0.1", Class::RETRY),
        (Reply::Never, "did not answer in full within", Class::RETRY),
        (Reply::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), "no answer from http://127.0.0.1", Class::RETRY),
        (
            Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[1, 2".to_vec()),
            "broke off after 5 bytes",
            Class::RETRY,
        ),
        (
            Reply::Bytes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1, 2\r\n".to_vec()),
            "broke off",
            Class::RETRY,
        ),
        (Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()), "no answer from", Class::RETRY),
    ] {
        let error = answer_of(reply.clone()).await;
        let text = told(&error);
        assert!(text.contains(wanted), "{reply:?}: {text}");
        assert_eq!(error.class(), class, "{reply:?}: {text}");
    }
}

#[tokio::test]
async fn nobody_at_that_address_is_an_error_that_names_it() {
    let peer = Peer::always(Reply::Close).await;
    let url = peer.url.clone();
    drop(peer);
    let registry = client(&url).deadline(Duration::from_millis(500)).build().expect("settings");
    let error = versions(&registry).await.expect_err("nobody listens");
    let text = told(&error);
    assert!(
        text.starts_with(&format!("no connection to {url}/subjects/a-value/versions (the last of ")),
        "{text}"
    );
    assert_eq!(error.kind, RegistryErrorKind::Unavailable);
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_an_error_that_names_it() {
    let registry = client("http://registry.invalid:8081")
        .deadline(Duration::from_millis(500))
        .build()
        .expect("settings");
    let error = versions(&registry).await.expect_err("no such name");
    assert!(told(&error).contains("registry.invalid"), "{}", told(&error));
    assert_eq!(error.kind, RegistryErrorKind::Unavailable);
}

#[tokio::test]
async fn this_machine_is_found_by_its_name() {
    let peer = Peer::always(Reply::Json(200, "[1]".into())).await;
    let registry = client(&peer.url.replace("127.0.0.1", "localhost")).build().expect("settings");
    assert_eq!(versions(&registry).await.expect("an answer"), 1);
}

/// One body for all that is asked.
async fn telling(body: &'static str) -> (Peer, HttpRegistry) {
    let peer = Peer::always(Reply::Json(200, body.into())).await;
    let registry = client(&peer.url).build().expect("settings");
    (peer, registry)
}

#[tokio::test]
async fn an_answer_for_another_id_is_not_taken() {
    let (_peer, registry) = telling(r#"{"id": 8, "schema": "\"long\""}"#).await;
    let error = registry.schema(SchemaKey::Id(SchemaId(7)), None).await.expect_err("it is number 8");
    assert_eq!(error.to_string(), "the registry was asked for the schema with id 7 and answered with id 8");
    assert_eq!(error.kind, RegistryErrorKind::Unexpected);

    let (_peer, registry) =
        telling(r#"{"guid": "095d71cf-1255-6b9d-5e33-0ad575b3df5d", "schema": "\"string\""}"#).await;
    let guid = "89791762-2336-4186-9674-299b90a802e2".parse().expect("a GUID");
    let error = registry.schema(SchemaKey::Guid(guid), None).await.expect_err("it is another one");
    assert!(
        error.to_string().ends_with("answered with GUID 095d71cf-1255-6b9d-5e33-0ad575b3df5d"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_for_another_version_is_not_taken() {
    let (_peer, registry) =
        telling(r#"{"subject": "a-value", "version": 2, "id": 1, "schema": "\"long\""}"#).await;
    let error = registry
        .version(&subject("a-value"), VersionSpec::Number(Version(1)), Deleted::Hidden)
        .await
        .expect_err("it is version 2");
    assert_eq!(
        error.to_string(),
        "the registry was asked for version 1 of 'a-value' and answered with version 2"
    );
}

#[tokio::test]
async fn an_id_of_another_schema_is_never_taken_for_a_registered_one() {
    for body in [
        r#"{"subject": "a-value", "version": 1, "id": 1, "schema": "\"string\""}"#,
        r#"{"subject": "a-value", "version": 1, "id": 1, "schemaType": "JSON", "schema": "{}"}"#,
    ] {
        let (_peer, registry) = telling(body).await;
        let proposal = Proposal::new(long());
        let error = registry.register(&subject("a-value"), &proposal).await.expect_err(body);
        assert_eq!(error.kind, RegistryErrorKind::Unexpected, "{body}: {error}");
        assert!(error.to_string().contains("another schema"), "{body}: {error}");
        registry.lookup(&subject("a-value"), &proposal, Deleted::Hidden).await.expect_err(body);
    }
    let (_peer, registry) = telling(r#"{"subject": "a-value", "version": 1, "id": 1, "schema": ""}"#).await;
    let error = registry.register(&subject("a-value"), &Proposal::new(long())).await.expect_err("no text");
    assert_eq!(error.to_string(), "the answer for subject 'a-value' has no schema");
    // Spelled in another way it is the same one.
    let (_peer, registry) =
        telling(r#"{"subject": "a-value", "version": 1, "id": 1, "schema": "{\"type\": \"long\"}"}"#).await;
    registry.register(&subject("a-value"), &Proposal::new(long())).await.expect("the same schema");
}

#[tokio::test]
async fn an_id_alone_is_looked_up() {
    let peer = Peer::start(|number, _| match number {
        0 => Reply::Json(200, r#"{"id": 4}"#.into()),
        _ => {
            Reply::Json(200, r#"{"subject": "a-value", "version": 3, "id": 4, "schema": "\"long\""}"#.into())
        }
    })
    .await;
    let registry = client(&peer.url).build().expect("settings");
    let registered = registry.register(&subject("a-value"), &Proposal::new(long())).await.expect("known");
    assert_eq!((registered.id, registered.version), (SchemaId(4), Version(3)));
    let paths: Vec<String> = peer.seen().into_iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    assert_eq!(paths, ["POST /subjects/a-value/versions", "POST /subjects/a-value"]);
}

#[tokio::test]
async fn names_are_one_segment_of_a_path_whatever_they_hold() {
    let peer = Peer::start_on("127.0.0.1:0", |_, _| Reply::Json(200, "[]".into())).await;
    let registry = client(&format!("{}/apis/ccompat/v7/", peer.url)).build().expect("settings");
    for (name, segment) in [
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("../../secrets", "..%2F..%2Fsecrets"),
        ("a/b%2Fc", "a%2Fb%252Fc"),
        (":.eu:a\"<é>", "%3A.eu%3Aa%22%3C%C3%A9%3E"),
    ] {
        registry.versions(&subject(name), Deleted::Hidden).await.expect(name);
        let path = peer.seen().last().expect("asked").path.clone();
        assert_eq!(path, format!("/apis/ccompat/v7/subjects/{segment}/versions"), "{name}");
    }
    let asked = peer.count();
    for dots in [".", ".."] {
        let error = registry.versions(&subject(dots), Deleted::Hidden).await.expect_err(dots);
        assert_eq!(error.kind, RegistryErrorKind::InvalidSubject, "{error}");
    }
    assert_eq!(peer.count(), asked, "another resource was asked for");
}

#[tokio::test]
async fn a_body_in_pieces_is_one_body() {
    let pieces = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n3\r\n 2]\r\n0\r\n\r\n";
    let peer = Peer::always(Reply::Bytes(pieces.to_vec())).await;
    let registry = client(&peer.url).build().expect("settings");
    assert_eq!(versions(&registry).await.expect("two versions"), 2);
    // The connection was closed behind the answer; the next call opens another.
    assert_eq!(versions(&registry).await.expect("two versions"), 2);
}

#[tokio::test]
async fn a_connection_that_was_closed_while_it_was_idle_costs_no_error() {
    let peer = Peer::start(|number, _| match number % 2 {
        0 => Reply::Json(200, "[1]".into()),
        _ => Reply::Close,
    })
    .await;
    let registry = client(&peer.url).build().expect("settings");
    for _ in 0..5 {
        assert_eq!(versions(&registry).await.expect("an answer"), 1);
    }
}
