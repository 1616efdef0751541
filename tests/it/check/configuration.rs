//! `schemawire.toml`: what it sets, and how it is wrong.

use super::repository::{ID, Repository, SKU, record};

/// Runs with that configuration; what a mistake says.
fn mistake(text: &str) -> String {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID])), ("schemawire.toml", text)]);
    let ran = repository.check(&["--against", "git:HEAD"]).exits(2);
    ran.stderr.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_mistake_is_named_with_line_and_column() {
    let rows = [
        (
            "[check]\nlevl = \"full\"\n",
            "error: schemawire.toml:2:1: unknown key `levl`; there are against, level, policy, profile, source, deletes, fail-on, max-findings",
        ),
        (
            "chek = 1\n",
            "error: schemawire.toml:1:1: unknown key `chek`; there are check, subjects, rules, waivers, proto, json",
        ),
        (
            "[[subjects]]\nfiles = \"nowhere/*.avsc\"\n",
            "error: schemawire.toml:2:9: `nowhere/*.avsc` fits no schema (.avsc, .proto, .json), now or in the baseline",
        ),
        (
            "[[subjects]]\nfiles = [\n  \"*.avsc\",\n  \"idl/*.avdl\"]\n",
            "error: schemawire.toml:4:3: `idl/*.avdl`: Avro IDL is not supported; compile it to .avsc files and check those",
        ),
        (
            "[[subjects]]\nfiles = \"**/*.avpr\"\n",
            "error: schemawire.toml:2:9: `**/*.avpr`: Avro protocols are not supported; compile it to .avsc files and check those",
        ),
        (
            "[[subjects]]\nsubject = \"x\"\n",
            "error: schemawire.toml:1:1: `files` is missing: a glob, or several",
        ),
        (
            "[[subjects]]\nfiles = \"*.avsc\"\nsubject = \"{stm}\"\n",
            "error: schemawire.toml:3:11: a placeholder is one of {stem}, {dir}, {namespace}, {name}, {package}, {message}",
        ),
        (
            "[rules]\n\"avro/typo\" = \"off\"\n",
            "error: schemawire.toml:2:1: there is no rule `avro/typo`; `schemawire rules` lists them",
        ),
        (
            "[rules]\n\"subject/deleted\" = \"loud\"\n",
            "error: schemawire.toml:2:21: one of error, warning, note, or off",
        ),
        (
            "[[waivers]]\nid = \"1\"\nreason = \"x\"\n",
            "error: schemawire.toml:1:1: `until` is missing: its last day, as 2027-03-01",
        ),
        (
            "[[waivers]]\nid = \"1\"\nuntil = 2027-03-01\n",
            "error: schemawire.toml:1:1: `reason` is missing: why it may be waived",
        ),
        (
            "[[waivers]]\nid = \"1\"\nreason = \"x\"\nuntil = \"2027-02-30\"\n",
            "error: schemawire.toml:4:9: a day, as 2027-03-01",
        ),
        (
            "[[proto]]\nroots = [\"proto\"]\n",
            "error: schemawire.toml:2:10: no schema lies in the folder `proto`",
        ),
        (
            "[check]\npolicy = \"LOGICAL\"\n",
            "error: schemawire.toml:2:10: `LOGICAL` is not a valid compatibility policy: expected STRICT or LENIENT; LOGICAL asks for checks of table formats (Flink, Iceberg) that are not made here, so it is refused",
        ),
        (
            "[check]\nmax-findings = -1\n",
            "error: schemawire.toml:2:16: `max-findings` is a whole number, 0 or more",
        ),
        (
            "[check]\nlevel = backward\n",
            "error: schemawire.toml:2:9: string values must be quoted, expected literal string",
        ),
    ];
    for (text, wanted) in rows {
        assert_eq!(mistake(text), wanted, "{text}");
    }
    assert!(mistake("[check]\nlevel = \"sideways\"\n").starts_with("error: schemawire.toml:2:9: "));
}

#[test]
fn subjects_take_their_names_levels_and_owners_from_the_first_glob() {
    let config = "[check]\nlevel = \"full\"\nagainst = \"git:HEAD\"\n\
        [[subjects]]\nfiles = \"schemas/*/*.avsc\"\nsubject = \"{dir}-{stem}-{namespace}-{name}\"\nowners = [\"@acme/x\"]\nconsumers = [\"billing\"]\n\
        [[subjects]]\nfiles = \"**/*.avsc\"\nlevel = \"none\"\n\
        [[subjects]]\nfiles = \"*.proto\"\nsubject = \"{package}.{message}\"\n";
    let repository = Repository::with(&[
        ("schemas/orders/a.v1.avsc", &record("A", &[ID])),
        ("loose.avsc", &record("L", &[ID])),
        ("p.proto", "syntax = \"proto3\"; package a.b; message M {} message N {}"),
        ("schemawire.toml", config),
    ]);
    repository.write("schemas/orders/a.v1.avsc", &record("A", &[ID, SKU]));
    repository.write("loose.avsc", &record("L", &[ID, SKU]));
    let found = repository.check_in("schemas", &["--format", "json"], "").exits(1).json();
    let subjects: Vec<String> = found["subjects"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {}", it["name"].as_str().unwrap(), it["level"].as_str().unwrap()))
        .collect();
    assert_eq!(subjects, ["a.b.M FULL", "loose.avsc NONE", "orders-a-acme-A FULL"]);
    let finding = &found["findings"][0];
    assert_eq!((&finding["owners"][0], &finding["consumers"][0]), (&"@acme/x".into(), &"billing".into()));
    assert_eq!(found["summary"]["errors"], 1);
}

#[test]
fn a_named_file_of_another_language_of_avros_is_refused_as_such() {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID])), ("idl/p.avdl", "protocol P {}")]);
    let refused = repository.check(&["idl/p.avdl", "--against", "git:HEAD"]).exits(2).stderr;
    assert!(
        refused.contains("`idl/p.avdl`: Avro IDL is not supported; compile it to .avsc files"),
        "{refused}"
    );
}

#[test]
fn two_files_cannot_be_one_subject() {
    let config = "[[subjects]]\nfiles = \"**/*.avsc\"\nsubject = \"{stem}\"\n";
    let repository = Repository::with(&[
        ("a/x.avsc", &record("A", &[ID])),
        ("b/x.avsc", &record("B", &[ID])),
        ("schemawire.toml", config),
    ]);
    let ran = repository.check(&["--against", "git:HEAD"]).exits(2);
    assert!(ran.stderr.contains("`a/x.avsc` and `b/x.avsc` are both the subject `x`"), "{}", ran.stderr);
}

#[test]
fn severities_are_ones_own() {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID])), ("b.avsc", &record("B", &[ID]))]);
    repository.write("a.avsc", &record("A", &[ID, SKU]));
    repository.remove("b.avsc");
    repository.write("schemawire.toml", "[check]\nagainst = \"git:HEAD\"\ndeletes = \"deny\"\n[rules]\n\"avro/field-added-without-default\" = \"warning\"\n");
    let found = repository.check(&["--format", "json"]).exits(1).json();
    assert_eq!((&found["summary"]["errors"], &found["summary"]["warnings"]), (&1.into(), &1.into()));
    repository.write("schemawire.toml", "[check]\nagainst = \"git:HEAD\"\nfail-on = \"warning\"\n[rules]\n\"avro/field-added-without-default\" = \"off\"\n\"subject/deleted\" = \"note\"\n");
    let found = repository.check(&["--format", "json"]).exits(0).json();
    assert_eq!((&found["summary"]["errors"], &found["summary"]["notes"]), (&0.into(), &1.into()));
}

#[test]
fn a_configuration_in_a_folder_holds_for_what_is_below_it() {
    let config = "[[subjects]]\nfiles = \"s/*.avsc\"\nsubject = \"{stem}\"\n[[proto]]\nroots = [\"proto\"]\n";
    let repository = Repository::with(&[
        ("team/s/x.avsc", &record("X", &[ID])),
        ("team/proto/p.proto", "syntax = \"proto3\"; message P {}"),
        ("team/schemawire.toml", config),
        ("s/y.avsc", &record("Y", &[ID])),
    ]);
    let found =
        repository.check_in("team/s", &["--against", "git:HEAD", "--format", "json"], "").exits(0).json();
    assert_eq!(found["subjects"].as_array().map(Vec::len), Some(1), "{found:#}");
    assert_eq!(found["subjects"][0]["path"], "team/s/x.avsc");
    let found = repository.check_in("team", &["s", "--against", "dir:s"], "").exits(0);
    assert!(found.stdout.contains("1 compatible"), "{}", found.stdout);
}

#[test]
fn a_policy_is_strict_or_lenient_and_logical_is_refused_with_the_reason() {
    let schema = |more: &str| {
        format!(
            r#"{{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {{"a": {{"type": "string"}}{more}}}}}"#
        )
    };
    let repository = Repository::with(&[("a.json", &schema(""))]);
    repository.write("a.json", &schema(r#", "b": {"type": "string"}"#));
    let strict = repository.check(&["--against", "git:HEAD"]).exits(1);
    assert!(strict.stdout.contains("error[json/"), "{}", strict.stdout);
    repository.check(&["--against", "git:HEAD", "--policy", "lenient"]).exits(0);
    repository.write("schemawire.toml", "[[subjects]]\nfiles = \"*.json\"\npolicy = \"lenient\"\n");
    repository.check(&["--against", "git:HEAD"]).exits(0);
    // An option holds over the file.
    repository.check(&["--against", "git:HEAD", "--policy", "STRICT"]).exits(1);
    let refused = repository.check(&["--against", "git:HEAD", "--policy", "logical"]).exits(2).stderr;
    assert!(refused.contains("LOGICAL asks for checks of table formats (Flink, Iceberg)"), "{refused}");
}
