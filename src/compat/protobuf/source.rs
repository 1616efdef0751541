//! The category `source`: what breaks generated code, or lets a number or a name be taken again.
//!
//! Names as buf's rules have them stand in `docs/RULES-BUF.md`. Only the schema's own file is looked at.

use std::collections::BTreeMap;

use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, MethodDescriptorProto};

use super::declarations::shown;
use super::rules::id;
use crate::compat::places::Places;
use crate::compat::rule::RuleId;
use crate::compat::{Finding, Pair, Place, Side};
use crate::schema::protobuf::Model;
use crate::schema::{Model as AnyModel, Schema};

/// Adds what is found of the earlier version and the proposed file.
pub(super) fn findings(pair: Pair<'_>, findings: &mut Vec<Finding>) {
    let (Some(old), Some(new)) = (text(pair.old), text(pair.new)) else { return };
    let mut work = Work { pair, old: &old, new: &new, findings };
    let (before, after) = (old.model.file(), new.model.file());
    work.messages(&Level::of_file(before, &[]), &Level::of_file(after, &[]));
    work.services(before, after);
}

struct Text<'s> {
    model: &'s Model,
    places: Places<'s>,
}

fn text(schema: &Schema) -> Option<Text<'_>> {
    match schema.model() {
        AnyModel::Protobuf(model) => Some(Text { model, places: Places::new(schema.text()) }),
        _ => None,
    }
}

impl Text<'_> {
    fn place(&self, pointer: &str, path: &[i32]) -> Place {
        let spans = (0..=path.len()).rev().filter_map(|length| self.model.span(path.get(..length)?));
        let range = spans.into_iter().next().map(|span| self.places.range(span));
        Place { pointer: pointer.to_owned(), range, reference: None }
    }
}

/// What is declared at one level: a file, or a message.
struct Level<'f> {
    name: String,
    path: Vec<i32>,
    messages: &'f [DescriptorProto],
    enums: &'f [EnumDescriptorProto],
    /// The numbers of the lists of messages and enums in the descriptor.
    lists: (i32, i32),
}

impl<'f> Level<'f> {
    fn of_file(file: &'f FileDescriptorProto, path: &[i32]) -> Self {
        let name = file.package().to_owned();
        Self {
            name,
            path: path.to_vec(),
            messages: &file.message_type,
            enums: &file.enum_type,
            lists: (4, 5),
        }
    }

    fn of_message(name: String, message: &'f DescriptorProto, path: Vec<i32>) -> Self {
        Self { name, path, messages: &message.nested_type, enums: &message.enum_type, lists: (3, 4) }
    }

    fn inner(&self, name: &str) -> String {
        if self.name.is_empty() { name.to_owned() } else { format!("{}.{name}", self.name) }
    }

    fn at(&self, list: i32, index: usize) -> Vec<i32> {
        self.path.iter().copied().chain([list, index as i32]).collect()
    }
}

struct Work<'w, 's> {
    pair: Pair<'s>,
    old: &'w Text<'s>,
    new: &'w Text<'s>,
    findings: &'w mut Vec<Finding>,
}

impl Work<'_, '_> {
    /// Recurses as deep as messages nest, which the parser limits.
    fn messages(&mut self, old: &Level<'_>, new: &Level<'_>) {
        for (index, before) in old.messages.iter().enumerate() {
            if before.options.as_ref().is_some_and(|it| it.map_entry()) {
                continue;
            }
            let (name, path) = (old.inner(before.name()), old.at(old.lists.0, index));
            let found = new.messages.iter().enumerate().find(|(_, it)| it.name() == before.name());
            let Some((at, after)) = found else {
                let message = format!("message `{}` is gone, and code that uses it with it", shown(&name));
                self.add(id::SOURCE_MESSAGE_DELETED, message, &name, (&path, &new.path));
                continue;
            };
            let new_path = new.at(new.lists.0, at);
            self.fields(&name, before, after, &path, &new_path);
            let inner = Level::of_message(name.clone(), before, path);
            self.messages(&inner, &Level::of_message(name, after, new_path));
        }
        for (index, before) in old.enums.iter().enumerate() {
            let (name, path) = (old.inner(before.name()), old.at(old.lists.1, index));
            match new.enums.iter().enumerate().find(|(_, it)| it.name() == before.name()) {
                Some((at, after)) => self.values(&name, before, after, &path, &new.at(new.lists.1, at)),
                None => {
                    let message = format!("enum `{}` is gone, and code that uses it with it", shown(&name));
                    self.add(id::SOURCE_ENUM_DELETED, message, &name, (&path, &new.path));
                }
            }
        }
    }

    fn fields(&mut self, name: &str, old: &DescriptorProto, new: &DescriptorProto, path: &[i32], at: &[i32]) {
        let known: BTreeMap<i32, (usize, &str)> =
            new.field.iter().enumerate().map(|(at, it)| (it.number(), (at, it.name()))).collect();
        for (index, field) in old.field.iter().enumerate() {
            let (number, was) = (field.number(), field.name());
            let element = format!("{name}.{was}");
            let place: Vec<i32> = path.iter().copied().chain([2, index as i32]).collect();
            if let Some((at_field, is)) = known.get(&number) {
                if *is != was {
                    let new_place: Vec<i32> = at.iter().copied().chain([2, *at_field as i32]).collect();
                    let message =
                        format!("field {number} was called `{}` and is called `{}`", shown(was), shown(is));
                    self.add(id::SOURCE_FIELD_RENAMED, message, &element, (&place, &new_place));
                }
                continue;
            }
            let is_reserved = new.reserved_range.iter().any(|it| (it.start()..it.end()).contains(&number));
            let is_name_kept = new.reserved_name.iter().any(|it| it == was);
            if let Some(what) = unreserved(is_reserved, is_name_kept, number, was) {
                let message = format!("field `{}` = {number} is gone, and {what}", shown(was));
                self.add(id::SOURCE_FIELD_UNRESERVED, message, &element, (&place, at));
                self.shape(number);
            }
        }
    }

    fn values(
        &mut self,
        name: &str,
        old: &EnumDescriptorProto,
        new: &EnumDescriptorProto,
        path: &[i32],
        at: &[i32],
    ) {
        for (index, value) in old.value.iter().enumerate() {
            let (number, was) = (value.number(), value.name());
            if new.value.iter().any(|it| it.number() == number) {
                continue;
            }
            // Ranges of enums include their end.
            let is_reserved = new.reserved_range.iter().any(|it| (it.start()..=it.end()).contains(&number));
            let is_name_kept = new.reserved_name.iter().any(|it| it == was);
            if let Some(what) = unreserved(is_reserved, is_name_kept, number, was) {
                let message = format!("enum value `{}` = {number} is gone, and {what}", shown(was));
                let place: Vec<i32> = path.iter().copied().chain([2, index as i32]).collect();
                self.add(id::SOURCE_ENUM_VALUE_UNRESERVED, message, &format!("{name}.{was}"), (&place, at));
                self.shape(number);
            }
        }
    }

    fn services(&mut self, old: &FileDescriptorProto, new: &FileDescriptorProto) {
        let full = |name: &str| {
            if old.package().is_empty() { name.to_owned() } else { format!("{}.{name}", old.package()) }
        };
        for (index, before) in old.service.iter().enumerate() {
            let name = full(before.name());
            let path = [6, index as i32];
            let Some((at, after)) = new.service.iter().enumerate().find(|(_, it)| it.name() == before.name())
            else {
                let message = format!("service `{}` is gone", shown(&name));
                self.add(id::SOURCE_SERVICE_REMOVED, message, &name, (&path, &[]));
                continue;
            };
            for (number, method) in before.method.iter().enumerate() {
                let element = format!("{name}.{}", method.name());
                let place = [6, index as i32, 2, number as i32];
                let found = after.method.iter().enumerate().find(|(_, it)| it.name() == method.name());
                match found {
                    None => {
                        let message = format!("RPC `{}` is gone", shown(&element));
                        self.add(id::SOURCE_RPC_REMOVED, message, &element, (&place, &[6, at as i32]));
                    }
                    Some((new_number, other)) => {
                        if let Some(what) = changed(method, other) {
                            let message = format!("RPC `{}`: {what}", shown(&element));
                            let new_place = [6, at as i32, 2, new_number as i32];
                            self.add(id::SOURCE_RPC_CHANGED, message, &element, (&place, &new_place));
                        }
                    }
                }
            }
        }
    }

    /// The number that the last finding is about.
    fn shape(&mut self, number: i32) {
        if let Some(finding) = self.findings.last_mut() {
            finding.shape = number.to_string();
        }
    }

    fn add(&mut self, rule: RuleId, message: String, element: &str, (old, new): (&[i32], &[i32])) {
        let mut finding = self.pair.finding(rule, Side::New, message);
        finding.element = element.to_owned();
        finding.old = Some(self.old.place(element, old));
        finding.new = Some(self.new.place(element, new));
        self.findings.push(finding);
    }
}

/// What could be taken again.
fn unreserved(number: bool, name: bool, value: i32, text: &str) -> Option<String> {
    match (number, name) {
        (true, true) => None,
        (false, true) => Some(format!("the number {value} is not reserved")),
        (true, false) => Some(format!("the name `{}` is not reserved", shown(text))),
        (false, false) => Some("neither its number nor its name is reserved".to_owned()),
    }
}

fn changed(old: &MethodDescriptorProto, new: &MethodDescriptorProto) -> Option<String> {
    if old.input_type() != new.input_type() {
        return Some(format!(
            "it takes `{}`, and took `{}`",
            shown(new.input_type()),
            shown(old.input_type())
        ));
    }
    if old.output_type() != new.output_type() {
        return Some(format!(
            "it gives `{}`, and gave `{}`",
            shown(new.output_type()),
            shown(old.output_type())
        ));
    }
    let streams = |it: &MethodDescriptorProto| (it.client_streaming(), it.server_streaming());
    (streams(old) != streams(new)).then(|| "one of its sides became a stream, or ceased to be one".to_owned())
}
