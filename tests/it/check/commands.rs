//! `diff`, `explain`, `rules`, `init`, `completions`.

use super::repository::{ID, QTY, Repository, SKU, record, run};

#[test]
fn a_diff_names_elements_and_not_lines() {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID, QTY]))]);
    repository.write(
        "a.avsc",
        &format!(
            "\n{}",
            record("A", &[SKU, r#"{"name": "id", "type": ["null", "string"], "default": null}"#])
        ),
    );
    let shown = run(repository.path(), &["diff", "HEAD:a.avsc", "a.avsc"], "").exits(0);
    assert_eq!(
        shown.stdout,
        "~ acme.A.id: string -> [null, string] = null\n- acme.A.qty: int\n+ acme.A.sku: string\n"
    );
    let json =
        run(repository.path(), &["diff", "HEAD:a.avsc", "a.avsc", "--format", "json"], "").exits(0).json();
    assert_eq!(
        json["changes"][1],
        serde_json::json!({"kind": "removed", "path": "acme.A.qty", "old": "int", "new": null})
    );
    let markdown =
        run(repository.path(), &["diff", "HEAD:a.avsc", "a.avsc", "--format", "markdown"], "").exits(0);
    assert!(markdown.stdout.contains("| ➕ | `acme.A.sku` |  | `string` |\n"), "{}", markdown.stdout);
    let same = run(repository.path(), &["diff", "a.avsc", "-", "--type", "avro"], &repository.read("a.avsc"))
        .exits(0);
    assert_eq!((same.stdout.as_str(), same.stderr.as_str()), ("", "no difference\n"));
    run(repository.path(), &["diff", "HEAD:gone.avsc", "a.avsc"], "").exits(1);
    run(repository.path(), &["diff", "a", "b"], "").exits(2);
}

#[test]
fn a_diff_of_protobuf_and_json_has_their_elements() {
    let repository = Repository::with(&[
        (
            "a.proto",
            "syntax = \"proto3\"; package p; message M { int32 a = 1; oneof o { string b = 2; } } enum E { X = 0; }",
        ),
        (
            "b.proto",
            "syntax = \"proto3\"; package p; message M { repeated int32 a = 1; string b = 2; reserved 5; } enum E { X = 0; Y = 1; }",
        ),
        ("a.json", r#"{"type": "object", "required": ["x", "y"], "properties": {"a": {"type": "string"}}}"#),
        (
            "b.json",
            r#"{"required": ["y", "x"], "type": "object", "properties": {"a": {"type": "number"}, "b/c": {"minimum": 1}}}"#,
        ),
    ]);
    let shown = run(repository.path(), &["diff", "a.proto", "b.proto"], "").exits(0);
    assert_eq!(
        shown.stdout,
        "~ p.M.a: int32 = 1 -> repeated int32 = 1\n~ p.M.b: string = 2 in oneof o -> string = 2\n+ p.M reserved 5 to 5: reserved\n+ p.E.Y: = 1\n"
    );
    let shown = run(repository.path(), &["diff", "a.json", "b.json"], "").exits(0);
    assert_eq!(
        shown.stdout,
        "~ /properties/a/type: \"string\" -> \"number\"\n+ /properties/b~1c/minimum: 1\n"
    );
}

#[test]
fn every_rule_is_listed_and_explained() {
    let here = tempfile::tempdir().expect("a directory");
    let rules = run(here.path(), &["rules", "--json"], "").exits(0).json();
    let rules = rules.as_array().expect("a list");
    assert!(rules.len() > 50, "{}", rules.len());
    for rule in rules.iter().step_by(7).chain(rules.last()) {
        let id = rule["id"].as_str().expect("a name");
        let page = run(here.path(), &["explain", id], "").exits(0).stdout;
        assert!(page.starts_with(&format!("{id}: {}", rule["summary"].as_str().expect("a text"))), "{page}");
        assert!(page.contains(rule["why"].as_str().expect("a text")), "{page}");
    }
    let page = run(here.path(), &["explain", "referenced-type-changed"], "").exits(0).stdout;
    assert!(page.contains("FIELD_NAMED_TYPE_CHANGED"), "{page}");
    assert!(
        page.contains("It fires\n  before:\n    ") && page.contains("It does not\n  before:\n    "),
        "{page}"
    );
    let unknown = run(here.path(), &["explain", "added-without"], "").exits(2);
    assert!(unknown.stderr.contains("avro/field-added-without-default"), "{}", unknown.stderr);
}

#[test]
fn init_writes_a_configuration_that_check_accepts() {
    let repository = Repository::with(&[
        ("schemas/a/x.avsc", &record("X", &[ID])),
        ("schemas/b.avsc", &record("B", &[ID])),
        ("proto/[odd]/p.proto", "syntax = \"proto3\"; message P {}"),
        ("j.json", r#"{"$schema": "http://json-schema.org/draft-07/schema#"}"#),
        ("package.json", "{}"),
        (".github/CODEOWNERS", ""),
    ]);
    let done = run(repository.path(), &["init"], "").exits(0);
    assert_eq!(done.stdout.lines().count(), 2, "{}", done.stdout);
    let config = repository.read("schemawire.toml");
    assert!(config.contains("[[subjects]] # 2 AVRO files\nfiles = \"schemas/**/*.avsc\"\n"), "{config}");
    assert!(repository.read(".github/workflows/schemas.yml").contains("schemawire check"));
    let checked = repository.check(&["--against", "git:HEAD"]).exits(0);
    assert!(checked.stdout.contains("4 compatible"), "{}", checked.stdout);
    run(repository.path(), &["init"], "").exits(2);
    run(repository.path(), &["init", "--force", "--ci", "gitlab"], "").exits(0);
    assert!(repository.read(".gitlab-ci.yml").contains("schemawire check"));
    let empty = tempfile::tempdir().expect("a directory");
    run(empty.path(), &["init"], "").exits(1);
}

#[test]
fn completions_are_written_for_every_shell() {
    let here = tempfile::tempdir().expect("a directory");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(here.path(), &["completions", shell], "").exits(0).stdout;
        assert!(script.contains("changed-only"), "{shell}");
    }
}
