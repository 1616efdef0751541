//! An example of each rule: its golden case that breaks, and the one that holds.

/// Two pairs of texts: what the rule finds, and what it lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// The earlier version and the proposed schema in which the rule fires, under FULL.
    pub breaks: (&'static str, &'static str),
    /// Those in which it does not.
    pub holds: (&'static str, &'static str),
}

/// The example of a rule; those about schemas as a whole have none.
pub(super) fn example(rule: &str) -> Option<Example> {
    EXAMPLES.iter().find(|(id, _)| *id == rule).map(|(_, example)| *example)
}

macro_rules! examples {
    ($($extension:literal: $($rule:literal)*;)*) => {
        &[$($((
            $rule,
            Example {
                breaks: (
                    include_str!(concat!("../../tests/cases/compat/", $rule, "/breaks/old.", $extension)),
                    include_str!(concat!("../../tests/cases/compat/", $rule, "/breaks/new.", $extension)),
                ),
                holds: (
                    include_str!(concat!("../../tests/cases/compat/", $rule, "/holds/old.", $extension)),
                    include_str!(concat!("../../tests/cases/compat/", $rule, "/holds/new.", $extension)),
                ),
            },
        ),)*)*]
    };
}

/// By extension; a test sees to it that none is missing.
static EXAMPLES: &[(&str, Example)] = examples! {
    "avsc":
        "avro/alias-lost-elsewhere"
        "avro/bytes-read-as-text"
        "avro/decimal-precision-reduced"
        "avro/decimal-scale-changed"
        "avro/enum-symbol-added"
        "avro/enum-symbol-removed"
        "avro/field-added-without-default"
        "avro/field-matches-two"
        "avro/field-removed-without-default"
        "avro/fixed-size-changed"
        "avro/logical-type-added"
        "avro/logical-type-changed"
        "avro/name-changed"
        "avro/namespace-changed-in-union"
        "avro/number-rounded"
        "avro/type-changed"
        "avro/union-branch-added"
        "avro/union-branch-removed";
    "json":
        "bincode/field-added-without-default"
        "bincode/field-removed-without-default"
        "bincode/number-narrowed"
        "bincode/option-required"
        "bincode/type-changed"
        "bincode/variant-added"
        "bincode/variant-removed"
        "bincode/variant-shape-changed";
    "json":
        "json/additional-items-narrowed"
        "json/additional-items-removed"
        "json/additional-properties-narrowed"
        "json/additional-properties-removed"
        "json/all-of-extended"
        "json/any-of-narrowed"
        "json/combined-members-changed"
        "json/combined-type-changed"
        "json/condition-narrowed"
        "json/const-null"
        "json/contains-narrowed"
        "json/dependency-array-added"
        "json/dependency-array-changed"
        "json/dependency-array-extended"
        "json/dependency-schema-added"
        "json/enum-changed"
        "json/enum-narrowed"
        "json/exclusive-maximum-added"
        "json/exclusive-maximum-decreased"
        "json/exclusive-minimum-added"
        "json/exclusive-minimum-increased"
        "json/item-added-not-covered"
        "json/item-added-to-open-content"
        "json/item-removed-from-closed-content"
        "json/item-removed-not-covered"
        "json/max-contains-added"
        "json/max-contains-decreased"
        "json/max-items-added"
        "json/max-items-decreased"
        "json/max-length-added"
        "json/max-length-decreased"
        "json/max-properties-added"
        "json/max-properties-decreased"
        "json/maximum-added"
        "json/maximum-decreased"
        "json/min-contains-added"
        "json/min-contains-increased"
        "json/min-items-added"
        "json/min-items-increased"
        "json/min-length-added"
        "json/min-length-increased"
        "json/min-properties-added"
        "json/min-properties-increased"
        "json/minimum-added"
        "json/minimum-increased"
        "json/multiple-of-added"
        "json/multiple-of-changed"
        "json/multiple-of-expanded"
        "json/not-extended"
        "json/not-proved"
        "json/optional-property-added-to-open-content"
        "json/pattern-added"
        "json/pattern-changed"
        "json/pattern-properties-narrowed"
        "json/property-added-not-covered"
        "json/property-names-narrowed"
        "json/property-removed-from-closed-content"
        "json/property-removed-not-covered"
        "json/required-added"
        "json/required-property-added-to-open-content"
        "json/required-property-added-to-unopen-content"
        "json/required-property-with-default-added-to-open-content"
        "json/schema-added"
        "json/too-large"
        "json/type-changed"
        "json/type-narrowed"
        "json/undeclared-required"
        "json/unevaluated-items-narrowed"
        "json/unevaluated-items-removed"
        "json/unevaluated-properties-narrowed"
        "json/unevaluated-properties-removed"
        "json/unique-items-added";
    "proto":
        "protobuf/default-changed"
        "protobuf/enum-deleted"
        "protobuf/enum-value-deleted-unreserved"
        "protobuf/enum-value-missing"
        "protobuf/enum-value-renamed"
        "protobuf/field-became-required"
        "protobuf/field-deleted-unreserved"
        "protobuf/field-joins-oneof"
        "protobuf/field-kind-changed"
        "protobuf/field-label-changed"
        "protobuf/field-name-changed"
        "protobuf/field-renamed"
        "protobuf/field-type-changed"
        "protobuf/fields-join-oneof"
        "protobuf/group-changed"
        "protobuf/message-deleted"
        "protobuf/message-missing"
        "protobuf/oneof-field-missing"
        "protobuf/package-changed"
        "protobuf/referenced-type-changed"
        "protobuf/repeated-read-as-one"
        "protobuf/required-field-missing"
        "protobuf/required-field-unknown"
        "protobuf/rpc-changed"
        "protobuf/rpc-removed"
        "protobuf/scalar-kind-changed"
        "protobuf/scalar-narrowed"
        "protobuf/service-removed";
};
