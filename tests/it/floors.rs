//! The floors: a module imports only from lower ones, and below the third nothing waits, asks the clock or does I/O.

mod code;

use std::path::Path;

use code::{holds_word, names_behind, only_code, without_tests};

/// The house from the ground up; modules on one floor do not see each other. ARCHITECTURE.md says what each is for.
const FLOORS: [&[&str]; 11] = [
    &["ids", "class", "limits", "wire", "value", "backoff"],
    &["schema", "record", "observer"],
    &["codec", "frame", "compat", "convert"],
    &["transport", "source"],
    &["registry"],
    &["serdes", "proof", "bench", "metrics"],
    &["producer"],
    &["consumer"],
    &["error"],
    &["server"],
    &["cli", "main", "lib"],
];

/// The first floor that may wait.
const OUTSIDE: usize = 3;

/// What only the floors from [`OUTSIDE`] up may do: words of the code, and modules of `std`.
const WORDS: [&str; 6] = [".await", "Instant::now", "SystemTime::now", "thread::sleep", "rand::", "tokio::"];
const STD: [&str; 4] = ["env", "fs", "net", "process"];

#[test]
fn the_house_keeps_its_floors() {
    let files = sources(&super::support::file("src"));
    assert!(files.len() > 50, "only {} files of src were found", files.len());
    let found = breaches(&files);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn every_planted_breach_is_named() {
    let planted = [
        ("src/ids.rs", "use crate::registry::Registry;", "imports `registry`"),
        ("src/codec/avro/mod.rs", "fn f() { crate::compat::check(); }", "imports `compat`"),
        ("src/schema/mod.rs", "use crate::{class::Class, codec::{Codec, Encode}};", "imports `codec`"),
        ("src/frame/mod.rs", "use super::serdes::Serdes;", "imports `serdes`"),
        ("src/compat/avro/mod.rs", "pub use super::super::frame as f;", "imports `frame`"),
        ("src/value/mod.rs", "macro_rules! m { () => { $crate::schema::Schema } }", "imports `schema`"),
        ("src/serdes/mod.rs", "use crate::Schema;", "`Schema` is no module of the house"),
        ("src/attic/mod.rs", "", "`attic` has no floor"),
        ("src/codec/mod.rs", "async fn f() { g() . await }", "`.await`"),
        ("src/limits.rs", "fn f() { std::time::Instant::now(); }", "`Instant::now`"),
        ("src/record/mod.rs", "use std::{fmt, fs::File};", "`std::fs`"),
        ("src/class.rs", "fn f() { std::env::var(\"A\"); }", "`std::env`"),
        ("src/schema/json/mod.rs", "use rand::Rng;", "`rand::`"),
    ];
    for (path, code, wanted) in planted {
        let found = breaches(&[(path.into(), code.into())]);
        assert!(
            found.len() == 1 && found[0].contains(path) && found[0].contains(wanted),
            "{path}: {found:?}"
        );
    }
}

#[test]
fn what_is_allowed_is_not_a_breach() {
    let allowed = [
        (
            "src/serdes/mod.rs",
            "use crate::{codec::Codec, registry::Registry, serdes::cache}; async fn f() { g().await }",
        ),
        (
            "src/codec/mod.rs",
            "/// [`crate::registry`], `.await`\n// std::fs\n/* /* crate::cli */ */ const T: &str = \"crate::cli\";",
        ),
        (
            "src/codec/error.rs",
            "const C: char = '\"'; use super::registry; const R: &str = r#\"\"crate::cli\"#;",
        ),
        (
            "src/ids.rs",
            "fn f<'a>() {} #[cfg(test)] mod tests { use crate::registry::Registry; } fn operand() { operand::f() }",
        ),
    ];
    for (path, code) in allowed {
        assert_eq!(breaches(&[(path.into(), code.into())]), [""; 0], "{path}");
    }
}

/// Every Rust file under a directory, by its path from the package's root. Files named `tests.rs` belong to the tests.
fn sources(directory: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
            let name = path.strip_prefix(super::support::file("")).expect("a file of the package");
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            files.push((name.to_string_lossy().replace('\\', "/"), text));
        }
    }
    files
}

/// Each breach as a line: which file, what it does.
fn breaches(files: &[(String, String)]) -> Vec<String> {
    let floor_of = |module: &str| FLOORS.iter().position(|floor| floor.contains(&module));
    let mut found = Vec::new();
    for (path, text) in files {
        let inner = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        let module = inner.split('/').next().unwrap_or_default();
        let Some(floor) = floor_of(module) else {
            found.push(format!("{path}: `{module}` has no floor in tests/it/floors.rs"));
            continue;
        };
        let code = without_tests(&only_code(text));
        // From a file `n` modules deep, `n` times `super` is the root as well.
        let root = "super::".repeat(inner.split('/').count());
        let imports = names_behind(&code, "crate::").into_iter();
        let climbs = names_behind(&code, &root).into_iter().filter(|name| floor_of(name).is_some());
        for name in imports.chain(climbs).filter(|name| *name != module) {
            match floor_of(name) {
                None => {
                    found.push(format!("{path}: `{name}` is no module of the house; write the path in full"))
                }
                Some(other) if other >= floor => {
                    found.push(format!("{path}, on floor {floor}, imports `{name}` from floor {other}"));
                }
                Some(_) => {}
            }
        }
        if floor < OUTSIDE {
            let words = WORDS.into_iter().filter(|word| holds_word(&code, word)).map(str::to_owned);
            let modules = names_behind(&code, "std::").into_iter().filter(|it| STD.contains(it));
            for what in words.chain(modules.map(|it| format!("std::{it}"))) {
                found
                    .push(format!("{path}, on floor {floor}, has `{what}`, which begins on floor {OUTSIDE}"));
            }
        }
    }
    found
}
