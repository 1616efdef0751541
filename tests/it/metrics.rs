//! Metrics: what is counted, how it is shown, and that dashboard, alerts and documentation name what exists.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use schemawire::class::Class;
use schemawire::metrics::{Kind, Metrics, ROWS};
use schemawire::observer::{BreakerState, Change, Observation, Observer};
use schemawire::transport::Clock;

/// A clock that is set.
#[derive(Debug, Default)]
struct Set(AtomicU64);

impl Clock for Set {
    fn wall(&self) -> i64 {
        0
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

fn received(records: u64) -> Observation<'static> {
    Observation::Received { group: "g", topic: "t", partition: 0, records, bytes: 10 * records }
}

#[test]
fn each_observation_is_counted_in_its_families() {
    let (topic, group, took) = ("t", "g", Duration::from_millis(3));
    let class = Class::BadData;
    let cases: [(Observation<'_>, &[&str]); 20] = [
        (
            Observation::Sent { topic, records: 3, bytes: 70, took },
            &[
                "kafka_producer_records_total{topic=\"t\"} 3",
                "kafka_producer_bytes_total{topic=\"t\"} 70",
                "kafka_producer_delivery_latency_seconds_bucket{topic=\"t\",le=\"0.0025\"} 0",
                "kafka_producer_delivery_latency_seconds_bucket{topic=\"t\",le=\"0.005\"} 1",
                "kafka_producer_delivery_latency_seconds_bucket{topic=\"t\",le=\"+Inf\"} 1",
                "kafka_producer_delivery_latency_seconds_sum{topic=\"t\"} 0.003",
                "kafka_producer_delivery_latency_seconds_count{topic=\"t\"} 1",
            ],
        ),
        (
            Observation::NotSent { topic, records: 2, class: Class::RETRY, possibly_written: true },
            &["kafka_producer_errors_total{topic=\"t\",class=\"retry\",written=\"possibly\"} 2"],
        ),
        (Observation::SentAgain { topic, failed: 1 }, &["kafka_producer_retries_total{topic=\"t\"} 1"]),
        (
            Observation::Buffered { topic, bytes: 5, limit: 9 },
            &[
                "kafka_producer_buffer_bytes{topic=\"t\"} 5",
                "kafka_producer_buffer_limit_bytes{topic=\"t\"} 9",
            ],
        ),
        (Observation::Spilled { topic, records: 4 }, &["kafka_producer_spilled_records{topic=\"t\"} 4"]),
        (
            Observation::Breaker { destination: "d", state: BreakerState::Open },
            &["kafka_breaker_state{destination=\"d\"} 2"],
        ),
        (
            received(7),
            &[
                "kafka_consumer_messages_total{group=\"g\",topic=\"t\"} 7",
                "kafka_consumer_bytes_total{group=\"g\",topic=\"t\"} 70",
            ],
        ),
        (
            Observation::Lag { group, topic, partition: 2, records: 8 },
            &["kafka_consumer_lag{group=\"g\",topic=\"t\",partition=\"2\"} 8"],
        ),
        (
            Observation::Handled { group, topic, took, done: true },
            &["kafka_processing_latency_seconds_count{group=\"g\",topic=\"t\"} 1"],
        ),
        (
            Observation::Failed { group, topic, class },
            &["kafka_consumer_errors_total{group=\"g\",topic=\"t\",class=\"bad_data\"} 1"],
        ),
        (
            Observation::HandledAgain { group, topic, failed: 1 },
            &["kafka_consumer_retries_total{group=\"g\",topic=\"t\"} 1"],
        ),
        (
            Observation::DeadLetter { group, topic, class },
            &["kafka_consumer_dead_letters_total{group=\"g\",topic=\"t\",class=\"bad_data\"} 1"],
        ),
        (
            Observation::Duplicate { group, topic },
            &["kafka_consumer_duplicates_total{group=\"g\",topic=\"t\"} 1"],
        ),
        (Observation::InFlight { group, messages: 6 }, &["kafka_consumer_in_flight{group=\"g\"} 6"]),
        (
            Observation::Committed { group, partitions: 3, stored: false },
            &["kafka_consumer_commits_total{group=\"g\",outcome=\"refused\"} 1"],
        ),
        (
            Observation::Rebalanced { group, change: Change::Lost, partitions: 3 },
            &[
                "kafka_consumer_rebalances_total{group=\"g\",change=\"lost\"} 1",
                "kafka_consumer_partitions_moved_total{group=\"g\",change=\"lost\"} 3",
            ],
        ),
        (
            Observation::Started { group, topic, partition: 0, offset: 5, reason: "committed" },
            &["kafka_consumer_starts_total{group=\"g\",topic=\"t\",reason=\"committed\"} 1"],
        ),
        (
            Observation::Gap { group, topic, partition: 0, records: 12 },
            &["kafka_consumer_gap_records_total{group=\"g\",topic=\"t\"} 12"],
        ),
        (
            Observation::Encoded { topic, records: 3, took },
            &[
                "schemawire_encode_seconds_sum{topic=\"t\"} 0.003",
                "schemawire_encode_seconds_count{topic=\"t\"} 3",
            ],
        ),
        (
            Observation::Decoded { topic, records: 3, took },
            &[
                "schemawire_decode_seconds_sum{topic=\"t\"} 0.003",
                "schemawire_decode_seconds_count{topic=\"t\"} 3",
            ],
        ),
    ];
    for (observation, lines) in cases {
        let metrics = Metrics::new();
        metrics.observe(&observation);
        let text = metrics.text();
        for line in lines {
            assert!(text.lines().any(|it| it == *line), "{observation:?} is not shown as {line}:\n{text}");
        }
    }
}

#[test]
fn a_rate_is_the_mean_of_the_last_ten_whole_seconds() {
    let clock = Arc::new(Set::default());
    let metrics = Metrics::with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    let shown = |millis: u64| {
        clock.0.store(millis, Ordering::Relaxed);
        let text = metrics.text();
        let line = text.lines().find(|it| it.starts_with("kafka_consumer_messages_per_second{"));
        line.and_then(|it| it.rsplit(' ').next()).map(|it| it.parse::<f64>().expect("a number"))
    };
    assert_eq!(shown(0), None, "nothing was received yet");
    for second in 0..30 {
        clock.0.store(second * 1000 + 500, Ordering::Relaxed);
        metrics.observe(&received(second));
    }
    // 20 to 29 are whole at 30.
    assert_eq!(shown(30_000), Some((20..30).sum::<u64>() as f64 / 10.0));
    assert_eq!(shown(35_000), Some((25..30).sum::<u64>() as f64 / 10.0));
    assert_eq!(shown(40_000), Some(0.0), "silence is shown as such");
}

#[test]
fn a_label_may_hold_anything() {
    let metrics = Metrics::new();
    metrics.observe(&Observation::SentAgain { topic: "a\"b\\c\nd", failed: 0 });
    assert!(metrics.text().contains(r#"kafka_producer_retries_total{topic="a\"b\\c\nd"} 1"#));
}

#[test]
fn a_family_is_bounded_and_says_what_it_left_out() {
    let metrics = Metrics::new();
    for number in 0..Metrics::MOST + 5 {
        metrics.observe(&Observation::SentAgain { topic: &number.to_string(), failed: 0 });
    }
    let text = metrics.text();
    let series = text.lines().filter(|line| line.starts_with("kafka_producer_retries_total{")).count();
    assert_eq!(series, Metrics::MOST);
    assert!(
        text.lines().any(|line| line == "schemawire_metrics_left_out_total 5"),
        "what is left out is told"
    );
}

#[test]
fn every_family_has_help_and_type_once() {
    let text = Metrics::new().text();
    for row in ROWS {
        let line = format!("# TYPE {} {}", row.name, row.kind.as_str());
        assert_eq!(text.lines().filter(|it| *it == line).count(), 1, "{line}");
    }
    let names: BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), ROWS.len(), "no name comes twice");
}

/// The metrics and labels that a PromQL expression names.
fn named(expression: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let (mut metrics, mut labels) = (BTreeSet::new(), BTreeSet::new());
    for name in expression.split(|it| !word(it)).filter(|it| is_metric(it)) {
        metrics.insert(name.to_owned());
    }
    for (start, _) in expression.match_indices("by (") {
        let list = expression[start + 4..].split(')').next().unwrap_or_default();
        labels.extend(list.split(',').map(|it| it.trim().to_owned()));
    }
    for (start, _) in expression.match_indices('{') {
        let list = expression[start + 1..].split('}').next().unwrap_or_default();
        labels.extend(
            list.split(',').filter_map(|it| it.split(['=', '!']).next()).map(|it| it.trim().to_owned()),
        );
    }
    (metrics, labels)
}

fn is_metric(word: &str) -> bool {
    word.starts_with("kafka_") || word.starts_with("schemawire_")
}

/// What is wrong with an expression: names that do not exist, labels that none of its metrics has.
fn wrong(expression: &str) -> Vec<String> {
    let (metrics, labels) = named(expression);
    let mut wrong = Vec::new();
    let mut known = BTreeSet::from(["le"]);
    if metrics.is_empty() {
        wrong.push(format!("names no metric: {expression}"));
    }
    for metric in &metrics {
        match ROWS.iter().find(|row| shows(row.kind, row.name, metric)) {
            Some(row) => known.extend(row.labels),
            None if metric == "schemawire_metrics_left_out_total" => {}
            None => wrong.push(format!("`{metric}` does not exist: {expression}")),
        }
    }
    for label in labels.iter().filter(|label| !known.contains(label.as_str())) {
        wrong.push(format!("no metric of it has the label `{label}`: {expression}"));
    }
    wrong
}

fn shows(kind: Kind, name: &str, metric: &str) -> bool {
    let suffixes: &[&str] = match kind {
        Kind::Histogram => &["_bucket", "_sum", "_count"],
        Kind::Summary => &["_sum", "_count"],
        _ => &[""],
    };
    suffixes.iter().any(|suffix| metric.strip_suffix(suffix) == Some(name))
}

#[test]
fn the_check_of_expressions_finds_what_is_wrong() {
    assert_eq!(wrong("sum by (topic) (rate(kafka_producer_records_total{topic=~\"$topic\"}[5m]))"), [""; 0]);
    for bad in [
        "sum(up)",
        "kafka_producer_record_total",
        "kafka_processing_latency_seconds",
        "sum by (group) (kafka_producer_records_total)",
        "kafka_producer_records_total{group=\"a\"}",
    ] {
        assert_eq!(wrong(bad).len(), 1, "{bad}");
    }
}

#[test]
fn the_dashboard_loads_and_names_what_exists() {
    let text = super::support::text("docs/grafana/dashboard.json");
    let dashboard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut ids = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut places: Vec<[i64; 4]> = Vec::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_i64().expect("an id")), "an id comes twice: {}", panel["title"]);
        let at = ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_i64().expect("a place"));
        assert!(at[0] + at[2] <= 24, "{} is off the grid", panel["title"]);
        let apart = |it: &[i64; 4]| {
            at[0] + at[2] <= it[0]
                || it[0] + it[2] <= at[0]
                || at[1] + at[3] <= it[1]
                || it[1] + it[3] <= at[1]
        };
        assert!(places.iter().all(apart), "{} lies over another panel", panel["title"]);
        places.push(at);
        for target in panel["targets"].as_array().into_iter().flatten() {
            let expression = target["expr"].as_str().expect("an expression");
            assert_eq!(wrong(expression), [""; 0], "{}", panel["title"]);
            used.extend(named(expression).0);
        }
    }
    for row in ROWS {
        assert!(used.iter().any(|it| shows(row.kind, row.name, it)), "no panel shows {}", row.name);
    }
    for variable in dashboard["templating"]["list"].as_array().expect("variables") {
        if let Some(query) = variable["query"]["query"].as_str() {
            let (metrics, _) = named(query);
            assert!(!metrics.is_empty(), "{query}");
            for metric in metrics {
                assert!(ROWS.iter().any(|row| shows(row.kind, row.name, &metric)), "`{metric}` of {query}");
            }
        }
    }
}

#[test]
fn the_alerts_name_what_exists() {
    let text = super::support::text("docs/grafana/alerts.yml");
    let expressions: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).collect();
    let alerts = text.lines().filter(|line| line.trim().starts_with("- alert: ")).count();
    assert_eq!(expressions.len(), alerts, "an expression each");
    for expression in &expressions {
        assert_eq!(wrong(expression), [""; 0]);
    }
    for wanted in ["kafka_consumer_lag", "kafka_consumer_errors_total", "kafka_breaker_state"] {
        assert!(expressions.iter().any(|it| it.contains(wanted)), "nothing warns of {wanted}");
    }
}

#[test]
fn the_documentation_has_every_row() {
    let text = super::support::text("docs/METRICS.md");
    let wanted: String = ROWS
        .iter()
        .map(|row| {
            let labels: Vec<_> = row.labels.iter().map(|label| format!("`{label}`")).collect();
            format!("| `{}` | {} | {} | {} |\n", row.name, row.kind.as_str(), labels.join(", "), row.help)
        })
        .collect();
    assert!(text.contains(&wanted), "docs/METRICS.md should have these rows:\n{wanted}");
}

#[cfg(feature = "server")]
#[test]
fn a_program_without_a_registry_is_scraped() {
    use std::io::{Read, Write};

    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let metrics = Arc::new(Metrics::new());
    metrics.observe(&Observation::SentAgain { topic: "t", failed: 0 });
    let address = "127.0.0.1:0".parse().expect("an address");
    let server = runtime
        .block_on(schemawire::server::serve_metrics(address, Arc::clone(&metrics)))
        .expect("it listens");
    let ask = |request: &str| {
        let mut socket = std::net::TcpStream::connect(server.address()).expect("a connection");
        write!(socket, "{request} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        answer
    };
    let answer = ask("GET /metrics");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&format!("content-type: {}", Metrics::MEDIA_TYPE)), "{answer}");
    assert!(answer.ends_with(&metrics.text()), "{answer}");
    assert!(ask("POST /metrics").starts_with("HTTP/1.1 405"));
    assert!(ask("GET /").starts_with("HTTP/1.1 404"));
    let stopped = server.address();
    runtime.block_on(server.stop());
    assert!(std::net::TcpStream::connect(stopped).is_err(), "nobody listens any more");
}
