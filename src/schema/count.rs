//! What counts where a path of indexes names one of a Protobuf schema's messages.

/// Which messages a path of indexes counts. Writers of other languages do not agree, and a schema behind which nothing but its key is
/// known cannot tell: a map has a message of its own in a descriptor and none in text.
///
/// | count | whose |
/// |---|---|
/// | [`AsRegistered`](Self::AsRegistered) | Confluent's rule, and its Java client's; its Python client's, of descriptors, which it registers |
/// | [`WithEntries`](Self::WithEntries) | `confluent-kafka-go`, whatever is registered |
/// | [`WithoutEntries`](Self::WithoutEntries) | `@confluentinc/schemaregistry` (Node), whatever is registered; registries that normalize |
///
/// They differ only for messages that are declared within another one, behind a map or a group of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MessageCount {
    /// What the schema declares as it is registered: as text neither entries of maps nor groups, as a descriptor both.
    #[default]
    AsRegistered,
    /// Entries of maps and groups count.
    WithEntries,
    /// Neither counts.
    WithoutEntries,
}
