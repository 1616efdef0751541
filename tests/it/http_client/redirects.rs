//! Redirects are followed, within bounds, and never with what proves who we are to somebody else.

use schemawire::registry::{Proposal, Registry, RegistryErrorKind};

use super::peer::{Peer, Reply};
use super::{client, long, subject, versions};

fn to(status: u16, location: &str) -> Reply {
    Reply::Headed(status, format!("Location: {location}\r\n"), String::new())
}

#[tokio::test]
async fn a_redirect_on_the_same_host_keeps_the_credentials() {
    let peer = Peer::start(|number, _| match number {
        0 => to(301, "/v2/subjects/a-value/versions?deleted=true"),
        _ => Reply::Json(200, "[1]".into()),
    })
    .await;
    let registry = client(&peer.url).basic("user", "pass").build().expect("settings");
    assert_eq!(versions(&registry).await.expect("an answer"), 1);
    let seen = peer.seen();
    assert_eq!(seen[1].path, "/v2/subjects/a-value/versions?deleted=true");
    assert_eq!(seen[1].header("authorization"), Some("Basic dXNlcjpwYXNz"));
}

#[tokio::test]
async fn another_host_gets_no_credentials() {
    let other = Peer::always(Reply::Json(200, "[1]".into())).await;
    let location = format!("{}/subjects/a-value/versions", other.url.replace("http://", "http://user:pass@"));
    let peer = Peer::start(move |_, _| to(307, &location)).await;
    let registry =
        client(&peer.url).basic("user", "pass").header("x-api-key", "key").build().expect("settings");
    assert_eq!(versions(&registry).await.expect("an answer"), 1);
    assert_eq!(peer.seen()[0].header("x-api-key"), Some("key"));
    let seen = other.seen();
    assert_eq!((seen[0].header("authorization"), seen[0].header("x-api-key")), (None, None));
}

#[tokio::test]
async fn another_address_of_the_same_registry_gets_them() {
    let second = Peer::always(Reply::Json(200, "[1]".into())).await;
    let location = format!("{}/subjects/a-value/versions", second.url);
    let first = Peer::start(move |_, _| to(307, &location)).await;
    let registry = client(&first.url).url(&second.url).bearer("token").build().expect("settings");
    versions(&registry).await.expect("an answer");
    assert_eq!(second.seen()[0].header("authorization"), Some("Bearer token"));
}

#[tokio::test]
async fn a_redirect_to_itself_is_an_error_and_not_a_loop() {
    let peer = Peer::start(|_, seen| to(302, &seen.path)).await;
    let registry = client(&peer.url).build().expect("settings");
    let error = versions(&registry).await.expect_err("a circle");
    assert!(error.to_string().contains("redirects in a circle"), "{error}");
    assert_eq!((error.kind, peer.count()), (RegistryErrorKind::Unexpected, 1));
}

#[tokio::test]
async fn redirects_end_at_their_limit() {
    let peer = Peer::start(|number, _| to(302, &format!("/{number}"))).await;
    let registry = client(&peer.url).redirects(3).build().expect("settings");
    let error = versions(&registry).await.expect_err("no end");
    assert!(error.to_string().contains("more than 3 redirects"), "{error}");
    assert_eq!(peer.count(), 4);
}

#[tokio::test]
async fn a_registration_is_sent_on_whole_or_not_at_all() {
    let body = r#"{"subject": "a-value", "version": 1, "id": 1, "schema": "\"long\""}"#;
    let peer = Peer::start(|number, _| match number {
        0 => to(308, "/moved"),
        _ => Reply::Json(200, body.into()),
    })
    .await;
    let registry = client(&peer.url).build().expect("settings");
    registry.register(&subject("a-value"), &Proposal::new(long())).await.expect("registered");
    let seen = peer.seen();
    assert_eq!((seen[1].method.as_str(), seen[1].path.as_str()), ("POST", "/moved"));
    assert_eq!(seen[0].body, seen[1].body);

    let peer = Peer::start(|_, _| to(302, "/login")).await;
    let registry = client(&peer.url).build().expect("settings");
    let error =
        registry.register(&subject("a-value"), &Proposal::new(long())).await.expect_err("a login page");
    assert!(error.to_string().contains("would change it to GET"), "{error}");
    assert_eq!(peer.count(), 1);
}
