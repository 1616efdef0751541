//! What is compared with what, and what is said when there is nothing to compare with.

use super::repository::{ID, QTY, Repository, SKU, record, run};

fn orders() -> Repository {
    Repository::with(&[("schemas/order.avsc", &record("Order", &[ID, QTY]))])
}

/// Breaks every reader of old messages.
fn break_it(repository: &Repository) {
    repository.write("schemas/order.avsc", &record("Order", &[ID, QTY, SKU]));
}

#[test]
fn without_a_baseline_it_is_the_merge_base_with_the_remotes_default_branch() {
    let origin = orders();
    let clone = Repository::clone_of(&origin, &[]);
    let base = origin.git(&["rev-parse", "HEAD"])[..7].to_owned();
    // What others did to the branch since does not count.
    origin.write("schemas/order.avsc", &record("Order", &[ID]));
    origin.commit("others");
    clone.git(&["fetch", "--quiet"]);
    let clean = clone.check(&[]).exits(0);
    assert!(
        clean.stdout.starts_with(&format!("Checked 1 subject against git:origin/main ({base})")),
        "{}",
        clean.stdout
    );
    break_it(&clone);
    clone.commit("ours");
    let broken = clone.check(&["--format", "short"]).exits(1);
    assert_eq!(
        broken.stdout,
        format!(
            "schemas/order.avsc:4:3: error[avro/field-added-without-default]: record `acme.Order` gained field `sku`, which has no default; breaks {base} of schemas/order.avsc\n"
        )
    );
}

#[test]
fn every_name_of_a_commit_is_a_baseline() {
    let repository = orders();
    repository.git(&["tag", "--annotate", "v1", "--message", "first"]);
    break_it(&repository);
    repository.commit("second");
    for against in ["git:HEAD~1", "git:v1", "v1", "git:main^", "main~1", "git:v1..."] {
        repository.check(&["--against", against]).exits(1);
    }
    for against in ["git:HEAD", "HEAD", "git:main", "git:HEAD..."] {
        repository.check(&["--against", against]).exits(0);
    }
}

#[test]
fn a_baseline_that_is_not_there_is_exit_code_3_with_what_to_do() {
    let repository = orders();
    let unknown = repository.check(&["--against", "git:origin/release"]).exits(3);
    assert_eq!(
        unknown.stderr,
        "error: cannot read the baseline `git:origin/release`\n  = git knows no commit `origin/release`\n  \
         help: git fetch --no-tags origin +refs/heads/release:refs/remotes/origin/release     (in actions/checkout set fetch-depth: 0)\n"
    );
    let no_remote = repository.check(&[]).exits(3);
    assert!(no_remote.stderr.contains("no remote tells its default branch"), "{}", no_remote.stderr);
    let outside = tempfile::tempdir().expect("a directory");
    let outside = run(outside.path(), &["check"], "").exits(3);
    assert!(outside.stderr.contains("is not in a git repository"), "{}", outside.stderr);
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.commit("another root");
    let unrelated = repository.check(&["--against", "git:main..."]).exits(3);
    assert!(unrelated.stderr.contains("have no merge base\n"), "{}", unrelated.stderr);
    assert!(unrelated.stderr.contains("--against git:main"), "{}", unrelated.stderr);
}

#[test]
fn a_shallow_clone_names_the_command_that_repairs_it() {
    let origin = orders();
    origin.commit("more");
    let clone = Repository::clone_of(&origin, &["--depth=1"]);
    let cut = clone.check(&["--against", "git:HEAD~1"]).exits(3);
    assert!(cut.stderr.contains("this clone is shallow, depth 1"), "{}", cut.stderr);
    // The last commit is there, but what came before is not: a transitive level cannot be judged.
    clone.check(&["--against", "git:HEAD"]).exits(0);
    let transitive = clone.check(&["--against", "git:HEAD", "--level", "backward-transitive"]).exits(3);
    assert!(transitive.stderr.contains("git fetch --unshallow"), "{}", transitive.stderr);
    clone.git(&["fetch", "--quiet", "--unshallow"]);
    clone.check(&["--against", "git:HEAD~1", "--level", "backward-transitive"]).exits(0);
}

#[test]
fn without_the_program_git_it_says_so() {
    let repository = orders();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_schemawire"))
        .args(["check", "--against", "git:HEAD"])
        .current_dir(repository.path())
        .env("PATH", "/nowhere")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the program `git` cannot be started"));
}

#[test]
fn a_directory_is_a_baseline_without_git() {
    let here = tempfile::tempdir().expect("a directory");
    for (path, fields) in [("old/a/x.avsc", &[ID][..]), ("new/a/x.avsc", &[ID, SKU]), ("new/b.avsc", &[ID])] {
        let path = here.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, record("X", fields)).expect("written");
    }
    let broken =
        run(here.path(), &["check", "new", "--against", "dir:old", "--format", "short"], "").exits(1);
    assert!(broken.stdout.starts_with("a/x.avsc:3:3: error["), "{}", broken.stdout);
    let files = ["check", "new/a/x.avsc", "--against", "old/a/x.avsc"];
    run(here.path(), &files, "").exits(1);
    run(here.path(), &["check", "old/a/x.avsc", "--against", "new/a/x.avsc"], "").exits(0);
}

#[test]
fn standard_input_is_the_old_text_of_one_file() {
    let repository = orders();
    let old = record("Order", &[QTY]);
    repository.check_in("", &["schemas/order.avsc", "--against", "-"], &old).exits(1);
    repository
        .check_in("schemas", &["order.avsc", "--against", "-"], &record("Order", &[ID, QTY, SKU]))
        .exits(0);
    repository.check_in("", &["--against", "-"], &old).exits(2);
}

#[test]
fn staged_is_what_the_next_commit_will_have() {
    let repository = orders();
    break_it(&repository);
    repository.check(&["--staged"]).exits(0);
    repository.git(&["add", "--all"]);
    repository.write("schemas/order.avsc", &record("Order", &[ID, QTY]));
    let staged = repository.check(&["--staged", "--format", "short"]).exits(1);
    assert!(staged.stdout.contains("gained field `sku`"), "{}", staged.stdout);
    repository.check(&["--against", "git:HEAD"]).exits(0);
}

#[test]
fn nothing_compared_is_never_exit_code_0_unless_everything_is_new() {
    let repository = Repository::with(&[("README", "nothing here")]);
    let nothing = repository.check(&["--against", "git:HEAD"]).exits(3);
    assert!(nothing.stderr.contains("nothing was compared"), "{}", nothing.stderr);
    repository.write("a.avsc", &record("A", &[ID]));
    let new = repository.check(&["--against", "git:HEAD"]).exits(0);
    assert!(new.stdout.starts_with("note: a.avsc is new: nothing to compare it with\n"), "{}", new.stdout);
    repository.check(&["nowhere.avsc", "--against", "git:HEAD"]).exits(2);
}

#[test]
fn a_transitive_level_goes_back_through_the_history_and_renames() {
    let repository = Repository::with(&[("old/a.avsc", &record("A", &[ID, QTY]))]);
    repository.git(&["mv", "old", "new"]);
    let moved = repository.commit("moved");
    repository.write("new/a.avsc", &record("A", &[ID]));
    let dropped = repository.commit("qty is gone");
    // Only the layout is another: no version of its own.
    repository.write("new/a.avsc", &record("A", &[ID]).replace('\n', " "));
    repository.commit("one line");
    repository
        .write("new/b.avsc", &record("A", &[ID, r#"{"name": "qty", "type": "string", "default": ""}"#]));
    repository.remove("new/a.avsc");
    let backward = repository.check(&["--against", "git:HEAD"]).exits(0);
    assert!(backward.stdout.contains("1 version,"), "{}", backward.stdout);
    let all = repository
        .check(&["--against", "git:HEAD", "--level", "backward-transitive", "--format", "json"])
        .exits(1);
    let all = all.json();
    assert_eq!(all["summary"]["versions"], 2);
    let finding = &all["findings"][0];
    assert_eq!(finding["rule"], "avro/type-changed");
    assert_eq!(finding["old"][0]["version"], 1);
    assert_eq!(finding["old"][0]["path"], "old/a.avsc");
    let first = repository.git(&["rev-list", "--max-parents=0", "HEAD"]);
    assert_eq!(
        finding["old"][0]["rev"].as_str(),
        first.get(..7),
        "not {moved}, which only moved it, nor {dropped}"
    );
    assert_eq!(finding["old"][0]["date"], "2026-09-02");
}

#[test]
fn what_did_not_change_need_not_be_compared_with_its_history() {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID])), ("b.avsc", &record("B", &[ID]))]);
    repository.write("a.avsc", &record("A", &[ID, SKU]));
    repository.commit("a breaks with its first version");
    let transitive = ["--against", "git:HEAD", "--level", "backward-transitive", "--format", "short"];
    let all = repository.check(&transitive).exits(1);
    assert!(all.stdout.starts_with("a.avsc:3:3: error["), "{}", all.stdout);
    let changed_only: Vec<&str> = transitive.iter().chain(&["--changed-only"]).copied().collect();
    repository.check(&changed_only).exits(0);
    repository.write("b.avsc", &record("B", &[ID, SKU]));
    let changed = repository.check(&changed_only).exits(1);
    assert!(
        changed.stdout.starts_with("b.avsc:3:3: error[") && !changed.stdout.contains("a.avsc"),
        "{}",
        changed.stdout
    );
}

#[test]
fn what_a_merge_brought_is_one_step() {
    let repository = Repository::with(&[("a.avsc", &record("A", &[ID, QTY]))]);
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    // Never on the main line, so nobody registered it.
    repository.write("a.avsc", &record("A", &[ID, r#"{"name": "qty", "type": "bytes"}"#]));
    repository.commit("a try");
    repository.write("a.avsc", &record("A", &[ID, r#"{"name": "qty", "type": "long"}"#]));
    repository.commit("better");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--no-ff", "--message", "merge", "side"]);
    let all = repository
        .check(&["--against", "git:HEAD", "--level", "backward-transitive", "--format", "json"])
        .exits(0);
    assert_eq!(all.json()["summary"]["versions"], 2);
}

#[test]
fn a_deleted_file_is_shown_where_it_was() {
    let repository = orders();
    repository.remove("schemas/order.avsc");
    let base = repository.git(&["rev-parse", "HEAD"])[..7].to_owned();
    let gone = repository.check(&["--against", "git:HEAD", "--format", "short"]).exits(0);
    assert_eq!(
        gone.stdout,
        format!(
            "schemas/order.avsc@{base}:1:1: warning[subject/deleted]: the file of subject `schemas/order.avsc` is gone\n"
        )
    );
    repository.check(&["--against", "git:HEAD", "--fail-on", "warning"]).exits(1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_into_itself_is_refused() {
    let here = tempfile::tempdir().expect("a directory");
    std::fs::create_dir_all(here.path().join("new/a")).expect("made");
    std::fs::create_dir_all(here.path().join("old")).expect("made");
    std::os::unix::fs::symlink(here.path().join("new"), here.path().join("new/a/again")).expect("linked");
    let looped = run(here.path(), &["check", "new", "--against", "dir:old"], "").exits(3);
    assert!(looped.stderr.contains("leads into itself"), "{}", looped.stderr);
}

#[test]
fn paths_and_folders_narrow_what_is_checked() {
    let repository = orders();
    repository.write("other/x.avsc", &record("X", &[ID]));
    repository.commit("more");
    break_it(&repository);
    repository.check(&["other", "--against", "git:HEAD"]).exits(0);
    repository.check(&["schemas", "--against", "git:HEAD"]).exits(1);
    repository.check_in("other", &["../schemas/order.avsc", "--against", "git:HEAD"], "").exits(1);
    let named = ["--subject", "orders-value=schemas/order.avsc", "--against", "git:HEAD", "--format", "json"];
    let named = repository.check(&named).exits(1).json();
    assert_eq!(named["findings"][0]["subject"], "orders-value");
    assert_eq!(named["subjects"].as_array().map(Vec::len), Some(1));
}
