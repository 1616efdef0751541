//! What stands in the files of a scaffold.

use std::path::Path;

use super::parts::Parts;
use super::protobuf::Root;
use super::types::types;
use crate::bench::shape::Shapes;
use crate::cli::failure::Failure;
use crate::schema::Format;

/// What differs between the formats.
struct Words {
    codec: &'static str,
    /// The feature, and the constructor of [`crate::schema::Schema`].
    feature: &'static str,
    format: &'static str,
}

/// All files with their paths within the directory, but for the messages.
pub(super) fn files(
    parts: &Parts<'_>,
    shapes: &Shapes,
    checkout: Option<&Path>,
) -> Result<Vec<(String, String)>, Failure> {
    let format = parts.schema.format();
    let words = match format {
        Format::Avro => Words { codec: "Avro", feature: "avro", format: "Avro" },
        Format::Protobuf => Words { codec: "Protobuf", feature: "protobuf", format: "Protobuf" },
        Format::Json => Words { codec: "Json", feature: "json", format: "Json" },
        // A layout is traced from a Rust type, so whoever has one has the other.
        other => {
            return Err(Failure::usage(format!("--scaffold writes no Rust types for {other}"))
                .help("measure the type that the layout comes from with the library's schemawire::bench"));
        }
    };
    let root = (format == Format::Protobuf).then(|| Root::of(parts.schema, parts.message)).transpose()?;
    let library = match &root {
        Some(root) => root.library(),
        None => types(shapes, format == Format::Json),
    };
    let package = parts.package();
    let mut names = ["Binding", "BoundCodec", "Codec", "Decode", "Encode", words.codec];
    names.sort_unstable();
    let bench = include_str!("messages.rs.txt")
        .replace("@CRATE@", &package.replace('-', "_"))
        .replace("@NAMES@", &names.join(", "))
        .replace("@FORMAT@", words.feature)
        .replace(
            "@SCHEMA_TYPES@",
            if parts.references.is_empty() { "Schema" } else { "{Format, Mode, Schema, SchemaSet}" },
        )
        .replace("@CODEC@", words.codec)
        .replace("@BINDING@", &binding(root.as_ref()))
        .replace("@SCHEMA@", &load(parts, &words));
    let mut files = vec![
        (
            "Cargo.toml".to_owned(),
            manifest(&package, &words, root.is_some(), library.contains("serde_json::"), checkout),
        ),
        ("README.md".to_owned(), readme(&package, parts, root.is_some())),
        ("src/lib.rs".to_owned(), library),
        ("benches/messages.rs".to_owned(), bench),
    ];
    if root.is_some() {
        let file = format!("{:?}", format!("schema/{}", parts.file));
        files.push(("build.rs".to_owned(), include_str!("build.rs.txt").replace("@FILE@", &file)));
    }
    files.push((format!("schema/{}", parts.file), parts.schema.text().to_owned()));
    for reference in &parts.references {
        files.push((format!("schema/{}", reference.file), reference.text.clone()));
    }
    Ok(files)
}

/// The lines that say how the codec is bound; a Protobuf schema may have several messages.
fn binding(root: Option<&Root>) -> String {
    match root {
        Some(root) => format!(
            "let name = schemawire::codec::Message::Name({:?});\n    \
             let binding = Binding::new(&schema).with_message(name);",
            root.full_name
        ),
        None => "let binding = Binding::new(&schema);".to_owned(),
    }
}

/// The function that reads the schema.
fn load(parts: &Parts<'_>, words: &Words) -> String {
    let file = |name: &str| format!("include_str!({:?})", format!("../schema/{name}"));
    let body = if parts.references.is_empty() {
        format!("Schema::{}({}).expect(\"a schema\")", words.feature, file(&parts.file))
    } else {
        let mut body = "let texts = [\n".to_owned();
        let own = std::iter::once((&parts.file, &parts.file));
        for (name, path) in own.chain(parts.references.iter().map(|it| (&it.name, &it.file))) {
            let file = file(path);
            // As rustfmt breaks lines.
            let (open, between, close) = match format!("{name:?}, {file}").len() {
                ..=60 => ("(", " ", ")"),
                _ => ("(\n            ", "\n            ", ",\n        )"),
            };
            body.push_str(&format!("        {open}{name:?},{between}{file}{close},\n"));
        }
        body.push_str("    ];\n    let mut schemas = SchemaSet::new();\n    for (name, text) in texts {\n");
        body.push_str(&format!("        schemas.add(name, Format::{}, text);\n    }}\n", words.format));
        body.push_str(&format!("    let schema = schemas.link({:?}, Mode::Strict);\n", parts.file));
        body + "    schema.expect(\"schemas that link\")"
    };
    format!("fn schema() -> Schema {{\n    {body}\n}}")
}

fn manifest(package: &str, words: &Words, prost: bool, any_json: bool, checkout: Option<&Path>) -> String {
    let origin = match checkout {
        Some(path) => format!("path = {:?}", path.display().to_string()),
        None => format!("version = {:?}", env!("CARGO_PKG_VERSION")),
    };
    let mut dependencies =
        format!("schemawire = {{ {origin}, default-features = false, features = [{:?}] }}\n", words.feature);
    if prost {
        dependencies.push_str("prost = \"0.14\"\nprost-types = \"0.14\"\n\n[build-dependencies]\n");
        dependencies.push_str("prost-build = { version = \"0.14\", default-features = false }\n");
        dependencies.push_str("protox = { version = \"0.10\", default-features = false }\n");
    } else {
        dependencies.push_str("serde = { version = \"1\", features = [\"derive\"] }\n");
    }
    if any_json {
        dependencies.push_str("serde_json = \"1\"\n");
    }
    format!(
        r#"[package]
name = "{package}"
version = "0.1.0"
edition = "2024"
publish = false

[dependencies]
{dependencies}
[dev-dependencies]
criterion = {{ version = "0.8", default-features = false, features = ["cargo_bench_support"] }}

[lib]
# So that criterion alone takes what is given behind `cargo bench --`.
bench = false

[[bench]]
name = "messages"
harness = false

# On its own, also where it lies within another workspace.
[workspace]
"#
    )
}

fn readme(package: &str, parts: &Parts<'_>, prost: bool) -> String {
    let types = if prost {
        "`build.rs` writes the Rust types from the schema; `src/lib.rs` says which message is measured."
    } else {
        "The Rust types are in `src/lib.rs`, written from the schema. Put your own in their place."
    };
    format!(
        "# {package}

Measures encode and decode of a Rust type through schemawire, with criterion.

    cargo bench                # nanoseconds a message
    cargo bench -- --test      # does all of it work?

{types}
Messages are the lines of `messages.jsonl` ({}); the schema is `schema/{}`.
",
        parts.data, parts.file
    )
}
