//! Findings that are accepted for a time.

use super::repository::{ID, Repository, SKU, record};

fn broken() -> Repository {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID]))]);
    repository.write("a.avsc", &record("A", &[ID, SKU]));
    repository
}

#[test]
fn a_waiver_is_written_and_holds_and_survives_other_lines() {
    let repository = broken();
    repository.write("schemawire.toml", "[check]\nagainst = \"git:HEAD\" # ours");
    let write = ["--write-waivers", "--reason", "no \"v1\" was sent", "--until", "2999-01-01", "--by", "Ada"];
    let written = repository.check(&write).exits(0);
    assert!(written.stderr.starts_with("1 waiver written to "), "{}", written.stderr);
    let text = repository.read("schemawire.toml");
    assert!(text.starts_with("[check]\nagainst = \"git:HEAD\" # ours\n\n[[waivers]] # a.avsc: "), "{text}");
    assert!(
        text.ends_with("reason = \"no \\\"v1\\\" was sent\"\nby = \"Ada\"\nuntil = 2999-01-01\n"),
        "{text}"
    );
    repository.write("a.avsc", &format!("\n\n\n{}", record("A", &[ID, SKU])));
    let waived = repository.check(&[]).exits(0);
    assert!(
        waived.stdout.contains("0 compatible") || waived.stdout.contains("1 compatible"),
        "{}",
        waived.stdout
    );
    assert!(waived.stdout.contains("1 waived (the next ends in "), "{}", waived.stdout);
    let waived = repository.check(&["--format", "json"]).exits(0).json();
    assert_eq!(waived["findings"][0]["waiver"]["reason"], "no \"v1\" was sent");
    assert_eq!(repository.check(&write).exits(0).stderr, "nothing to waive\n");
}

#[test]
fn a_waiver_by_rule_covers_what_its_globs_fit() {
    let repository = broken();
    let config = |subject: &str| {
        format!(
            "[[waivers]]\nrule = \"avro/field-added-without-default\"\nsubject = \"{subject}\"\nreason = \"x\"\nuntil = 2999-01-01\n"
        )
    };
    repository.write("schemawire.toml", &config("a*"));
    repository.check(&["--against", "git:HEAD"]).exits(0);
    repository.write("schemawire.toml", &config("b*"));
    let unused = repository.check(&["--against", "git:HEAD", "--format", "short"]).exits(1);
    assert!(unused.stdout.contains("schemawire.toml:1:1: warning[waiver/unused]: the waiver for avro/field-added-without-default in b* waives nothing"), "{}", unused.stdout);
    // What was not looked at says nothing about a waiver.
    let narrow = repository.check(&["a.avsc", "--against", "git:HEAD", "--format", "short"]).exits(1);
    assert!(!narrow.stdout.contains("waiver/unused"), "{}", narrow.stdout);
}

#[test]
fn a_waiver_that_is_over_is_an_error_that_names_its_author() {
    let repository = broken();
    repository.write("schemawire.toml", "[[waivers]]\nrule = \"avro/field-added-without-default\"\nreason = \"until the migration\"\nby = \"Ada\"\nuntil = 2020-01-01\n");
    let over = repository.check(&["--against", "git:HEAD", "--format", "short"]).exits(1);
    assert!(over.stdout.contains("schemawire.toml:1:1: error[waiver/expired]: the waiver of Ada for avro/field-added-without-default ended on 2020-01-01: until the migration"), "{}", over.stdout);
    assert!(over.stdout.contains("a.avsc:3:3: error[avro/field-added-without-default]"), "{}", over.stdout);
}

#[test]
fn writing_waivers_needs_a_reason_and_a_day_to_come() {
    let repository = broken();
    repository.check(&["--against", "git:HEAD", "--write-waivers"]).exits(2);
    for until in ["2020-01-01", "soon"] {
        repository
            .check(&["--against", "git:HEAD", "--write-waivers", "--reason", "x", "--until", until])
            .exits(2);
    }
}
