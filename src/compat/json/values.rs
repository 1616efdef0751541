//! Values of a schema as text that is equal when they are.

use std::collections::BTreeSet;

use crate::schema::json_text::{Node, Shape, write_string};

/// The text of a schema with its members in order of their names.
pub(super) fn rendered(node: &Node) -> String {
    text(node, &|number| number.to_owned())
}

/// The text of a value of `enum` or `const`. An integer and a number with a fraction differ, as `1` and `1.0` do.
pub(super) fn value(node: &Node) -> String {
    text(node, &|number| match number.parse::<f64>() {
        Ok(float) if number.contains(['.', 'e', 'E']) => format!("{float:?}"),
        _ => number.to_owned(),
    })
}

/// The values of an array, each once.
pub(super) fn set(array: Option<&Node>) -> BTreeSet<String> {
    array.map(|it| it.items().iter().map(value).collect()).unwrap_or_default()
}

/// The strings of an array, each once.
pub(super) fn names(array: &Node) -> BTreeSet<&str> {
    array.items().iter().filter_map(Node::as_str).collect()
}

/// A document nests at most 128 levels, so the recursion ends.
fn text(node: &Node, number: &dyn Fn(&str) -> String) -> String {
    match &node.shape {
        Shape::Null => "null".into(),
        Shape::Bool(value) => value.to_string(),
        Shape::Number(it) => number(it),
        Shape::String(it) => quoted(it),
        Shape::Array(items) => {
            let items: Vec<String> = items.iter().map(|it| text(it, number)).collect();
            format!("[{}]", items.join(","))
        }
        Shape::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|it| format!("{}:{}", quoted(&it.name), text(&it.value, number)))
                .collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_string(text, &mut out);
    out
}
