//! A git repository in a temporary directory, and the binary run in it.

use std::path::Path;
use std::process::{Command, Output};

/// A repository of its own.
pub(super) struct Repository(tempfile::TempDir);

impl Repository {
    /// An empty one.
    pub(super) fn new() -> Self {
        let repository = Self(tempfile::tempdir().expect("a temporary directory"));
        repository.git(&["init", "--quiet", "--initial-branch=main", "."]);
        repository
    }

    /// One whose first commit has these files.
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self::new();
        files.iter().for_each(|(path, text)| repository.write(path, text));
        repository.commit("first");
        repository
    }

    /// A clone of another one, with more arguments for `git clone`.
    pub(super) fn clone_of(other: &Self, arguments: &[&str]) -> Self {
        let clone = Self(tempfile::tempdir().expect("a temporary directory"));
        let url = format!("file://{}", other.path().display());
        let all: Vec<&str> =
            ["clone", "--quiet"].iter().chain(arguments).copied().chain([url.as_str(), "."]).collect();
        clone.git(&all);
        clone
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    pub(super) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).expect("a text")
    }

    pub(super) fn remove(&self, path: &str) {
        std::fs::remove_file(self.path().join(path)).expect("removed");
    }

    /// Runs git, which has to succeed; on a day of its own, by somebody who is set by the environment alone.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let output = environment(Command::new("git").arg("-C").arg(self.path()).args(arguments))
            .output()
            .expect("git starts");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    /// Commits everything; gives the commit's short name.
    pub(super) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])[..7].to_owned()
    }

    /// Runs `schemawire check` with these arguments.
    pub(super) fn check(&self, arguments: &[&str]) -> Ran {
        self.check_in("", arguments, "")
    }

    /// The same in a folder, with something on standard input.
    pub(super) fn check_in(&self, folder: &str, arguments: &[&str], input: &str) -> Ran {
        let all: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
        run(&self.path().join(folder), &all, input)
    }
}

/// Runs the binary in a directory.
pub(super) fn run(directory: &Path, arguments: &[&str], input: &str) -> Ran {
    use std::io::Write;
    use std::process::Stdio;

    let mut command = Command::new(env!("CARGO_BIN_EXE_schemawire"));
    for name in ["GITHUB_ACTIONS", "GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "NO_COLOR"] {
        command.env_remove(name);
    }
    let command = environment(command.args(arguments).current_dir(directory));
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    drop(child.stdin.take().expect("piped").write_all(input.as_bytes()));
    Ran::of(child.wait_with_output().expect("it ends"))
}

fn environment(command: &mut Command) -> &mut Command {
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CEILING_DIRECTORIES"] {
        command.env_remove(name);
    }
    let settings = [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("GIT_AUTHOR_NAME", "Ada"),
        ("GIT_AUTHOR_EMAIL", "ada@example.com"),
        ("GIT_AUTHOR_DATE", "2026-09-02T12:00:00Z"),
        ("GIT_COMMITTER_NAME", "Ada"),
        ("GIT_COMMITTER_EMAIL", "ada@example.com"),
        ("GIT_COMMITTER_DATE", "2026-09-02T12:00:00Z"),
    ];
    command.envs(settings)
}

/// What a run left.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended it"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// The exit code has to be that.
    #[track_caller]
    pub(super) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// An Avro record of that name with these fields, each a JSON object.
pub(super) fn record(name: &str, fields: &[&str]) -> String {
    let fields = fields.join(",\n  ");
    format!(
        "{{\"type\": \"record\", \"namespace\": \"acme\", \"name\": \"{name}\", \"fields\": [\n  {fields}\n]}}\n"
    )
}

pub(super) const ID: &str = r#"{"name": "id", "type": "string"}"#;
pub(super) const QTY: &str = r#"{"name": "qty", "type": "int"}"#;
pub(super) const SKU: &str = r#"{"name": "sku", "type": "string"}"#;
