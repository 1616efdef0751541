//! A schema's text in the form that was asked for.

use super::failure::Failure;
use super::request::Call;
use crate::registry::Subject;
use crate::registry::api::SchemaBody;
#[cfg(any(feature = "avro", feature = "protobuf"))]
use crate::schema::Model;
use crate::schema::Schema;

/// The text, by Confluent's parameter `format`:
///
/// | format | of | gives |
/// |---|---|---|
/// | absent or empty | all | the text as it is stored |
/// | `resolved` | Avro | with the types of references in their places |
/// | `serialized` | Protobuf | the `FileDescriptorProto` in base64 |
/// | `ignore_extensions` | Protobuf | without options in parentheses, and without what extends other messages |
///
/// A form of another format, and one that nobody has, give the text as it is stored: clients ask before they know the format,
/// and for forms of later servers.
pub(super) fn shown(schema: &Schema, format: Option<&str>) -> Result<String, Failure> {
    match (format.unwrap_or_default(), schema.model()) {
        #[cfg(feature = "avro")]
        ("resolved", Model::Avro(model)) => Ok(crate::schema::avro::resolved(model, schema.references())),
        #[cfg(feature = "protobuf")]
        ("serialized", Model::Protobuf(_)) => {
            let unreadable = |error: crate::schema::SchemaError| {
                Failure::new(422, format!("the schema has no descriptor: {error}"))
            };
            crate::schema::protobuf::serialized(schema).map_err(unreadable)
        }
        #[cfg(feature = "protobuf")]
        ("ignore_extensions", Model::Protobuf(model)) => {
            Ok(crate::schema::protobuf::without_extensions(model))
        }
        _ => Ok(schema.text().to_owned()),
    }
}

/// With `referenceFormat=qualified` the subjects of references name their contexts, which they are registered without where they
/// are in that of the schema.
pub(super) fn qualify_references(body: &mut SchemaBody, subject: &Subject, call: &Call<'_>) {
    let is_asked = call.parameter("referenceFormat").is_some_and(|it| it.eq_ignore_ascii_case("qualified"));
    for reference in body.references.iter_mut().flatten().filter(|_| is_asked) {
        reference.subject = subject.qualify(&Subject::accepted(&reference.subject)).to_string();
    }
}
