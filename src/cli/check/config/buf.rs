//! The modules of `buf.yaml` (v1beta1, v1, v2) and `buf.work.yaml`, as import roots.
//!
//! Of YAML only what these files use for it is read, strictly: `version`, `directories`, `build.roots` and `modules[].path`,
//! as block or bracketed lists of plain or quoted words. Another way of writing one of them is an error with its line.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::failure::Failure;
use crate::source::{ProtoRoots, Snapshot};

/// The import roots that buf's files around the `.proto` files of a snapshot declare.
pub(in crate::cli::check) fn modules(root: &Path, snapshot: &Snapshot) -> Result<Vec<ProtoRoots>, Failure> {
    let mut folders = BTreeSet::new();
    for path in snapshot.paths().filter(|path| path.ends_with(".proto")) {
        let mut folder = path;
        while let Some((outer, _)) = folder.rsplit_once('/') {
            if !folders.insert(outer.to_owned()) {
                break;
            }
            folder = outer;
        }
        folders.insert(String::new());
    }
    let mut groups = Vec::new();
    for folder in folders {
        for name in ["buf.work.yaml", "buf.yaml"] {
            let shown = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let Ok(text) = std::fs::read_to_string(root.join(&shown)) else { continue };
            let roots = roots(&text)
                .map_err(|(line, message)| Failure::usage(format!("{shown}:{line}: {message}")))?;
            // A workspace's own folder is no module.
            if roots.is_empty() && name == "buf.work.yaml" {
                continue;
            }
            let roots = if roots.is_empty() { vec![".".to_owned()] } else { roots };
            let roots = roots.iter().map(|it| below(&folder, it)).collect();
            groups.push(ProtoRoots { roots, vendor: Vec::new(), is_shared: true });
        }
    }
    Ok(groups)
}

fn below(folder: &str, path: &str) -> String {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    match (folder, path) {
        (folder, "" | ".") => folder.to_owned(),
        ("", path) => path.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// The folders that a file names, or the number of the line that is not understood.
fn roots(text: &str) -> Result<Vec<String>, (usize, String)> {
    let mut found = Vec::new();
    let (mut top, mut inner) = (String::new(), String::new());
    for (index, line) in text.lines().enumerate() {
        let content = without_comment(line);
        let trimmed = content.trim();
        if trimmed.is_empty() || trimmed == "---" {
            continue;
        }
        let at_fault = |message: &str| (index + 1, message.to_owned());
        if content.contains('\t') {
            return Err(at_fault("YAML is not indented with tabs"));
        }
        let is_item = trimmed.starts_with("- ");
        let (key, value) = match trimmed.trim_start_matches("- ").split_once(':') {
            Some((key, value)) if value.is_empty() || value.starts_with(' ') => (key.trim(), value.trim()),
            _ => ("", trimmed.trim_start_matches("- ").trim()),
        };
        if !content.starts_with(' ') && !is_item {
            (top, inner) = (key.to_owned(), String::new());
        } else if !is_item && top == "build" {
            inner = key.to_owned();
        }
        let is_list = (top == "directories" && inner.is_empty()) || (top == "build" && inner == "roots");
        let is_path = top == "modules" && key == "path";
        if is_list && is_item {
            found.push(
                word(trimmed.trim_start_matches("- "))
                    .ok_or_else(|| at_fault("a folder is a plain or quoted word"))?,
            );
        } else if is_list && !value.is_empty() {
            let inside = value.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
            let inside =
                inside.ok_or_else(|| at_fault("a list is written with `- ` or in brackets on one line"))?;
            for part in inside.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                found.push(word(part).ok_or_else(|| at_fault("a folder is a plain or quoted word"))?);
            }
        } else if is_path {
            found.push(word(value).ok_or_else(|| at_fault("`path` is a plain or quoted word"))?);
        } else if top == "modules"
            && (trimmed.starts_with("- {") || (!content.starts_with(' ') && value.starts_with(['[', '{'])))
        {
            return Err(at_fault("modules are written with `- path: folder`"));
        }
    }
    Ok(found)
}

fn without_comment(line: &str) -> &str {
    let start = if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
    start.and_then(|at| line.get(..at)).unwrap_or(line).trim_end()
}

fn word(text: &str) -> Option<String> {
    let quoted = [('"', '"'), ('\'', '\'')]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    let plain = || (!text.starts_with(['&', '*', '!', '|', '>', '{', '[', '"', '\''])).then_some(text);
    quoted.or_else(plain).filter(|it| !it.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::roots;

    #[test]
    fn the_modules_of_all_versions_are_read() {
        let rows: [(&str, &[&str]); 7] = [
            (
                "version: v2\nmodules:\n  - path: proto # ours\n    name: buf.build/a/b\n    lint:\n      use: [STANDARD]\n  - name: x\n    path: \"third party\"\n",
                &["proto", "third party"],
            ),
            ("version: v2\nmodules:\n- path: a\n- path: b\ndeps:\n- buf.build/x/y\n", &["a", "b"]),
            ("version: v2\nlint:\n  use:\n    - STANDARD\n", &[]),
            ("version: v1\nbreaking:\n  use:\n    - FILE\n", &[]),
            ("version: v1\ndirectories:\n  - proto\n  - vendor/api\n", &["proto", "vendor/api"]),
            ("version: v1\ndirectories: [proto, 'v']\n", &["proto", "v"]),
            ("version: v1beta1\nbuild:\n  roots:\n    - proto\n  excludes:\n    - proto/x\n", &["proto"]),
        ];
        for (text, wanted) in rows {
            assert_eq!(roots(text).unwrap(), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said_with_its_line() {
        for (text, line) in [
            ("version: v2\nmodules: [{path: a}]\n", 2),
            ("version: v1\ndirectories: *all\n", 2),
            ("version: v2\nmodules:\n  - path: &a proto\n", 3),
            ("version: v2\nmodules:\n\t- path: a\n", 3),
        ] {
            assert_eq!(roots(text).unwrap_err().0, line, "{text}");
        }
    }
}
