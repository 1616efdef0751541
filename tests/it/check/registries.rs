//! A registry as the baseline, and as the one who says which level holds: asked by the binary over a socket, of a server in this
//! process.
#![cfg(all(feature = "server", feature = "registry-http"))]

use std::sync::Arc;

use schemawire::compat::{Level, Policy};
use schemawire::registry::{
    Config, Deletion, EmbeddedRegistry, Metadata, Proposal, Registry, RegistryExt, Subject, VersionSpec,
};
use schemawire::schema::{Format, Mode, Reference, Schema};
use schemawire::server::{Server, Users};
use serde_json::{Value, json};

use super::repository::{ID, QTY, Ran, Repository, SKU, record};
use crate::http_client::peer::{Peer, Reply};

const SKU_DEFAULT: &str = r#"{"name": "sku", "type": "string", "default": ""}"#;

/// Names subjects as registries do.
const CONFIG: &str = "[[subjects]]\nfiles = \"schemas/*\"\nsubject = \"{stem}-value\"\n";

/// A registry, a server over it, and a repository whose schemas are checked against it.
struct Place {
    registry: Arc<EmbeddedRegistry>,
    server: Server,
    repository: Repository,
}

impl Place {
    async fn new(config: &str, files: &[(&str, &str)]) -> Self {
        let registry = Arc::new(EmbeddedRegistry::in_memory().await.expect("a registry"));
        let server = Server::builder(Arc::clone(&registry)).start().await.expect("it starts");
        let repository = Repository::with(&[("schemawire.toml", config)]);
        files.iter().for_each(|(path, text)| repository.write(path, text));
        Self { registry, server, repository }
    }

    async fn avro(&self, subject: &str, text: &str) {
        let schema = Schema::avro(text).expect("a schema");
        self.registry.register_schema(subject, &schema).await.expect("registered");
    }

    async fn configure(&self, subject: Option<&str>, set: impl FnOnce(&mut Config)) {
        let mut config = Config::default();
        set(&mut config);
        let subject = subject.map(of);
        self.registry.set_config(subject.as_ref(), &config.into()).await.expect("set");
    }

    /// Its address as a baseline.
    fn label(&self) -> String {
        format!("registry:{}", self.server.url())
    }

    /// Runs `check` against it.
    fn check(&self, arguments: &[&str]) -> Ran {
        let label = self.label();
        let all: Vec<&str> = ["--against", label.as_str()].iter().chain(arguments).copied().collect();
        tokio::task::block_in_place(|| self.repository.check(&all))
    }
}

fn of(subject: &str) -> Subject {
    subject.parse().expect("a subject")
}

fn words(of: &Value, names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| of[*name].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_latest_version_of_each_subject_is_the_baseline() {
    let place = Place::new(
        CONFIG,
        &[
            ("schemas/order.avsc", &record("Order", &[ID, QTY])),
            ("schemas/item.avsc", &record("Item", &[ID])),
        ],
    )
    .await;
    place.avro("order-value", &record("Order", &[ID])).await;
    place.registry.set_level("order-value", Level::None).await.expect("set");
    place.avro("order-value", &record("Order", &[ID, QTY])).await;

    let clean = place.check(&[]).exits(0);
    let wanted = format!("Checked 2 subjects against {}, 1 version, in ", place.label());
    assert!(clean.stdout.contains(&wanted), "{}", clean.stdout);
    assert!(clean.stdout.contains("item-value is new (schemas/item.avsc): nothing to compare it with"));
    assert!(clean.stdout.contains("  1 compatible · 1 new\n"), "{}", clean.stdout);
    let state = place.check(&["--format", "json"]).exits(0).json();
    assert_eq!(state["subjects"][1]["state"], "unchanged", "only spaces are others");

    place.repository.write("schemas/order.avsc", &record("Order", &[ID, QTY, SKU_DEFAULT]));
    place.check(&[]).exits(0);

    place.repository.write("schemas/order.avsc", &record("Order", &[ID, QTY, SKU]));
    let broken = place.check(&[]).exits(1);
    for wanted in [
        "┌─ schemas/order.avsc:4:3",
        "= against: v2\n",
        &format!("= old: {} order-value version 2:1:", place.label()),
    ] {
        assert!(broken.stdout.contains(wanted), "{wanted}\n{}", broken.stdout);
    }
    let found = place.check(&["--format", "json"]).exits(1).json();
    assert_eq!(found["baseline"], place.label());
    let finding = &found["findings"][0];
    assert_eq!(words(finding, &["subject", "level"]), [json!("order-value"), json!("BACKWARD")]);
    assert_eq!(
        finding["verdicts"],
        json!({ "confluent": "incompatible", "wire": "incompatible" }),
        "{finding}"
    );
    let old = &finding["old"][0];
    let path = format!("{} order-value version 2", place.label());
    assert_eq!(
        words(old, &["version", "rev", "path", "line"]),
        [json!(2), json!(null), json!(path), json!(1)]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_of_report_names_a_file_that_is_there() {
    let place = Place::new(CONFIG, &[("schemas/order.avsc", &record("Order", &[ID, SKU]))]).await;
    place.avro("order-value", &record("Order", &[ID])).await;
    let message = "syntax = \"proto3\"; message Order { string id = 1; }";
    let schema = Schema::protobuf(message).expect("a schema");
    place.registry.register_schema("other-value", &schema).await.expect("registered");
    // Of another format, so that there is no place in the new text.
    place.repository.write("schemas/other.avsc", &record("Other", &[ID]));
    for form in ["text", "short", "json", "github", "gitlab", "sarif", "junit", "markdown"] {
        let report = place.check(&["--format", form]).exits(1).stdout;
        assert!(report.contains("schemas/order.avsc"), "{form}: {report}");
        assert!(report.contains("schemas/other.avsc"), "{form}: {report}");
    }
    let sarif = place.check(&["--format", "sarif"]).exits(1).json();
    for result in sarif["runs"][0]["results"].as_array().expect("results") {
        assert_eq!(result["relatedLocations"], json!([]), "a registry's version is no file: {result}");
        let message = result["message"]["text"].as_str().expect("a message");
        assert!(message.ends_with(" (against v1 in the registry)"), "{message}");
    }
    let github = place.check(&["--format", "github"]).exits(1).stdout;
    assert!(github.lines().all(|line| line.contains("file=schemas/")), "{github}");
    assert!(github.contains("breaks v1 of order-value"), "{github}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transitive_levels_take_all_versions_that_are_not_deleted() {
    let place = Place::new(CONFIG, &[("schemas/order.avsc", &record("Order", &[ID, SKU]))]).await;
    place.registry.set_level("order-value", Level::None).await.expect("set");
    place.avro("order-value", &record("Order", &[ID])).await;
    place.avro("order-value", &record("Order", &[ID, QTY])).await;
    place.avro("order-value", &record("Order", &[ID, SKU])).await;
    place.check(&[]).exits(0);
    let found = place.check(&["--level", "backward-transitive", "--format", "json"]).exits(1).json();
    let broken = |found: &Value| -> Vec<Value> {
        found["findings"][0]["old"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|it| it["version"].clone())
            .collect()
    };
    assert_eq!(broken(&found), [2, 1], "the newest first");
    assert_eq!(found["summary"]["versions"], 3);
    // What is as the latest version is need not be compared with the others.
    place.check(&["--level", "backward-transitive", "--changed-only"]).exits(0);

    let version = VersionSpec::Number(schemawire::ids::Version(1));
    place.registry.delete_version(&of("order-value"), version, Deletion::Soft).await.expect("deleted");
    let found = place.check(&["--level", "backward-transitive", "--format", "json"]).exits(1).json();
    assert_eq!(broken(&found), [2]);
    place.registry.delete_subject(&of("order-value"), Deletion::Soft).await.expect("deleted");
    let gone = place.check(&["--format", "json"]).exits(0).json();
    assert_eq!(gone["subjects"][0]["state"], "new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_version_refers_to_is_read_from_the_registry() {
    let order = r#"{"type": "record", "namespace": "acme", "name": "Order", "fields": [{"name": "price", "type": "acme.Money"}]}"#;
    let shop = "syntax = \"proto3\";\npackage acme;\nimport \"schemas/coin.proto\";\nmessage Shop { Coin coin = 1; }\n";
    let coin =
        |kind: &str| format!("syntax = \"proto3\";\npackage acme;\nmessage Coin {{ {kind} amount = 1; }}\n");
    let place = Place::new(
        CONFIG,
        &[
            ("schemas/money.avsc", &record("Money", &[QTY])),
            ("schemas/order.avsc", order),
            ("schemas/coin.proto", &coin("int32")),
            ("schemas/shop.proto", shop),
        ],
    )
    .await;
    for (name, subject, format, own, other) in [
        ("acme.Money", "money-value", Format::Avro, order, record("Money", &[QTY])),
        ("schemas/coin.proto", "coin-value", Format::Protobuf, shop, coin("int32")),
    ] {
        let parse =
            |text: &str, references| Schema::parse(format, text, references, Mode::Strict).expect("a schema");
        let other = parse(&other, Vec::new());
        place.registry.register_schema(subject, &other).await.expect("registered");
        let reference = Reference { name: name.into(), subject: subject.into(), version: 1 };
        let schema = parse(own, vec![(reference, other)]);
        let subject = if format == Format::Avro { "order-value" } else { "shop-value" };
        place.registry.register_schema(subject, &schema).await.expect("registered");
    }
    let same = place.check(&["--format", "json"]).exits(0).json();
    let states = same["subjects"].as_array().expect("a list").iter();
    assert!(states.clone().all(|it| it["state"] == "unchanged"), "{same}");

    place.repository.write("schemas/money.avsc", &record("Money", &[ID]));
    place.repository.write("schemas/coin.proto", &coin("string"));
    let found = place.check(&["--format", "json", "--no-witness"]).exits(1).json();
    for (subject, file, dependent, reference) in [
        ("money-value", "schemas/money.avsc", "order-value", "money-value version 1"),
        ("coin-value", "schemas/coin.proto", "shop-value", "coin-value version 1"),
    ] {
        let all = found["findings"].as_array().expect("a list");
        let of_file = |it: &&Value| it["new"]["path"] == file && it["severity"] == "error";
        let finding = all.iter().find(of_file).unwrap_or_else(|| panic!("{found:#}"));
        assert_eq!(finding["subject"], subject, "{found:#}");
        let old = format!("{} {reference}", place.label());
        assert_eq!(finding["old"][0]["path"], old, "{found:#}");
        assert!(all.iter().any(|it| it["dependents"].to_string().contains(dependent)), "{found:#}");
    }
    // The subject alone shows where the cause was in what it refers to.
    let alone = place.check(&["--format", "json", "schemas/order.avsc"]).exits(1).json();
    let old = &alone["findings"][0]["old"][0];
    assert_eq!(old["path"], format!("{} money-value version 1", place.label()), "{alone:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_level_is_the_registrys_where_that_is_asked() {
    let config = format!("[check]\nlevel = \"registry\"\n{CONFIG}");
    let order = record("Order", &[ID, SKU]);
    let files = [("schemas/order.avsc", order.as_str()), ("schemas/item.avsc", &order)];
    let place = Place::new(&config, &files).await;
    for subject in ["order-value", "item-value"] {
        place.avro(subject, &record("Order", &[ID])).await;
    }
    place.registry.set_level("item-value", Level::Forward).await.expect("set");
    let levels = |arguments: &[&str], code| -> Vec<String> {
        let all: Vec<&str> = ["--format", "json"].iter().chain(arguments).copied().collect();
        let found = place.check(&all).exits(code).json();
        let subjects = found["subjects"].as_array().expect("a list").iter();
        subjects.map(|it| format!("{} {}", it["name"], it["level"]).replace('"', "")).collect()
    };
    assert_eq!(levels(&[], 1), ["item-value FORWARD", "order-value BACKWARD"]);
    assert_eq!(levels(&["schemas/item.avsc"], 0), ["item-value FORWARD"]);
    // Without a level of its own a subject has that of the whole registry.
    place.configure(None, |config| config.level = Some(Level::None)).await;
    assert_eq!(levels(&[], 0), ["item-value FORWARD", "order-value NONE"]);
    assert_eq!(levels(&["--level", "full"], 1), ["item-value FULL", "order-value FULL"]);
    assert_eq!(levels(&["--level", "registry"], 0), ["item-value FORWARD", "order-value NONE"]);

    // Commits as the baseline, the registry for the levels.
    place.repository.commit("as it is");
    place.repository.write("schemas/order.avsc", &record("Order", &[ID, SKU, QTY]));
    let with_git = |arguments: &[&str]| {
        let all: Vec<&str> = ["--against", "git:HEAD"].iter().chain(arguments).copied().collect();
        tokio::task::block_in_place(|| place.repository.check(&all))
    };
    with_git(&["--registry", place.server.url()]).exits(0);
    let unnamed = with_git(&[]).exits(2);
    assert_eq!(
        unnamed.stderr,
        "error: the level is the registry's, and no registry is named: --registry URL\n"
    );
    with_git(&["--level", "backward"]).exits(1);
    let nowhere =
        tokio::task::block_in_place(|| place.repository.check(&["--against", "registry:"])).exits(2);
    assert!(nowhere.stderr.contains("`registry:` has no address"), "{}", nowhere.stderr);
    tokio::task::block_in_place(|| {
        place.repository.check(&["--against", "registry:", "--registry", place.server.url()])
    })
    .exits(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policy_and_group_come_with_the_level() {
    let open = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"a": {"type": "string"}}}"#;
    let wider = open.replace(r#""properties": {"#, r#""properties": {"b": {"type": "string"}, "#);
    let config = format!("[check]\nlevel = \"registry\"\nprofile = \"confluent\"\n{CONFIG}");
    let order = record("Order", &[ID, SKU, QTY]);
    let place = Place::new(&config, &[("schemas/open.json", &wider), ("schemas/order.avsc", &order)]).await;
    let schema = Schema::json(open).expect("a schema");
    place.registry.register_schema("open-value", &schema).await.expect("registered");
    place.configure(Some("order-value"), |config| config.level = Some(Level::None)).await;
    // Version 2 is of the group of version 3; version 1, which the new schema cannot read, is of another.
    for (group, fields) in
        [("1", vec![ID]), ("2", vec![ID, SKU, QTY]), ("2", vec![ID, SKU, QTY, SKU_DEFAULT])]
    {
        let mut fields = fields;
        if fields.len() == 4 {
            fields[3] = r#"{"name": "note", "type": "string", "default": ""}"#;
        }
        let schema = Schema::avro(&record("Order", &fields)).expect("a schema");
        let proposal = Proposal::new(schema).with_metadata(Metadata::with_properties([("major", group)]));
        place.registry.register(&of("order-value"), &proposal).await.expect("registered");
    }
    place
        .configure(Some("order-value"), |config| {
            config.level = Some(Level::BackwardTransitive);
        })
        .await;
    place.check(&["schemas/order.avsc"]).exits(1);
    place.configure(Some("order-value"), |config| config.group = Some("major".into())).await;
    let clean = place.check(&["--format", "json", "schemas/order.avsc"]).exits(0).json();
    assert_eq!(clean["summary"]["versions"], 2);

    place.check(&["schemas/open.json"]).exits(1);
    place.configure(Some("open-value"), |config| config.policy = Some(Policy::Lenient)).await;
    place.check(&["schemas/open.json"]).exits(0);
    place.check(&["schemas/open.json", "--policy", "strict"]).exits(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_called_by_its_path_is_told_how_to_get_a_name() {
    let place = Place::new("", &[("schemas/order.avsc", &record("Order", &[ID, SKU]))]).await;
    place.avro("order-value", &record("Order", &[ID])).await;
    let new = place.check(&[]).exits(0);
    assert!(new.stdout.contains("`subject = \"{stem}-value\"` in schemawire.toml"), "{}", new.stdout);
    place.check(&["--subject", "order-value=schemas/order.avsc"]).exits(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_that_refuses_or_is_none_is_exit_code_3_with_what_it_said() {
    let registry = EmbeddedRegistry::in_memory().await.expect("a registry");
    let users: Users = "ada:s3cret\n".parse().expect("users");
    let closed = Server::builder(registry).users(users).start().await.expect("it starts");
    let html = Peer::always(Reply::Headed(200, String::new(), "<html>sign in</html>".into())).await;
    let missing = Peer::always(Reply::Headed(404, String::new(), "<html>no such page</html>".into())).await;
    let repository = Repository::with(&[("schemas/order.avsc", &record("Order", &[ID]))]);
    let with = |address: &str, user: Option<(&str, &str)>| {
        let against = format!("registry:{}", address);
        let mut all = vec!["--against".to_owned(), against];
        if let Some((name, password)) = user {
            repository.write("password", password);
            all.extend(["--registry-user", name, "--registry-password-file", "password"].map(str::to_owned));
        }
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        tokio::task::block_in_place(|| repository.check(&all))
    };
    with(closed.url(), Some(("ada", "s3cret"))).exits(0);
    for user in [None, Some(("ada", "wrong"))] {
        let refused = with(closed.url(), user).exits(3);
        let wanted = format!("error: cannot ask `registry:{}`\n", closed.url());
        assert!(refused.stderr.starts_with(&wanted), "{}", refused.stderr);
        assert!(refused.stderr.contains("SCHEMAWIRE_REGISTRY_PASSWORD"), "{}", refused.stderr);
    }
    let in_url = closed.url().replace("http://", "http://ada:w00ng@");
    let refused = with(&in_url, None).exits(3);
    assert!(!refused.stderr.contains("w00ng"), "{}", refused.stderr);
    let page = with(&html.url, None).exits(3);
    assert!(page.stderr.contains("`<html>sign in</html>`"), "{}", page.stderr);
    let page = with(&missing.url, None).exits(3);
    assert!(page.stderr.contains("status 404"), "{}", page.stderr);
    let wrong = with("localhost:8081", None).exits(2);
    assert!(wrong.stderr.contains("a registry's address is not one"), "{}", wrong.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registry_that_is_away_is_exit_code_3() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let repository = Repository::with(&[("schemas/order.avsc", &record("Order", &[ID]))]);
    let against = format!("registry:http://{free}");
    let away = tokio::task::block_in_place(|| repository.check(&["--against", &against])).exits(3);
    assert!(away.stderr.starts_with(&format!("error: cannot ask `{against}`\n")), "{}", away.stderr);
    assert!(away.stdout.is_empty(), "{}", away.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_is_no_schema_here_keeps_only_its_subject_from_being_compared() {
    let broken = json!({ "subject": "x", "id": 1, "version": 1, "schema": "{\"type\": \"reco" }).to_string();
    let peer = Peer::always(Reply::Json(200, broken)).await;
    let repository = Repository::with(&[("schemas/order.avsc", &record("Order", &[ID]))]);
    let against = format!("registry:{}", peer.url);
    let ran = tokio::task::block_in_place(|| repository.check(&["--against", &against])).exits(3);
    let wanted = format!("`schemas/order.avsc` cannot be compared with the latest version in {against}");
    assert!(ran.stderr.contains(&wanted), "{}", ran.stderr);
}
