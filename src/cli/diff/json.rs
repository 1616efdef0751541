//! Elements of JSON Schema: every value by its JSON pointer. The order of members and of `required`, `enum`, `type` means nothing.

use serde_json::Value;

use super::elements::Elements;
use crate::schema::json_text::{Node, push_step};

/// Lists whose order means nothing.
const SETS: [&str; 3] = ["required", "enum", "type"];

pub(super) fn elements(root: &Node, out: &mut Elements) {
    values(&root.to_value(), "", out);
}

/// A document nests at most 128 levels.
pub(super) fn values(value: &Value, pointer: &str, out: &mut Elements) {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let mut inner = pointer.to_owned();
                push_step(&mut inner, name);
                values(value, &inner, out);
            }
        }
        Value::Array(items)
            if items.iter().any(|item| item.is_object() || item.is_array()) && !SETS.contains(&name) =>
        {
            for (index, item) in items.iter().enumerate() {
                values(item, &format!("{pointer}/{index}"), out);
            }
        }
        Value::Array(items) if SETS.contains(&name) => {
            let mut items: Vec<String> = items.iter().map(Value::to_string).collect();
            items.sort_unstable();
            out.add(pointer, format!("[{}]", items.join(", ")));
        }
        other => out.add(if pointer.is_empty() { "/" } else { pointer }, other.to_string()),
    }
}
