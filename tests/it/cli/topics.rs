//! `topics`, and `produce` and `consume` beside a data directory and on a cluster.

use std::path::Path;

use super::{done, run, stderr, workplace};

const ORDERS: &str = "{\"id\":\"a\",\"qty\":1}\n{\"id\":\"b\",\"qty\":2}\n{\"id\":\"c\",\"qty\":3}\n";

#[test]
fn topics_are_created_shown_grown_and_deleted_in_a_data_directory() {
    let dir = workplace();
    let topics = |arguments: &[&str]| done(dir.path(), &[&["topics"], arguments].concat(), "");
    assert_eq!(topics(&[]), "topic  partitions  keeps\n");
    assert_eq!(topics(&["create", "orders", "--partitions", "2", "--keep-for", "7d", "--compact"]), "");
    topics(&["create", "audit"]);
    assert_eq!(
        topics(&["list"]),
        "topic   partitions  keeps\n\
         audit            1  everything\n\
         orders           2  the newest of each key, 604,800 s\n"
    );
    assert_eq!(
        topics(&["--format", "json"]),
        "{\"compact\":false,\"partitions\":1,\"retention_bytes\":null,\"retention_ms\":null,\"topic\":\"audit\"}\n\
         {\"compact\":true,\"partitions\":2,\"retention_bytes\":null,\"retention_ms\":604800000,\"topic\":\"orders\"}\n"
    );
    topics(&["grow", "orders", "3"]);
    done(dir.path(), &["produce", "orders", "--schema", "order.avsc", "--key-field", "id"], ORDERS);
    let shown = topics(&["show", "orders"]);
    assert!(
        shown.starts_with("orders: the newest of each key, 604,800 s\npartition  first  next\n"),
        "{shown}"
    );
    assert_eq!(shown.lines().count(), 5, "{shown}");

    for (arguments, code, words) in [
        (&["show", "orders2"][..], 2, "does not exist"),
        (&["grow", "orders", "1"], 2, "none can be taken away"),
        (&["create", "orders"], 2, "3 partitions, not 1"),
        (&["create", "x", "--keep-for", "soon"], 2, "ms, s, m, h or d"),
        (&["delete", "orders"], 2, "--yes"),
    ] {
        let output = run(dir.path(), &[&["topics"], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
    }
    topics(&["delete", "orders", "--yes"]);
    let left = "topic     partitions  keeps\n_schemas           1  the newest of each key\naudit              1  everything\n";
    assert_eq!(topics(&[]), left, "with that of the registry, which `produce` made");
}

#[test]
fn a_group_is_shown_how_far_it_is() {
    let dir = workplace();
    lag_is_shown(dir.path(), &[]);
}

fn lag_is_shown(dir: &Path, cluster: &[&str]) {
    let command = |arguments: &[&str], input: &str| done(dir, &[arguments, cluster].concat(), input);
    command(&["produce", "orders", "--schema", "order.avsc"], ORDERS);
    let lag = || command(&["consume", "orders", "--group", "audit", "--lag"], "");
    assert_eq!(lag(), "partition  committed  end  lag\n        0          -    3    3\n");
    assert_eq!(command(&["consume", "orders", "--group", "audit", "--max", "2"], "").lines().count(), 2);
    assert_eq!(lag(), "partition  committed  end  lag\n        0          2    3    1\n");
    assert_eq!(
        command(&["consume", "orders", "--group", "audit", "--lag", "--format", "json"], ""),
        "{\"committed\":2,\"end\":3,\"group\":\"audit\",\"lag\":1,\"partition\":0,\"topic\":\"orders\"}\n"
    );
    assert_eq!(command(&["consume", "orders", "--group", "audit"], ""), "{\"id\":\"c\",\"qty\":3}\n");
    assert_eq!(lag(), "partition  committed  end  lag\n        0          3    3    0\n");
    let output = run(dir, &["consume", "orders", "--lag"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--group"), "{}", stderr(&output));
}

#[test]
fn a_key_goes_where_the_named_client_puts_it() {
    let dir = workplace();
    let partition = |topic: &str, partitioner: &[&str]| {
        let arguments =
            ["produce", topic, "--schema", "order.avsc", "--key-field", "id", "--partitions", "12"];
        let arguments = [&arguments, partitioner, &["--format", "json"]].concat();
        let sent = done(dir.path(), &arguments, "{\"id\":\"order-1\",\"qty\":1}\n");
        serde_json::from_str::<serde_json::Value>(&sent).unwrap()["partition"].as_u64().unwrap()
    };
    // As the documentation of `record::KeyHash` has them.
    assert_eq!(partition("java", &[]), 10);
    assert_eq!(partition("librdkafka", &["--partitioner", "consistent_random"]), 7);
    let output = run(dir.path(), &["produce", "t", "--schema", "order.avsc", "--partitioner", "dice"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("sarama_hash"), "{}", stderr(&output));
}

#[cfg(feature = "kafka")]
mod cluster {
    use krafka::testing::FakeBroker;

    use super::super::{done, run, stderr, workplace};

    #[test]
    fn records_go_to_a_cluster_and_come_back_with_the_schemas_of_the_data_directory() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let broker = runtime.block_on(FakeBroker::start()).unwrap();
        let dir = workplace();
        super::lag_is_shown(dir.path(), &["--brokers", &broker.bootstrap_servers()]);
    }

    #[test]
    fn a_secret_comes_from_a_file_and_what_is_missing_is_asked_for() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let broker = runtime.block_on(FakeBroker::start()).unwrap();
        broker.require_sasl_plain("alerts", "right");
        broker.create_topic("orders", 1);
        let dir = workplace();
        for (file, secret) in [("right", "right\n"), ("wrong", "a-wrong-one\n")] {
            std::fs::write(dir.path().join(file), secret).unwrap();
        }
        let brokers = broker.bootstrap_servers();
        let consume = ["consume", "orders", "--brokers", &brokers, "--sasl", "plain"];
        let with = |more: &[&'static str]| [&consume[..], more].concat();
        assert_eq!(
            done(dir.path(), &with(&["--sasl-user", "alerts", "--sasl-password-file", "right"]), ""),
            ""
        );
        for (more, code, words) in [
            (&["--sasl-user", "alerts", "--sasl-password-file", "wrong"][..], 2, "the broker refuses it"),
            (&["--sasl-user", "alerts"], 2, "SCHEMAWIRE_SASL_PASSWORD"),
            (&["--sasl-password-file", "right"], 2, "--sasl-user"),
            (&["--sasl-user", "alerts", "--sasl-password-file", "missing"], 3, "cannot read missing"),
        ] {
            let output = run(dir.path(), &with(more), "");
            assert_eq!(output.status.code(), Some(code), "{more:?}: {}", stderr(&output));
            assert!(stderr(&output).contains(words), "{more:?}: {}", stderr(&output));
            assert!(!stderr(&output).contains("a-wrong-one"), "{}", stderr(&output));
        }
    }

    #[test]
    fn brokers_that_are_not_there_are_named() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let dir = workplace();
        let output = run(dir.path(), &["topics", "--brokers", &free], "");
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert!(stderr(&output).contains(&free), "{}", stderr(&output));
        let output = run(dir.path(), &["topics", "--brokers", "nowhere"], "");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("HOST:PORT"), "{}", stderr(&output));
    }

    #[test]
    fn topics_are_created_shown_grown_and_deleted_on_a_cluster() {
        let Some(brokers) = std::env::var_os("SCHEMAWIRE_KAFKA").and_then(|it| it.into_string().ok()) else {
            eprintln!("skipped: SCHEMAWIRE_KAFKA names no brokers; scripts/streams.sh starts one");
            return;
        };
        let dir = workplace();
        let name = "test.topics.of.the.command";
        let topics = |arguments: &[&str]| {
            done(dir.path(), &[&["topics"], arguments, &["--brokers", &brokers]].concat(), "")
        };
        drop(run(dir.path(), &["topics", "delete", name, "--yes", "--brokers", &brokers], ""));
        topics(&["create", name, "--partitions", "2", "--keep-for", "7d", "--keep-bytes", "1000000"]);
        topics(&["grow", name, "3"]);
        assert_eq!(
            topics(&["show", name]),
            format!(
                "{name}: 604,800 s, 1,000,000 bytes a partition\n\
                 partition  first  next\n        0      0     0\n        1      0     0\n        2      0     0\n"
            )
        );
        assert!(topics(&[]).lines().any(|line| line.starts_with(name)), "it is listed");
        topics(&["delete", name, "--yes"]);
        assert!(!topics(&[]).contains(name), "it is gone");
    }
}
