//! From where a client may be asked.

use schemawire::registry::RegistryErrorKind;

use super::peer::{Peer, Reply};
use super::{client, versions};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

#[test]
fn outside_of_a_runtime_it_says_what_is_missing() {
    let registry = client("http://127.0.0.1:9").build().expect("settings need no runtime");
    let error = pollster::block_on(versions(&registry)).expect_err("there is no runtime");
    assert_eq!(error.kind, RegistryErrorKind::Client);
    assert!(error.to_string().contains("tokio runtime"), "{error}");
}

#[test]
fn with_a_runtime_of_its_own_it_is_asked_from_anywhere() {
    let runtime = runtime();
    let peer = runtime.block_on(Peer::always(Reply::Json(200, "[1]".into())));
    let registry = client(&peer.url).runtime(runtime.handle().clone()).build().expect("settings");
    assert_eq!(pollster::block_on(versions(&registry)).expect("an answer"), 1);
    drop(runtime);
    let error = pollster::block_on(versions(&registry)).expect_err("its runtime is gone");
    assert_eq!(error.kind, RegistryErrorKind::Client, "{error}");
}

#[test]
fn a_client_outlives_the_runtime_that_it_was_first_asked_from() {
    let serving = runtime();
    let peer = serving.block_on(Peer::always(Reply::Json(200, "[1]".into())));
    let registry = client(&peer.url).build().expect("settings");
    for _ in 0..3 {
        // The connection of the last round went with its runtime.
        assert_eq!(runtime().block_on(versions(&registry)).expect("an answer"), 1);
    }
}

#[test]
fn a_call_that_is_dropped_is_not_sent_on() {
    let runtime = runtime();
    let peer = runtime.block_on(Peer::always(Reply::Never));
    let registry = client(&peer.url).runtime(runtime.handle().clone()).build().expect("settings");
    runtime.block_on(async {
        let call = tokio::time::timeout(std::time::Duration::from_millis(50), versions(&registry));
        call.await.expect_err("it does not answer");
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    });
    assert_eq!(peer.count(), 1, "it was not tried again");
    assert_eq!(registry.connections().expect("sockets count").in_use, 0);
}
