//! One finding by itself: the reader without the fields in which something else breaks, so that a message shows that finding and no other.
//!
//! Avro's and bincode's readers pass over what they do not ask for, so a field less in the reader changes nothing for the rest.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::compat::{Finding, Place, Side};
use crate::schema::{Format, Mode, Schema};

/// Where there are more breaks, none is taken apart from the others.
const MAX_BREAKS: usize = 1000;

/// Members whose items are fields: of a record in Avro, of a struct in a bincode layout.
const LISTS: [&str; 2] = ["fields", "struct"];

/// A break of a pair: the version, the side that reads, and where that side's text has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Break {
    against: usize,
    reader: Side,
    /// None where it is in a reference, or nowhere.
    pointer: Option<String>,
}

/// How far a finding can be seen by itself.
#[derive(Debug)]
pub(super) enum Alone {
    /// Nothing else breaks.
    Already,
    /// With this reader nothing else breaks.
    With(Schema),
    /// It cannot be taken apart.
    Never,
}

impl Break {
    pub(super) fn of(finding: &Finding) -> Self {
        let (against, reader) = (finding.against, finding.reader);
        let place = if reader == Side::New { &finding.new } else { &finding.old };
        let own = |place: &&Place| place.reference.is_none();
        Self { against, reader, pointer: place.as_ref().filter(own).map(|place| place.pointer.clone()) }
    }
}

/// The reader that has no break but that of `own`.
pub(super) fn alone(own: &Break, breaks: &[Break], reader: &Schema) -> Alone {
    let is_beside = |it: &&Break| it.against == own.against && it.reader == own.reader && *it != own;
    let others: Vec<&Break> = breaks.iter().filter(is_beside).take(MAX_BREAKS + 1).collect();
    if others.is_empty() {
        return Alone::Already;
    }
    if others.len() > MAX_BREAKS || !matches!(reader.format(), Format::Avro | Format::Bincode) {
        return Alone::Never;
    }
    without(own, &others, reader).map_or(Alone::Never, Alone::With)
}

fn without(own: &Break, others: &[&Break], reader: &Schema) -> Option<Schema> {
    let own = own.pointer.as_deref()?;
    let mut fields = BTreeSet::new();
    for other in others {
        let (list, number) = field_of(other.pointer.as_deref()?)?;
        let field = format!("{list}/{number}");
        if own == field || own.starts_with(&format!("{field}/")) {
            return None;
        }
        fields.insert((list.to_owned(), number));
    }
    let mut json: Json = serde_json::from_str(reader.text()).ok()?;
    // From behind, so that the numbers of the fields before stay as they are, and what is inside goes before what is around it.
    for (list, number) in fields.into_iter().rev() {
        let list = json.pointer_mut(&list)?.as_array_mut()?;
        (number < list.len()).then(|| list.remove(number))?;
    }
    Schema::parse(reader.format(), &json.to_string(), reader.references().to_vec(), Mode::Lenient).ok()
}

/// The innermost field that a place is in: the pointer of its list, and its number.
fn field_of(pointer: &str) -> Option<(&str, usize)> {
    let mut found = None;
    let mut parts = pointer.match_indices('/').map(|(at, _)| at).peekable();
    while let Some(start) = parts.next() {
        let name = pointer.get(start + 1..parts.peek().copied().unwrap_or(pointer.len()))?;
        let Some(next) = parts.peek().copied().filter(|_| LISTS.contains(&name)) else { continue };
        let rest = pointer.get(next + 1..)?;
        let number = rest.split('/').next().and_then(|number| number.parse().ok());
        found = number.map(|number| (pointer.get(..next).unwrap_or_default(), number)).or(found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::field_of;

    #[test]
    fn the_innermost_field_is_found() {
        assert_eq!(field_of("/fields/2/type/fields/10/type"), Some(("/fields/2/type/fields", 10)));
        assert_eq!(field_of("/types/fields/struct/0"), Some(("/types/fields/struct", 0)));
        assert_eq!(field_of("/fields"), None);
        assert_eq!(field_of(""), None);
    }
}
