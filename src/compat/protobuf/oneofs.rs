//! Members of oneofs: those that are gone, and fields that now exclude each other.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use prost_types::DescriptorProto;

use super::comparison::Difference;
use super::declarations::Field;

/// The fields of one side's message, by number.
pub(super) type Fields<'f> = BTreeMap<i32, Field<'f>>;

/// Where a member of the reader's oneof comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Home {
    /// That oneof of the writer's.
    Oneof(usize),
    /// A field by itself.
    Alone(i32),
}

/// What differs between the oneofs of two messages.
pub(super) fn compare<'f>(
    (reader, read): (&'f DescriptorProto, &Fields<'f>),
    (writer, written): (&'f DescriptorProto, &Fields<'f>),
) -> Vec<Difference<'f>> {
    let mut differences = gone(reader, read, writer, written);
    for (oneof, numbers) in members(read) {
        let homes: BTreeSet<Home> = numbers
            .iter()
            .filter_map(|number| Some((number, written.get(number)?)))
            .map(|(number, field)| field.oneof.map_or(Home::Alone(*number), Home::Oneof))
            .collect();
        if homes.len() > 1 {
            let alone = homes.iter().filter(|home| matches!(home, Home::Alone(_))).count();
            let known = numbers.iter().filter(|number| written.contains_key(number));
            let fields = known.filter_map(|number| read.get(number)).copied().collect();
            differences.push(Difference::JoinsOneof { oneof, fields, are_several: alone > 1 });
        }
    }
    differences
}

/// The writer's members that the reader does not know. A oneof that vanished as a whole, by name and by numbers, is not missed.
fn gone<'f>(
    reader: &'f DescriptorProto,
    read: &Fields<'f>,
    writer: &'f DescriptorProto,
    written: &Fields<'f>,
) -> Vec<Difference<'f>> {
    let names = names(reader);
    let mut differences = Vec::new();
    for (oneof, numbers) in members(written) {
        let name = writer.oneof_decl.get(oneof).map_or("", |oneof| oneof.name());
        let survives = names.contains(name) || numbers.iter().any(|number| read.contains_key(number));
        let missing = numbers.iter().filter(|number| survives && !read.contains_key(number));
        let fields = missing.filter_map(|number| written.get(number));
        differences.extend(fields.map(|field| Difference::OneofFieldMissing { oneof: name, field: *field }));
    }
    differences
}

/// The numbers of the members of each oneof.
fn members(fields: &Fields<'_>) -> BTreeMap<usize, Vec<i32>> {
    let mut members: BTreeMap<usize, Vec<i32>> = BTreeMap::new();
    for (number, field) in fields {
        if let Some(oneof) = field.oneof {
            members.entry(oneof).or_default().push(*number);
        }
    }
    members
}

/// The names of the oneofs that the file declares as such.
fn names(message: &DescriptorProto) -> HashSet<&str> {
    let optional = message.field.iter().filter(|field| field.proto3_optional());
    let made: HashSet<i32> = optional.filter_map(|field| field.oneof_index).collect();
    let oneofs = message.oneof_decl.iter().enumerate();
    oneofs.filter(|(index, _)| !made.contains(&(*index as i32))).map(|(_, oneof)| oneof.name()).collect()
}
