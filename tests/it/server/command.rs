//! `schemawire serve`, as a process.
#![cfg(all(feature = "cli", unix))]

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::wire::{Answer, Wire};

/// A server in a process of its own; killed where it is not stopped.
pub(super) struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    pub(super) url: String,
}

impl Process {
    /// Runs `schemawire serve --port 0 --print-url` with further arguments, and waits for its line.
    pub(super) fn start(directory: &Path, arguments: &[&str]) -> Self {
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
