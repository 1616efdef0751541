//! What a report looks like: every form of it holds every figure, and the page stands by itself.

use schemawire::bench::{Path, html, json, markdown, text};

use super::comparing::known;
use super::{quick, workplace};
use crate::cli::done;

/// The figures of [`known`], as people read them.
const FIGURES: [&str; 8] = ["200", "300", "400", "1,500", "500", "100.0", "95.0", "40.0"];

#[test]
fn every_form_holds_every_figure() {
    let report = known();
    for (name, shown) in
        [("text", text(&report, None)), ("markdown", markdown(&report, None)), ("html", html(&report, None))]
    {
        for figure in FIGURES {
            assert!(shown.contains(figure), "{figure} is not in the {name}:\n{shown}");
        }
        for part in ["51 that count after 5", "4 of 204 turns", "thread CPU time", "2 threads, linux x86_64"]
        {
            // Markdown takes an underscore for a sign of its own.
            assert!(shown.replace("\\_", "_").contains(part), "{part} is not in the {name}:\n{shown}");
        }
    }
    let read: serde_json::Value = serde_json::from_str(&json(&report, None)).expect("JSON");
    assert_eq!(read["cases"][1]["decode"]["nanoseconds"]["median"], 1_500.0);
}

#[test]
fn a_comparison_is_shown_in_every_form_with_what_became_worse() {
    let (before, mut now) = (known(), known());
    now.cases[1].bytes.per_message = 150.0;
    let comparison = now.compare(&before, "main.json", 0.1).expect("the same data");
    for shown in
        [text(&now, Some(&comparison)), markdown(&now, Some(&comparison)), html(&now, Some(&comparison))]
    {
        assert!(shown.contains("Compared with main.json") && shown.contains("+50.0%"), "{shown}");
        assert_eq!(
            shown.matches("regression").count()
                - shown.matches("a regression is").count()
                - shown.matches("tr.regression").count()
                - shown.matches("\"regression\"").count(),
            1
        );
    }
}

#[test]
fn the_page_is_well_formed_and_loads_nothing() {
    let mut report = known();
    report.subject.schema = "<script>alert(\"&\")</script>".into();
    report.cases[1].path = Path::Typed;
    report.cases[1].rust_type = Some("Vec<Order>".into());
    report.cases[1].notes = vec!["a \u{1} note".into()];
    let page = html(&report, None);
    well_formed(&page);
    for forbidden in ["http:", "https:", "url(", "@import", "<script", "<link", "src=", "href="] {
        assert!(!page.contains(forbidden), "{forbidden} is in the page");
    }
    for wanted in
        ["prefers-color-scheme: dark", "lang=\"en\"", "&lt;script&gt;", "Dynamic values", "Rust types"]
    {
        assert!(page.contains(wanted), "{wanted} is not in the page");
    }
    // Four charts a path, each with a title and a description that says its numbers.
    assert_eq!(page.matches("<svg ").count(), 8);
    assert_eq!(page.matches("role=\"img\"").count(), 8);
    assert_eq!(page.matches("<desc id=").count(), 8);
    assert!(
        page.contains("avro: 200 ns</desc>") && page.contains("json Vec&lt;Order&gt;: 1,500 ns</desc>"),
        "{page}"
    );
}

#[test]
fn the_command_writes_the_page_to_a_file() {
    let dir = workplace();
    let arguments =
        ["--schema", "order.avsc", "--data", "orders.jsonl", "--format", "html", "-o", "bench.html"];
    assert_eq!(done(dir.path(), &quick(&arguments), ""), "");
    let page = std::fs::read_to_string(dir.path().join("bench.html")).expect("written");
    well_formed(&page);
    assert!(page.contains("<title>Codecs on acme.Order</title>"), "{page}");
    let table = done(
        dir.path(),
        &quick(&["--schema", "order.avsc", "--data", "orders.jsonl", "--format", "markdown"]),
        "",
    );
    assert!(table.starts_with("# Codecs on acme.Order\n"), "{table}");
    assert!(table.contains("| codec | encode ns |"), "{table}");
}

/// Tags open and close in their order, attributes are quoted, and no sign stands bare: well-formed as XML is, which is
/// stricter than what browsers take.
fn well_formed(page: &str) {
    let body = page.strip_prefix("<!DOCTYPE html>\n").expect("the document type");
    let style = (body.find("<style>").expect("a style"), body.find("</style>").expect("its end"));
    let body = [&body[..style.0 + 7], &body[style.1..]].concat();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = body.as_str();
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a bare sign in {}", &rest[..start]);
        for part in rest[..start].split('&').skip(1) {
            assert!(
                ["amp;", "lt;", "gt;", "quot;"].iter().any(|it| part.starts_with(it)),
                "a bare & before {part}"
            );
        }
        let end = start + rest[start..].find('>').expect("the end of a tag");
        let tag = &rest[start + 1..end];
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        assert_eq!(
            tag.matches('=').count(),
            tag.matches("=\"").count()
                + tag.matches("device-width, initial-scale=").count()
                + tag.matches("width=device").count(),
            "<{tag}>"
        );
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "</{closed}> closes another");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert_eq!(open, [""; 0], "left open");
}
