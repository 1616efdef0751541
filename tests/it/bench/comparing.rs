//! Reports against each other: made by hand, so that figures are known.

use schemawire::bench::{
    Bytes, Case, CompareError, Compressed, Figure, Figures, Machine, Method, Path, Report, Spread, Subject,
    VERSION,
};

use super::{quick, workplace};
use crate::cli::{done, run, stderr, stdout};

fn figures(median: f64, half_spread: f64) -> Figures {
    let nanoseconds = Spread {
        least: median - 2.0 * half_spread,
        lower_quartile: median - half_spread,
        median,
        upper_quartile: median + half_spread,
        most: median + 3.0 * half_spread,
        outliers: 1,
    };
    Figures { nanoseconds, megabytes_per_second: 1e5 / median, allocations: Some(2.0) }
}

fn case(codec: &str, encode: f64, decode: f64) -> Case {
    Case {
        codec: codec.into(),
        path: Path::Dynamic,
        rust_type: None,
        notes: Vec::new(),
        bytes: Bytes {
            per_message: 100.0,
            least: 90,
            most: 110,
            compressed: vec![Compressed { algorithm: "zstd".into(), alone: 95.0, batch: 40.0 }],
        },
        encode: figures(encode, 5.0),
        decode: figures(decode, 5.0),
    }
}

pub(super) fn known() -> Report {
    Report {
        version: VERSION,
        subject: Subject {
            schema: "acme.Order".into(),
            format: "AVRO".into(),
            data: "orders.jsonl".into(),
            messages: 1_000,
            fingerprint: "00ff".into(),
        },
        method: Method {
            rounds: 51,
            warm_up_rounds: 5,
            turn_milliseconds: 4.0,
            clock: "thread CPU time".into(),
            allocations: true,
        },
        machine: Machine {
            cpu: "A & B <C>".into(),
            cores: 2,
            system: "linux x86_64".into(),
            profile: "optimized".into(),
            schemawire: "0.1.0".into(),
        },
        cases: vec![case("avro", 200.0, 300.0), case("json", 400.0, 1_500.0)],
        left_out: Vec::new(),
    }
}

#[test]
fn what_grew_beyond_the_threshold_and_the_spread_is_a_regression() {
    let (before, mut now) = (known(), known());
    now.cases[0].encode = figures(225.0, 5.0);
    // Slower by as much, but the quartiles overlap.
    now.cases[0].decode = figures(340.0, 40.0);
    // Within the threshold.
    now.cases[1].encode = figures(430.0, 5.0);
    // A better figure is none, however much it changed.
    now.cases[1].decode = figures(150.0, 5.0);
    now.cases[1].bytes.per_message = 111.0;
    now.cases[1].decode.allocations = Some(3.0);
    let comparison = now.compare(&before, "main.json", 0.1).expect("the same data");
    let found: Vec<_> = comparison.regressions().map(|it| (it.codec.as_str(), it.what)).collect();
    assert_eq!(
        found,
        [("avro", Figure::Encode), ("json", Figure::Bytes), ("json", Figure::DecodeAllocations)]
    );
    assert_eq!(comparison.changes.len(), 10);
    assert_eq!(comparison.changes[0].to_string(), "avro encode ns: 200.0 -> 225.0 (+12.5%)");
    let wide = now.compare(&before, "main.json", 0.6).expect("the same data");
    assert_eq!(wide.regressions().count(), 0);
}

#[test]
fn something_out_of_nothing_is_a_regression() {
    let (mut before, now) = (known(), known());
    before.cases[0].encode.allocations = Some(0.0);
    let comparison = now.compare(&before, "main.json", 5.0).expect("the same data");
    let found: Vec<_> = comparison.regressions().map(|it| it.what).collect();
    assert_eq!(found, [Figure::EncodeAllocations]);
}

#[test]
fn what_is_not_the_same_is_not_compared() {
    let (before, mut now) = (known(), known());
    now.subject.fingerprint = "00fe".into();
    now.subject.messages = 7;
    assert_eq!(
        now.compare(&before, "main.json", 0.1).unwrap_err().to_string(),
        "it was measured on other data: acme.Order (AVRO), 1,000 messages: orders.jsonl; \
         now: acme.Order (AVRO), 7 messages: orders.jsonl"
    );

    let mut now = known();
    now.cases = vec![case("avro", 1.0, 1.0)];
    now.cases[0].path = Path::Typed;
    now.cases[0].rust_type = Some("Order".into());
    let error = now.compare(&before, "main.json", 0.1).unwrap_err();
    assert!(matches!(error, CompareError::NothingInCommon { .. }), "{error}");

    // One codec more, one less, another machine: said, and the rest is compared.
    let mut now = known();
    now.cases[1].codec = "protobuf".into();
    now.machine.cores = 64;
    let comparison = now.compare(&before, "main.json", 0.1).expect("avro is in both");
    assert_eq!(
        comparison.remarks,
        [
            "protobuf (dynamic) is not in main.json",
            "json (dynamic) is in main.json alone",
            "main.json is from another machine or build: A & B <C>, 2 threads, linux x86_64; schemawire 0.1.0, optimized build"
        ]
    );
}

#[test]
fn a_saved_report_is_compared_and_the_exit_code_tells() {
    let dir = workplace();
    let bench = ["--schema", "order.avsc", "--data", "orders.jsonl", "--codec", "avro"];
    done(dir.path(), &quick(&[&bench[..], &["--save", "before.json"]].concat()), "");
    let saved = std::fs::read_to_string(dir.path().join("before.json")).expect("saved");
    let mut document: serde_json::Value = serde_json::from_str(&saved).expect("JSON");

    // Times are matters of chance here, so the older ones are made so long that nothing is slower.
    for operation in ["encode", "decode"] {
        for (_, figure) in document["cases"][0][operation]["nanoseconds"].as_object_mut().unwrap() {
            *figure = 1e9.into();
        }
        document["cases"][0][operation]["nanoseconds"]["outliers"] = 0.into();
    }
    std::fs::write(dir.path().join("slow.json"), document.to_string()).expect("written");
    let shown = done(dir.path(), &quick(&[&bench[..], &["--compare", "slow.json"]].concat()), "");
    assert!(shown.contains("Compared with slow.json"), "{shown}");

    document["cases"][0]["bytes"]["perMessage"] = 4.5.into();
    std::fs::write(dir.path().join("small.json"), document.to_string()).expect("written");
    let worse = run(
        dir.path(),
        &quick(&[&bench[..], &["--compare", "small.json", "--threshold", "50%"]].concat()),
        "",
    );
    assert_eq!(worse.status.code(), Some(1));
    assert!(stdout(&worse).contains("regression"), "{}", stdout(&worse));
    assert_eq!(
        stderr(&worse),
        "error: 1 regression beyond 50% of small.json\n  = avro bytes: 4.5 -> 9.0 (+100.0%)\n"
    );

    for (version, text, wanted) in [
        (2, document.to_string(), "version 2 of the report"),
        (1, "{\"version\": 1}".into(), "no report of a bench"),
        (1, "order".into(), "no report of a bench"),
    ] {
        let text = text.replace("\"version\":1", &format!("\"version\":{version}"));
        std::fs::write(dir.path().join("bad.json"), text).expect("written");
        let refused = run(dir.path(), &quick(&[&bench[..], &["--compare", "bad.json"]].concat()), "");
        assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
        assert!(stderr(&refused).contains(wanted), "{}", stderr(&refused));
        assert_eq!(stdout(&refused), "", "nothing is measured for it");
    }
}
