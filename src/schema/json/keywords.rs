//! The keywords that carry meaning, by draft: what their values must be, and where schemas stand inside them.

use super::Draft;
use crate::schema::json_text::{Node, Shape};

/// What a keyword's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    Schema,
    Schemas,
    /// `items` before 2020-12.
    SchemaOrSchemas,
    NamedSchemas,
    /// `dependencies`: by name, a schema or names.
    Dependencies,
    /// `dependentRequired`: by name, names.
    NamedNames,
    Names,
    Types,
    Text,
    Number,
    PositiveNumber,
    Count,
    Boolean,
    Array,
    Map,
}

use Draft::{Draft4, Draft6, Draft7, Draft201909, Draft202012};

/// Keyword, first and last draft that give it this meaning, what it takes. `definitions` and `$defs` count in all drafts,
/// because Confluent's registry copies the one into the other.
const KEYWORDS: &[(&str, Draft, Draft, Takes)] = &[
    ("$anchor", Draft201909, Draft202012, Takes::Text),
    ("$comment", Draft7, Draft202012, Takes::Text),
    ("$defs", Draft4, Draft202012, Takes::NamedSchemas),
    ("$dynamicAnchor", Draft202012, Draft202012, Takes::Text),
    ("$dynamicRef", Draft202012, Draft202012, Takes::Text),
    ("$id", Draft6, Draft202012, Takes::Text),
    ("$recursiveAnchor", Draft201909, Draft201909, Takes::Boolean),
    ("$recursiveRef", Draft201909, Draft201909, Takes::Text),
    ("$ref", Draft4, Draft202012, Takes::Text),
    ("$schema", Draft4, Draft202012, Takes::Text),
    ("$vocabulary", Draft201909, Draft202012, Takes::Map),
    ("additionalItems", Draft4, Draft201909, Takes::Schema),
    ("additionalProperties", Draft4, Draft202012, Takes::Schema),
    ("allOf", Draft4, Draft202012, Takes::Schemas),
    ("anyOf", Draft4, Draft202012, Takes::Schemas),
    ("contains", Draft6, Draft202012, Takes::Schema),
    ("contentEncoding", Draft7, Draft202012, Takes::Text),
    ("contentMediaType", Draft7, Draft202012, Takes::Text),
    ("contentSchema", Draft201909, Draft202012, Takes::Schema),
    ("definitions", Draft4, Draft202012, Takes::NamedSchemas),
    ("dependencies", Draft4, Draft7, Takes::Dependencies),
    ("dependentRequired", Draft201909, Draft202012, Takes::NamedNames),
    ("dependentSchemas", Draft201909, Draft202012, Takes::NamedSchemas),
    ("deprecated", Draft201909, Draft202012, Takes::Boolean),
    ("description", Draft4, Draft202012, Takes::Text),
    ("else", Draft7, Draft202012, Takes::Schema),
    ("enum", Draft4, Draft202012, Takes::Array),
    ("examples", Draft6, Draft202012, Takes::Array),
    ("exclusiveMaximum", Draft4, Draft4, Takes::Boolean),
    ("exclusiveMaximum", Draft6, Draft202012, Takes::Number),
    ("exclusiveMinimum", Draft4, Draft4, Takes::Boolean),
    ("exclusiveMinimum", Draft6, Draft202012, Takes::Number),
    ("format", Draft4, Draft202012, Takes::Text),
    ("id", Draft4, Draft4, Takes::Text),
    ("if", Draft7, Draft202012, Takes::Schema),
    ("items", Draft4, Draft201909, Takes::SchemaOrSchemas),
    ("items", Draft202012, Draft202012, Takes::Schema),
    ("maxContains", Draft201909, Draft202012, Takes::Count),
    ("maxItems", Draft4, Draft202012, Takes::Count),
    ("maxLength", Draft4, Draft202012, Takes::Count),
    ("maxProperties", Draft4, Draft202012, Takes::Count),
    ("maximum", Draft4, Draft202012, Takes::Number),
    ("minContains", Draft201909, Draft202012, Takes::Count),
    ("minItems", Draft4, Draft202012, Takes::Count),
    ("minLength", Draft4, Draft202012, Takes::Count),
    ("minProperties", Draft4, Draft202012, Takes::Count),
    ("minimum", Draft4, Draft202012, Takes::Number),
    ("multipleOf", Draft4, Draft202012, Takes::PositiveNumber),
    ("not", Draft4, Draft202012, Takes::Schema),
    ("oneOf", Draft4, Draft202012, Takes::Schemas),
    ("pattern", Draft4, Draft202012, Takes::Text),
    ("patternProperties", Draft4, Draft202012, Takes::NamedSchemas),
    ("prefixItems", Draft202012, Draft202012, Takes::Schemas),
    ("properties", Draft4, Draft202012, Takes::NamedSchemas),
    ("propertyNames", Draft6, Draft202012, Takes::Schema),
    ("readOnly", Draft7, Draft202012, Takes::Boolean),
    ("required", Draft4, Draft202012, Takes::Names),
    ("then", Draft7, Draft202012, Takes::Schema),
    ("title", Draft4, Draft202012, Takes::Text),
    ("type", Draft4, Draft202012, Takes::Types),
    ("unevaluatedItems", Draft201909, Draft202012, Takes::Schema),
    ("unevaluatedProperties", Draft201909, Draft202012, Takes::Schema),
    ("uniqueItems", Draft4, Draft202012, Takes::Boolean),
    ("writeOnly", Draft7, Draft202012, Takes::Boolean),
];

const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// What that keyword takes in that draft; `None` for a keyword that has no meaning there.
pub(crate) fn takes(keyword: &str, draft: Draft) -> Option<Takes> {
    let start = KEYWORDS.partition_point(|(name, ..)| *name < keyword);
    let rows = KEYWORDS.get(start..).unwrap_or_default();
    rows.iter()
        .take_while(|(name, ..)| *name == keyword)
        .find(|(_, first, last, _)| (*first..=*last).contains(&draft))
        .map(|(.., takes)| *takes)
}

/// The place of a value that a keyword cannot have, and what it should have been. Schemas inside are left to the walk.
pub(crate) fn misfit(takes: Takes, value: &Node) -> Option<(&Node, &'static str)> {
    let wrong = |node, expected| Some((node, expected));
    match takes {
        // Whether a value is a schema is checked where it is walked, with its own place.
        Takes::Schema | Takes::SchemaOrSchemas => None,
        Takes::Schemas | Takes::Array => match &value.shape {
            Shape::Array(_) => None,
            _ => wrong(value, if takes == Takes::Array { "an array" } else { "an array of schemas" }),
        },
        Takes::NamedSchemas | Takes::Map => match &value.shape {
            Shape::Object(_) => None,
            _ => wrong(value, "an object"),
        },
        Takes::NamedNames | Takes::Dependencies => match &value.shape {
            Shape::Object(members) => members
                .iter()
                .filter(|it| takes == Takes::NamedNames || matches!(it.value.shape, Shape::Array(_)))
                .find_map(|it| misfit(Takes::Names, &it.value)),
            _ => wrong(value, "an object"),
        },
        Takes::Names => match &value.shape {
            Shape::Array(items) => {
                items.iter().find(|it| it.as_str().is_none()).and_then(|it| wrong(it, "a string"))
            }
            _ => wrong(value, "an array of strings"),
        },
        Takes::Types => {
            let names = match &value.shape {
                Shape::Array(items) => items.as_slice(),
                _ => std::slice::from_ref(value),
            };
            let odd = names.iter().find(|it| it.as_str().is_none_or(|name| !TYPES.contains(&name)))?;
            wrong(odd, "one of array, boolean, integer, null, number, object, string")
        }
        Takes::Text => unless(value.as_str().is_some(), value, "a string"),
        Takes::Boolean => unless(matches!(value.shape, Shape::Bool(_)), value, "a boolean"),
        Takes::Number => unless(number(value).is_some(), value, "a number"),
        Takes::PositiveNumber => {
            unless(number(value).is_some_and(|it| it > 0.0), value, "a number greater than 0")
        }
        Takes::Count => {
            let fits = number(value).is_some_and(|it| it >= 0.0 && it.fract() == 0.0);
            unless(fits, value, "an integer of 0 or more")
        }
    }
}

fn unless<'d>(fits: bool, value: &'d Node, expected: &'static str) -> Option<(&'d Node, &'static str)> {
    (!fits).then_some((value, expected))
}

fn number(node: &Node) -> Option<f64> {
    match &node.shape {
        Shape::Number(text) => text.parse().ok(),
        _ => None,
    }
}

/// The schemas that stand directly inside a keyword's value. A value of another shape than the keyword takes has none.
pub(crate) fn schemas_inside<'d>(takes: Takes, value: &'d Node, visit: &mut dyn FnMut(&'d Node)) {
    match takes {
        Takes::Schema => visit(value),
        Takes::SchemaOrSchemas => match &value.shape {
            Shape::Array(items) => items.iter().for_each(visit),
            _ => visit(value),
        },
        Takes::Schemas => value.items().iter().for_each(visit),
        Takes::NamedSchemas => value.members().iter().for_each(|it| visit(&it.value)),
        Takes::Dependencies => {
            let schemas = value.members().iter().filter(|it| !matches!(it.value.shape, Shape::Array(_)));
            schemas.for_each(|it| visit(&it.value));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, KEYWORDS, Takes, takes};

    #[test]
    fn keywords_are_sorted_so_that_they_are_found() {
        assert!(KEYWORDS.is_sorted_by_key(|(name, first, ..)| (*name, *first)));
    }

    #[test]
    fn a_keyword_means_what_its_draft_says() {
        assert_eq!(takes("exclusiveMaximum", Draft::Draft4), Some(Takes::Boolean));
        assert_eq!(takes("exclusiveMaximum", Draft::Draft6), Some(Takes::Number));
        assert_eq!(takes("const", Draft::Draft7), None);
        assert_eq!(takes("prefixItems", Draft::Draft7), None);
        assert_eq!(takes("items", Draft::Draft202012), Some(Takes::Schema));
    }
}
