//! Which branch of a union a dynamic value is.
//!
//! A value that names its branch ([`ValueRef::branch`]) takes that one. Otherwise the branches of the value's own kind are tried first, in the schema's
//! order (for text that reads as a date or is a symbol, those count as its own kind), then those it can be turned into (whole numbers to floats, text to bytes).

use super::encode::{ValueEncoder, as_double, as_float, describe, logical_view, whole};
use crate::codec::EncodeErrorKind;
use crate::codec::avro::fault::{Refusal, list};
use crate::codec::avro::logical::LogicalValue;
use crate::codec::avro::plan::{Node, Plan, Width};
use crate::codec::avro::write;
use crate::value::{ValueRef, View};

/// How many branches one value may try, all unions together: nested unions of records could otherwise double the work at every level.
pub(super) const TRIES: usize = 10_000;

/// The value's own kind.
const OWN: u8 = 0;
/// A record of another name.
const OTHER_NAME: u8 = 1;
/// A kind it can be turned into.
const TURNED: u8 = 2;

impl ValueEncoder<'_, '_> {
    pub(super) fn union(&mut self, number: u32, value: ValueRef<'_>) -> Result<(), Refusal> {
        let plan = self.encoder.plan;
        let branches = plan.branches(plan.union(number));
        if let Some(index) = value.branch() {
            let Some(branch) = branches.get(index as usize) else {
                let message = format!("the value names branch {index} of a union of {}", branches.len());
                return Err(Refusal::new(EncodeErrorKind::Value, message));
            };
            write::long(self.encoder.out, index.into());
            return self.value(branch.node, value);
        }
        let view = value.view();
        let start = self.encoder.out.len();
        let mut refused = None;
        let mut tried = 0;
        for rank in [OWN, OTHER_NAME, TURNED] {
            for (index, branch) in branches.iter().enumerate() {
                if suits(plan, branch.node, &view, value) != Some(rank) {
                    continue;
                }
                self.tries = self.tries.checked_sub(1).ok_or_else(too_many)?;
                tried += 1;
                let depth = self.encoder.level();
                write::long(self.encoder.out, index as i64);
                match self.value(branch.node, value) {
                    Ok(()) => return Ok(()),
                    Err(refusal) if refusal.is_limit() => return Err(refusal),
                    Err(refusal) => refused = Some(refusal),
                }
                self.encoder.back_to(depth);
                self.encoder.out.truncate(start);
            }
        }
        match refused {
            // With one candidate its own error says more than that none fits.
            Some(refusal) if tried == 1 => Err(refusal),
            _ => {
                let has: Vec<_> = branches.iter().map(|it| it.names.full).collect();
                let message =
                    format!("{} fits no branch of the schema's union of {}", describe(&view), list(&has));
                Err(Refusal::new(EncodeErrorKind::Type, message))
            }
        }
    }
}

fn too_many() -> Refusal {
    let message =
        format!("more than {TRIES} union branches tried, the limit; name the branches of the value");
    Refusal::new(EncodeErrorKind::Limit, message)
}

/// How well a branch suits a value, by a look at the outside; `None` where it cannot.
fn suits(plan: &Plan, node: Node, view: &View<'_>, value: ValueRef<'_>) -> Option<u8> {
    if let Some(logical) = logical_view(view) {
        return logical.belongs(node).then_some(OWN);
    }
    let fits_int = || whole(view).is_some_and(|it| i32::try_from(it).is_ok());
    let fits_long = || whole(view).is_some_and(|it| i64::try_from(it).is_ok());
    let is_symbol =
        |number: u32, text: &str| plan.enumeration(number).symbols.iter().any(|it| it.text == text);
    match (node, view) {
        (Node::Null, View::Null) | (Node::Boolean, View::Bool(_)) => Some(OWN),
        (Node::Int, _) if fits_int() => Some(OWN),
        (Node::Long, _) if fits_long() => Some(OWN),
        (Node::Temporal(_, Width::Int), _) if fits_int() => Some(TURNED),
        (Node::Temporal(_, Width::Long), _) if fits_long() => Some(TURNED),
        (Node::Float, View::Float(_)) | (Node::Double, View::Double(_)) => Some(OWN),
        (Node::Double, _) => as_double(view).map(|_| TURNED),
        (Node::Float, _) => as_float(view).map(|_| TURNED),
        (Node::String, View::Text(_)) => Some(OWN),
        (Node::String, View::Symbol { .. }) => Some(TURNED),
        (Node::Enum(number), View::Text(text) | View::Symbol { name: text, .. }) => {
            is_symbol(number, text).then_some(OWN)
        }
        (Node::Bytes, View::Bytes(_)) => Some(OWN),
        (Node::Fixed(size), View::Bytes(bytes)) => (bytes.len() == size as usize).then_some(OWN),
        (Node::Bytes | Node::Fixed(_), View::Text(_)) => Some(TURNED),
        (Node::Decimal(_) | Node::UuidFixed | Node::Duration, View::Bytes(_)) => Some(TURNED),
        (_, View::Text(text)) => LogicalValue::parse(plan, node, text)?.is_ok().then_some(OWN),
        (Node::Decimal(_), View::Int(_) | View::Long(_) | View::Unsigned(_) | View::Double(_)) => {
            Some(TURNED)
        }
        (Node::Array(_), View::Array(_)) | (Node::Map(_) | Node::Record(_), View::Map(_)) => Some(OWN),
        (Node::Record(number), View::Record(_)) => {
            let named = value.type_name().is_some_and(|name| plan.record(number).names.are(name));
            Some(if named { OWN } else { OTHER_NAME })
        }
        (Node::Map(_), View::Record(_)) => Some(TURNED),
        _ => None,
    }
}
