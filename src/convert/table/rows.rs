//! The rows.

use super::{Cell, Row};
use crate::convert::report::Verdict;

const fn cell(verdict: Verdict, target: &'static str, why: &'static str) -> Cell {
    Cell { verdict, target, why }
}

const fn exact(target: &'static str) -> Cell {
    cell(Verdict::Exact, target, "")
}

const fn widened(target: &'static str, why: &'static str) -> Cell {
    cell(Verdict::Widened, target, why)
}

const fn narrowed(target: &'static str, why: &'static str) -> Cell {
    cell(Verdict::Narrowed, target, why)
}

const fn row(name: &'static str, about: &'static str, cells: [Cell; 4]) -> Row {
    Row { name, about, cells }
}

const NO_NAN: &str = "NaN and the infinities, for which JSON has no number, are refused";
const DIGITS: &str = "its digits as text";
const ITS_TEXT: &str = "its text";
const BASE64: &str = "base64";
const UTC: &str = "of nanoseconds, for any year";
const ANNOTATION: &str = "its text; a format is no check";
const MILLIS: &str = "its milliseconds";
const MICROS: &str = "its microseconds";
const NANOS: &str = "its nanoseconds";
const FULL: &str = "moments before 1677-09-21 or after 2262-04-11 are refused";
const WRAPPED: &str = "in a message of its own, as a repeated field cannot stand here";

/// Every kind of type. The columns are Avro, Protobuf, JSON Schema, bincode.
pub(in crate::convert) const ROWS: &[Row] = &[
    row(
        "null",
        "nothing but null",
        [exact("null"), widened("google.protobuf.Empty", "may be absent"), exact("null"), exact("unit")],
    ),
    row("boolean", "true or false", [exact("boolean"), exact("bool"), exact("boolean"), exact("bool")]),
    row(
        "int8",
        "whole numbers of 8 bits",
        [
            widened("int", "32 bits"),
            widened("int32", "32 bits"),
            exact("integer with minimum and maximum"),
            exact("i8"),
        ],
    ),
    row(
        "int16",
        "whole numbers of 16 bits",
        [
            widened("int", "32 bits"),
            widened("int32", "32 bits"),
            exact("integer with minimum and maximum"),
            exact("i16"),
        ],
    ),
    row(
        "int32",
        "whole numbers of 32 bits",
        [exact("int"), exact("int32"), exact("integer with minimum and maximum"), exact("i32")],
    ),
    row(
        "int64",
        "whole numbers of 64 bits",
        [exact("long"), exact("int64"), exact("integer with minimum and maximum"), exact("i64")],
    ),
    row(
        "int128",
        "whole numbers of 128 bits",
        [
            widened("string", DIGITS),
            widened("string", DIGITS),
            widened("string with pattern", DIGITS),
            exact("i128"),
        ],
    ),
    row(
        "uint8",
        "whole numbers of 8 bits without a sign",
        [
            widened("int", "32 bits, signed"),
            widened("uint32", "32 bits"),
            exact("integer with minimum and maximum"),
            exact("u8"),
        ],
    ),
    row(
        "uint16",
        "whole numbers of 16 bits without a sign",
        [
            widened("int", "32 bits, signed"),
            widened("uint32", "32 bits"),
            exact("integer with minimum and maximum"),
            exact("u16"),
        ],
    ),
    row(
        "uint32",
        "whole numbers of 32 bits without a sign",
        [
            widened("long", "64 bits, signed"),
            exact("uint32"),
            exact("integer with minimum and maximum"),
            exact("u32"),
        ],
    ),
    row(
        "uint64",
        "whole numbers of 64 bits without a sign",
        [
            widened("bytes decimal(20, 0)", "any whole number of 20 digits"),
            exact("uint64"),
            exact("integer with minimum and maximum"),
            exact("u64"),
        ],
    ),
    row(
        "uint128",
        "whole numbers of 128 bits without a sign",
        [
            widened("string", DIGITS),
            widened("string", DIGITS),
            widened("string with pattern", DIGITS),
            exact("u128"),
        ],
    ),
    row(
        "integer",
        "whole numbers without a bound",
        [
            narrowed("long", "numbers beyond 64 signed bits are refused"),
            narrowed("int64", "numbers beyond 64 signed bits are refused"),
            exact("integer"),
            narrowed("i64", "numbers beyond 64 signed bits are refused"),
        ],
    ),
    row(
        "float32",
        "floats of 32 bits",
        [exact("float"), exact("float"), narrowed("number", NO_NAN), exact("f32")],
    ),
    row(
        "float64",
        "floats of 64 bits",
        [exact("double"), exact("double"), narrowed("number", NO_NAN), exact("f64")],
    ),
    row(
        "number",
        "numbers as JSON has them",
        [
            narrowed("double", "whole numbers beyond 53 bits are refused; 1.0 comes back as 1"),
            narrowed("double", "whole numbers beyond 53 bits are refused; 1.0 comes back as 1"),
            exact("number"),
            narrowed("f64", "whole numbers beyond 53 bits are refused; 1.0 comes back as 1"),
        ],
    ),
    row(
        "char",
        "one character",
        [
            widened("string", "of any length"),
            widened("string", "of any length"),
            exact("string of length 1"),
            exact("char"),
        ],
    ),
    row("text", "text", [exact("string"), exact("string"), exact("string"), exact("string")]),
    row(
        "bytes",
        "bytes of any length",
        [exact("bytes"), exact("bytes"), widened("string with contentEncoding", BASE64), exact("bytes")],
    ),
    row(
        "fixed",
        "bytes of one length",
        [
            exact("fixed"),
            widened("bytes", "of any length"),
            widened("string with contentEncoding", BASE64),
            exact("array of u8"),
        ],
    ),
    row(
        "decimal",
        "decimals of one scale",
        [
            exact("bytes decimal"),
            widened("string", ITS_TEXT),
            widened("string with pattern", ITS_TEXT),
            widened("decimal", "of any scale"),
        ],
    ),
    row(
        "any-decimal",
        "decimals that bring their scale",
        [
            widened("string", ITS_TEXT),
            widened("string", ITS_TEXT),
            widened("string with pattern", ITS_TEXT),
            exact("decimal"),
        ],
    ),
    row(
        "uuid",
        "UUIDs",
        [
            exact("string uuid"),
            widened("string", ITS_TEXT),
            widened("string with format uuid", ANNOTATION),
            exact("uuid"),
        ],
    ),
    row(
        "date",
        "days",
        [
            exact("int date"),
            widened("int32", "its days since 1970-01-01"),
            widened("string with format date", ANNOTATION),
            exact("date"),
        ],
    ),
    row(
        "time-millis",
        "times of day in milliseconds",
        [
            exact("int time-millis"),
            widened("int32", MILLIS),
            widened("string", ITS_TEXT),
            widened("time", "of nanoseconds"),
        ],
    ),
    row(
        "time-micros",
        "times of day in microseconds",
        [
            exact("long time-micros"),
            widened("int64", MICROS),
            widened("string", ITS_TEXT),
            widened("time", "of nanoseconds"),
        ],
    ),
    row(
        "time",
        "times of day in nanoseconds",
        [widened("long", NANOS), widened("int64", NANOS), widened("string", ITS_TEXT), exact("time")],
    ),
    row(
        "timestamp-millis",
        "moments in milliseconds",
        [
            exact("long timestamp-millis"),
            widened("google.protobuf.Timestamp", UTC),
            widened("string with format date-time", ANNOTATION),
            widened("timestamp", UTC),
        ],
    ),
    row(
        "timestamp-micros",
        "moments in microseconds",
        [
            exact("long timestamp-micros"),
            widened("google.protobuf.Timestamp", UTC),
            widened("string with format date-time", ANNOTATION),
            widened("timestamp", UTC),
        ],
    ),
    row(
        "timestamp-nanos",
        "moments in nanoseconds of 64 bits",
        [
            exact("long timestamp-nanos"),
            widened("google.protobuf.Timestamp", UTC),
            widened("string with format date-time", ANNOTATION),
            widened("timestamp", UTC),
        ],
    ),
    row(
        "timestamp",
        "moments in seconds and nanoseconds",
        [
            narrowed("long timestamp-nanos", FULL),
            exact("google.protobuf.Timestamp"),
            widened("string with format date-time", ANNOTATION),
            exact("timestamp"),
        ],
    ),
    row(
        "local-timestamp-millis",
        "dates and times without a zone in milliseconds",
        [
            exact("long local-timestamp-millis"),
            widened("int64", MILLIS),
            widened("string", ITS_TEXT),
            widened("local-timestamp", UTC),
        ],
    ),
    row(
        "local-timestamp-micros",
        "dates and times without a zone in microseconds",
        [
            exact("long local-timestamp-micros"),
            widened("int64", MICROS),
            widened("string", ITS_TEXT),
            widened("local-timestamp", UTC),
        ],
    ),
    row(
        "local-timestamp-nanos",
        "dates and times without a zone in nanoseconds of 64 bits",
        [
            exact("long local-timestamp-nanos"),
            widened("int64", NANOS),
            widened("string", ITS_TEXT),
            widened("local-timestamp", UTC),
        ],
    ),
    row(
        "local-timestamp",
        "dates and times without a zone in seconds and nanoseconds",
        [
            narrowed("long local-timestamp-nanos", FULL),
            widened("string", ITS_TEXT),
            widened("string", ITS_TEXT),
            exact("local-timestamp"),
        ],
    ),
    row(
        "duration",
        "spans of months, days and milliseconds",
        [
            exact("fixed duration"),
            widened("string", ITS_TEXT),
            widened("string with format duration", ANNOTATION),
            exact("duration"),
        ],
    ),
    row(
        "json",
        "any JSON",
        [
            widened("string", "its JSON as text"),
            widened("string", "its JSON as text"),
            exact("true"),
            widened("string", "its JSON as text"),
        ],
    ),
    row(
        "optional",
        "null or a value, where a field holds it",
        [exact("union with null"), exact("optional field"), exact("the type or null"), exact("option")],
    ),
    row(
        "optional-inside",
        "null or a value, where an item, an entry or another option holds it",
        [
            exact("union with null"),
            widened("message with an optional field", "a repeated field and a oneof have no null"),
            exact("the type or null"),
            exact("option"),
        ],
    ),
    row(
        "optional-twice",
        "null, or a value that may itself be null",
        [
            widened("union of null and a record", "the record holds what may be null"),
            widened("optional message", "the message holds what may be null"),
            widened("null or an object", "the object holds what may be null"),
            exact("option"),
        ],
    ),
    row(
        "list",
        "values of one type",
        [exact("array"), exact("repeated field"), exact("array"), exact("seq")],
    ),
    row(
        "list-inside",
        "a list where an item, an entry, an option or a member holds it",
        [exact("array"), widened("message with a repeated field", WRAPPED), exact("array"), exact("seq")],
    ),
    row(
        "array",
        "a list of one length",
        [
            widened("array", "of any length"),
            widened("repeated field", "of any length"),
            exact("array of one length"),
            exact("array"),
        ],
    ),
    row(
        "array-inside",
        "a list of one length where an item, an entry, an option or a member holds it",
        [
            widened("array", "of any length"),
            widened("message with a repeated field", "of any length, in a message of its own"),
            exact("array of one length"),
            exact("array"),
        ],
    ),
    row(
        "map",
        "values by text",
        [exact("map"), exact("map"), exact("object with additionalProperties"), exact("map")],
    ),
    row(
        "map-inside",
        "a map where an item, an entry, an option or a member holds it",
        [
            exact("map"),
            widened("message with a map field", WRAPPED),
            exact("object with additionalProperties"),
            exact("map"),
        ],
    ),
    row(
        "keyed-map",
        "values by whole numbers or booleans",
        [
            widened("array of records", "of key and value, so that a key may come twice"),
            exact("map"),
            widened("array of objects", "of key and value, so that a key may come twice"),
            exact("map"),
        ],
    ),
    row(
        "keyed-map-inside",
        "a map by whole numbers or booleans where an item, an entry, an option or a member holds it",
        [
            widened("array of records", "of key and value, so that a key may come twice"),
            widened("message with a map field", WRAPPED),
            widened("array of objects", "of key and value, so that a key may come twice"),
            exact("map"),
        ],
    ),
    row(
        "odd-map",
        "values by anything else",
        [
            widened("array of records", "of key and value, so that a key may come twice"),
            widened("repeated messages", "of key and value, so that a key may come twice"),
            widened("array of objects", "of key and value, so that a key may come twice"),
            exact("map"),
        ],
    ),
    row("record", "fields by name", [exact("record"), exact("message"), exact("object"), exact("struct")]),
    row(
        "record-field",
        "a record where a field has to hold one",
        [
            exact("record"),
            widened("message field", "a message may be absent"),
            exact("object"),
            exact("struct"),
        ],
    ),
    row("enum", "symbols", [exact("enum"), exact("enum"), exact("enum of strings"), exact("enum")]),
    row(
        "open-enum",
        "symbols, and numbers without a name",
        [
            narrowed("enum", "a number without a name is refused"),
            exact("enum"),
            narrowed("enum of strings", "a number without a name is refused"),
            narrowed("enum", "a number without a name is refused"),
        ],
    ),
    row(
        "union",
        "one of several types",
        [
            exact("union"),
            widened("oneof", "none of the members may be set"),
            exact("anyOf, or oneOf with the branch's name around the value"),
            exact("enum"),
        ],
    ),
    row(
        "nullable-union",
        "null or one of several types",
        [
            exact("union"),
            exact("oneof"),
            exact("anyOf, or oneOf with the branch's name around the value"),
            exact("option of an enum"),
        ],
    ),
    row(
        "choice",
        "one of several members by name",
        [
            exact("union of a record a member"),
            widened("message with a oneof", "none of the members may be set"),
            exact("oneOf with the member's name around the value"),
            exact("enum"),
        ],
    ),
    row(
        "outermost",
        "an outermost type that is no record",
        [
            exact("the type itself"),
            widened("message with one field", "an outermost type has to be a message"),
            exact("the type itself"),
            exact("the type itself"),
        ],
    ),
];
