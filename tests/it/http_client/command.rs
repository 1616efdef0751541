//! The commands with `--registry`: schemas elsewhere, the log here.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use schemawire::registry::{EmbeddedRegistry, Registry};

use super::peer::{Peer, Reply};
use super::warm::serving;
use crate::cli::{done, run, stderr, stdout};

const ORDER: &str = r#"{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}"#;

fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join("order.avsc"), ORDER).expect("written");
    dir
}

async fn peer() -> Peer {
    let registry: Arc<dyn Registry> = Arc::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
    serving(registry).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemas_elsewhere_are_registered_listed_and_used() {
    let (peer, dir) = (peer().await, workplace());
    let with = |arguments: &[&str], input: &str| {
        let mut all = arguments.to_vec();
        all.extend(["--registry", &peer.url]);
        done(dir.path(), &all, input)
    };
    tokio::task::block_in_place(|| {
        let registered = with(&["register", "orders-value", "order.avsc"], "");
        assert!(registered.starts_with("orders-value version 1 id 1 GUID "), "{registered}");
        assert!(with(&["schemas"], "").contains("orders-value"));
        assert_eq!(with(&["schemas", "--id", "1"], "").trim(), ORDER.replace(": ", ":").replace(", ", ","));

        let line = r#"{"id":"a"}"#;
        let message = with(&["encode", "--schema", "order.avsc", "--subject", "orders-value"], line);
        assert_eq!(message.trim(), "00000000010261");
        assert_eq!(with(&["decode"], &message).trim(), line);
        assert!(!dir.path().join(".schemawire").exists(), "none of these needs a data directory");

        with(&["produce", "orders", "--schema", "order.avsc"], line);
        assert_eq!(with(&["consume", "orders"], "").trim(), line);
        // The log holds the bytes, and no schemas.
        let alone = run(dir.path(), &["consume", "orders"], "");
        assert_ne!(alone.status.code(), Some(0), "{}", stdout(&alone));
    });
}

/// A command with variables of its own.
fn run_with(dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_schemawire"));
    command.args(arguments).current_dir(dir).envs(variables.iter().copied()).output().expect("it ends")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_comes_from_the_environment_or_from_files() {
    let (peer, dir) = (Peer::always(Reply::Json(200, "[]".into())).await, workplace());
    std::fs::write(dir.path().join("password"), "pass\n").expect("written");
    std::fs::write(dir.path().join("token"), "a-token\n").expect("written");
    let url = ("SCHEMAWIRE_REGISTRY", peer.url.as_str());
    let user = ("SCHEMAWIRE_REGISTRY_USER", "user");
    tokio::task::block_in_place(|| {
        for (arguments, variables, wanted) in [
            (vec![], vec![url], None),
            (vec![], vec![url, user, ("SCHEMAWIRE_REGISTRY_PASSWORD", "pass")], Some("Basic dXNlcjpwYXNz")),
            (vec!["--registry-password-file", "password"], vec![url, user], Some("Basic dXNlcjpwYXNz")),
            (vec![], vec![url, ("SCHEMAWIRE_REGISTRY_TOKEN", "a-token")], Some("Bearer a-token")),
            (vec!["--registry-token-file", "token"], vec![url], Some("Bearer a-token")),
        ] {
            let arguments: Vec<&str> = ["schemas"].into_iter().chain(arguments).collect();
            let output = run_with(dir.path(), &arguments, &variables);
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
            assert_eq!(peer.seen().last().expect("asked").header("authorization"), wanted, "{arguments:?}");
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exit_codes_tell_whose_fault_it_is() {
    let dir = workplace();
    let refusing = Peer::always(Reply::Json(401, String::new())).await;
    let html = Peer::always(Reply::Headed(200, String::new(), "<html>".into())).await;
    tokio::task::block_in_place(|| {
        for (url, code, wanted) in [
            ("registry:8081", 2, "a registry's address is not one"),
            (refusing.url.as_str(), 2, "status 401"),
            (html.url.as_str(), 3, "`<html>`"),
        ] {
            let output = run(dir.path(), &["schemas", "--registry", url], "");
            assert_eq!(output.status.code(), Some(code), "{url}: {}", stderr(&output));
            assert!(stderr(&output).contains(wanted), "{url}: {}", stderr(&output));
        }
        let secret = run_with(
            dir.path(),
            &["schemas", "--help"],
            &[
                ("SCHEMAWIRE_REGISTRY_PASSWORD", "hunter2"),
                ("SCHEMAWIRE_REGISTRY", "http://user:hunter2@registry"),
            ],
        );
        assert!(!stdout(&secret).contains("hunter2"), "{}", stdout(&secret));
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_fetched_for_an_oauth_client_whose_secret_nobody_sees() {
    let tokens =
        Peer::always(Reply::Json(200, r#"{"access_token": "fetched", "expires_in": 3600}"#.into())).await;
    let (peer, dir) = (Peer::always(Reply::Json(200, "[]".into())).await, workplace());
    std::fs::write(dir.path().join("secret"), "hunter2\n").expect("written");
    let url = ("SCHEMAWIRE_REGISTRY", peer.url.as_str());
    let endpoint = ("SCHEMAWIRE_REGISTRY_OAUTH_URL", tokens.url.as_str());
    let client = ("SCHEMAWIRE_REGISTRY_OAUTH_CLIENT", "service");
    let secret = ("SCHEMAWIRE_REGISTRY_OAUTH_SECRET", "hunter2");
    tokio::task::block_in_place(|| {
        let by_options = ["--registry-oauth-url", &tokens.url, "--registry-oauth-client", "service"];
        let by_file = ["--registry-oauth-secret-file", "secret", "--registry-oauth-scope", "read all"];
        for (arguments, variables, body) in [
            (vec![], vec![url, endpoint, client, secret], "grant_type=client%5Fcredentials"),
            ([by_options, by_file].concat(), vec![url], "scope=read%20all"),
        ] {
            let arguments: Vec<&str> = ["schemas"].into_iter().chain(arguments).collect();
            let output = run_with(dir.path(), &arguments, &variables);
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
            assert_eq!(peer.seen().last().expect("asked").header("authorization"), Some("Bearer fetched"));
            let asked = tokens.seen().last().cloned().expect("asked");
            assert_eq!(asked.header("authorization"), Some("Basic c2VydmljZTpodW50ZXIy"));
            let said = String::from_utf8_lossy(&asked.body).into_owned();
            assert!(said.contains(&body.replace("%5F", "_")), "{said}");
        }
        for (arguments, variables, wanted) in [
            (vec!["schemas"], vec![url, endpoint, client], "the OAuth client `service` has no secret"),
            (vec!["schemas"], vec![url, endpoint, secret], "--registry-oauth-client"),
            (
                vec!["schemas"],
                vec![url, endpoint, client, secret, ("SCHEMAWIRE_REGISTRY_USER", "u")],
                "--registry-user",
            ),
        ] {
            let output = run_with(dir.path(), &arguments, &variables);
            assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
            assert!(stderr(&output).contains(wanted), "{}", stderr(&output));
            assert!(!stderr(&output).contains("hunter2"), "{}", stderr(&output));
        }
        let help = run_with(dir.path(), &["schemas", "--help"], &[url, endpoint, client, secret]);
        assert!(!stdout(&help).contains("hunter2"), "{}", stdout(&help));
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_is_an_option_and_none_is_one_too() {
    let (proxy, dir) = (Peer::always(Reply::Json(200, "[]".into())).await, workplace());
    let peer = Peer::always(Reply::Json(200, "[]".into())).await;
    let through = proxy.url.replace("http://", "http://user:hunter2@");
    tokio::task::block_in_place(|| {
        let output = run_with(
            dir.path(),
            &["schemas", "--registry", "http://registry.invalid:8081"],
            &[("SCHEMAWIRE_REGISTRY_PROXY", &through)],
        );
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let seen = proxy.seen().pop().expect("asked");
        assert!(seen.path.starts_with("http://registry.invalid:8081/subjects"), "{}", seen.path);
        assert!(seen.header("proxy-authorization").is_some());
        let count = proxy.count();

        let environment = [("http_proxy", proxy.url.as_str()), ("HTTP_PROXY", &proxy.url)];
        let without = ["schemas", "--registry", &peer.url, "--registry-proxy", "none"];
        let output = run_with(dir.path(), &without, &environment);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!((proxy.count(), peer.count()), (count, 1));

        let output =
            run_with(dir.path(), &["schemas", "--registry-proxy", "nowhere", "--registry", &peer.url], &[]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("the proxy's address is not one"), "{}", stderr(&output));
    });
}

#[test]
fn a_machine_without_authorities_is_told_which_option_names_one() {
    let dir = workplace();
    let nowhere = dir.path().join("nowhere");
    let nowhere = nowhere.to_str().expect("UTF-8");
    let output = run_with(
        dir.path(),
        &["schemas", "--registry", "https://registry.invalid"],
        &[("SSL_CERT_FILE", nowhere), ("SSL_CERT_DIR", nowhere)],
    );
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("no certificate authorities"), "{}", stderr(&output));
    assert!(stderr(&output).contains("`--registry-ca FILE`"), "{}", stderr(&output));
}
