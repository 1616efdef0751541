//! Texts that are no schemas, on either side; what a format's findings look like.

use super::repository::{ID, QTY, Repository, SKU, record};

#[test]
fn a_schema_that_does_not_parse_is_a_finding_with_its_place() {
    let repository = Repository::with(&[
        ("a.avsc", &record("A", &[ID])),
        ("p.proto", "syntax = \"proto3\";\nmessage P {}\n"),
    ]);
    repository.write("a.avsc", "{\"type\": \"record\",\n  \"name\": 1}");
    repository.write("p.proto", "syntax = \"proto3\";\nmessage P { int32 x 1; }\n");
    let found = repository.check(&["--against", "git:HEAD", "--format", "short"]).exits(1);
    let lines: Vec<&str> = found.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", found.stdout);
    assert!(lines[0].starts_with("a.avsc:2:11: error[parse/invalid]: "), "{}", lines[0]);
    assert!(lines[1].starts_with("p.proto:2:21: error[parse/invalid]: "), "{}", lines[1]);
}

#[test]
fn a_baseline_that_does_not_parse_is_exit_code_3_unless_the_text_is_the_same() {
    let repository = Repository::with(&[
        ("a.avsc", "{\"type\": \"record\",\n  \"name\": 1}"),
        ("b.avsc", &record("B", &[ID])),
    ]);
    repository.check(&["--against", "git:HEAD"]).exits(1);
    repository.write("a.avsc", &record("A", &[ID]));
    let unknown = repository.check(&["--against", "git:HEAD"]).exits(3);
    assert!(
        unknown.stderr.contains("`a.avsc` cannot be compared: it is no schema in git:HEAD"),
        "{}",
        unknown.stderr
    );
    assert!(unknown.stderr.contains("a.avsc:2:11: "), "{}", unknown.stderr);
}

#[test]
fn bytes_that_are_no_text_are_a_finding() {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID]))]);
    std::fs::write(repository.path().join("a.avsc"), b"{\"type\":\n \"r\xff\"}").expect("written");
    let found = repository.check(&["--against", "git:HEAD", "--format", "short"]).exits(1);
    assert!(found.stdout.starts_with("a.avsc:2:4: error[parse/not-utf8]: "), "{}", found.stdout);
}

#[test]
fn a_schema_of_fifty_megabytes_is_refused_with_the_limit() {
    let repository =
        Repository::with(&[("a.avsc", &record("A", &[ID])), ("p.proto", "syntax = \"proto3\";\n")]);
    let long = format!("{{\"type\": \"string\", \"doc\": \"{}\"}}", "x".repeat(50 << 20));
    repository.write("a.avsc", &long);
    repository.write("p.proto", &format!("syntax = \"proto3\";\n// {}\n", "x".repeat(2 << 20)));
    let found = repository.check(&["--against", "git:HEAD", "--format", "short"]).exits(1);
    assert!(
        found
            .stdout
            .contains("a.avsc: error[parse/too-large]: 52428829 bytes long; at most 33554432 are read"),
        "{}",
        found.stdout
    );
    assert!(found.stdout.contains("p.proto: error[parse/too-large]: "), "{}", found.stdout);
}

#[test]
fn many_properties_and_deep_nesting_end_in_an_answer() {
    let many = |kind: &str| {
        let properties: Vec<String> =
            (0..5_000).map(|it| format!("\"p{it}\":{{\"type\":\"{kind}\"}}")).collect();
        format!(
            "{{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"properties\":{{{}}}}}",
            properties.join(",")
        )
    };
    let repository = Repository::with(&[("many.json", &many("string")), ("deep.avsc", &record("D", &[ID]))]);
    repository.write("many.json", &many("number"));
    let deep = format!("{}\"int\"{}", "{\"type\":\"array\",\"items\":".repeat(100_000), "}".repeat(100_000));
    repository.write("deep.avsc", &deep);
    let found = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(1).json();
    assert_eq!(found["summary"]["errors"].as_u64(), Some(5_001));
}

#[test]
fn very_many_findings_on_one_line_are_cut_where_people_read_and_counted_as_a_whole() {
    let many = |kind: &str| {
        let properties: Vec<String> =
            (0..1_000).map(|it| format!("\"p{it}\":{{\"type\":\"{kind}\"}}")).collect();
        format!(
            "{{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"properties\":{{{}}}}}",
            properties.join(",")
        )
    };
    let repository = Repository::with(&[("many.json", &many("string"))]);
    repository.write("many.json", &many("number"));
    let shown = |arguments: &[&str]| {
        let all: Vec<&str> =
            ["--against", "git:HEAD", "--no-witness"].iter().chain(arguments).copied().collect();
        repository.check(&all).exits(1).stdout
    };
    let text = shown(&[]);
    assert_eq!(text.matches("error[json/").count(), 100);
    assert!(text.contains("note: 900 more are not shown; --max-findings 0 shows all"), "{text}");
    assert!(text.contains("1000 errors") && text.len() < 200_000, "{text}");
    assert_eq!(shown(&["--max-findings", "0"]).matches("error[json/").count(), 1_000);
    assert_eq!(shown(&["--format", "github"]).matches("::error ").count(), 100);
    assert_eq!(shown(&["--format", "short"]).lines().count(), 1_000);
    // What programs read is whole, unless somebody asks for less, and then it says how much is missing.
    let json = |arguments: &[&str]| -> serde_json::Value {
        let all: Vec<&str> = ["--format", "json"].iter().chain(arguments).copied().collect();
        serde_json::from_str(&shown(&all)).expect("JSON")
    };
    let (whole, part) = (json(&[]), json(&["--max-findings", "7"]));
    assert_eq!(
        (whole["findings"].as_array().map(Vec::len), &whole["summary"]["leftOut"]),
        (Some(1_000), &0.into())
    );
    assert_eq!(
        (part["findings"].as_array().map(Vec::len), &part["summary"]["leftOut"]),
        (Some(7), &993.into())
    );
    assert_eq!(part["summary"]["errors"], 1_000);
    let sarif = shown(&["--format", "sarif", "--max-findings", "7"]);
    assert!(sarif.contains("993 more are not shown"), "{sarif}");
    repository.write("schemawire.toml", "[check]\nmax-findings = 3\n");
    assert_eq!(shown(&["--format", "junit"]).matches("<failure ").count(), 3);
}

#[test]
fn the_text_report_shows_the_line_both_sides_and_what_to_do() {
    let repository = Repository::with(&[("schemas/order.avsc", &record("Order", &[ID, QTY]))]);
    let base = repository.git(&["rev-parse", "HEAD"])[..7].to_owned();
    repository.write("schemas/order.avsc", &record("Order", &[ID, QTY, SKU]));
    let found = repository.check(&["--against", "git:HEAD"]).exits(1);
    for line in [
        "error[avro/field-added-without-default]: record `acme.Order` gained field `sku`, which has no default",
        "   ┌─ schemas/order.avsc:4:3",
        " 4 │   {\"name\": \"sku\", \"type\": \"string\"}",
        "   = subject: schemas/order.avsc",
        &format!("   = against: git {base}"),
        "   = level: BACKWARD",
        &format!("   = old: schemas/order.avsc@{base}:1:1"),
        "   = more: schemawire explain avro/field-added-without-default",
        "  0 compatible · 1 error",
    ] {
        assert!(found.stdout.lines().any(|it| it == line), "{line}\n\n{}", found.stdout);
    }
    assert!(!found.stdout.contains('\x1b'), "no colours into a pipe");
    let coloured = repository.check(&["--against", "git:HEAD", "--color", "always"]).exits(1);
    assert!(coloured.stdout.contains("\x1b[1;31merror[avro/"), "{}", coloured.stdout);
}

#[test]
fn json_that_does_not_say_it_is_a_schema_is_none() {
    let repository =
        Repository::with(&[("package.json", "{\"name\": \"x\"}"), ("a.avsc", &record("A", &[ID]))]);
    repository.write("package.json", "{broken");
    let found = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(0).json();
    assert_eq!(found["subjects"].as_array().map(Vec::len), Some(1));
}

#[test]
fn both_verdicts_are_shown_and_the_profile_says_which_decides() {
    let total = |scale: u32| {
        let kind = format!(
            "{{\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": 9, \"scale\": {scale}}}"
        );
        record("Invoice", &[&format!("{{\"name\": \"total\", \"type\": {kind}}}")])
    };
    let repository = Repository::with(&[("invoice.avsc", &total(2))]);
    repository.write("invoice.avsc", &total(4));
    let lax = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(0).json();
    let finding = &lax["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["severity"]),
        (&"avro/decimal-scale-changed".into(), &"warning".into())
    );
    assert_eq!(finding["verdicts"], serde_json::json!({"confluent": "compatible", "wire": "incompatible"}));
    assert!(finding["witness"]["readAs"].is_string(), "{finding:#}");
    let strict = repository.check(&["--against", "git:HEAD", "--profile", "wire"]).exits(1);
    assert!(strict.stdout.contains("   = but: Confluent's registry lets it pass\n"), "{}", strict.stdout);
    let blind =
        repository.check(&["--against", "git:HEAD", "--no-witness", "--format", "json"]).exits(0).json();
    assert!(blind["findings"][0]["witness"].is_null());
}

#[test]
fn a_change_that_breaks_both_ways_is_one_finding() {
    let schema = |kind: &str| {
        format!("{{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"type\": \"{kind}\"}}")
    };
    let repository = Repository::with(&[("j.json", &schema("string"))]);
    repository.write("j.json", &schema("number"));
    let found =
        repository.check(&["--against", "git:HEAD", "--level", "full", "--format", "json"]).exits(1).json();
    let ids: Vec<&str> =
        found["findings"].as_array().expect("a list").iter().filter_map(|it| it["id"].as_str()).collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{found:#}");
    assert_eq!(found["findings"][0]["old"].as_array().map(Vec::len), Some(1), "{found:#}");
}
