//! Whole stories: `tests/cases/reports/<story>/` holds `old/`, `new/` and, in `expected/`, what each form of report makes of them.
//!
//! With `SCHEMAWIRE_WRITE_EXPECTED` set they are written anew, to be read before they are kept.

use std::fs;
use std::path::Path;

use super::formats::{elements_match, is_valid};
use super::repository::{Ran, Repository};
use crate::support::file;

/// A form, and the file that holds what is expected of it.
const FORMS: [(&str, &str); 8] = [
    ("text", "text.txt"),
    ("short", "short.txt"),
    ("json", "report.json"),
    ("github", "github.txt"),
    ("gitlab", "gitlab.json"),
    ("sarif", "report.sarif"),
    ("junit", "junit.xml"),
    ("markdown", "comment.md"),
];

#[test]
fn every_form_tells_the_story_as_it_is_written_down() {
    let mut wrong = Vec::new();
    let folder = file("tests/cases/reports");
    let stories = fs::read_dir(&folder).expect("stories").map(|it| it.expect("a story").path());
    for story in stories.filter(|path| path.is_dir()) {
        let repository = repository(&story);
        let expected = story.join("expected");
        if std::env::var_os("SCHEMAWIRE_WRITE_EXPECTED").is_some() {
            fs::create_dir_all(&expected).expect("made");
        }
        for (form, name) in FORMS {
            let ran = repository.check(&["--against", "git:HEAD", "--format", form]).exits(1);
            let found = timeless(&ran);
            let path = expected.join(name);
            if std::env::var_os("SCHEMAWIRE_WRITE_EXPECTED").is_some() {
                fs::write(&path, &found).expect("written");
            }
            if fs::read_to_string(&path).unwrap_or_default() != found {
                wrong.push(format!("{}\nfound:\n{found}", path.display()));
            }
            let schema = match form {
                "json" => "schemas/schemawire.report.schema.json",
                "gitlab" => "tests/cases/reports/gitlab.schema.json",
                "sarif" => "tests/cases/reports/sarif.schema.json",
                "junit" => {
                    elements_match(&ran.stdout);
                    continue;
                }
                _ => continue,
            };
            is_valid(schema, &ran.json());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `old/` is the one commit, `new/` what lies there now; a file that `new/` has not is gone.
fn repository(story: &Path) -> Repository {
    let repository = Repository::new();
    let old = files(&story.join("old"), "");
    old.iter().for_each(|(path, text)| repository.write(path, text));
    repository.commit("first");
    old.iter().for_each(|(path, _)| repository.remove(path));
    files(&story.join("new"), "").iter().for_each(|(path, text)| repository.write(path, text));
    repository
}

fn files(folder: &Path, prefix: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("a file");
        let path = format!("{prefix}{}", entry.file_name().into_string().expect("UTF-8"));
        if entry.path().is_dir() {
            found.extend(files(&entry.path(), &format!("{path}/")));
        } else {
            found.push((path, fs::read_to_string(entry.path()).expect("a text")));
        }
    }
    found.sort();
    found
}

/// Without what differs from run to run and from release to release.
fn timeless(ran: &Ran) -> String {
    let mut out = String::new();
    for line in ran.stdout.lines() {
        // How long a waiver still holds depends on the day.
        let line = match line.split_once("(the next ends in ") {
            Some((before, after)) => {
                let rest = after.split_once(" days").map_or("", |(_, rest)| rest);
                format!("{before}(the next ends in DAYS days{rest}")
            }
            None => line.to_owned(),
        };
        let line = match line.rsplit_once(", in ") {
            Some((before, after)) if after.ends_with(" s") => format!("{before}, in TIME"),
            _ => line.replace(env!("CARGO_PKG_VERSION"), "VERSION"),
        };
        out.push_str(&match line.split_once(" time=\"") {
            Some((before, after)) => {
                let rest = after.split_once('"').map_or("", |(_, rest)| rest);
                format!("{before} time=\"TIME\"{rest}")
            }
            None => line,
        });
        out.push('\n');
    }
    out
}
