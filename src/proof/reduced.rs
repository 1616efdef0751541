//! Smaller documents out of one: a validator names the first thing that is wrong, so with one member each every thing gets its turn.

use serde_json::{Map, Value as Json};

use crate::schema::Schema;
use crate::value::{Value, from_json};

/// How many documents are made of one.
const MOST: usize = 100;

/// How deep members are taken one by one.
const DEPTH: usize = 3;

/// Documents that hold one member of `document` each, beside what the schema's root requires; lists with one item each.
pub(super) fn reduced(document: &Value<'_>, writer: &Schema) -> Vec<Value<'static>> {
    let Ok(json) = serde_json::from_str::<Json>(&document.to_string()) else { return Vec::new() };
    let schema: Json = serde_json::from_str(writer.text()).unwrap_or_default();
    let required = schema.get("required").and_then(Json::as_array);
    let required: Vec<&str> = required.into_iter().flatten().filter_map(Json::as_str).collect();
    let made = parts(&json, &required, DEPTH);
    made.iter().filter_map(|it| from_json(&it.to_string()).ok()).collect()
}

fn parts(json: &Json, required: &[&str], depth: usize) -> Vec<Json> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    let mut made = Vec::new();
    match json {
        Json::Object(members) => {
            let needed: Map<String, Json> = members
                .iter()
                .filter(|(name, _)| required.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            for (name, value) in members {
                let with = |value: Json| {
                    let mut own = needed.clone();
                    own.insert(name.clone(), value);
                    Json::Object(own)
                };
                if members.len() > needed.len().max(1) {
                    made.push(with(value.clone()));
                }
                made.extend(parts(value, &[], depth).into_iter().map(with));
                if made.len() > MOST {
                    break;
                }
            }
        }
        Json::Array(items) => {
            for item in items {
                if items.len() > 1 {
                    made.push(Json::Array(vec![item.clone()]));
                }
                made.extend(parts(item, &[], depth).into_iter().map(|it| Json::Array(vec![it])));
                if made.len() > MOST {
                    break;
                }
            }
        }
        _ => {}
    }
    made.truncate(MOST);
    made
}
