//! What is tried again, how often, and how long.

use std::time::Duration;

use schemawire::class::Class;
use schemawire::registry::{Proposal, Registry};

use super::peer::{Peer, Reply};
use super::{client, long, subject, versions};

#[tokio::test]
async fn passing_trouble_is_tried_again() {
    for trouble in [408, 429, 500, 502, 503, 504] {
        let peer = Peer::start(move |number, _| match number {
            0 | 1 => Reply::Json(trouble, String::new()),
            _ => Reply::Json(200, "[1]".into()),
        })
        .await;
        let registry = client(&peer.url).build().expect("settings");
        assert_eq!(versions(&registry).await.expect("the third try"), 1, "{trouble}");
        assert_eq!(peer.count(), 3, "{trouble}");
        let counts = registry.connections().expect("sockets count");
        assert_eq!((counts.sent, counts.retried, counts.failed, counts.in_use), (3, 2, 2, 0), "{trouble}");
    }
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for status in [400, 401, 403, 404, 405, 406, 409, 413, 415, 422] {
        let peer = Peer::always(Reply::Json(status, String::new())).await;
        let registry = client(&peer.url).build().expect("settings");
        let error = versions(&registry).await.expect_err("refused");
        assert_eq!(peer.count(), 1, "{status}");
        assert!(!error.class().is_retriable(), "{status}: {error}");
    }
}

#[tokio::test]
async fn registering_is_tried_again_with_the_same_body() {
    let peer = Peer::start(|number, _| match number {
        0 => Reply::Close,
        1 => Reply::Json(500, String::new()),
        _ => {
            Reply::Json(200, r#"{"subject": "a-value", "version": 1, "id": 1, "schema": "\"long\""}"#.into())
        }
    })
    .await;
    let registry = client(&peer.url).build().expect("settings");
    registry.register(&subject("a-value"), &Proposal::new(long())).await.expect("registered");
    let seen = peer.seen();
    assert_eq!(seen.len(), 3);
    for request in &seen {
        assert_eq!(request.body, br#"{"schema":"\"long\""}"#);
        assert_eq!(request.header("content-type"), Some("application/vnd.schemaregistry.v1+json"));
    }
}

#[tokio::test]
async fn the_wait_that_is_asked_for_is_kept() {
    let peer = Peer::start(|number, _| match number {
        0 => Reply::Headed(429, "Retry-After: 1\r\n".into(), String::new()),
        _ => Reply::Json(200, "[1]".into()),
    })
    .await;
    let registry = client(&peer.url).build().expect("settings");
    let (soon, answer) = (tokio::time::sleep(Duration::from_millis(800)), versions(&registry));
    tokio::pin!(answer);
    tokio::select! {
        _ = &mut answer => panic!("it came back too early"),
        () = soon => assert_eq!(peer.count(), 1),
    }
    assert_eq!(answer.await.expect("an answer"), 1);
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let peer = Peer::always(Reply::Headed(503, "Retry-After: 3600\r\n".into(), String::new())).await;
    let registry = client(&peer.url).build().expect("settings");
    let call = tokio::time::timeout(Duration::from_secs(1), versions(&registry));
    let error = call.await.expect("at once").expect_err("in an hour");
    assert_eq!((error.class(), peer.count()), (Class::RETRY, 1));
}

#[tokio::test]
async fn all_tries_end_with_the_deadline() {
    let peer = Peer::always(Reply::Json(503, String::new())).await;
    let registry = client(&peer.url).deadline(Duration::from_millis(500)).build().expect("settings");
    let call = tokio::time::timeout(Duration::from_secs(2), versions(&registry));
    call.await.expect("within its deadline").expect_err("never an answer");
    let tries = peer.count();
    assert!(tries > 5, "{tries} tries with waits of at most 20 ms");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(peer.count(), tries, "nothing is sent behind the caller's back");
}
