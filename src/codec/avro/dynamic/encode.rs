//! A dynamic value as a payload, as forgiving as values that come from JSON need it.
//!
//! | schema | taken |
//! |---|---|
//! | int, long | whole numbers that fit |
//! | float, double | numbers that they hold: exactly, or to all the digits the number is written with |
//! | string | text, the name of a symbol |
//! | bytes, fixed | bytes; text as base64 (RFC 4648, section 4, padded), as values are shown in JSON |
//! | enum | a symbol or text of that name |
//! | date, time, timestamp, uuid, duration | the logical value; its text; the raw number or bytes |
//! | decimal | a decimal of the schema's scale; text or a number that is exact in it; raw bytes |
//! | record, map | a record or a map; a record's missing fields take their defaults |
//! | union | see [`super::choose`] |

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::codec::EncodeErrorKind;
use crate::codec::avro::fault::{Refusal, list};
use crate::codec::avro::logical::LogicalValue;
use crate::codec::avro::plan::{Node, Width};
use crate::codec::avro::ser::{Encoder, exact_double, exact_float, exact_narrow};
use crate::codec::avro::write::{self, Block};
use crate::value::{Decimal, Entries, ValueRef, View};

/// Writes a value as the plan's root.
pub(in crate::codec::avro) fn encode(encoder: Encoder<'_, '_>, value: ValueRef<'_>) -> Result<(), Refusal> {
    let root = encoder.plan.root;
    ValueEncoder { encoder, tries: super::choose::TRIES }.value(root, value)
}

/// Writes one dynamic value.
pub(super) struct ValueEncoder<'o, 'p> {
    pub(super) encoder: Encoder<'o, 'p>,
    /// How many branches of unions may still be tried.
    pub(super) tries: usize,
}

impl ValueEncoder<'_, '_> {
    pub(super) fn value(&mut self, node: Node, value: ValueRef<'_>) -> Result<(), Refusal> {
        let plan = self.encoder.plan;
        let view = value.view();
        match (node, &view) {
            (Node::Union(number), _) => return self.union(number, value),
            (Node::Null, View::Null) => {}
            (Node::Boolean, View::Bool(it)) => self.encoder.out.push(u8::from(*it)),
            (Node::Int | Node::Temporal(_, Width::Int), _) if let Some(whole) = whole(&view) => {
                let int = i32::try_from(whole).map_err(|_| out_of_range(whole, "int"))?;
                write::long(self.encoder.out, int.into());
            }
            (Node::Long | Node::Temporal(_, Width::Long), _) if let Some(whole) = whole(&view) => {
                let long = i64::try_from(whole).map_err(|_| out_of_range(whole, "long"))?;
                write::long(self.encoder.out, long);
            }
            (Node::Float, _) => {
                let float = as_float(&view).ok_or_else(|| self.refuse(node, &view))?;
                self.encoder.out.extend_from_slice(&float.to_le_bytes());
            }
            (Node::Double, _) => {
                let double = as_double(&view).ok_or_else(|| self.refuse(node, &view))?;
                self.encoder.out.extend_from_slice(&double.to_le_bytes());
            }
            (Node::String, View::Text(text) | View::Symbol { name: text, .. }) => {
                write::bytes(self.encoder.out, text.as_bytes());
            }
            (Node::Bytes, View::Bytes(bytes)) => write::bytes(self.encoder.out, bytes),
            (Node::Bytes, View::Text(text)) => {
                let block = Block::begin(self.encoder.out, None);
                let start = self.encoder.out.len();
                base64(text, self.encoder.out)?;
                let length = self.encoder.out.len() - start;
                block.end(self.encoder.out, length);
                if length == 0 {
                    self.encoder.out.push(0);
                }
            }
            (Node::Fixed(size), View::Bytes(bytes)) => {
                self.encoder.out.extend_from_slice(sized(bytes, size)?);
            }
            (Node::Fixed(size), View::Text(text)) => {
                let start = self.encoder.out.len();
                base64(text, self.encoder.out)?;
                sized(self.encoder.out.get(start..).unwrap_or_default(), size)?;
            }
            (Node::Enum(number), View::Text(text) | View::Symbol { name: text, .. }) => {
                self.symbol(number, text)?;
            }
            (Node::Array(number), View::Array(items)) => {
                self.encoder.enter()?;
                let item_node = plan.item(number);
                let block = Block::begin(self.encoder.out, Some(items.len()));
                for (index, item) in items.enumerate() {
                    self.value(item_node, item).map_err(|refusal| refusal.inside_item(index))?;
                }
                block.end(self.encoder.out, items.len());
                self.encoder.out.push(0);
                self.encoder.leave();
            }
            (Node::Map(number), View::Map(entries) | View::Record(entries)) => {
                self.encoder.enter()?;
                let value_node = plan.item(number);
                let block = Block::begin(self.encoder.out, Some(entries.len()));
                for (key, value) in *entries {
                    let Some(key) = key.as_str() else {
                        return Err(Refusal::new(EncodeErrorKind::Type, "the keys of a map are text"));
                    };
                    write::bytes(self.encoder.out, key.as_bytes());
                    self.value(value_node, value).map_err(|refusal| refusal.inside_entry(key))?;
                }
                block.end(self.encoder.out, entries.len());
                self.encoder.out.push(0);
                self.encoder.leave();
            }
            (Node::Record(number), View::Map(entries) | View::Record(entries)) => {
                self.encoder.enter()?;
                self.record(number, *entries)?;
                self.encoder.leave();
            }
            _ => return self.logical(node, &view),
        }
        Ok(())
    }

    fn record(&mut self, number: u32, entries: Entries<'_>) -> Result<(), Refusal> {
        let record = self.encoder.plan.record(number);
        let mut ahead = entries;
        let mut found = 0;
        for (field, step) in record.fields.iter().zip(&record.steps) {
            let name = field.name.text;
            // As a rule the entries come in the schema's order.
            let here = ahead.next().filter(|(key, _)| key.as_str() == Some(name));
            let entry = here.or_else(|| {
                let mut all = entries;
                all.find(|(key, _)| key.as_str() == Some(name))
            });
            match (entry, field.default) {
                (Some((_, value)), _) => {
                    found += 1;
                    self.value(step.node, value).map_err(|refusal| refusal.inside(name))?;
                }
                (None, Some(default)) => self.encoder.out.extend_from_slice(default),
                (None, None) => {
                    let message = "the value has no such field, and the writer's schema no default for it";
                    return Err(Refusal::new(EncodeErrorKind::MissingField, message).inside(name));
                }
            }
        }
        if found == entries.len() {
            return Ok(());
        }
        let known = |name: &str| record.fields.iter().any(|field| field.name.text == name);
        let full = record.names.full;
        for (key, _) in entries {
            let name = key.as_str().unwrap_or_default();
            if !known(name) {
                let has: Vec<_> = record.fields.iter().map(|field| field.name.text).collect();
                let message =
                    format!("the schema's record `{full}` has no such field; it has {}", list(&has));
                return Err(Refusal::new(EncodeErrorKind::UnknownField, message).inside(name));
            }
        }
        Err(Refusal::new(EncodeErrorKind::Value, format!("a field of the record `{full}` is given twice")))
    }

    fn symbol(&mut self, number: u32, symbol: &str) -> Result<(), Refusal> {
        let enumeration = self.encoder.plan.enumeration(number);
        match enumeration.symbols.iter().position(|it| it.text == symbol) {
            Some(place) => {
                write::long(self.encoder.out, place as i64);
                Ok(())
            }
            None => {
                let has: Vec<_> = enumeration.symbols.iter().map(|it| it.text).collect();
                let full = enumeration.names.full;
                let message = format!(
                    "`{symbol}` is no symbol of the schema's enum `{full}`, which has {}",
                    list(&has)
                );
                Err(Refusal::new(EncodeErrorKind::Value, message))
            }
        }
    }

    /// A node with an annotation: from its logical value, its text, or its raw bytes.
    fn logical(&mut self, node: Node, view: &View<'_>) -> Result<(), Refusal> {
        let plan = self.encoder.plan;
        let size = match (node, view) {
            (Node::Decimal(number), View::Bytes(_)) => plan.decimal(number).size,
            (Node::UuidFixed, View::Bytes(_)) => Some(16),
            (Node::Duration, View::Bytes(_)) => Some(12),
            _ => {
                let value = self.logical_value(node, view)?;
                return value.write(plan, node, self.encoder.out);
            }
        };
        match (view, size) {
            (View::Bytes(bytes), Some(size)) => self.encoder.out.extend_from_slice(sized(bytes, size)?),
            (View::Bytes(bytes), None) => write::bytes(self.encoder.out, bytes),
            _ => return Err(self.refuse(node, view)),
        }
        Ok(())
    }

    fn logical_value(&self, node: Node, view: &View<'_>) -> Result<LogicalValue, Refusal> {
        if let Some(value) = logical_view(view) {
            return Ok(value);
        }
        let plan = self.encoder.plan;
        let parsed = match (node, view) {
            (_, View::Text(text)) => LogicalValue::parse(plan, node, text),
            // A number's shortest text is what stood in the JSON it came from.
            (Node::Decimal(_), View::Double(it)) if it.is_finite() => {
                LogicalValue::parse(plan, node, &it.to_string())
            }
            (Node::Decimal(number), _) if let Some(whole) = whole(view) => {
                let decimal = Decimal::new(whole, 0).rescale(plan.decimal(number).scale);
                Some(decimal.map(LogicalValue::Decimal))
            }
            _ => None,
        };
        match parsed {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(Refusal::new(EncodeErrorKind::Value, error.to_string())),
            None => Err(self.refuse(node, view)),
        }
    }

    /// An error that says what the value is and what the schema wants.
    #[cold]
    pub(super) fn refuse(&self, node: Node, view: &View<'_>) -> Refusal {
        let wants = match node {
            Node::Temporal(..) | Node::Decimal(_) | Node::UuidText | Node::UuidFixed | Node::Duration => {
                crate::codec::avro::logical::annotation(self.encoder.plan, node)
            }
            _ => self.encoder.plan.names(node).full.to_owned(),
        };
        Refusal::new(EncodeErrorKind::Type, format!("{} cannot be written as `{wants}`", describe(view)))
    }
}

/// The logical value that a view is.
pub(super) fn logical_view(view: &View<'_>) -> Option<LogicalValue> {
    Some(match view {
        View::Decimal(it) => LogicalValue::Decimal(*it),
        View::Uuid(it) => LogicalValue::Uuid(*it),
        View::Date(it) => LogicalValue::Date(*it),
        View::Time(it) => LogicalValue::Time(*it),
        View::Timestamp(it) => LogicalValue::Timestamp(*it),
        View::LocalTimestamp(it) => LogicalValue::LocalTimestamp(*it),
        View::Duration(it) => LogicalValue::Duration(*it),
        _ => return None,
    })
}

/// A whole number of any width.
pub(super) fn whole(view: &View<'_>) -> Option<i128> {
    match view {
        View::Int(it) => Some((*it).into()),
        View::Long(it) => Some((*it).into()),
        View::Unsigned(it) => Some((*it).into()),
        _ => None,
    }
}

pub(super) fn as_double(view: &View<'_>) -> Option<f64> {
    match view {
        View::Double(it) => Some(*it),
        View::Float(it) => Some((*it).into()),
        _ => exact_double(whole(view)?),
    }
}

pub(super) fn as_float(view: &View<'_>) -> Option<f32> {
    match view {
        View::Float(it) => Some(*it),
        // JSON has one kind of number: 0.1 is meant as the float that is shown as 0.1.
        View::Double(it) => exact_narrow(*it).or_else(|| {
            let float = *it as f32;
            (float.to_string() == it.to_string()).then_some(float)
        }),
        _ => exact_float(whole(view)?),
    }
}

fn sized(bytes: &[u8], size: u32) -> Result<&[u8], Refusal> {
    if bytes.len() == size as usize {
        return Ok(bytes);
    }
    let message = format!("{} bytes do not fit the schema's fixed of {size} bytes", bytes.len());
    Err(Refusal::new(EncodeErrorKind::Value, message))
}

fn base64(text: &str, out: &mut Vec<u8>) -> Result<(), Refusal> {
    STANDARD.decode_vec(text, out).map_err(|error| {
        Refusal::new(EncodeErrorKind::Value, format!("text for bytes has to be base64: {error}"))
    })
}

fn out_of_range(value: i128, node: &str) -> Refusal {
    Refusal::new(EncodeErrorKind::Value, format!("{value} does not fit `{node}`"))
}

/// A view's kind, for messages.
pub(super) fn describe(view: &View<'_>) -> &'static str {
    match view {
        View::Null => "null",
        View::Bool(_) => "a boolean",
        View::Int(_) | View::Long(_) | View::Unsigned(_) => "a whole number",
        View::Float(_) | View::Double(_) => "a number with a fraction",
        View::Text(_) => "text",
        View::Bytes(_) => "bytes",
        View::Symbol { .. } => "a symbol",
        View::Array(_) => "an array",
        View::Map(_) => "a map",
        View::Record(_) => "a record",
        other => logical_view(other).map_or("a value", LogicalValue::describe),
    }
}
