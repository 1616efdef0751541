//! Tags in schemas that are JSON themselves: Avro and JSON Schema.

use serde_json::{Map, Value};

use super::change::Change;
use super::{Tagged, within};
use crate::schema::Span;
use crate::schema::json_text::{Member, Node, Shape};

/// The member that holds tags.
const MEMBER: &str = "confluent:tags";

/// Steps into a JSON Schema: definitions that refer to each other lead along more ways than anybody reads.
const STEPS: usize = 10_000;

/// References that lead from one to the next: safe for the stack.
const REFERENCES: usize = 64;

#[cfg(feature = "avro")]
pub(super) fn of_avro(text: &str, tagged: &mut Tagged) {
    // What is registered has been read before.
    avro(&serde_json::from_str(text).unwrap_or_default(), "", tagged);
}

#[cfg(feature = "avro")]
fn avro(schema: &Value, namespace: &str, tagged: &mut Tagged) {
    let members = match schema {
        Value::Array(branches) => return branches.iter().for_each(|it| avro(it, namespace, tagged)),
        Value::Object(members) => members,
        _ => return,
    };
    match members.get("type") {
        Some(Value::String(kind)) if kind == "record" || kind == "error" => {
            let name = full_name(members, namespace);
            tagged.record(&name, tags(members));
            let namespace = name.rsplit_once('.').map_or("", |(namespace, _)| namespace);
            let fields = members.get("fields").and_then(Value::as_array);
            for field in fields.into_iter().flatten().filter_map(Value::as_object) {
                let field_name = field.get("name").and_then(Value::as_str).unwrap_or_default();
                tagged.field(&within(&name, field_name), tags(field));
                avro(field.get("type").unwrap_or(&Value::Null), namespace, tagged);
            }
        }
        Some(inner @ (Value::Object(_) | Value::Array(_))) => avro(inner, namespace, tagged),
        _ => {
            let inner = ["items", "values"].into_iter().filter_map(|member| members.get(member));
            inner.for_each(|it| avro(it, namespace, tagged));
        }
    }
}

/// The name with its namespace: its own, or that of what it stands in.
#[cfg(feature = "avro")]
fn full_name(members: &Map<String, Value>, outer: &str) -> String {
    let text = |member: &str| members.get(member).and_then(Value::as_str);
    let name = text("name").unwrap_or_default();
    if name.contains('.') { name.to_owned() } else { within(text("namespace").unwrap_or(outer), name) }
}

pub(super) fn of_json(text: &str, tagged: &mut Tagged) {
    let root: Value = serde_json::from_str(text).unwrap_or_default();
    Walk { root: &root, tagged, within: Vec::new(), steps: STEPS }.schema(&root, "", true);
}

/// A walk through a JSON Schema.
struct Walk<'w> {
    root: &'w Value,
    tagged: &'w mut Tagged,
    /// The references that led here; none is followed into itself.
    within: Vec<&'w str>,
    /// Those that are left.
    steps: usize,
}

impl<'w> Walk<'w> {
    /// `is_own` says that tags are those of the object itself, and not of a property that has it.
    fn schema(&mut self, schema: &'w Value, path: &str, is_own: bool) {
        let (Value::Object(members), Some(steps)) = (schema, self.steps.checked_sub(1)) else { return };
        self.steps = steps;
        let root = self.root;
        let pointer = members.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix('#'));
        let is_open = self.within.len() < REFERENCES;
        if let Some(pointer) = pointer.filter(|pointer| is_open && !self.within.contains(pointer))
            && let Some(target) = root.pointer(pointer)
        {
            self.within.push(pointer);
            self.schema(target, path, is_own);
            self.within.pop();
        }
        for (keyword, step) in [("allOf", "allof"), ("anyOf", "anyof"), ("oneOf", "oneof")] {
            let branches = members.get(keyword).and_then(Value::as_array);
            for (index, branch) in branches.into_iter().flatten().enumerate() {
                self.schema(branch, &within(path, &format!("{step}.{index}")), true);
            }
        }
        if let Some(inner) = members.get("not") {
            self.schema(inner, &within(path, "not"), true);
        }
        match members.get("items") {
            Some(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.schema(item, &within(path, &format!("array.{index}")), true);
                }
            }
            Some(items) => self.schema(items, &within(path, "array"), true),
            None => {}
        }
        let properties = members.get("properties").and_then(Value::as_object);
        let object = within(path, "object");
        if is_own && (properties.is_some() || members.get("type").is_some_and(|kind| kind == "object")) {
            self.tagged.record(&object, tags(members));
        }
        for (name, property) in properties.into_iter().flatten() {
            let path = within(&object, name);
            self.tagged.field(&path, property.as_object().map(tags).unwrap_or_default());
            self.schema(property, &path, false);
        }
    }
}

/// Changes the tags of an object; what is none has no tags.
pub(super) fn change(object: &mut Node, change: &Change<'_>) -> bool {
    let Shape::Object(members) = &mut object.shape else { return false };
    let before = members.iter().find(|it| &*it.name == MEMBER);
    let before =
        before.into_iter().flat_map(|it| it.value.items()).filter_map(Node::as_str).map(str::to_owned);
    let tags = change.applied(before.collect());
    // What is made here stands nowhere.
    let made = |shape| Node { span: Span { start: 0, end: 0 }, shape };
    let list = made(Shape::Array(tags.iter().map(|tag| made(Shape::String(tag.as_str().into()))).collect()));
    match members.iter_mut().find(|it| &*it.name == MEMBER) {
        _ if tags.is_empty() => members.retain(|it| &*it.name != MEMBER),
        Some(member) => member.value = list,
        None => {
            let name_span = list.span;
            members.push(Member { name: MEMBER.into(), name_span, value: list });
        }
    }
    true
}

fn tags(members: &Map<String, Value>) -> Vec<String> {
    let tags = members.get(MEMBER).and_then(Value::as_array);
    tags.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
