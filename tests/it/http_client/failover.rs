//! Several addresses of one registry.

use std::time::Duration;

use schemawire::registry::{Registry, Subject};

use super::peer::{Peer, Reply};
use super::{client, versions};

fn one() -> Reply {
    Reply::Json(200, "[1]".into())
}

#[tokio::test]
async fn the_next_address_is_asked_at_once_and_the_broken_one_is_left_alone() {
    for trouble in
        [Reply::Close, Reply::Json(503, String::new()), Reply::Json(500, String::new()), Reply::Never]
    {
        let (broken, good) = (Peer::always(trouble.clone()).await, Peer::always(one()).await);
        let registry = client(&broken.url)
            .url(&good.url)
            .connect_timeout(Duration::from_millis(100))
            .request_timeout(Duration::from_millis(100))
            .build()
            .expect("settings");
        for call in 1..=5 {
            assert_eq!(versions(&registry).await.expect("the second one answers"), 1, "{trouble:?}");
            assert_eq!(good.count(), call, "{trouble:?}");
        }
        assert_eq!(broken.count(), 1, "{trouble:?}: it is remembered");
    }
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_passed_over() {
    let gone = Peer::always(one()).await;
    let url = gone.url.clone();
    drop(gone);
    let good = Peer::always(one()).await;
    let registry = client(&url).url(&good.url).build().expect("settings");
    assert_eq!(versions(&registry).await.expect("the second one answers"), 1);
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_no_reason_to_ask_elsewhere() {
    let refusal = r#"{"error_code": 40401, "message": "Subject 'a-value' not found."}"#;
    let (first, second) = (Peer::always(Reply::Json(404, refusal.into())).await, Peer::always(one()).await);
    let registry = client(&first.url).url(&second.url).build().expect("settings");
    assert!(versions(&registry).await.expect_err("not found").is_not_found());
    assert_eq!((first.count(), second.count()), (1, 0));
}

#[tokio::test]
async fn an_address_comes_back_once_its_time_is_over() {
    let (first, second) = (
        Peer::start(|number, _| if number == 0 { Reply::Close } else { one() }).await,
        Peer::always(one()).await,
    );
    let registry = client(&first.url).url(&second.url).build().expect("settings");
    versions(&registry).await.expect("the second one answers");
    assert_eq!((first.count(), second.count()), (1, 1));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    versions(&registry).await.expect("the first one answers");
    assert_eq!((first.count(), second.count()), (2, 1));
}

#[tokio::test]
async fn where_all_are_broken_each_is_asked_again_until_one_answers() {
    let slow_to_start = |number: usize| if number < 2 { Reply::Json(503, String::new()) } else { one() };
    let (first, second) =
        (Peer::always(Reply::Close).await, Peer::start(move |number, _| slow_to_start(number)).await);
    let registry = client(&first.url).url(&second.url).build().expect("settings");
    assert_eq!(versions(&registry).await.expect("in the third round"), 1);
    assert_eq!(second.count(), 3);
}

#[tokio::test]
async fn a_delete_is_not_taken_elsewhere_when_it_may_have_been_done() {
    let subject: Subject = "a-value".parse().expect("a subject");
    let (broken, good) = (Peer::always(Reply::Close).await, Peer::always(one()).await);
    let registry = client(&broken.url).url(&good.url).build().expect("settings");
    let deletion = schemawire::registry::Deletion::Soft;
    registry.delete_subject(&subject, deletion).await.expect_err("nobody knows whether it was done");
    assert_eq!((broken.count(), good.count()), (1, 0));

    // Where nothing was done it is.
    let (busy, good) = (Peer::always(Reply::Json(503, String::new())).await, Peer::always(one()).await);
    let registry = client(&busy.url).url(&good.url).build().expect("settings");
    assert_eq!(registry.delete_subject(&subject, deletion).await.expect("deleted").len(), 1);
}

#[tokio::test]
async fn an_address_is_not_to_blame_for_what_was_never_sent_to_it() {
    let (first, second) = (Peer::always(one()).await, Peer::always(one()).await);
    let tokens = Peer::start(|number, _| match number {
        0 => Reply::Json(503, String::new()),
        _ => Reply::Json(200, r#"{"access_token": "t"}"#.into()),
    })
    .await;
    let oauth = schemawire::registry::http::OAuth::new(&tokens.url, "id", "secret");
    let registry = client(&first.url).url(&second.url).oauth(oauth).build().expect("settings");
    let dots: Subject = "..".parse().expect("a subject");
    registry
        .versions(&dots, schemawire::registry::Deleted::Hidden)
        .await
        .expect_err("it is a step in a path");
    versions(&registry).await.expect("with the second token");
    versions(&registry).await.expect("an answer");
    assert_eq!(first.count() + second.count(), 2);
    assert!(first.count() >= 1, "the first one is in use still");
}
