//! Every form of a report, with names that try to break out of it.

use super::repository::{ID, Repository, SKU, record};
use crate::support::file;

/// Names that a JSON Schema may give to properties, and that mean something to a shell, a log or a page.
const NASTY: &str = "a%0A|`<b>\"']]>&\\n\u{1b}[31m::error::,\u{202e}x\n😀";

/// A repository in which a property of that name changed its type.
fn nasty() -> Repository {
    let schema = |kind: &str| {
        let name = serde_json::to_string(NASTY).expect("JSON");
        format!(
            "{{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"properties\": {{\n    {name}: {{\"type\": \"{kind}\"}}\n  }}\n}}\n"
        )
    };
    let repository = Repository::with(&[("odd, na:me%.json", &schema("string"))]);
    repository.write("odd, na:me%.json", &schema("number"));
    repository
}

fn report(repository: &Repository, format: &str) -> String {
    repository.check(&["--against", "git:HEAD", "--format", format]).exits(1).stdout
}

#[test]
fn text_and_short_stay_on_their_lines() {
    let repository = nasty();
    for format in ["text", "short"] {
        let text = report(&repository, format);
        assert!(!text.contains('\x1b') && !text.contains('\u{202e}'), "{text}");
        assert!(text.contains('😀'), "{text}");
    }
    let short = report(&repository, "short");
    let lines: Vec<&str> = short.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("odd, na:me%.json:4:")), "{short}");
}

#[test]
fn annotations_of_github_are_one_command_each() {
    let text = report(&nasty(), "github");
    for line in text.lines() {
        assert!(line.starts_with("::error file=odd%2C na%3Ame%25.json,line=4,col="), "{line}");
        assert_eq!(line.matches(",title=json/").count(), 1, "{line}");
        // The name's own percent sign is escaped, so that it is no line break.
        assert!(line.contains("a%250A") && !line.contains("a%0A"), "{line}");
    }
    assert!(text.lines().count() >= 1);
}

#[test]
fn json_of_all_forms_is_what_its_schema_says() {
    let repository = nasty();
    repository.write("new.avsc", &record("N", &[ID]));
    repository.write("broken.avsc", "{");
    let json: serde_json::Value = serde_json::from_str(&report(&repository, "json")).expect("JSON");
    is_valid("schemas/schemawire.report.schema.json", &json);
    assert!(json["findings"].to_string().contains("a%0A|`<b>"), "{json:#}");
    let gitlab: serde_json::Value = serde_json::from_str(&report(&repository, "gitlab")).expect("JSON");
    is_valid("tests/cases/reports/gitlab.schema.json", &gitlab);
    assert!(
        gitlab.as_array().is_some_and(|it| it.iter().any(|it| it["location"]["path"] == "odd, na:me%.json")),
        "{gitlab:#}"
    );
    let sarif: serde_json::Value = serde_json::from_str(&report(&repository, "sarif")).expect("JSON");
    is_valid("tests/cases/reports/sarif.schema.json", &sarif);
    assert!(sarif.to_string().contains("odd%2C%20na%3Ame%25.json"), "{sarif:#}");
}

#[track_caller]
pub(super) fn is_valid(schema: &str, report: &serde_json::Value) {
    let schema = std::fs::read_to_string(file(schema)).expect("a schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{report:#}", errors.join("\n"));
}

#[test]
fn junit_has_a_case_for_each_subject_and_is_well_formed() {
    let repository = nasty();
    repository.write("new.avsc", &record("N", &[ID]));
    let xml = report(&repository, "junit");
    assert_eq!(xml.matches("<testcase ").count(), 2, "{xml}");
    assert_eq!(xml.matches("<skipped ").count(), 1, "{xml}");
    assert!(xml.matches("<failure ").count() >= 1, "{xml}");
    elements_match(&xml);
}

/// A small reader of XML: tags close in their order, and no text holds a bare `<`, `&` or control character.
#[track_caller]
pub(super) fn elements_match(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let (_, mut rest) = xml.split_once("?>").expect("a declaration");
    while let Some((text, after)) = rest.split_once('<') {
        assert!(text.chars().all(|it| it != '>' && (!it.is_control() || it == '\n')), "{text:?}");
        let (tag, behind) = after.split_once('>').expect("a tag that ends");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        for part in tag.split('&').skip(1) {
            assert!(part.split(';').next().is_some_and(|it| it.len() <= 5), "{tag}");
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{xml}");
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().expect("a name"));
        }
        rest = behind;
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
}

#[test]
fn a_comment_keeps_its_table_whatever_names_hold() {
    let text = report(&nasty(), "markdown");
    assert!(text.starts_with("<!-- schemawire:check -->\n### ❌ "), "{text}");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 3, "{text}");
    for row in &rows {
        assert_eq!(row.matches('|').count(), 6, "{row}");
        assert!(!row.contains("<b>"), "{row}");
    }
}

#[test]
fn one_run_writes_several_reports() {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID]))]);
    repository.write("a.avsc", &record("A", &[ID, SKU]));
    let ran = repository
        .check(&[
            "--against",
            "git:HEAD",
            "-o",
            "sarif:out.sarif",
            "-o",
            "markdown:pr.md",
            "-o",
            "junit:out.xml",
        ])
        .exits(1);
    assert!(ran.stdout.starts_with("error[avro/"), "standard output is for people still: {}", ran.stdout);
    assert!(repository.read("out.sarif").contains("\"2.1.0\""));
    assert!(repository.read("pr.md").starts_with("<!-- schemawire:check -->"));
    assert!(repository.read("out.xml").starts_with("<?xml"));
    let ran = repository.check(&["--against", "git:HEAD", "-o", "short:-"]).exits(1);
    assert!(ran.stdout.starts_with("a.avsc:3:3: error["), "{}", ran.stdout);
    repository.check(&["--against", "git:HEAD", "-o", "sarif:no/such/folder.sarif"]).exits(3);
}

#[test]
fn the_configurations_schema_and_its_reader_agree() {
    let schema = std::fs::read_to_string(file("schemas/schemawire.schema.json")).expect("a schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let tables = ["check", "subjects", "waivers", "proto", "json"];
    for table in tables {
        let properties = &schema["properties"][table];
        let (properties, header) = match properties["items"]["properties"].as_object() {
            Some(items) => (items, format!("[[{table}]]")),
            None => (properties["properties"].as_object().expect("properties"), format!("[{table}]")),
        };
        let mut known: Vec<&str> = properties.keys().map(String::as_str).collect();
        known.sort_unstable();
        let repository = Repository::with(&[
            ("a.avsc", &record("A", &[ID])),
            ("schemawire.toml", &format!("{header}\nzzz = 1\n")),
        ]);
        let complaint = repository.check(&["--against", "git:HEAD"]).exits(2).stderr;
        let (_, said) = complaint.trim().split_once("there are ").expect("the keys");
        let mut said: Vec<&str> = said.split(", ").collect();
        said.sort_unstable();
        assert_eq!(said, known, "{table}");
    }
}

#[test]
fn github_gets_annotations_a_summary_and_outputs_unasked() {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID]))]);
    repository.write("a.avsc", &record("A", &[ID, SKU]));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_schemawire"))
        .args(["check", "--against", "git:HEAD"])
        .current_dir(repository.path())
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", repository.path().join("summary.md"))
        .env("GITHUB_OUTPUT", repository.path().join("output.txt"))
        .output()
        .expect("it starts");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(stdout.contains("\n::error file=a.avsc,line=3,col=3,"), "{stdout}");
    assert!(repository.read("summary.md").starts_with("<!-- schemawire:check -->"));
    assert_eq!(repository.read("output.txt"), "errors=1\nwarnings=0\n");
}
