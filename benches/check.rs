//! `schemawire check`, as a person runs it, in git repositories made for it: seconds of the whole process, and its memory.
//!
//! `cargo bench --all-features --bench check`. Memory is the largest resident set of any process of the run, by `/usr/bin/time`.

#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench prints, asks the clock, and may panic"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A case: its name, how the repository is made, what `check` is told.
type Case = (&'static str, fn(&Path), &'static [&'static str]);

const CASES: &[Case] = &[
    ("300 .proto files, 28,000 lines, 10 changed, against HEAD", protobuf, &["--against", "git:HEAD"]),
    ("the same, all changed", protobuf_all, &["--against", "git:HEAD"]),
    (
        "1,000 Avro subjects with 10 versions, transitive",
        avro,
        &["--against", "git:HEAD", "--level", "backward-transitive"],
    ),
    ("one file", one, &["a.avsc", "--against", "git:HEAD"]),
    ("12 mutually recursive oneOf definitions", recursive, &["--against", "git:HEAD"]),
    ("100,000 properties, all changed", properties, &["--against", "git:HEAD", "-o", "json:/dev/null"]),
    ("100,000 properties on one line, all changed, for people", one_line, &["--against", "git:HEAD"]),
];

fn main() {
    let wanted = std::env::args().nth(1).filter(|it| !it.starts_with('-')).unwrap_or_default();
    for (name, make, arguments) in CASES.iter().filter(|case| case.0.contains(&wanted)) {
        let here = tempfile::tempdir().expect("a directory");
        git(here.path(), &["init", "--quiet", "--initial-branch=main", "."]);
        make(here.path());
        let mut best = (f64::MAX, 0_u64);
        for _ in 0..7 {
            let (seconds, memory) = run(here.path(), arguments);
            best = (best.0.min(seconds), best.1.max(memory));
        }
        println!("{name}: {:.3} s, {} MB", best.0, best.1 / 1024);
    }
}

fn run(here: &Path, arguments: &[&str]) -> (f64, u64) {
    let started = std::time::Instant::now();
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M", env!("CARGO_BIN_EXE_schemawire"), "check"])
        .args(arguments)
        .current_dir(here)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .expect("/usr/bin/time is there");
    let seconds = started.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stderr);
    let memory = text.lines().last().and_then(|line| line.trim().parse().ok());
    (seconds, memory.unwrap_or_else(|| panic!("{text}")))
}

fn git(here: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    for name in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
        command.env(name, "bench");
    }
    let status = command.arg("-C").arg(here).args(arguments).status().expect("git starts");
    assert!(status.success(), "git {arguments:?}");
}

fn commit(here: &Path) {
    git(here, &["add", "--all"]);
    git(here, &["-c", "gc.auto=0", "commit", "--quiet", "--message", "step"]);
}

fn write(here: &Path, path: &str, text: &str) {
    let path: PathBuf = here.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

/// 300 files in 30 packages, each with seven messages of eight fields; every file imports its package's first.
fn protobuf_files(here: &Path, changed: usize) {
    for file in 0..300 {
        let package = file / 10;
        let licence = "// A line of a licence.\n".repeat(5);
        let mut text = format!("{licence}syntax = \"proto3\";\n\npackage acme.p{package};\n\n");
        if file % 10 != 0 {
            writeln!(text, "import \"acme/p{package}/f{}.proto\";", package * 10).expect("a text");
        }
        for message in 0..7 {
            write!(text, "\n// What number {message} is for.\nmessage F{file}M{message} {{\n")
                .expect("a text");
            for field in 1..=7 {
                let kind = ["string", "int64", "bool", "double", "bytes"][field % 5];
                writeln!(text, "  {kind} field_{field} = {field};").expect("a text");
            }
            let first = if file % 10 == 0 { format!("F{file}M0") } else { format!("F{}M0", package * 10) };
            writeln!(text, "  {first} shared = 8;").expect("a text");
            if file < changed && message == 0 {
                text.push_str("  string added = 9;\n");
            }
            text.push_str("}\n");
        }
        write(here, &format!("proto/acme/p{package}/f{file}.proto"), &text);
    }
}

fn protobuf(here: &Path) {
    protobuf_files(here, 0);
    commit(here);
    protobuf_files(here, 10);
}

fn protobuf_all(here: &Path) {
    protobuf_files(here, 0);
    commit(here);
    protobuf_files(here, 300);
}

/// Each commit gives every subject a field more.
fn avro(here: &Path) {
    for version in 0..10 {
        for subject in 0..1_000 {
            let mut fields: Vec<String> =
                (0..8).map(|it| format!("{{\"name\": \"f{it}\", \"type\": \"string\"}}")).collect();
            fields.extend((0..version).map(|it| {
                format!("{{\"name\": \"g{it}\", \"type\": [\"null\", \"long\"], \"default\": null}}")
            }));
            let text = format!(
                "{{\"type\": \"record\", \"name\": \"R{subject}\", \"namespace\": \"acme\", \"fields\": [\n  {}\n]}}\n",
                fields.join(",\n  ")
            );
            write(here, &format!("schemas/{:02}/s{subject}.avsc", subject % 50), &text);
        }
        commit(here);
    }
}

fn one(here: &Path) {
    let schema = |kind: &str| {
        format!(
            "{{\"type\": \"record\", \"name\": \"A\", \"fields\": [{{\"name\": \"x\", \"type\": \"{kind}\"}}]}}"
        )
    };
    write(here, "a.avsc", &schema("int"));
    commit(here);
    write(here, "a.avsc", &schema("string"));
}

/// Every definition is one of all the others, or a leaf of its own kind.
fn recursive(here: &Path) {
    let schema = |kind: &str| {
        let definitions: Vec<String> = (0..12)
            .map(|own| {
                let others: Vec<String> = (0..12).map(|it| format!("{{\"type\": \"object\", \"properties\": {{\"next\": {{\"$ref\": \"#/definitions/d{it}\"}}}}}}")).collect();
                format!("\"d{own}\": {{\"oneOf\": [{}, {{\"type\": \"{kind}\"}}]}}", others.join(", "))
            })
            .collect();
        format!(
            "{{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"definitions\": {{{}}}, \"$ref\": \"#/definitions/d0\"}}",
            definitions.join(", ")
        )
    };
    write(here, "r.json", &schema("string"));
    commit(here);
    write(here, "r.json", &schema("number"));
}

fn properties(here: &Path) {
    properties_apart(here, ",\n");
}

fn one_line(here: &Path) {
    properties_apart(here, ",");
}

fn properties_apart(here: &Path, separator: &str) {
    let schema = |kind: &str| {
        let properties: Vec<String> =
            (0..100_000).map(|it| format!("\"p{it}\": {{\"type\": \"{kind}\"}}")).collect();
        format!(
            "{{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"properties\": {{{}}}}}",
            properties.join(separator)
        )
    };
    write(here, "p.json", &schema("string"));
    commit(here);
    write(here, "p.json", &schema("number"));
}
