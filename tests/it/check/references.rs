//! Schemas that refer to each other: a changed file re-checks what depends on it.

use super::repository::{ID, Repository, SKU, record};

const MONEY: &str = r#"{"name": "price", "type": "acme.Money"}"#;

#[test]
fn a_changed_shared_type_breaks_its_dependents_once_with_the_chain() {
    let amount = r#"{"name": "amount", "type": "long"}"#;
    let item = r#"{"name": "item", "type": "acme.Item"}"#;
    let repository = Repository::with(&[
        ("shared/money.avsc", &record("Money", &[amount])),
        ("shared/item.avsc", &record("Item", &[MONEY])),
        ("orders/order.avsc", &record("Order", &[item])),
        ("other.avsc", &record("Other", &[ID])),
        (
            "schemawire.toml",
            "[[subjects]]\nfiles = [\"orders/*.avsc\", \"other.avsc\"]\nsubject = \"{stem}-value\"\n",
        ),
    ]);
    repository.write("shared/money.avsc", &record("Money", &[amount, SKU]));
    let found = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(1).json();
    assert_eq!(found["findings"].as_array().map(Vec::len), Some(1), "{found:#}");
    let finding = &found["findings"][0];
    assert_eq!(finding["subject"], "order-value");
    assert_eq!(finding["new"]["path"], "shared/money.avsc");
    assert_eq!(finding["new"]["line"], 3);
    let chain = serde_json::json!(["orders/order.avsc", "shared/item.avsc", "shared/money.avsc"]);
    assert_eq!(finding["dependents"][0]["chain"], chain);
    assert_eq!(found["summary"]["compatible"], 1);

    // Where the shared file is a subject too, it bears the finding, and the others are its dependents.
    repository.remove("schemawire.toml");
    let found = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(1).json();
    assert_eq!(found["findings"].as_array().map(Vec::len), Some(1), "{found:#}");
    let finding = &found["findings"][0];
    assert_eq!(finding["subject"], "shared/money.avsc");
    let dependents: Vec<_> =
        finding["dependents"].as_array().expect("a list").iter().map(|it| &it["subject"]).collect();
    assert_eq!(dependents, ["orders/order.avsc", "shared/item.avsc"]);
    assert_eq!(found["summary"]["compatible"], 1);
}

#[test]
fn a_version_is_what_the_shared_file_held_then() {
    let repository = Repository::with(&[
        ("money.avsc", &record("Money", &[r#"{"name": "amount", "type": "string"}"#])),
        ("order.avsc", &record("Order", &[MONEY])),
    ]);
    repository.write("money.avsc", &record("Money", &[ID]));
    repository.commit("money alone");
    repository.write(
        "order.avsc",
        &record("Order", &[MONEY, r#"{"name": "note", "type": ["null", "string"], "default": null}"#]),
    );
    let only = ["order.avsc", "--against", "git:HEAD", "--format", "json"];
    repository.check(&only).exits(0);
    let all: Vec<&str> = only.iter().copied().chain(["--level", "backward-transitive"]).collect();
    let found = repository.check(&all).exits(1).json();
    assert_eq!(found["summary"]["versions"], 2);
    assert_eq!(found["findings"][0]["old"][0]["version"], 1);
    assert_eq!(found["findings"][0]["new"]["path"], "money.avsc");
}

#[test]
fn imports_are_found_without_configuration() {
    let repository = Repository::with(&[
        (
            "proto/acme/money.proto",
            "syntax = \"proto3\";\npackage acme;\nmessage Money { int64 amount = 1; }\n",
        ),
        (
            "proto/acme/order.proto",
            "syntax = \"proto3\";\npackage acme;\nimport \"acme/money.proto\";\nimport \"google/protobuf/timestamp.proto\";\nmessage Order { Money price = 1; google.protobuf.Timestamp at = 2; }\n",
        ),
        ("third_party/ext/x.proto", "syntax = \"proto3\";\npackage ext;\nmessage X {}\n"),
        (
            "proto/acme/far.proto",
            "syntax = \"proto3\";\npackage acme;\nimport \"ext/x.proto\";\nmessage Far { ext.X x = 1; }\n",
        ),
    ]);
    repository.check(&["--against", "git:HEAD"]).exits(0);
    repository.write(
        "proto/acme/money.proto",
        "syntax = \"proto3\";\npackage acme;\nmessage Money { string amount = 1; }\n",
    );
    let found = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(1).json();
    let causes: Vec<_> = found["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (&it["rule"], &it["subject"]))
        .collect();
    assert_eq!(causes.len(), 1, "{found:#}");
    assert_eq!(found["findings"][0]["dependents"][0]["subject"], "proto/acme/order.proto");
    repository.write("proto/acme/order.proto", "syntax = \"proto3\";\npackage acme;\nimport \"acme/gone.proto\";\nmessage Order { Gone price = 1; }\n");
    let found = repository.check(&["--against", "git:HEAD", "--format", "short"]).exits(1);
    assert!(found.stdout.contains("proto/acme/order.proto:3:1: error[ref/unknown]: "), "{}", found.stdout);
}

#[test]
fn two_roots_may_hold_the_same_path() {
    let shared = |kind: &str| format!("syntax = \"proto3\";\npackage s;\nmessage S {{ {kind} x = 1; }}\n");
    let user = |package: &str| {
        format!(
            "syntax = \"proto3\";\npackage {package};\nimport \"s.proto\";\nimport \"v.proto\";\nmessage U {{ s.S s = 1; v.V v = 2; }}\n"
        )
    };
    let repository = Repository::with(&[
        ("one/s.proto", &shared("int32")),
        ("one/deep/u.proto", &user("one")),
        ("two/s.proto", &shared("string")),
        ("two/deep/u.proto", &user("two")),
        ("vendor/v.proto", "syntax = \"proto3\";\npackage v;\nmessage V { bool ok = 1; }\n"),
        ("schemawire.toml", "[[proto]]\nroots = [\"one\", \"two\"]\nvendor = [\"vendor\"]\n"),
    ]);
    repository.check(&["--against", "git:HEAD"]).exits(0);
    repository.write("two/s.proto", &shared("int32"));
    let found = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(1).json();
    let dependents = &found["findings"][0]["dependents"];
    assert_eq!(dependents.as_array().map(Vec::len), Some(1), "{found:#}");
    assert_eq!(dependents[0]["subject"], "two/deep/u.proto");
}

#[test]
fn the_modules_of_a_buf_workspace_import_each_other() {
    let repository = Repository::with(&[
        ("buf.yaml", "version: v2\nmodules:\n  - path: api\n  - path: common\n"),
        (
            "api/x/a.proto",
            "syntax = \"proto3\";\npackage x;\nimport \"y/b.proto\";\nmessage A { y.B b = 1; }\n",
        ),
        ("common/y/b.proto", "syntax = \"proto3\";\npackage y;\nmessage B { int32 x = 1; }\n"),
    ]);
    repository.check(&["--against", "git:HEAD"]).exits(0);
    repository.write("buf.yaml", "version: v2\nmodules: {path: api}\n");
    let wrong = repository.check(&["--against", "git:HEAD"]).exits(2);
    assert!(wrong.stderr.contains("buf.yaml:2: modules are written with"), "{}", wrong.stderr);
}

#[test]
fn references_of_json_schemas_lead_to_files_and_never_to_servers() {
    let schema = "\"$schema\": \"http://json-schema.org/draft-07/schema#\"";
    let place = |kind: &str| {
        format!("{{{schema}, \"$id\": \"https://acme.example/place.json\", \"type\": \"{kind}\"}}")
    };
    let repository = Repository::with(&[
        ("json/place.json", &place("string")),
        ("json/by-id.json", &format!("{{{schema}, \"$ref\": \"https://acme.example/place.json\"}}")),
        (
            "json/by-path.json",
            &format!("{{{schema}, \"properties\": {{\"p\": {{\"$ref\": \"place.json\"}}}}}}"),
        ),
        ("mirror/v1/x.json", &format!("{{{schema}, \"type\": \"string\"}}")),
        (
            "json/mapped.json",
            &format!(
                "{{{schema}, \"properties\": {{\"p\": {{\"$ref\": \"https://far.example/schemas/v1/x.json\"}}}}}}"
            ),
        ),
        ("schemawire.toml", "[json.ids]\n\"https://far.example/schemas/\" = \"mirror\"\n"),
    ]);
    repository.check(&["--against", "git:HEAD"]).exits(0);
    repository.write("json/place.json", &place("number"));
    let found = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(1).json();
    let all = found["findings"].to_string();
    assert!(all.contains("json/by-id.json") && all.contains("json/by-path.json"), "{found:#}");
    assert!(!all.contains("json/mapped.json"), "{found:#}");
    repository.remove("schemawire.toml");
    let unmapped =
        repository.check(&["json/mapped.json", "--against", "git:HEAD", "--format", "short"]).exits(1);
    assert!(unmapped.stdout.contains("json/mapped.json:1:"), "{}", unmapped.stdout);
    assert!(unmapped.stdout.contains("error[ref/unmapped]: "), "{}", unmapped.stdout);
}

#[test]
fn a_circle_and_a_name_that_is_declared_twice_are_findings() {
    let repository = Repository::with(&[
        ("a.avsc", &record("A", &[r#"{"name": "b", "type": "acme.B"}"#])),
        ("b.avsc", &record("B", &[r#"{"name": "a", "type": "acme.A"}"#])),
        ("x/money.avsc", &record("Money", &[ID])),
        ("y/money.avsc", &record("Money", &[SKU])),
        ("x/near.avsc", &record("Near", &[MONEY])),
        ("z/far.avsc", &record("Far", &[MONEY])),
    ]);
    let found = repository.check(&["--against", "git:HEAD", "--format", "short"]).exits(1);
    assert!(
        found
            .stdout
            .contains("a.avsc: error[ref/cycle]: references go in a circle: a.avsc -> b.avsc -> a.avsc"),
        "{}",
        found.stdout
    );
    assert!(
        found.stdout.contains(
            "z/far.avsc: error[ref/ambiguous]: `acme.Money` is declared by x/money.avsc and by y/money.avsc"
        ),
        "{}",
        found.stdout
    );
    assert!(!found.stdout.contains("near.avsc"), "{}", found.stdout);
}

#[test]
fn a_shared_file_that_does_not_parse_is_one_finding() {
    let repository = Repository::with(&[
        ("money.avsc", &record("Money", &[ID])),
        ("order.avsc", &record("Order", &[MONEY])),
        ("bill.avsc", &record("Bill", &[MONEY])),
    ]);
    repository.write("money.avsc", &record("Money", &[ID, "{\"name\": \"x\", \"type\": \"strin\"}"]));
    let found = repository.check(&["--against", "git:HEAD", "--format", "json"]).exits(1).json();
    assert_eq!(found["findings"].as_array().map(Vec::len), Some(1), "{found:#}");
    assert_eq!(found["findings"][0]["dependents"].as_array().map(Vec::len), Some(2), "{found:#}");
}
