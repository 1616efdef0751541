//! Messages in another format: how they are written there, and whether they are the same again on the way back.

use serde_json::Value as Json;

use crate::cli::failure::Failure;
use crate::codec::BoundCodec;
use crate::convert::Conversion;
use crate::value::Value;

/// Messages as another format's codec takes them.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) values: Vec<Value<'static>>,
    /// How many are another on the way back.
    changed: usize,
    /// The first of them, and what is another.
    first: Option<(usize, String)>,
}

impl Translated {
    /// Each message goes forward, through the codec, and back.
    ///
    /// # Errors
    /// A message that the other format does not hold.
    pub(super) fn new(
        conversion: &Conversion,
        bound: &dyn BoundCodec,
        messages: &[Value<'static>],
    ) -> Result<Self, Failure> {
        let mut translated = Self { values: Vec::with_capacity(messages.len()), changed: 0, first: None };
        let mut payload = Vec::new();
        for (message, number) in messages.iter().zip(1..) {
            let at_fault = |failure: Failure| failure.context(&format!("message {number}"));
            let refused = |error: crate::convert::ValueError| at_fault(Failure::data(error.to_string()));
            let there = conversion.forward(message).map_err(refused)?;
            payload.clear();
            bound.encode_value(&there, &mut payload).map_err(|error| at_fault(error.into()))?;
            let read = bound.decode_value(&payload).map_err(|error| at_fault(error.into()))?;
            if let Some(difference) = difference(message, conversion.back(&read)) {
                translated.changed += 1;
                translated.first.get_or_insert((number, difference));
            }
            translated.values.push(there);
        }
        Ok(translated)
    }

    /// What became of the messages.
    pub(super) fn note(&self) -> String {
        let all = self.values.len();
        match &self.first {
            None if all == 1 => "the message comes back equal".to_owned(),
            None => format!("all {all} messages come back equal"),
            Some((number, difference)) => {
                format!(
                    "{} of {all} messages come back changed; message {number}: {difference}",
                    self.changed
                )
            }
        }
    }
}

/// What is another, if anything is. The order of members and entries is not.
fn difference(before: &Value<'_>, back: Result<Value<'_>, crate::convert::ValueError>) -> Option<String> {
    let after = match back {
        Ok(after) if after == *before => return None,
        Ok(after) => after,
        Err(error) => return Some(error.to_string()),
    };
    let json = |value: &Value<'_>| serde_json::from_str::<Json>(&value.to_string());
    match (json(before), json(&after)) {
        (Ok(before), Ok(after)) => within(&before, &after, ""),
        _ => Some("it is another".to_owned()),
    }
}

/// The first place where two values differ, in words.
fn within(before: &Json, after: &Json, path: &str) -> Option<String> {
    match (before, after) {
        (Json::Object(before), Json::Object(after)) => {
            let gone = before.iter().find_map(|(name, value)| {
                let path = join(path, name);
                match after.get(name) {
                    Some(after) => within(value, after, &path),
                    None => Some(format!("`{path}` was {} and is gone", short(value))),
                }
            });
            let new = || after.iter().find(|(name, _)| !before.contains_key(*name));
            gone.or_else(|| {
                new().map(|(name, value)| {
                    format!("`{}` was not there and is {}", join(path, name), short(value))
                })
            })
        }
        (Json::Array(before), Json::Array(after)) if before.len() == after.len() => {
            let mut items = before.iter().zip(after).enumerate();
            items.find_map(|(index, (before, after))| within(before, after, &format!("{path}[{index}]")))
        }
        _ if before == after => None,
        _ => Some(format!("`{path}` was {} and is {}", short(before), short(after))),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value that does not fill the screen.
fn short(value: &Json) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
}
