//! Who asks: users, tokens, tokens that are fetched, proxies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use schemawire::registry::RegistryErrorKind;
use schemawire::registry::http::OAuth;

use super::peer::{Peer, Reply};
use super::{client, told, versions};

fn one() -> Reply {
    Reply::Json(200, "[1]".into())
}

#[tokio::test]
async fn a_user_comes_from_the_settings_or_from_the_address() {
    let peer = Peer::always(one()).await;
    let with_user = peer.url.replace("http://", "http://us%3Aer:p%40ss@");
    for (builder, wanted) in [
        (client(&peer.url), None),
        (client(&peer.url).basic("user", "pass"), Some("Basic dXNlcjpwYXNz")),
        (client(&with_user), Some("Basic dXM6ZXI6cEBzcw==")),
        (client(&with_user).bearer("token"), Some("Bearer token")),
    ] {
        versions(&builder.build().expect("settings")).await.expect("an answer");
        assert_eq!(peer.seen().last().expect("asked").header("authorization"), wanted);
    }
}

#[tokio::test]
async fn each_address_keeps_its_own_user() {
    let (first, second) = (Peer::always(Reply::Close).await, Peer::always(one()).await);
    let url = |peer: &Peer, user: &str| peer.url.replace("http://", &format!("http://{user}@"));
    let registry = client(&url(&first, "a:1")).url(&url(&second, "b:2")).build().expect("settings");
    versions(&registry).await.expect("the second one answers");
    assert_eq!(first.seen()[0].header("authorization"), Some("Basic YTox"));
    assert_eq!(second.seen()[0].header("authorization"), Some("Basic Yjoy"));
}

#[tokio::test]
async fn a_proxy_is_asked_with_its_user_and_the_registry_with_ours() {
    let proxy = Peer::always(one()).await;
    let registry = client("http://registry.invalid:8081")
        .proxy(&proxy.url.replace("http://", "http://user:pass@"))
        .bearer("token")
        .build()
        .expect("settings");
    assert_eq!(versions(&registry).await.expect("through the proxy"), 1);
    let seen = &proxy.seen()[0];
    assert_eq!(seen.path, "http://registry.invalid:8081/subjects/a-value/versions");
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dXNlcjpwYXNz"));
    assert_eq!(seen.header("authorization"), Some("Bearer token"));
}

/// A token endpoint that numbers its tokens.
async fn tokens(expires_in: &'static str) -> Peer {
    Peer::start(move |number, _| {
        let body =
            format!(r#"{{"access_token": "t{number}", "token_type": "Bearer", "expires_in": {expires_in}}}"#);
        Reply::After(Duration::from_millis(20), Box::new(Reply::Json(200, body)))
    })
    .await
}

#[tokio::test]
async fn a_token_is_fetched_once_however_many_ask() {
    let (tokens, peer) = (tokens("3600").await, Peer::always(one()).await);
    let oauth =
        OAuth::new(&tokens.url, "an id", "a+secret").scope("read write").parameter("audience", "us&them");
    let registry = client(&peer.url).oauth(oauth).build().expect("settings");
    let calls: Vec<_> = (0..30)
        .map(|_| {
            let registry = registry.clone();
            tokio::spawn(async move { versions(&registry).await })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("an answer");
    }
    assert_eq!((tokens.count(), peer.count()), (1, 30));
    let asked = &tokens.seen()[0];
    assert_eq!(asked.body, b"grant_type=client_credentials&scope=read%20write&audience=us%26them");
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    // Both are escaped before they are joined: RFC 6749, section 2.3.1.
    assert_eq!(asked.header("authorization"), Some("Basic YW4lMjBpZDphJTJCc2VjcmV0"));
    assert!(peer.seen().iter().all(|seen| seen.header("authorization") == Some("Bearer t0")));
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    for expires_in in ["1", "\"1\""] {
        let (tokens, peer) = (tokens(expires_in).await, Peer::always(one()).await);
        let registry =
            client(&peer.url).oauth(OAuth::new(&tokens.url, "id", "secret")).build().expect("settings");
        versions(&registry).await.expect("an answer");
        versions(&registry).await.expect("an answer");
        tokio::time::sleep(Duration::from_millis(850)).await;
        versions(&registry).await.expect("an answer");
        let used: Vec<_> =
            peer.seen().iter().map(|it| it.header("authorization").map(str::to_owned)).collect();
        assert_eq!(used, ["Bearer t0", "Bearer t0", "Bearer t1"].map(|it| Some(it.to_owned())));
    }
}

#[tokio::test]
async fn a_token_that_the_registry_no_longer_takes_is_replaced_once() {
    let tokens = tokens("3600").await;
    let peer = Peer::start(|_, seen| match seen.header("authorization") {
        Some("Bearer t0") => Reply::Json(401, String::new()),
        _ => one(),
    })
    .await;
    let registry =
        client(&peer.url).oauth(OAuth::new(&tokens.url, "id", "secret")).build().expect("settings");
    assert_eq!(versions(&registry).await.expect("with another token"), 1);
    assert_eq!((tokens.count(), peer.count()), (2, 2));

    // Where no token is taken it is said, not tried for ever.
    let strict = Peer::always(Reply::Json(401, String::new())).await;
    let registry =
        client(&strict.url).oauth(OAuth::new(&tokens.url, "id", "secret")).build().expect("settings");
    let error = versions(&registry).await.expect_err("no token is taken");
    assert_eq!((error.kind, strict.count()), (RegistryErrorKind::Forbidden, 2));
}

#[tokio::test]
async fn one_who_stops_waiting_for_a_token_leaves_it_to_the_others() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&fetched);
    let tokens = Peer::start(move |_, _| {
        counter.fetch_add(1, Ordering::Relaxed);
        Reply::After(
            Duration::from_millis(100),
            Box::new(Reply::Json(200, r#"{"access_token": "t"}"#.into())),
        )
    })
    .await;
    let peer = Peer::always(one()).await;
    let registry =
        client(&peer.url).oauth(OAuth::new(&tokens.url, "id", "secret")).build().expect("settings");
    let first = tokio::time::timeout(Duration::from_millis(50), versions(&registry));
    let second = versions(&registry);
    let (first, second) = tokio::join!(first, second);
    first.expect_err("it stopped waiting");
    assert_eq!(second.expect("an answer"), 1);
    assert_eq!(fetched.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_token_endpoint_in_trouble_is_tried_again_and_one_that_refuses_is_not() {
    let peer = Peer::always(one()).await;
    let later = Peer::start(|number, _| match number {
        0 => Reply::Json(503, String::new()),
        1 => Reply::Close,
        _ => Reply::Json(200, r#"{"access_token": "t", "expires_in": 60}"#.into()),
    })
    .await;
    let registry = client(&peer.url).oauth(OAuth::new(&later.url, "id", "secret")).build().expect("settings");
    assert_eq!(versions(&registry).await.expect("the third time"), 1);
    assert_eq!((later.count(), peer.count()), (3, 1));

    let refusal = r#"{"error": "invalid_client", "error_description": "secret"}"#;
    let refusing = Peer::always(Reply::Json(401, refusal.into())).await;
    let registry =
        client(&peer.url).oauth(OAuth::new(&refusing.url, "id", "secret")).build().expect("settings");
    let error = versions(&registry).await.expect_err("refused");
    assert_eq!((error.kind, refusing.count()), (RegistryErrorKind::Forbidden, 1));
    assert!(
        told(&error).contains("status 401 (invalid_client)") && !told(&error).contains("secret"),
        "{error}"
    );
    for nonsense in ["<html>", "{}", r#"{"access_token": ""}"#, r#"{"access_token": "a\nb"}"#] {
        let tokens = Peer::always(Reply::Json(200, nonsense.into())).await;
        let registry =
            client(&peer.url).oauth(OAuth::new(&tokens.url, "id", "secret")).build().expect("settings");
        let error = versions(&registry).await.expect_err(nonsense);
        assert_eq!(error.kind, RegistryErrorKind::Unexpected, "{nonsense}: {error}");
    }
    assert_eq!(peer.count(), 1, "nothing was sent without a token");
}
