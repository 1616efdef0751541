//! Connections, waits for them, and bodies have their bounds.

use std::time::Duration;

use schemawire::registry::RegistryErrorKind;

use super::peer::{Peer, Reply};
use super::{client, versions};

#[tokio::test]
async fn no_more_connections_are_open_than_allowed() {
    let reply = Reply::After(Duration::from_millis(10), Box::new(Reply::Json(200, "[1]".into())));
    let peer = Peer::always(reply).await;
    let registry = client(&peer.url).connections(4).build().expect("settings");
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let registry = registry.clone();
            tokio::spawn(async move { versions(&registry).await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.expect("no panic").expect("an answer"), 1);
    }
    assert_eq!(peer.count(), 40);
    assert!((1..=4).contains(&peer.most_connections()), "{}", peer.most_connections());
    let counts = registry.connections().expect("sockets count");
    assert_eq!((counts.limit, counts.in_use, counts.waiting, counts.sent), (4, 0, 0, 40));
}

#[tokio::test]
async fn a_call_without_a_connection_in_time_is_refused_and_others_go_on() {
    let peer = Peer::always(Reply::Never).await;
    let registry = client(&peer.url)
        .connections(1)
        .pool_timeout(Duration::from_millis(50))
        .deadline(Duration::from_millis(400))
        .build()
        .expect("settings");
    let holding = {
        let registry = registry.clone();
        tokio::spawn(async move { versions(&registry).await })
    };
    while peer.count() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(registry.connections().expect("sockets count").in_use, 1);
    let error = versions(&registry).await.expect_err("the one connection is in use");
    assert_eq!(error.to_string(), "all 1 connections to the registry were in use for 50ms");
    assert_eq!(error.kind, RegistryErrorKind::Unavailable);
    holding.await.expect("no panic").expect_err("it never answers");
    let counts = registry.connections().expect("sockets count");
    assert_eq!((counts.in_use, counts.waiting, counts.refused), (0, 0, 1));
}

#[tokio::test]
async fn a_dropped_call_gives_its_connection_back() {
    let peer =
        Peer::start(|number, _| if number < 3 { Reply::Never } else { Reply::Json(200, "[1]".into()) }).await;
    let registry = client(&peer.url).connections(1).build().expect("settings");
    for _ in 0..3 {
        let call = tokio::time::timeout(Duration::from_millis(50), versions(&registry));
        call.await.expect_err("it does not answer");
    }
    assert_eq!(registry.connections().expect("sockets count").in_use, 0);
    assert_eq!(versions(&registry).await.expect("an answer"), 1);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_not_taken() {
    let long = format!("[{}1]", "1, ".repeat(2000));
    let told = Reply::Json(200, long.clone());
    let untold = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n",
        long.len()
    );
    for reply in [told, Reply::Bytes(untold.into_bytes())] {
        let peer = Peer::always(reply).await;
        let registry = client(&peer.url).body_limit(5000).build().expect("settings");
        let error = versions(&registry).await.expect_err("too long");
        assert!(error.to_string().ends_with("is longer than 5000 bytes"), "{error}");
        assert_eq!((error.kind, peer.count()), (RegistryErrorKind::Unexpected, 1));
        let registry = client(&peer.url).body_limit(long.len()).build().expect("settings");
        assert_eq!(versions(&registry).await.expect("it fits"), 2001);
    }
}

#[tokio::test]
async fn a_length_that_is_told_is_not_allocated() {
    let peer =
        Peer::always(Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n[".to_vec()))
            .await;
    let registry = client(&peer.url).build().expect("settings");
    let error = versions(&registry).await.expect_err("nine terabytes");
    assert!(error.to_string().contains("is longer than 16777216 bytes"), "{error}");
}

#[tokio::test]
async fn an_answer_that_trickles_ends_with_its_time() {
    let peer =
        Peer::start(|_, _| Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1".to_vec())).await;
    let registry = client(&peer.url).deadline(Duration::from_millis(500)).build().expect("settings");
    let call = tokio::time::timeout(Duration::from_secs(2), versions(&registry));
    call.await.expect("within its deadline").expect_err("never whole");
}

#[test]
fn settings_that_cannot_be_are_refused_when_the_client_is_built() {
    let built = |builder: schemawire::registry::http::Builder| {
        let error = builder.build().expect_err("refused");
        assert_eq!(error.kind, RegistryErrorKind::Client);
        error.to_string()
    };
    for (url, wanted) in [
        ("", "relative URL without a base"),
        ("registry:8081", "its scheme is `registry`"),
        ("/subjects", "relative URL without a base"),
        ("ftp://registry", "its scheme is `ftp`"),
        ("http://registry?token=7", "a query"),
        ("http://", "empty host"),
    ] {
        assert!(built(client(url)).contains(wanted), "{url}: {}", built(client(url)));
    }
    let good = || client("http://registry");
    assert!(built(good().url("registry")).contains("address"));
    assert!(built(good().header("a b", "c")).contains("has a name that HTTP does not allow"));
    assert!(built(good().header("a", "b\r\nc: d")).contains("has a value that HTTP does not allow"));
    assert!(built(good().bearer("a\nb")).contains("token"));
    assert!(built(good().proxy("somewhere")).contains("proxy"));
    assert!(built(good().connections(0)).contains("connections is 0"));
    assert!(built(good().request_timeout(Duration::from_secs(9))).contains("longer than deadline"));
    assert!(built(good().connect_timeout(Duration::from_secs(2))).contains("longer than request_timeout"));
    assert!(built(good().certificate_authority("none")).contains("holds no certificate in PEM"));
    assert!(built(good().identity("none", "none")).contains("holds no certificate in PEM"));
}
