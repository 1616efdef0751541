//! The rules for Protobuf.

use crate::compat::rule::{Category, Provable, Rule, Severity};

/// Names of the rules, for the places that emit them.
pub(super) mod id {
    use crate::compat::RuleId;

    pub(in crate::compat) const DEFAULT_CHANGED: RuleId = "protobuf/default-changed";
    pub(in crate::compat) const FIELD_BECAME_REQUIRED: RuleId = "protobuf/field-became-required";
    pub(in crate::compat) const SOURCE_ENUM_DELETED: RuleId = "protobuf/enum-deleted";
    pub(in crate::compat) const SOURCE_ENUM_VALUE_UNRESERVED: RuleId =
        "protobuf/enum-value-deleted-unreserved";
    pub(in crate::compat) const SOURCE_FIELD_UNRESERVED: RuleId = "protobuf/field-deleted-unreserved";
    pub(in crate::compat) const SOURCE_FIELD_RENAMED: RuleId = "protobuf/field-renamed";
    pub(in crate::compat) const SOURCE_MESSAGE_DELETED: RuleId = "protobuf/message-deleted";
    pub(in crate::compat) const SOURCE_RPC_CHANGED: RuleId = "protobuf/rpc-changed";
    pub(in crate::compat) const SOURCE_RPC_REMOVED: RuleId = "protobuf/rpc-removed";
    pub(in crate::compat) const SOURCE_SERVICE_REMOVED: RuleId = "protobuf/service-removed";
    pub(in crate::compat) const ENUM_VALUE_MISSING: RuleId = "protobuf/enum-value-missing";
    pub(in crate::compat) const ENUM_VALUE_RENAMED: RuleId = "protobuf/enum-value-renamed";
    pub(in crate::compat) const FIELD_JOINS_ONEOF: RuleId = "protobuf/field-joins-oneof";
    pub(in crate::compat) const FIELD_KIND_CHANGED: RuleId = "protobuf/field-kind-changed";
    pub(in crate::compat) const FIELD_LABEL_CHANGED: RuleId = "protobuf/field-label-changed";
    pub(in crate::compat) const FIELD_NAME_CHANGED: RuleId = "protobuf/field-name-changed";
    pub(in crate::compat) const FIELD_TYPE_CHANGED: RuleId = "protobuf/field-type-changed";
    pub(in crate::compat) const FIELDS_JOIN_ONEOF: RuleId = "protobuf/fields-join-oneof";
    pub(in crate::compat) const GROUP_CHANGED: RuleId = "protobuf/group-changed";
    pub(in crate::compat) const MESSAGE_MISSING: RuleId = "protobuf/message-missing";
    pub(in crate::compat) const ONEOF_FIELD_MISSING: RuleId = "protobuf/oneof-field-missing";
    pub(in crate::compat) const PACKAGE_CHANGED: RuleId = "protobuf/package-changed";
    pub(in crate::compat) const REFERENCED_TYPE_CHANGED: RuleId = "protobuf/referenced-type-changed";
    pub(in crate::compat) const REPEATED_READ_AS_ONE: RuleId = "protobuf/repeated-read-as-one";
    pub(in crate::compat) const REQUIRED_FIELD_MISSING: RuleId = "protobuf/required-field-missing";
    pub(in crate::compat) const REQUIRED_FIELD_UNKNOWN: RuleId = "protobuf/required-field-unknown";
    pub(in crate::compat) const SCALAR_KIND_CHANGED: RuleId = "protobuf/scalar-kind-changed";
    pub(in crate::compat) const SCALAR_NARROWED: RuleId = "protobuf/scalar-narrowed";
}

pub(in crate::compat) const RULES: &[Rule] = &[
    Rule {
        id: id::DEFAULT_CHANGED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: None,
        summary: "what stands for an absent field differs",
        why: "An absent field has no bytes: the reader's default speaks for it, which is not the writer's. This library shows such a field as absent. Registries let it pass.",
        fix: "Keep the default; add a field with a new number.",
    },
    Rule {
        id: id::FIELD_BECAME_REQUIRED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "the reader requires a field that the writer need not write",
        why: "A message without the field is refused as a whole. Registries compare written labels of numbers alone, so they let it pass.",
        fix: "Leave it optional.",
    },
    Rule {
        id: id::SOURCE_ENUM_DELETED,
        severity: Severity::Error,
        category: Category::Source,
        witness: Provable::Never,
        confluent: None,
        summary: "an enum is gone",
        why: "Generated code that uses it no longer compiles.",
        fix: "Keep it, marked as deprecated.",
    },
    Rule {
        id: id::SOURCE_ENUM_VALUE_UNRESERVED,
        severity: Severity::Error,
        category: Category::Source,
        witness: Provable::Never,
        confluent: None,
        summary: "an enum value is gone, and its number or its name is not reserved",
        why: "Somebody may take the number for another meaning, and earlier messages then say that.",
        fix: "Reserve both: `reserved 2; reserved \"NAME\";`.",
    },
    Rule {
        id: id::SOURCE_FIELD_UNRESERVED,
        severity: Severity::Error,
        category: Category::Source,
        witness: Provable::Never,
        confluent: None,
        summary: "a field is gone, and its number or its name is not reserved",
        why: "Somebody may take the number for another field, and earlier messages are then misread.",
        fix: "Reserve both: `reserved 2; reserved \"name\";`.",
    },
    Rule {
        id: id::SOURCE_FIELD_RENAMED,
        severity: Severity::Error,
        category: Category::Source,
        witness: Provable::Never,
        confluent: None,
        summary: "a field has another name",
        why: "Generated code names its accessors for it.",
        fix: "Keep the name.",
    },
    Rule {
        id: id::SOURCE_MESSAGE_DELETED,
        severity: Severity::Error,
        category: Category::Source,
        witness: Provable::Never,
        confluent: None,
        summary: "a message is gone",
        why: "Generated code that uses it no longer compiles.",
        fix: "Keep it, marked as deprecated.",
    },
    Rule {
        id: id::SOURCE_RPC_CHANGED,
        severity: Severity::Error,
        category: Category::Source,
        witness: Provable::Never,
        confluent: None,
        summary: "an RPC takes or gives another message, or streams where it did not",
        why: "Clients and servers of one version do not understand those of the other.",
        fix: "Add a new RPC.",
    },
    Rule {
        id: id::SOURCE_RPC_REMOVED,
        severity: Severity::Error,
        category: Category::Source,
        witness: Provable::Never,
        confluent: None,
        summary: "an RPC is gone",
        why: "Clients that call it fail.",
        fix: "Keep it, marked as deprecated, until nobody calls it.",
    },
    Rule {
        id: id::SOURCE_SERVICE_REMOVED,
        severity: Severity::Error,
        category: Category::Source,
        witness: Provable::Never,
        confluent: None,
        summary: "a service is gone",
        why: "Clients that call it fail.",
        fix: "Keep it, marked as deprecated, until nobody calls it.",
    },
    Rule {
        id: id::ENUM_VALUE_MISSING,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "an enum of the writer's has values that the reader does not have",
        why: "Protobuf keeps the number: proto3 readers see a value without a name, proto2 readers none. In JSON the name is not understood. Registries let it pass.",
        fix: "Keep the value, marked as deprecated. When adding one, upgrade readers before anything writes it.",
    },
    Rule {
        id: id::ENUM_VALUE_RENAMED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: None,
        summary: "an enum's number has another name",
        why: "Only the number is written, so earlier messages now say the new name, whatever it means; in JSON the old name is not understood. Registries let it pass.",
        fix: "Keep the name. For another meaning take a number that was never used; for a mere renaming, list both names with `allow_alias`.",
    },
    Rule {
        id: id::FIELD_JOINS_ONEOF,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("FIELD_MOVED_TO_EXISTING_ONEOF"),
        summary: "a oneof of the reader's takes a field that the writer may write beside the others",
        why: "Of a message that holds both, a reader with the oneof keeps the last and loses the rest.",
        fix: "Leave the field where it is, and add a new member with a new number.",
    },
    Rule {
        id: id::FIELD_KIND_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("FIELD_KIND_CHANGED"),
        summary: "a field became a scalar, a message or a map, and was another of these",
        why: "What one side writes the other takes for another thing, or for an unknown field.",
        fix: "Add a field with a new number, and reserve the old one.",
    },
    Rule {
        id: id::FIELD_LABEL_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("FIELD_NUMERIC_LABEL_CHANGED"),
        summary: "a number's label differs: optional, required or repeated",
        why: "Repeated numbers are packed into one block that a reader of a single value does not understand; a required field is refused where it is not written.",
        fix: "Keep the label; add a field with a new number.",
    },
    Rule {
        id: id::FIELD_NAME_CHANGED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a field has another name in JSON",
        why: "Bytes hold the number alone, but JSON holds the name, so messages in JSON lose the field. Registries let it pass.",
        fix: "Where messages exist as JSON keep the name, or keep it there with `json_name`.",
    },
    Rule {
        id: id::FIELD_TYPE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("FIELD_NAMED_TYPE_CHANGED"),
        summary: "a field is of another message type",
        why: "The bytes of one message are read as those of another: fields are lost or mixed up, and nothing notices.",
        fix: "Keep the type; add a field with a new number.",
    },
    Rule {
        id: id::FIELDS_JOIN_ONEOF,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("MULTIPLE_FIELDS_MOVED_TO_ONEOF"),
        summary: "fields that the writer may write together are in one oneof of the reader's",
        why: "Of a message that holds more than one of them, a reader with the oneof keeps the last and loses the rest.",
        fix: "Leave the fields where they are; a oneof may take a single field that stood alone, and new ones.",
    },
    Rule {
        id: id::GROUP_CHANGED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a field became a group, or was one",
        why: "A group is written between two tags, a message behind its length: to a reader of the other form the field is unknown. Registries do not look at groups.",
        fix: "Add a field with a new number, and reserve the old one.",
    },
    Rule {
        id: id::MESSAGE_MISSING,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("MESSAGE_REMOVED"),
        summary: "the writer declares a message that the reader does not have",
        why: "A message is found by its name or by its place in the file, so what was written with it cannot be read.",
        fix: "Keep the message. Under FORWARD and FULL a subject cannot gain one: put new messages into a file and a subject of their own.",
    },
    Rule {
        id: id::ONEOF_FIELD_MISSING,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("ONEOF_FIELD_REMOVED"),
        summary: "a oneof of the writer's has a member that the reader does not have",
        why: "Where that member was written, the reader finds nothing set, and cannot tell it from a message in which nothing was chosen.",
        fix: "Keep the member, marked as deprecated. Under FORWARD and FULL add a field outside of the oneof.",
    },
    Rule {
        id: id::PACKAGE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("PACKAGE_CHANGED"),
        summary: "the file is of another package",
        why: "Full names of all messages change with it, and with them generated code, `Any` and subjects that are named for records.",
        fix: "Keep the package; register the new one under a subject of its own.",
    },
    Rule {
        id: id::REFERENCED_TYPE_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("FIELD_NAMED_TYPE_CHANGED"),
        summary: "a field's type comes from a reference, and its two definitions are incompatible",
        why: "The schema itself may be the same; with another version of the reference its fields hold something else.",
        fix: "Refer to the earlier version, or mend the referenced schema.",
    },
    Rule {
        id: id::REPEATED_READ_AS_ONE,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a repeated field is read as a single value",
        why: "Of several strings the last is kept, of several messages a mixture, of packed numbers none. Registries look at written labels of numbers alone, so they let it pass.",
        fix: "Keep it repeated; add a field with a new number.",
    },
    Rule {
        id: id::REQUIRED_FIELD_MISSING,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: Some("REQUIRED_FIELD_ADDED"),
        summary: "the reader requires a field that the writer does not have",
        why: "A message without a required field is refused as a whole.",
        fix: "Make it optional. One that is required already can never be removed safely: keep it.",
    },
    Rule {
        id: id::REQUIRED_FIELD_UNKNOWN,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Never,
        confluent: Some("REQUIRED_FIELD_REMOVED"),
        summary: "the writer has a required field that the reader does not have",
        why: "Readers of one version would refuse the messages of the other, and a required field cannot come or go step by step.",
        fix: "Keep a field that is required; add new ones as optional.",
    },
    Rule {
        id: id::SCALAR_KIND_CHANGED,
        severity: Severity::Error,
        category: Category::Wire,
        witness: Provable::Sometimes,
        confluent: Some("FIELD_SCALAR_KIND_CHANGED"),
        summary: "a scalar became one whose bytes are of another form",
        why: "Only int32, int64, uint32, uint64, bool and enums read each other; sint32 and sint64; string and bytes; fixed32 and sfixed32; fixed64 and sfixed64.",
        fix: "Keep the type; add a field with a new number, and reserve the old one.",
    },
    Rule {
        id: id::SCALAR_NARROWED,
        severity: Severity::Warning,
        category: Category::Wire,
        witness: Provable::Always,
        confluent: None,
        summary: "a scalar is read as one that does not hold all of its values",
        why: "The bytes are of one form, but numbers lose their upper bits or their sign, all but 0 are true, and bytes that are not UTF-8 are no string. Registries let it pass.",
        fix: "Keep the type, or a wider one; add a field with a new number.",
    },
];
