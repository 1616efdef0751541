//! Every query parameter of every route, each by what it changes.

use serde_json::{Value, json};

use super::transcripts::{Server, record};

/// A registry with something for each parameter to tell apart.
fn server() -> Server {
    let server = Server::new();
    let avro = r#"{"type":"record","name":"Order","namespace":"shop","confluent:tags":["PUBLIC"],"fields":[{"name":"id","type":"string","confluent:tags":["PII"]}]}"#;
    let rule = |mode: &str| json!([{"name": "check", "kind": "CONDITION", "mode": mode, "type": "CEL"}]);
    let wider = avro.replace("}]}", r#"},{"name":"n","type":["null",{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"at","type":"long","confluent:tags":["TIME","PII"]}]}}],"default":null}]}"#);
    server.done("POST /subjects/order/versions", json!({"schema": avro}));
    server.done(
        "POST /subjects/order/versions",
        json!({"schema": wider, "ruleSet": {"domainRules": rule("WRITE")}, "metadata": {"properties": {"owner": "ada"}}}),
    );
    let json_schema = r##"{"type":"object","confluent:tags":["PUBLIC"],"properties":{"name":{"type":"string","confluent:tags":["PII"]},"lines":{"type":"array","items":{"$ref":"#/definitions/Line"}}},"definitions":{"Line":{"type":"object","properties":{"at":{"type":"integer","confluent:tags":["TIME"]}}}}}"##;
    server.done("POST /subjects/person/versions", json!({"schemaType": "JSON", "schema": json_schema}));
    let proto = r#"syntax = "proto3"; package shop; import "confluent/meta.proto"; import "google/protobuf/descriptor.proto";
extend google.protobuf.FieldOptions { string unit = 50001; }
message Point { option (confluent.message_meta) = { doc: "tags: [\"NONE\"]" tags: "PUBLIC" };
  int32 x = 1 [(unit) = "mm", deprecated = true, (confluent.field_meta) = { tags: ["PII", "TIME"] params: [{ key: "tags" value: "NO" }] }];
  message Inner { int32 y = 1 [(confluent.field_meta).tags = "PII"]; } }"#;
    server.done("POST /subjects/point/versions", json!({"schemaType": "PROTOBUF", "schema": proto}));
    server.done("POST /subjects/:.eu:base/versions", record(""));
    server.done(
        "POST /subjects/:.eu:user/versions",
        json!({"schema": r#"{"type":"array","items":"a.R"}"#, "references": [{"name": "a.R", "subject": "base", "version": 1}]}),
    );
    server.done("PUT /config/shop-order", json!({"alias": "order"}));
    server.done("PUT /config/shop-nothing", json!({"alias": "nothing"}));
    for subject in ["gone", "gone-for-half"] {
        server.done(&format!("POST /subjects/{subject}/versions"), record(""));
        server.done(
            &format!("POST /subjects/{subject}/versions"),
            record(r#"{"name":"x","type":"int","default":1}"#),
        );
    }
    server.done("DELETE /subjects/gone", Value::Null);
    server.done("DELETE /subjects/gone-for-half/versions/1", Value::Null);
    server.done("PUT /mode/:.eu:", json!({"mode": "READONLY"}));
    server.done("PUT /mode/:.eu:base", json!({"mode": "READWRITE"}));
    server
}

/// A route and a parameter, a request with its body, and what its answer has at a JSON pointer.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, Value);

/// The routes are those of Confluent's API reference. Of its parameters `force` of a registration is missing, of which the reference
/// does not say what it does, and those of associations, of which there are none.
#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let entity = |path: &str, kind: &str, tags: &[&str]| json!({"schemaEntity": {"entityPath": path, "entityType": kind}, "tags": tags});
    vec![
        ("GET /schemas", "subjectPrefix", "GET /schemas?subjectPrefix=per", "", "/0/subject", json!("person")),
        ("GET /schemas", "aliases", "GET /schemas?subjectPrefix=shop-&aliases=true&latestOnly=true", "", "/0/aliases", json!(["shop-order"])),
        ("GET /schemas", "aliases", "GET /schemas?subjectPrefix=shop-&aliases=true&latestOnly=true", "", "/0/subject", json!("order")),
        ("GET /schemas", "aliases", "GET /schemas?subjectPrefix=shop-&aliases=true&latestOnly=true", "", "/1", Value::Null),
        ("GET /schemas", "aliases", "GET /schemas?subjectPrefix=shop-", "", "", json!([])),
        ("GET /schemas", "aliases", "GET /schemas?subjectPrefix=order", "", "/0/aliases", Value::Null),
        ("GET /schemas", "deleted", "GET /schemas?subjectPrefix=gone&deleted=true&latestOnly=true", "", "/0/deleted", json!(true)),
        ("GET /schemas", "deleted", "GET /schemas?subjectPrefix=gone&deleted=false", "", "/0/subject", json!("gone-for-half")),
        ("GET /schemas", "latestOnly", "GET /schemas?subjectPrefix=order&latestOnly=true", "", "/0/version", json!(2)),
        ("GET /schemas", "ruleType", "GET /schemas?ruleType=CEL", "", "/0/version", json!(2)),
        ("GET /schemas", "ruleType", "GET /schemas?ruleType=CEL", "", "/1", Value::Null),
        ("GET /schemas", "ruleType", "GET /schemas?ruleType=ENCRYPT", "", "", json!([])),
        ("GET /schemas", "resourceType", "GET /schemas?subjectPrefix=per&resourceType=topic", "", "/0/subject", json!("person")),
        ("GET /schemas", "offset", "GET /schemas?subjectPrefix=order&offset=1", "", "/0/version", json!(2)),
        ("GET /schemas", "limit", "GET /schemas?subjectPrefix=order&limit=1", "", "/1", Value::Null),
        ("GET /schemas/ids/{id}", "subject", "GET /schemas/ids/1?subject=:.eu:base", "", "/schema", record("")["schema"].clone()),
        ("GET /schemas/ids/{id}", "subject", "GET /schemas/ids/1?subject=shop-order&findTags=PII", "", "/schemaTags/0/tags", json!(["PII"])),
        ("GET /schemas/ids/{id}", "format", "GET /schemas/ids/2?subject=:.eu:&format=resolved", "", "/schema", json!(r#"{"type":"array","items":{"type":"record","name":"R","namespace":"a","fields":[]}}"#)),
        ("GET /schemas/ids/{id}", "referenceFormat", "GET /schemas/ids/2?subject=:.eu:&referenceFormat=qualified", "", "/references/0/subject", json!(":.eu:base")),
        ("GET /schemas/ids/{id}", "findTags", "GET /schemas/ids/1?findTags=*", "", "/schemaTags", json!([entity("shop.Order", "sr_record", &["PUBLIC"]), entity("shop.Order.id", "sr_field", &["PII"])])),
        ("GET /schemas/ids/{id}", "findTags", "GET /schemas/ids/2?findTags=TIME&findTags=PUBLIC", "", "/schemaTags", json!([entity("shop.Order", "sr_record", &["PUBLIC"]), entity("shop.Line.at", "sr_field", &["TIME", "PII"])])),
        ("GET /schemas/ids/{id}", "findTags", "GET /schemas/ids/1", "", "/schemaTags", Value::Null),
        ("GET /schemas/ids/{id}", "findTags", "GET /schemas/ids/1?findTags=OTHER", "", "/schemaTags", json!([])),
        ("GET /schemas/ids/{id}", "fetchMaxId", "GET /schemas/ids/1?fetchMaxId=true", "", "/maxId", json!(6)),
        ("GET /schemas/ids/{id}/schema", "subject", "GET /schemas/ids/1/schema?subject=:.eu:base", "", "/name", json!("R")),
        ("GET /schemas/ids/{id}/schema", "format", "GET /schemas/ids/2/schema?subject=:.eu:&format=resolved", "", "/items/name", json!("R")),
        ("GET /schemas/ids/{id}/subjects", "subject", "GET /schemas/ids/1/subjects?subject=:.eu:base", "", "", json!([":.eu:base"])),
        ("GET /schemas/ids/{id}/subjects", "deleted", "GET /schemas/ids/5/subjects?deleted=true", "", "", json!(["gone", "gone-for-half"])),
        ("GET /schemas/ids/{id}/subjects", "offset", "GET /schemas/ids/5/subjects?deleted=true&offset=1", "", "", json!(["gone-for-half"])),
        ("GET /schemas/ids/{id}/subjects", "limit", "GET /schemas/ids/5/subjects?deleted=true&limit=1", "", "", json!(["gone"])),
        ("GET /schemas/ids/{id}/versions", "subject", "GET /schemas/ids/1/versions?subject=:.eu:base", "", "/0/subject", json!(":.eu:base")),
        ("GET /schemas/ids/{id}/versions", "deleted", "GET /schemas/ids/5/versions?deleted=true", "", "/1/subject", json!("gone-for-half")),
        ("GET /schemas/ids/{id}/versions", "offset", "GET /schemas/ids/5/versions?deleted=true&offset=1", "", "/0/subject", json!("gone-for-half")),
        ("GET /schemas/ids/{id}/versions", "limit", "GET /schemas/ids/5/versions?deleted=true&limit=0", "", "", json!([])),
        ("GET /schemas/guids/{guid}", "format", "GET /schemas/guids/USER?format=resolved", "", "/schema", json!(r#"{"type":"array","items":{"type":"record","name":"R","namespace":"a","fields":[]}}"#)),
        ("GET /subjects", "subjectPrefix", "GET /subjects?subjectPrefix=o", "", "", json!(["order"])),
        ("GET /subjects", "deleted", "GET /subjects?subjectPrefix=g&deleted=true", "", "", json!(["gone", "gone-for-half"])),
        ("GET /subjects", "deletedOnly", "GET /subjects?deletedOnly=true", "", "", json!(["gone"])),
        ("GET /subjects", "offset", "GET /subjects?subjectPrefix=&offset=3", "", "", json!(["point"])),
        ("GET /subjects", "limit", "GET /subjects?subjectPrefix=&limit=1", "", "", json!(["gone-for-half"])),
        ("POST /subjects/{s}", "normalize", "POST /subjects/:.eu:base?normalize=true", r#"{"schema":"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"a\",\"doc\":\"\",\"fields\":[]}"}"#, "/version", json!(1)),
        ("POST /subjects/{s}", "normalize", "POST /subjects/:.eu:base", r#"{"schema":"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"a\",\"doc\":\"\",\"fields\":[]}"}"#, "/error_code", json!(40403)),
        ("POST /subjects/{s}", "format", "POST /subjects/:.eu:user?format=resolved", r#"{"schema":"{\"type\":\"array\",\"items\":\"a.R\"}","references":[{"name":"a.R","subject":"base","version":1}]}"#, "/schema", json!(r#"{"type":"array","items":{"type":"record","name":"R","namespace":"a","fields":[]}}"#)),
        ("POST /subjects/{s}", "deleted", "POST /subjects/gone?deleted=true", r#"{"schema":"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"a\",\"fields\":[]}"}"#, "/version", json!(1)),
        ("DELETE /subjects/{s}", "permanent", "DELETE /subjects/gone?permanent=true", "", "", json!([1, 2])),
        ("DELETE /subjects/{s}", "permanent", "DELETE /subjects/order?permanent=true", "", "/error_code", json!(40405)),
        ("GET /subjects/{s}/metadata", "key", "GET /subjects/order/metadata?key=owner&value=ada", "", "/version", json!(2)),
        ("GET /subjects/{s}/metadata", "value", "GET /subjects/order/metadata?key=owner&value=bob", "", "/error_code", json!(40403)),
        ("GET /subjects/{s}/metadata", "format", "GET /subjects/point/metadata?format=serialized", "", "/schemaType", json!("PROTOBUF")),
        ("GET /subjects/{s}/metadata", "deleted", "GET /subjects/gone/metadata?deleted=true", "", "/version", json!(2)),
        ("GET /subjects/{s}/versions", "deleted", "GET /subjects/gone-for-half/versions?deleted=true", "", "", json!([1, 2])),
        ("GET /subjects/{s}/versions", "deletedOnly", "GET /subjects/gone-for-half/versions?deletedOnly=true", "", "", json!([1])),
        ("GET /subjects/{s}/versions", "deletedAsNegative", "GET /subjects/gone-for-half/versions?deleted=true&deletedAsNegative=true", "", "", json!([-1, 2])),
        ("GET /subjects/{s}/versions", "offset", "GET /subjects/shop-order/versions?offset=1", "", "", json!([2])),
        ("GET /subjects/{s}/versions", "limit", "GET /subjects/order/versions?limit=1", "", "", json!([1])),
        ("POST /subjects/{s}/versions", "normalize", "POST /subjects/fresh/versions?normalize=true", r#"{"schema":"{\"type\":\"record\",\"name\":\"R\",\"doc\":\"\",\"fields\":[]}"}"#, "/schema", json!(r#"{"type":"record","name":"R","fields":[]}"#)),
        ("POST /subjects/{s}/versions", "format", "POST /subjects/fresh-proto/versions?format=ignore_extensions", r#"{"schemaType":"PROTOBUF","schema":"message M { option (x) = 1; }"}"#, "/schema", json!("message M {\n}\n")),
        ("GET /subjects/{s}/versions/{v}", "format", "GET /subjects/point/versions/1?format=ignore_extensions", "", "/schema", json!(BARE)),
        ("GET /subjects/{s}/versions/{v}", "referenceFormat", "GET /subjects/:.eu:user/versions/1?referenceFormat=QUALIFIED", "", "/references/0/subject", json!(":.eu:base")),
        ("GET /subjects/{s}/versions/{v}", "referenceFormat", "GET /subjects/:.eu:user/versions/1", "", "/references/0/subject", json!("base")),
        ("GET /subjects/{s}/versions/{v}", "deleted", "GET /subjects/gone/versions/1?deleted=true", "", "/deleted", json!(true)),
        ("GET /subjects/{s}/versions/{v}", "findTags", "GET /subjects/person/versions/1?findTags=*", "", "/schemaTags", json!([entity("object", "sr_record", &["PUBLIC"]), entity("object.lines.array.object.at", "sr_field", &["TIME"]), entity("object.name", "sr_field", &["PII"])])),
        ("GET /subjects/{s}/versions/{v}", "findTags", "GET /subjects/point/versions/1?findTags=*", "", "/schemaTags", json!([entity("Point", "sr_record", &["PUBLIC"]), entity("Point.x", "sr_field", &["PII", "TIME"]), entity("Point.Inner.y", "sr_field", &["PII"])])),
        ("GET /subjects/{s}/versions/{v}/schema", "format", "GET /subjects/:.eu:user/versions/1/schema?format=resolved", "", "/items/name", json!("R")),
        ("GET /subjects/{s}/versions/{v}/schema", "deleted", "GET /subjects/gone/versions/1/schema?deleted=true", "", "/name", json!("R")),
        ("GET /subjects/{s}/versions/{v}/referencedby", "deleted", "GET /subjects/:.eu:base/versions/1/referencedby?deleted=true", "", "", json!([2])),
        ("GET /subjects/{s}/versions/{v}/referencedby", "offset", "GET /subjects/:.eu:base/versions/1/referencedby?offset=1", "", "", json!([])),
        ("GET /subjects/{s}/versions/{v}/referencedby", "limit", "GET /subjects/:.eu:base/versions/1/referencedby?limit=0", "", "", json!([])),
        ("DELETE /subjects/{s}/versions/{v}", "permanent", "DELETE /subjects/gone-for-half/versions/1?permanent=true", "", "", json!(1)),
        ("POST /compatibility/subjects/{s}/versions/{v}", "normalize", "POST /compatibility/subjects/order/versions/1?normalize=true", r#"{"schema":"\"int\""}"#, "/is_compatible", json!(false)),
        ("POST /compatibility/subjects/{s}/versions/{v}", "verbose", "POST /compatibility/subjects/order/versions/1", r#"{"schema":"\"int\""}"#, "/messages", Value::Null),
        ("POST /compatibility/subjects/{s}/versions", "normalize", "POST /compatibility/subjects/fresh/versions?normalize=true", r#"{"schema":"\"int\""}"#, "/is_compatible", json!(true)),
        ("POST /compatibility/subjects/{s}/versions", "verbose", "POST /compatibility/subjects/fresh/versions?verbose=true", r#"{"schema":"\"int\""}"#, "/messages", json!([])),
        ("GET /config/{s}", "defaultToGlobal", "GET /config/order?defaultToGlobal=true", "", "/compatibilityLevel", json!("BACKWARD")),
        ("GET /config/{s}", "defaultToGlobal", "GET /config/order", "", "/error_code", json!(40408)),
        ("GET /mode/{s}", "defaultToGlobal", "GET /mode/:.eu:user?defaultToGlobal=true", "", "/mode", json!("READONLY")),
        ("GET /mode/{s}", "defaultToGlobal", "GET /mode/:.eu:user", "", "/error_code", json!(40409)),
        ("PUT /mode/{s}", "force", "PUT /mode/order?force=true", r#"{"mode":"IMPORT"}"#, "/mode", json!("IMPORT")),
        ("PUT /mode/{s}", "force", "PUT /mode/order", r#"{"mode":"IMPORT"}"#, "/error_code", json!(42205)),
        ("DELETE /mode/{s}", "recursive", "DELETE /mode/:.eu:?recursive=true", "", "/mode", json!("READONLY")),
        ("GET /contexts", "offset", "GET /contexts?offset=1", "", "", json!([".eu"])),
        ("GET /contexts", "limit", "GET /contexts?limit=1", "", "", json!(["."])),
        ("GET /contexts", "contextPrefix", "GET /contexts?contextPrefix=.e", "", "", json!([".eu"])),
    ]
}

/// The schema of `point` without what extends anything.
const BARE: &str = "syntax = \"proto3\";
package shop;

import \"confluent/meta.proto\";
import \"google/protobuf/descriptor.proto\";

message Point {
  int32 x = 1 [deprecated = true];

  message Inner {
    int32 y = 1;
  }
}
";

/// Twelve definitions, each of which refers to all, lead along more ways than there is time for.
#[test]
fn tags_of_a_schema_that_leads_into_itself_are_found_and_the_search_ends() {
    let server = Server::new();
    let all: Vec<String> =
        (0..12).map(|it| format!(r##""p{it}":{{"$ref":"#/definitions/D{it}"}}"##)).collect();
    let definitions: Vec<String> = (0..12)
        .map(|it| {
            format!(
                r#""D{it}":{{"type":"object","properties":{{"t":{{"confluent:tags":["PII"]}},{}}}}}"#,
                all.join(",")
            )
        })
        .collect();
    let schema = format!(r##"{{"$ref":"#/definitions/D0","definitions":{{{}}}}}"##, definitions.join(","));
    server.done("POST /subjects/loops/versions", json!({"schemaType": "JSON", "schema": schema}));
    let found = server.get("/subjects/loops/versions/1?findTags=PII");
    let tags = found["schemaTags"].as_array().expect("a list");
    let paths: Vec<_> = tags.iter().filter_map(|it| it["schemaEntity"]["entityPath"].as_str()).collect();
    assert!(paths.contains(&"object.t"), "{paths:?}");
    assert!(paths.contains(&"object.p1.object.t") && paths.len() < 10_000, "{}", paths.len());

    let chain: Vec<String> = (0..9_000)
        .map(|it| format!(r##""D{it}":{{"properties":{{"p":{{"$ref":"#/definitions/D{}"}}}}}}"##, it + 1))
        .collect();
    let schema =
        format!(r##"{{"$ref":"#/definitions/D0","definitions":{{{},"D9000":{{}}}}}}"##, chain.join(","));
    server.done("POST /subjects/chain/versions", json!({"schemaType": "JSON", "schema": schema}));
    assert_eq!(server.get("/subjects/chain/versions/1?findTags=*")["schemaTags"], json!([]));
}

#[test]
fn every_parameter_changes_what_it_is_for() {
    let shared = server();
    let mut wrong = Vec::new();
    for (route, parameter, request, body, pointer, wanted) in rows() {
        // One that may change something has a registry of its own.
        let own = (!request.starts_with("GET")).then(server);
        let server = own.as_ref().unwrap_or(&shared);
        let guid = server.get("/subjects/:.eu:user/versions/1")["guid"].as_str().expect("a GUID").to_owned();
        let (_, answer) = server.raw(&request.replace("USER", &guid), body);
        let answer: Value =
            serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{request}: {error}: {answer}"));
        let found = answer.pointer(pointer).cloned().unwrap_or_default();
        if found != wanted {
            wrong.push(format!(
                "{route}, {parameter}: wanted {wanted} at '{pointer}', {request} answers {answer}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
