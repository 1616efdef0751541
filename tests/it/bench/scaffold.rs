//! `bench --scaffold`: what it writes, golden, and what it refuses. `scripts/scaffold.sh` builds and runs the same cases.
//!
//! `tests/cases/scaffold/<case>/` holds `schema.…`, perhaps the name of a `message` and `references/`, and `expected/`: those of
//! the written files that it pins down. With `SCHEMAWIRE_WRITE_EXPECTED` set they are written anew, to be read before they are kept.

use std::fs;
use std::path::{Path, PathBuf};

use super::{stderr, workplace};
use crate::cli::{done, run};
use crate::support::file;

#[test]
fn the_written_crates_are_as_expected() {
    let mut cases = below(&file("tests/cases/scaffold"), 1);
    cases.sort();
    assert!(cases.len() >= 9, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let dir = tempfile::tempdir().unwrap();
        let crate_dir = dir.path().join("crate");
        let mut arguments =
            ["bench", "--messages", "3", "--scaffold", &text(&crate_dir)].map(str::to_owned).to_vec();
        arguments.extend(["--schema".to_owned(), text(&schema(&case))]);
        if let Ok(message) = fs::read_to_string(case.join("message")) {
            arguments.extend(["--message".to_owned(), message.trim().to_owned()]);
        }
        for reference in below(&case.join("references"), 9) {
            let name = reference.strip_prefix(case.join("references")).unwrap().display().to_string();
            arguments.extend(["--reference".to_owned(), format!("{name}={}", reference.display())]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        done(dir.path(), &arguments, "");

        let written = |name: &Path| fs::read_to_string(crate_dir.join(name)).unwrap_or_default();
        assert_eq!(written("messages.jsonl".as_ref()).lines().count(), 3);
        let expected = case.join("expected");
        if std::env::var_os("SCHEMAWIRE_WRITE_EXPECTED").is_some() {
            fs::create_dir_all(expected.join("src")).unwrap();
            fs::write(expected.join("src/lib.rs"), "").unwrap();
            for path in below(&expected, 9) {
                fs::write(&path, written(&pinned_name(&path, &expected))).unwrap();
            }
        }
        let pinned = below(&expected, 9);
        assert!(!pinned.is_empty(), "{} expects nothing", case.display());
        for path in pinned {
            let found = written(&pinned_name(&path, &expected));
            if fs::read_to_string(&path).unwrap() != found {
                wrong.push(format!("{}\nfound:\n{found}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Which of the written files one in `expected/` pins down: `Cargo.toml.txt` is the manifest, since a package leaves out folders
/// that hold one of that name.
fn pinned_name(path: &Path, expected: &Path) -> PathBuf {
    let name = path.strip_prefix(expected).unwrap();
    if name.ends_with("Cargo.toml.txt") { name.with_extension("") } else { name.to_owned() }
}

#[test]
fn your_own_messages_go_with_the_crate() {
    let dir = workplace();
    let dir = dir.path();
    fs::create_dir(dir.join("empty")).unwrap();
    let arguments =
        ["bench", "--schema", "order.avsc", "--data", "orders.jsonl", "--scaffold", "empty", "--schemawire"];
    let checkout = text(&file("."));
    done(dir, &[&arguments[..], &[&checkout]].concat(), "");
    assert_eq!(fs::read_to_string(dir.join("empty/messages.jsonl")).unwrap(), super::LINES);
    assert_eq!(fs::read_to_string(dir.join("empty/schema/message.avsc")).unwrap(), super::ORDER);
    let manifest = fs::read_to_string(dir.join("empty/Cargo.toml")).unwrap();
    let full = file(".").canonicalize().unwrap();
    assert!(manifest.contains(&format!("schemawire = {{ path = {:?}", text(&full))), "{manifest}");
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is() {
    let dir = workplace();
    let dir = dir.path();
    let refused = |arguments: &[&str], code: i32, words: &str| {
        let output = run(dir, &[&["bench", "--schema"], arguments].concat(), "");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
    };
    refused(&["order.avsc", "--scaffold", "."], 2, ". is not empty");
    refused(&["order.avsc", "--scaffold", "order.avsc"], 3, "cannot write into order.avsc");
    refused(&["order.avsc", "--scaffold", "new", "--schemawire", "nowhere"], 3, "nowhere/Cargo.toml");
    fs::create_dir(dir.join("other")).unwrap();
    fs::write(dir.join("other/Cargo.toml"), "[package]\nname = \"other\"\n").unwrap();
    refused(&["order.avsc", "--scaffold", "new", "--schemawire", "other"], 2, "no checkout of schemawire");
    refused(&["order.avsc", "--schemawire", "other"], 2, "--scaffold");
    refused(&["order.avsc", "--scaffold", "new", "--rounds", "3"], 2, "cannot be used with");
    fs::write(dir.join("bad.jsonl"), "{\"id\":\"a\"}\n").unwrap();
    refused(&["order.avsc", "--data", "bad.jsonl", "--scaffold", "new"], 1, "line 1");

    let text = "syntax = \"proto3\"; import \"../b.proto\"; message A { B b = 1; }";
    fs::write(dir.join("escape.proto"), text).unwrap();
    fs::write(dir.join("b.proto"), "syntax = \"proto3\"; message B { int32 x = 1; }").unwrap();
    refused(
        &["escape.proto", "--reference", "../b.proto=b.proto", "--scaffold", "new"],
        1,
        "escape.proto is no schema",
    );
    #[cfg(feature = "bincode")]
    {
        let layout = super::scaffold::text(&file("schemas/quake/v1.bincode.json"));
        refused(&[&layout, "--scaffold", "new"], 2, "--scaffold writes no Rust types for BINCODE");
    }
    assert!(!dir.join("new").exists());
}

fn schema(case: &Path) -> PathBuf {
    let found = below(case, 1).into_iter().find(|it| it.file_stem().is_some_and(|stem| stem == "schema"));
    found.unwrap_or_else(|| panic!("{} has no schema", case.display()))
}

/// What lies in a folder; deeper than a level only files.
fn below(folder: &Path, levels: u32) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|it| it.unwrap().path());
    paths
        .flat_map(|path| if levels > 1 && path.is_dir() { below(&path, levels - 1) } else { vec![path] })
        .collect()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
