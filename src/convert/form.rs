//! How one side of a conversion shows the values of a type.
//!
//! A kind says what a value is, a form says as what it stands in a [`crate::value::Value`]: the moment that Avro's codec
//! shows as a timestamp is a text in JSON's. The form of the source is what its codec decodes; the form of the target
//! is what its codec encodes, and decodes again.

/// The form of a type's values on one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// As the kind itself: text, bytes, a logical value, an array, a map.
    #[default]
    Same,
    /// Whole numbers: as one of these nodes.
    Int,
    Long,
    Unsigned,
    /// The narrowest of the three that holds it, as JSON's reader has it.
    Narrowest,
    /// A decimal without a fraction; above 128 signed bits the digits as text.
    Wide,
    /// The digits as text.
    Digits,
    /// A float that JSON writes, so never one that is no number; read back as a double.
    Finite,
    /// A number as JSON's reader has it: whole ones as whole numbers.
    Number,
    /// Bytes as base64 in a text.
    Base64,
    /// A logical value as its text.
    Written,
    /// A logical value as the whole number under it: days, or a count of the kind's unit.
    Count(Count),
    /// Any JSON as its text.
    JsonText,
    /// Symbols by their numbers and names.
    Symbols(Vec<(u32, String)>),
    /// Symbols as texts.
    SymbolTexts(Vec<String>),
    /// Null as a record without fields.
    Empty,
    /// Null, or the value; with the branches of a union that either takes.
    Nullable {
        null: Option<u32>,
        some: Option<u32>,
    },
    /// Null as a record without fields, or the value, which is a record that is never without one.
    EmptyOr,
    /// Null, or an array of the value alone.
    Item,
    /// Fields by name.
    Fields(Fields),
    /// Fields by place.
    Places,
    /// The value of the only field, without the field.
    Transparent,
    /// A map as a list of records of key and value.
    Entries {
        name: String,
        as_map: bool,
    },
    /// A union's value alone, with the branch that each member takes.
    Bare(Vec<Option<u32>>),
    /// A union's value alone; what kind of JSON it is tells the member.
    ByKind,
    /// A record, or map, of the member that is there; a member without content as a symbol where `symbols` says so.
    Tagged(Tagged),
    /// A record of its own for each member, with the content in its field `value`.
    Boxes(Vec<String>),
    /// The value in the only field of a record.
    Wrapped(Box<Wrapped>),
}

/// A whole number that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Int,
    Long,
}

/// Fields as one side names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields {
    /// The record's type name.
    pub(super) name: String,
    /// In the order of the kind's fields.
    pub(super) fields: Vec<FieldForm>,
    /// Whether it is a map, as JSON's reader has it.
    pub(super) as_map: bool,
}

/// A field as one side has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldForm {
    /// A field of that name.
    Named {
        name: String,
        /// Whether the field is left out where the value is null.
        absent: bool,
    },
    /// The members of a choice as fields of the record around it, of which at most one is there.
    Inline(Vec<String>),
}

/// A choice whose member is named beside the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tagged {
    /// The record's type name.
    pub(super) name: String,
    pub(super) members: Vec<String>,
    pub(super) as_map: bool,
    pub(super) symbols: bool,
}

/// A record around one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrapped {
    /// The record's type name.
    pub(super) name: String,
    pub(super) field: String,
    /// Whether the field is left out where the value is null.
    pub(super) absent: bool,
    pub(super) as_map: bool,
    pub(super) inner: Form,
}

impl FieldForm {
    /// A field that is always there.
    pub(super) fn always(name: impl Into<String>) -> Self {
        Self::Named { name: name.into(), absent: false }
    }
}
