//! The imports that need no reference: those that come with Protobuf itself, and those that Confluent's registry knows.
//!
//! Sources of the facts: `google/protobuf` as prost-reflect embeds it; `google/type` of the Google APIs; `confluent` of the
//! Confluent Schema Registry documentation.

use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorProto;

/// Files that come with this crate, by import path; a reference of the same name is taken before them.
macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        const EMBEDDED: &[(&str, &str)] = &[$(($name, include_str!(concat!("well_known/", $name)))),*];
    };
}

embedded![
    "confluent/meta.proto",
    "confluent/type/decimal.proto",
    "google/type/calendar_period.proto",
    "google/type/color.proto",
    "google/type/date.proto",
    "google/type/datetime.proto",
    "google/type/dayofweek.proto",
    "google/type/decimal.proto",
    "google/type/expr.proto",
    "google/type/fraction.proto",
    "google/type/interval.proto",
    "google/type/latlng.proto",
    "google/type/localized_text.proto",
    "google/type/money.proto",
    "google/type/month.proto",
    "google/type/phone_number.proto",
    "google/type/postal_address.proto",
    "google/type/quaternion.proto",
    "google/type/timeofday.proto",
];

/// Whether that import path is known without a reference.
pub(super) fn is_known(name: &str) -> bool {
    EMBEDDED.iter().any(|(known, _)| *known == name) || google_protobuf(name).is_some()
}

/// The file at that import path, if it is one of `google/protobuf/`: those mean the same everywhere.
pub(super) fn google_protobuf(name: &str) -> Option<FileDescriptorProto> {
    if !name.starts_with("google/protobuf/") {
        return None;
    }
    let file = DescriptorPool::global().get_file_by_name(name)?;
    Some(file.file_descriptor_proto().clone())
}

/// The file at that import path, if it comes with this crate.
pub(super) fn embedded(name: &str) -> Option<FileDescriptorProto> {
    let (_, text) = EMBEDDED.iter().find(|(known, _)| *known == name)?;
    protox_parse::parse(name, text).ok()
}

#[cfg(test)]
mod tests {
    use super::EMBEDDED;
    use crate::schema::{Format, Mode, Schema};

    #[test]
    fn every_embedded_file_links() {
        for (name, text) in EMBEDDED {
            let schema = Schema::parse(Format::Protobuf, text, Vec::new(), Mode::Strict);
            assert!(schema.is_ok(), "{name}: {schema:?}");
        }
    }
}
