//! `schemawire serve`, as a process.
#![cfg(all(feature = "cli", unix))]

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::wire::{Answer, Wire};

/// A server in a process of its own; killed where it is not stopped.
pub(crate) struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    pub(crate) url: String,
}

impl Process {
    /// Runs `schemawire serve --port 0 --print-url` with further arguments, and waits for its line.
    pub(crate) fn start(directory: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_schemawire"))
            .args(["serve", "--port", "0", "--print-url"])
            .args(arguments)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut url = String::new();
        output.read_line(&mut url).expect("a line");
        if url.is_empty() {
            let mut said = String::new();
            drop(child.stderr.take().expect("piped").read_to_string(&mut said));
            panic!("it did not start: {said}");
        }
        Self { child, output, url: url.trim_end().to_owned() }
    }

    pub(super) fn address(&self) -> SocketAddr {
        let address = self.url.split_once("://").expect("a URL").1;
        address.parse().expect("an address")
    }

    pub(super) fn ask(&self, request: &str, body: &str) -> Answer {
        Wire::connect(self.address()).ask(request, body)
    }

    /// Ends it with a signal; gives its exit code and what else it printed.
    pub(super) fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill runs");
        assert!(sent.success());
        let status = self.child.wait().expect("it ends");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("UTF-8");
        (status.code(), rest)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn it_says_where_it_is_keeps_what_it_is_given_and_ends_in_good_order() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = ["--store", "registry.redb"];
    for (round, signal) in ["-TERM", "-INT", "-KILL"].into_iter().enumerate() {
        let server = Process::start(directory.path(), &store);
        assert_eq!(server.ask("GET /health/ready", "").status, 200);
        let body = format!(r#"{{"schema": "{{\"type\":\"fixed\",\"name\":\"F\",\"size\":{}}}"}}"#, round + 1);
        let registered = server.ask(&format!("POST /subjects/s{round}/versions"), &body);
        assert_eq!(registered.json()["id"], round + 1, "{registered:?}");
        let (code, rest) = server.end(signal);
        assert_eq!(rest, "", "one line is all");
        assert_eq!(code, (signal != "-KILL").then_some(0), "{signal}");
    }
    let server = Process::start(directory.path(), &store);
    assert_eq!(server.ask("GET /subjects", "").body, r#"["s0","s1","s2"]"#);
}

#[test]
fn the_line_for_people_says_what_is_served_and_where_it_is_kept() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_schemawire"))
        .args(["serve", "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    drop(child.kill());
    drop(child.wait());
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    assert!(line.ends_with(", 0 subjects, in memory\n"), "{line}");
}

#[test]
fn a_file_that_another_server_holds_is_refused_by_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Process::start(directory.path(), &["--store", "registry.redb"]);
    let second = Command::new(env!("CARGO_BIN_EXE_schemawire"))
        .args(["serve", "--port", "0", "--store", "registry.redb"])
        .current_dir(directory.path())
        .output()
        .expect("the binary runs");
    let said = String::from_utf8(second.stderr).expect("UTF-8");
    assert_eq!(second.status.code(), Some(3), "{said}");
    assert!(said.contains("registry.redb is in use by"), "{said}");
    drop(server);
}

/// Runs the command with arguments that it does not start with; gives its exit code and what it says.
fn refused(directory: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_schemawire"))
        .args(["serve", "--port", "0"])
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(directory)
        .output()
        .expect("the binary runs");
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[test]
fn what_it_cannot_start_with_is_said_without_a_secret() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("written");
    write("users", "ada:ok\nhunter2\n");
    write("key.pem", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n");
    for (arguments, environment, code, said) in [
        (&["--users", "users"][..], &[][..], 3, "line 2 is no NAME:PASSWORD"),
        (&[], &[("SCHEMAWIRE_USERS", "hunter2")], 3, "SCHEMAWIRE_USERS has no users"),
        (
            &["--tls-cert", "key.pem", "--tls-key", "key.pem"],
            &[],
            3,
            "the certificate for TLS cannot be used",
        ),
        (&["--tls-cert", "key.pem"], &[], 2, "--tls-key"),
        (&["--seed", "svn:trunk"], &[], 2, "a seed is git:REF, dir:PATH or registry:URL"),
        (&["--seed", "dir:nowhere"], &[], 3, "cannot read the schemas of `dir:nowhere`"),
        (&["--level", "sideward"], &[], 2, "compatibility level"),
        (&["--store", "missing/registry.redb"], &[], 3, "missing/registry.redb"),
    ] {
        let (exit, words) = refused(directory.path(), arguments, environment);
        assert_eq!(exit, Some(code), "{arguments:?}: {words}");
        assert!(words.contains(said), "{arguments:?}: {words}");
        assert!(!words.contains("hunter2"), "{words}");
    }
}

#[test]
fn a_seed_is_registered_whole_by_the_names_that_check_knows() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    let line = r#"{"type":"record","name":"Line","fields":[{"name":"from","type":"Point"}]}"#;
    write("s/line.avsc", line);
    write("s/point.avsc", r#"{"type":"record","name":"Point","fields":[{"name":"x","type":"int"}]}"#);
    let seeded = ["--seed", "dir:s", "--seed-subject", "{stem}-value", "--store", "r.redb"];
    for read_only in [&[][..], &["--read-only"]] {
        let server = Process::start(directory.path(), &[&seeded[..], read_only].concat());
        assert_eq!(server.ask("GET /subjects?subjectPrefix=:*:line", "").body, r#"["line-value"]"#);
        let line = server.ask("GET /subjects/line-value/versions/1", "").json();
        assert_eq!(line["references"][0]["subject"], "point-value");
        assert_eq!(server.ask("GET /subjects/point-value/versions", "").body, "[1]", "once, however often");
        let (subject, status) = if read_only.is_empty() { ("writable", 200) } else { ("refused", 422) };
        let posted = server.ask(&format!("POST /subjects/{subject}/versions"), r#"{"schema": "\"int\""}"#);
        assert_eq!(posted.status, status);
    }
    // A change that does not fit keeps the server from starting, and changes nothing.
    write("s/point.avsc", r#"{"type":"record","name":"Point","fields":[{"name":"y","type":"int"}]}"#);
    let (code, words) = refused(directory.path(), &seeded, &[]);
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("the seed does not fit what is registered"), "{words}");
    let server = Process::start(directory.path(), &["--store", "r.redb"]);
    assert_eq!(server.ask("GET /subjects/point-value/versions", "").body, "[1]");
}

#[test]
fn a_commit_is_a_seed_by_the_names_of_schemawire_toml() {
    let directory = tempfile::tempdir().expect("a directory");
    let git = |arguments: &[&str]| {
        let identity =
            ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main"];
        let done = Command::new("git").args(identity).args(arguments).current_dir(directory.path()).output();
        assert!(done.as_ref().is_ok_and(|it| it.status.success()), "{arguments:?}: {done:?}");
    };
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("written");
    write("schemawire.toml", "[[subjects]]\nfiles = \"*.avsc\"\nsubject = \"of-{name}\"\n");
    write("order.avsc", r#"{"type":"fixed","name":"Order","size":1}"#);
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    write("later.avsc", r#"{"type":"fixed","name":"Later","size":1}"#);
    let server = Process::start(directory.path(), &["--seed", "git:main"]);
    assert_eq!(server.ask("GET /subjects", "").body, r#"["of-Order"]"#);
}

#[test]
fn another_registry_is_a_seed_with_its_ids_and_settings() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = Process::start(directory.path(), &[]);
    let put = |request: &str, body: &str| {
        let answer = first.ask(request, body);
        assert_eq!(answer.status, 200, "{request}: {answer:?}");
    };
    let fixed =
        |size: u32| format!(r#"{{"schema": "{{\"type\":\"fixed\",\"name\":\"F\",\"size\":{size}}}"}}"#);
    put("PUT /config", r#"{"compatibility": "NONE"}"#);
    for size in 1..=3 {
        put("POST /subjects/z/versions", &fixed(size));
    }
    put("DELETE /subjects/z/versions/2", "");
    let refers = r#"{"schema": "{\"type\":\"array\",\"items\":\"F\"}", "references": [{"name": "F", "subject": "z", "version": 3}]}"#;
    put("POST /subjects/a/versions", refers);
    put("POST /subjects/:.eu:s/versions", &fixed(9));
    put("PUT /config/:.eu:", r#"{"compatibility": "FULL"}"#);
    put("PUT /mode/a", r#"{"mode": "READONLY"}"#);
    put("PUT /config/old-z", r#"{"alias": "z"}"#);

    let seed = format!("registry:{}", first.url);
    let arguments = ["--store", "copy.redb", "--seed", &seed];
    for _ in 0..2 {
        // The second start finds the copy, and leaves it.
        let copy = Process::start(directory.path(), &arguments);
        for path in [
            "/subjects?deleted=true",
            "/subjects/z/versions?deleted=true",
            "/subjects/z/versions",
            "/schemas/ids/1",
            "/schemas/ids/4",
            "/schemas/ids/1?subject=:.eu:s",
            "/subjects/a/versions/1/schema",
            "/subjects/z/versions/3/referencedby",
            "/config",
            "/config/:.eu:",
            "/config/old-z",
            "/subjects/old-z/versions",
            "/mode",
            "/mode/a",
            "/contexts",
        ] {
            let (one, other) = (first.ask(&format!("GET {path}"), ""), copy.ask(&format!("GET {path}"), ""));
            assert_eq!((one.status, one.body), (other.status, other.body), "{path}");
        }
    }
    drop(first);
    let (code, words) = refused(directory.path(), &["--seed", &seed], &[]);
    assert_eq!((code, words.contains(" was not copied")), (Some(3), true), "{words}");
    let (code, words) = refused(directory.path(), &["--seed", "registry:"], &[]);
    assert_eq!((code, words.contains("names no registry")), (Some(2), true), "{words}");

    // One that asks who is asking.
    for (name, text) in [("users", "ada:lovelace\n"), ("password", "lovelace\n")] {
        std::fs::write(directory.path().join(name), text).expect("written");
    }
    let guarded = Process::start(directory.path(), &["--store", "copy.redb", "--users", "users"]);
    let asked = ["--registry-user", "ada", "--registry-password-file", "password"];
    for seed in [
        vec!["--seed".to_owned(), format!("registry:{}", guarded.url)],
        vec!["--seed".into(), "registry:".into(), "--registry".into(), guarded.url.clone()],
    ] {
        let arguments: Vec<&str> = seed.iter().map(String::as_str).chain(asked).collect();
        let copy = Process::start(directory.path(), &arguments);
        assert_eq!(copy.ask("GET /subjects/z/versions", "").body, "[1,3]");
        let (code, words) = refused(directory.path(), &arguments[..arguments.len() - asked.len()], &[]);
        assert_eq!((code, words.contains("401")), (Some(2), true), "{words}");
    }
}
