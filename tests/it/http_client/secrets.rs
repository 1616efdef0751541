//! What is secret is in no `Debug`, no error, and no URL that is shown.

use std::time::Duration;

use schemawire::registry::http::OAuth;

use super::peer::{Peer, Reply};
use super::{client, told, versions};

const SECRET: &str = "hunter2";

#[test]
fn no_debug_shows_a_secret() {
    let builder = client(&format!("http://user:{SECRET}@registry:8081/base"))
        .proxy(&format!("http://user:{SECRET}@proxy:3128"))
        .header("x-api-key", SECRET);
    let with_basic = builder.clone().basic("user", SECRET);
    let with_token = builder.clone().bearer(SECRET);
    let with_oauth =
        builder.clone().oauth(OAuth::new("http://tokens", "id", SECRET).parameter("audience", "us"));
    for builder in [builder, with_basic, with_token, with_oauth] {
        assert!(!format!("{builder:?}").contains(SECRET), "{builder:?}");
        let registry = builder.build().expect("settings");
        let shown = format!("{registry:?}");
        assert!(!shown.contains(SECRET) && shown.contains("http://registry:8081/base"), "{shown}");
    }
}

#[test]
fn no_refused_setting_shows_a_secret() {
    for builder in [
        client(&format!("ftp://user:{SECRET}@registry")),
        client(&format!("http://user:{SECRET}@")),
        client(&format!("user:{SECRET}@registry")),
        client(&format!("http://user:{SECRET}@registry:port")),
        client("http://registry").proxy(&format!("http://user:{SECRET}@")),
        client("http://registry").header("x-api-key", &format!("{SECRET}\n")),
        client("http://registry").bearer(&format!("{SECRET}\n")),
        client("http://registry").oauth(OAuth::new(&format!("http://user:{SECRET}@tokens"), "id", SECRET)),
        client("http://registry").identity("", SECRET),
    ] {
        let error = builder.build().expect_err("refused");
        assert!(!told(&error).contains(SECRET) && !format!("{error:?}").contains(SECRET), "{error:?}");
    }
}

#[tokio::test]
async fn no_failed_call_shows_a_secret() {
    let with_user = |url: &str| url.replace("http://", &format!("http://user:{SECRET}@"));
    let short = |url: &str| client(url).deadline(Duration::from_millis(400)).header("x-api-key", SECRET);
    let moved = Reply::Headed(302, format!("Location: http://user:{SECRET}@127.0.0.1:9/\r\n"), String::new());
    let refused = Reply::Json(401, r#"{"error_code": 401, "message": "Unauthorized"}"#.into());
    for reply in [Reply::Close, Reply::Never, Reply::Json(503, String::new()), refused, moved] {
        let peer = Peer::always(reply).await;
        let through = short("http://registry.invalid").proxy(&with_user(&peer.url)).basic("user", SECRET);
        for builder in [short(&with_user(&peer.url)), short(&peer.url).bearer(SECRET), through] {
            let error = versions(&builder.build().expect("settings")).await.expect_err("no answer");
            assert!(!told(&error).contains(SECRET) && !format!("{error:?}").contains(SECRET), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_token_endpoint_that_quotes_what_it_was_sent_is_not_quoted() {
    let tokens =
        Peer::start(|_, seen| Reply::Json(400, String::from_utf8_lossy(&seen.body).into_owned())).await;
    let registry = client("http://127.0.0.1:9")
        .oauth(OAuth::new(&tokens.url, "id", SECRET).parameter("password", SECRET))
        .build()
        .expect("settings");
    let error = versions(&registry).await.expect_err("no token");
    assert!(!told(&error).contains(SECRET) && !format!("{error:?}").contains(SECRET), "{error:?}");
    assert!(error.to_string().contains("gave no token, but status 400"), "{error}");
}
