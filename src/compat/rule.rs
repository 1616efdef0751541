//! Rules, a row each; docs and explanations come from this table.
//!
//! To add one: a row here, or in the table of its format, one place that emits it, and a case that breaks it and one that holds it in
//! `tests/cases/compat/<format>/<rule>/`.

use std::sync::LazyLock;

/// A rule's name, as `avro/field-added-without-default`. Never renamed.
pub type RuleId = &'static str;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Compatible by the level's rules, and harmful all the same.
    Warning,
    /// Incompatible.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// How much it matters.
    pub severity: Severity,
    /// Confluent's name for the difference, where it has one.
    pub confluent: Option<&'static str>,
    /// What it finds, in a line.
    pub summary: &'static str,
    /// Why it breaks.
    pub why: &'static str,
    /// What to do instead.
    pub fix: &'static str,
}

/// All rules, by name.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &ALL
}

/// The rule of that name.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id == id)
}

/// Names of the rules, for the places that emit them.
pub(super) mod id {
    use super::RuleId;

    pub(in crate::compat) const DECIMAL_SCALE_CHANGED: RuleId = "avro/decimal-scale-changed";
    pub(in crate::compat) const ENUM_SYMBOL_ADDED: RuleId = "avro/enum-symbol-added";
    pub(in crate::compat) const ENUM_SYMBOL_REMOVED: RuleId = "avro/enum-symbol-removed";
    pub(in crate::compat) const FIELD_ADDED: RuleId = "avro/field-added-without-default";
    pub(in crate::compat) const FIELD_MATCHES_TWO: RuleId = "avro/field-matches-two";
    pub(in crate::compat) const FIELD_REMOVED: RuleId = "avro/field-removed-without-default";
    pub(in crate::compat) const FIXED_SIZE_CHANGED: RuleId = "avro/fixed-size-changed";
    pub(in crate::compat) const LOGICAL_TYPE_CHANGED: RuleId = "avro/logical-type-changed";
    pub(in crate::compat) const NAME_CHANGED: RuleId = "avro/name-changed";
    pub(in crate::compat) const TYPE_CHANGED: RuleId = "avro/type-changed";
    pub(in crate::compat) const UNION_BRANCH_ADDED: RuleId = "avro/union-branch-added";
    pub(in crate::compat) const UNION_BRANCH_REMOVED: RuleId = "avro/union-branch-removed";
    pub(in crate::compat) const FORMAT_CHANGED: RuleId = "compat/format-changed";
    pub(in crate::compat) const FORMAT_NOT_YET_CHECKED: RuleId = "compat/format-not-yet-checked";
    pub(in crate::compat) const UNLINKED: RuleId = "compat/unlinked";
    pub(in crate::compat) const ENUM_VALUE_MISSING: RuleId = "protobuf/enum-value-missing";
    pub(in crate::compat) const ENUM_VALUE_RENAMED: RuleId = "protobuf/enum-value-renamed";
    pub(in crate::compat) const FIELD_JOINS_ONEOF: RuleId = "protobuf/field-joins-oneof";
    pub(in crate::compat) const FIELD_KIND_CHANGED: RuleId = "protobuf/field-kind-changed";
    pub(in crate::compat) const FIELD_LABEL_CHANGED: RuleId = "protobuf/field-label-changed";
    pub(in crate::compat) const FIELD_NAME_CHANGED: RuleId = "protobuf/field-name-changed";
    pub(in crate::compat) const FIELD_TYPE_CHANGED: RuleId = "protobuf/field-type-changed";
    pub(in crate::compat) const FIELDS_JOIN_ONEOF: RuleId = "protobuf/fields-join-oneof";
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

/// The tables of all formats, as one in order of the alphabet.
static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut all = RULES.to_vec();
    #[cfg(feature = "json")]
    all.extend(super::json::rules::rules());
    all.sort_unstable_by_key(|rule| rule.id);
    all
});

const RULES: &[Rule] = &[
    Rule {
        id: id::DECIMAL_SCALE_CHANGED,
        severity: Severity::Warning,
        confluent: None,
        summary: "a decimal's scale differs",
        why: "The bytes hold the unscaled number alone, so 12.34 written with scale 2 is read as 0.1234 with scale 4. Registries ignore logical types and let it pass.",
        fix: "Keep the scale; add a new field with the new scale and a default instead.",
    },
    Rule {
        id: id::ENUM_SYMBOL_ADDED,
        severity: Severity::Error,
        confluent: Some("MISSING_ENUM_SYMBOLS"),
        summary: "an enum gained a symbol, and the earlier version has no default for it",
        why: "Readers of the earlier version do not know the new symbol and cannot read a message that holds it.",
        fix: "Give the enum itself a default (not the field) in one version, let readers take it up, and add symbols after that.",
    },
    Rule {
        id: id::ENUM_SYMBOL_REMOVED,
        severity: Severity::Error,
        confluent: Some("MISSING_ENUM_SYMBOLS"),
        summary: "an enum lost a symbol and has no default for it",
        why: "Messages that hold the symbol were written already, and nothing says what it reads as now.",
        fix: "Keep the symbol, or give the enum itself a default (not the field) that it reads as.",
    },
    Rule {
        id: id::FIELD_ADDED,
        severity: Severity::Error,
        confluent: Some("READER_FIELD_MISSING_DEFAULT_VALUE"),
        summary: "a record gained a field without a default",
        why: "Messages written before do not hold the field, and nothing says what its value is.",
        fix: "Give the field a default. `[\"null\", …]` alone is none: write `\"default\": null` as well. If the field was renamed, list the old name in its `aliases`.",
    },
    Rule {
        id: id::FIELD_MATCHES_TWO,
        severity: Severity::Error,
        confluent: None,
        summary: "a field reads two fields of the other side, by its name and its aliases",
        why: "The writer has a field of the reader's name and another of one of its aliases; which of the two is meant is not said.",
        fix: "Remove the alias that names a field of its own.",
    },
    Rule {
        id: id::FIELD_REMOVED,
        severity: Severity::Error,
        confluent: Some("READER_FIELD_MISSING_DEFAULT_VALUE"),
        summary: "a record lost a field that has no default in the earlier version",
        why: "Readers of the earlier version need the field, and new messages no longer hold it.",
        fix: "Give the field a default in one version, let readers take it up, and remove it after that.",
    },
    Rule {
        id: id::FIXED_SIZE_CHANGED,
        severity: Severity::Error,
        confluent: Some("FIXED_SIZE_MISMATCH"),
        summary: "a fixed has another size",
        why: "A fixed stands without a length; with another size every byte behind it is misread.",
        fix: "Declare a new fixed under another name, in a new field with a default; or use bytes.",
    },
    Rule {
        id: id::LOGICAL_TYPE_CHANGED,
        severity: Severity::Warning,
        confluent: None,
        summary: "a value means something else: another unit, another logical type",
        why: "The bytes are the same, so milliseconds are read as microseconds, or a day as a moment. Registries ignore logical types and let it pass.",
        fix: "Keep the logical type; add a new field with the new one and a default instead.",
    },
    Rule {
        id: id::NAME_CHANGED,
        severity: Severity::Error,
        confluent: Some("NAME_MISMATCH"),
        summary: "a record, enum or fixed has another name",
        why: "A named type is read only as a type of the same name, or of one that lists the written name in its aliases.",
        fix: "Keep the name, or list the full old name in the `aliases` of the reading type.",
    },
    Rule {
        id: id::TYPE_CHANGED,
        severity: Severity::Error,
        confluent: Some("TYPE_MISMATCH"),
        summary: "a type became one that cannot read it",
        why: "Only int reads as long, float and double, long as float and double, float as double, and string and bytes as each other.",
        fix: "Keep the type; add a new field of the new type with a default, or let the reader take a union of both.",
    },
    Rule {
        id: id::UNION_BRANCH_ADDED,
        severity: Severity::Error,
        confluent: Some("MISSING_UNION_BRANCH"),
        summary: "new messages may hold a type that the earlier version's union does not take",
        why: "Readers of the earlier version have no branch for it.",
        fix: "Let readers take up the wider union first: register it under BACKWARD, upgrade readers, then write the new type.",
    },
    Rule {
        id: id::UNION_BRANCH_REMOVED,
        severity: Severity::Error,
        confluent: Some("MISSING_UNION_BRANCH"),
        summary: "a union does not take a type that earlier messages may hold",
        why: "Messages that hold it were written already, and no branch reads them.",
        fix: "Keep the branch.",
    },
    Rule {
        id: id::FORMAT_CHANGED,
        severity: Severity::Error,
        confluent: None,
        summary: "the schema is of another format than an earlier version",
        why: "Bytes of one format are noise to a reader of another.",
        fix: "Register it under a subject of its own.",
    },
    Rule {
        id: id::FORMAT_NOT_YET_CHECKED,
        severity: Severity::Error,
        confluent: None,
        summary: "the schema differs from an earlier version, and its format has no rules yet",
        why: "Rules for this format do not exist yet, so nothing can be promised about a change.",
        fix: "Review the change yourself and register it under level NONE.",
    },
    Rule {
        id: id::UNLINKED,
        severity: Severity::Error,
        confluent: None,
        summary: "a schema uses a name that neither it nor its references declare",
        why: "What cannot be linked cannot be compared.",
        fix: "Give the missing reference.",
    },
    Rule {
        id: id::ENUM_VALUE_MISSING,
        severity: Severity::Warning,
        confluent: None,
        summary: "an enum of the writer's has values that the reader does not have",
        why: "Protobuf keeps the number: proto3 readers see a value without a name, proto2 readers none. In JSON the name is not understood. Registries let it pass.",
        fix: "Keep the value, marked as deprecated. When adding one, upgrade readers before anything writes it.",
    },
    Rule {
        id: id::ENUM_VALUE_RENAMED,
        severity: Severity::Warning,
        confluent: None,
        summary: "an enum's number has another name",
        why: "Only the number is written, so earlier messages now say the new name, whatever it means; in JSON the old name is not understood. Registries let it pass.",
        fix: "Keep the name. For another meaning take a number that was never used; for a mere renaming, list both names with `allow_alias`.",
    },
    Rule {
        id: id::FIELD_JOINS_ONEOF,
        severity: Severity::Error,
        confluent: Some("FIELD_MOVED_TO_EXISTING_ONEOF"),
        summary: "a oneof of the reader's takes a field that the writer may write beside the others",
        why: "Of a message that holds both, a reader with the oneof keeps the last and loses the rest.",
        fix: "Leave the field where it is, and add a new member with a new number.",
    },
    Rule {
        id: id::FIELD_KIND_CHANGED,
        severity: Severity::Error,
        confluent: Some("FIELD_KIND_CHANGED"),
        summary: "a field became a scalar, a message or a map, and was another of these",
        why: "What one side writes the other takes for another thing, or for an unknown field.",
        fix: "Add a field with a new number, and reserve the old one.",
    },
    Rule {
        id: id::FIELD_LABEL_CHANGED,
        severity: Severity::Error,
        confluent: Some("FIELD_NUMERIC_LABEL_CHANGED"),
        summary: "a number's label differs: optional, required or repeated",
        why: "Repeated numbers are packed into one block that a reader of a single value does not understand; a required field is refused where it is not written.",
        fix: "Keep the label; add a field with a new number.",
    },
    Rule {
        id: id::FIELD_NAME_CHANGED,
        severity: Severity::Warning,
        confluent: None,
        summary: "a field has another name in JSON",
        why: "Bytes hold the number alone, but JSON holds the name, so messages in JSON lose the field. Registries let it pass.",
        fix: "Where messages exist as JSON keep the name, or keep it there with `json_name`.",
    },
    Rule {
        id: id::FIELD_TYPE_CHANGED,
        severity: Severity::Error,
        confluent: Some("FIELD_NAMED_TYPE_CHANGED"),
        summary: "a field is of another message type",
        why: "The bytes of one message are read as those of another: fields are lost or mixed up, and nothing notices.",
        fix: "Keep the type; add a field with a new number.",
    },
    Rule {
        id: id::FIELDS_JOIN_ONEOF,
        severity: Severity::Error,
        confluent: Some("MULTIPLE_FIELDS_MOVED_TO_ONEOF"),
        summary: "fields that the writer may write together are in one oneof of the reader's",
        why: "Of a message that holds more than one of them, a reader with the oneof keeps the last and loses the rest.",
        fix: "Leave the fields where they are; a oneof may take a single field that stood alone, and new ones.",
    },
    Rule {
        id: id::MESSAGE_MISSING,
        severity: Severity::Error,
        confluent: Some("MESSAGE_REMOVED"),
        summary: "the writer declares a message that the reader does not have",
        why: "A message is found by its name or by its place in the file, so what was written with it cannot be read.",
        fix: "Keep the message. Under FORWARD and FULL a subject cannot gain one: put new messages into a file and a subject of their own.",
    },
    Rule {
        id: id::ONEOF_FIELD_MISSING,
        severity: Severity::Error,
        confluent: Some("ONEOF_FIELD_REMOVED"),
        summary: "a oneof of the writer's has a member that the reader does not have",
        why: "Where that member was written, the reader finds nothing set, and cannot tell it from a message in which nothing was chosen.",
        fix: "Keep the member, marked as deprecated. Under FORWARD and FULL add a field outside of the oneof.",
    },
    Rule {
        id: id::PACKAGE_CHANGED,
        severity: Severity::Error,
        confluent: Some("PACKAGE_CHANGED"),
        summary: "the file is of another package",
        why: "Full names of all messages change with it, and with them generated code, `Any` and subjects that are named for records.",
        fix: "Keep the package; register the new one under a subject of its own.",
    },
    Rule {
        id: id::REFERENCED_TYPE_CHANGED,
        severity: Severity::Error,
        confluent: Some("FIELD_NAMED_TYPE_CHANGED"),
        summary: "a field's type comes from a reference, and its two definitions are incompatible",
        why: "The schema itself may be the same; with another version of the reference its fields hold something else.",
        fix: "Refer to the earlier version, or mend the referenced schema.",
    },
    Rule {
        id: id::REPEATED_READ_AS_ONE,
        severity: Severity::Warning,
        confluent: None,
        summary: "a repeated field is read as a single value",
        why: "Of several strings the last is kept, of several messages a mixture, of packed numbers none. Registries look at written labels of numbers alone, so they let it pass.",
        fix: "Keep it repeated; add a field with a new number.",
    },
    Rule {
        id: id::REQUIRED_FIELD_MISSING,
        severity: Severity::Error,
        confluent: Some("REQUIRED_FIELD_ADDED"),
        summary: "the reader requires a field that the writer does not have",
        why: "A message without a required field is refused as a whole.",
        fix: "Make it optional. One that is required already can never be removed safely: keep it.",
    },
    Rule {
        id: id::REQUIRED_FIELD_UNKNOWN,
        severity: Severity::Error,
        confluent: Some("REQUIRED_FIELD_REMOVED"),
        summary: "the writer has a required field that the reader does not have",
        why: "Readers of one version would refuse the messages of the other, and a required field cannot come or go step by step.",
        fix: "Keep a field that is required; add new ones as optional.",
    },
    Rule {
        id: id::SCALAR_KIND_CHANGED,
        severity: Severity::Error,
        confluent: Some("FIELD_SCALAR_KIND_CHANGED"),
        summary: "a scalar became one whose bytes are of another form",
        why: "Only int32, int64, uint32, uint64, bool and enums read each other; sint32 and sint64; string and bytes; fixed32 and sfixed32; fixed64 and sfixed64.",
        fix: "Keep the type; add a field with a new number, and reserve the old one.",
    },
    Rule {
        id: id::SCALAR_NARROWED,
        severity: Severity::Warning,
        confluent: None,
        summary: "a scalar is read as one that does not hold all of its values",
        why: "The bytes are of one form, but numbers lose their upper bits or their sign, all but 0 are true, and bytes that are not UTF-8 are no string. Registries let it pass.",
        fix: "Keep the type, or a wider one; add a field with a new number.",
    },
];
