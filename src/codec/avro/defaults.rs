//! A field's default, from JSON to the bytes that a writer would have written for it.

use serde_json::Value as Json;

use super::write;
use crate::schema::avro::{Linked, LinkedKind, TypeIndex};

/// How deep a default may be nested; `{}` for a recursive record would go on for ever.
const DEPTH: usize = 64;

/// How many values one default may be made of, tries of union branches included.
const STEPS: usize = 100_000;

/// Writes a default as its type; `left` is what all defaults may still take.
///
/// # Errors
/// Says why the default is no value of its type.
pub(super) fn write(
    schema: &Linked,
    ty: TypeIndex,
    value: &Json,
    left: &mut usize,
) -> Result<Vec<u8>, String> {
    let mut writer = Writer { schema, out: Vec::new(), depth: DEPTH, steps: STEPS, limit: *left };
    writer.value(ty, value)?;
    *left = left.saturating_sub(writer.out.len());
    Ok(writer.out)
}

struct Writer<'s> {
    schema: &'s Linked,
    out: Vec<u8>,
    depth: usize,
    steps: usize,
    limit: usize,
}

impl Writer<'_> {
    fn value(&mut self, ty: TypeIndex, value: &Json) -> Result<(), String> {
        if self.depth == 0 {
            return Err(format!("it is nested deeper than {DEPTH} levels"));
        }
        if self.out.len() > self.limit {
            return Err("the defaults of the schema take more than 1 MiB".to_owned());
        }
        self.steps = self.steps.checked_sub(1).ok_or("it is made of more than 100,000 values")?;
        self.depth -= 1;
        let done = self.inner(ty, value);
        self.depth += 1;
        done
    }

    fn inner(&mut self, ty: TypeIndex, value: &Json) -> Result<(), String> {
        let kind = &self.schema.get(ty).kind;
        let wrong = || format!("{value} is no {}", super::compile::kind_name(kind));
        match kind {
            LinkedKind::Null => value.is_null().then_some(()).ok_or_else(wrong)?,
            LinkedKind::Boolean => self.out.push(u8::from(value.as_bool().ok_or_else(wrong)?)),
            LinkedKind::Int => {
                let int = value.as_i64().and_then(|it| i32::try_from(it).ok()).ok_or_else(wrong)?;
                write::long(&mut self.out, int.into());
            }
            LinkedKind::Long => write::long(&mut self.out, value.as_i64().ok_or_else(wrong)?),
            LinkedKind::Float => {
                let float = value.as_f64().ok_or_else(wrong)? as f32;
                self.out.extend_from_slice(&float.to_le_bytes());
            }
            LinkedKind::Double => {
                self.out.extend_from_slice(&value.as_f64().ok_or_else(wrong)?.to_le_bytes());
            }
            LinkedKind::String => write::bytes(&mut self.out, value.as_str().ok_or_else(wrong)?.as_bytes()),
            LinkedKind::Bytes => {
                let bytes = code_points(value).ok_or_else(wrong)?;
                write::bytes(&mut self.out, &bytes);
            }
            LinkedKind::Fixed(fixed) => {
                let bytes = code_points(value).filter(|it| it.len() == fixed.size).ok_or_else(wrong)?;
                self.out.extend_from_slice(&bytes);
            }
            LinkedKind::Enum(it) => {
                let symbol = it.symbols.iter().position(|symbol| value.as_str() == Some(symbol));
                write::long(&mut self.out, symbol.ok_or_else(wrong)? as i64);
            }
            LinkedKind::Array(items) => {
                let values = value.as_array().ok_or_else(wrong)?;
                if !values.is_empty() {
                    write::long(&mut self.out, values.len() as i64);
                }
                for item in values {
                    self.value(*items, item)?;
                }
                self.out.push(0);
            }
            LinkedKind::Map(values) => {
                let entries = value.as_object().ok_or_else(wrong)?;
                if !entries.is_empty() {
                    write::long(&mut self.out, entries.len() as i64);
                }
                for (key, item) in entries {
                    write::bytes(&mut self.out, key.as_bytes());
                    self.value(*values, item)?;
                }
                self.out.push(0);
            }
            // The specification asks for the first branch; Java's parser takes any, and so do schemas that are registered.
            LinkedKind::Union(branches) => {
                let start = self.out.len();
                for (index, branch) in branches.iter().enumerate() {
                    write::long(&mut self.out, index as i64);
                    if self.value(*branch, value).is_ok() {
                        return Ok(());
                    }
                    self.out.truncate(start);
                }
                return Err(wrong());
            }
            LinkedKind::Record(..) => {
                let given = value.as_object().ok_or_else(wrong)?;
                for (field, field_type) in self.schema.fields(ty) {
                    let value = given.get(&field.name).or(field.default.as_ref());
                    let value = value.ok_or_else(|| format!("its field `{}` is missing", field.name))?;
                    self.value(field_type, value)
                        .map_err(|error| format!("in its field `{}`: {error}", field.name))?;
                }
            }
        }
        Ok(())
    }
}

/// Bytes as JSON defaults spell them: one character of code point 0 to 255 for each.
fn code_points(value: &Json) -> Option<Vec<u8>> {
    value.as_str()?.chars().map(|it| u8::try_from(u32::from(it)).ok()).collect()
}
