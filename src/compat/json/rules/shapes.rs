//! Rules about types, enumerations and combined schemas.

use super::{id, row};
use crate::compat::Rule;

pub(super) const SHAPES: &[Rule] = &[
    row(
        id::PRODUCT_EXTENDED,
        "PRODUCT_TYPE_EXTENDED",
        "the reader's `allOf` has more members than the writer's",
        "Each member is one more condition, which the writer's data need not meet.",
        "Leave the new condition out. Keywords that stand side by side, as `type` and `enum`, are an `allOf` to a registry.",
    ),
    row(
        id::SUM_NARROWED,
        "SUM_TYPE_NARROWED",
        "the reader has fewer alternatives in `anyOf`, `oneOf` or `type` than the writer",
        "Data of the alternative that is gone exists, and the reader rejects it.",
        "Keep the alternative.",
    ),
    row(
        id::COMBINED_MEMBERS_CHANGED,
        "COMBINED_TYPE_SUBSCHEMAS_CHANGED",
        "members of a combined schema have no counterpart that takes what they take",
        "Each member of the smaller side has to go with one of the larger side, no two with the same. Two members merged into a wider one leave one alone.",
        "Keep the members as they are; add alternatives besides them.",
    ),
    row(
        id::COMBINED_CHANGED,
        "COMBINED_TYPE_CHANGED",
        "one of `allOf`, `anyOf` and `oneOf` became another that takes less",
        "What fits any member need not fit all of them, and what fits several does not fit exactly one.",
        "Keep the keyword, or change it to `anyOf`.",
    ),
    row(
        id::CONST_NULL,
        "",
        "the constant is null",
        "Confluent's registry fails on it with an exception whenever it compares it, so no version can follow.",
        "Say `\"type\": \"null\"` instead.",
    ),
    row(
        id::ENUM_CHANGED,
        "ENUM_ARRAY_CHANGED",
        "the `enum` or `const` of reader and writer hold different values",
        "Data with the writer's value exists, and the reader rejects it. `1` and `1.0` are different values to a registry.",
        "Keep all values; add new ones to `enum`. A `const` cannot grow: use an `enum` of one value instead.",
    ),
    row(
        id::ENUM_NARROWED,
        "ENUM_ARRAY_NARROWED",
        "the reader's `enum` lacks a value of the writer's",
        "Data with the value exists, and the reader rejects it.",
        "Keep the value.",
    ),
    row(
        id::NOT_EXTENDED,
        "NOT_TYPE_EXTENDED",
        "the reader's `not` forbids more than the writer's",
        "The writer accepts what the reader now forbids.",
        "Keep what `not` forbids, or forbid less.",
    ),
    row(
        id::SCHEMA_ADDED,
        "SCHEMA_ADDED",
        "the reader has a schema for the items, and the writer has none",
        "The writer accepts any items, and the reader does not.",
        "Say what the items are in the first version; or leave it open.",
    ),
    row(
        id::TOO_LARGE,
        "",
        "the schemas have too many alternatives that refer to each other",
        "To compare them takes millions of steps, and a check has to end.",
        "Name the alternatives by a property with a `const`, or split the schema.",
    ),
    row(
        id::TYPE_CHANGED,
        "TYPE_CHANGED",
        "reader and writer have schemas of different kinds",
        "A registry compares schemas of one kind only: a string with a string, `allOf` with `allOf`. Keywords that stand side by side, as `type` and `enum`, are an `allOf` to it.",
        "Keep the kind; or let the reader take `anyOf` or `oneOf` of both.",
    ),
    row(
        id::TYPE_NARROWED,
        "TYPE_NARROWED",
        "the reader takes integers only, and the writer any number",
        "The writer accepts numbers with a fraction, and the reader rejects them.",
        "Keep `number`.",
    ),
];
