//! Which message a path of indexes names, and back.
//!
//! What counts is decided by the schema *as registered* (Confluent's wire format): in `.proto` text `map<K, V>` and groups
//! declare no message; in a descriptor their messages are there. Some writers count over the descriptor all the same, so a
//! path can be read in more than one way:
//!
//! ```text
//! message Quake {                        count of       text    descriptor
//!   map<string, string> links = 1;         LinksEntry     -      [0, 0]
//!   message Place {}                       Place        [0, 0]   [0, 1]
//! }
//! ```

use std::collections::{HashMap, HashSet};

use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FieldDescriptorProto};

use super::{Model, Origin, qualified};
use crate::schema::MessageCount;

/// The messages of a schema, by path and by name.
#[derive(Debug, Clone)]
pub struct Messages {
    list: Vec<Declaration>,
    by_name: HashMap<Box<str>, usize>,
}

/// One message of a schema.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// Its full name, package included.
    pub full_name: Box<str>,
    /// The path to it over the schema as registered; none for what the text does not declare: the message behind a map or a group.
    pub path: Option<Box<[i32]>>,
    /// The path to it over the descriptor.
    descriptor_path: Box<[i32]>,
    /// The path to it when neither map entries nor groups count, however they are written: the count of a normalizing registry.
    bare_path: Option<Box<[i32]>>,
    /// Whether it is the entry of a map.
    pub is_map_entry: bool,
}

impl Messages {
    /// The messages of that schema, in the order of their declaration, each followed by those within it.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let file = model.file();
        let mut list = Vec::new();
        let root =
            Scope { name: file.package(), path: Some(&[]), descriptor_path: &[], bare_path: Some(&[]) };
        collect(&root, model.origin(), &file.message_type, &group_names(&file.extension), &mut list);
        let by_name = list.iter().enumerate().map(|(at, it)| (it.full_name.clone(), at)).collect();
        Self { list, by_name }
    }

    /// The first message of the schema.
    #[must_use]
    pub fn first(&self) -> Option<&Declaration> {
        self.list.first()
    }

    /// The message of that full name.
    #[must_use]
    pub fn named(&self, full_name: &str) -> Option<&Declaration> {
        self.list.get(*self.by_name.get(full_name)?)
    }

    /// Every message to which that path may lead, the likeliest first: by the writer's count, then over the schema as registered,
    /// over its descriptor, without any map entry or group. A map entry is never meant.
    pub fn at(&self, path: &[i32], count: MessageCount) -> impl Iterator<Item = &Declaration> {
        use MessageCount::{AsRegistered, WithEntries, WithoutEntries};
        let mut found: Vec<&Declaration> = Vec::new();
        for count in [count, AsRegistered, WithEntries, WithoutEntries] {
            let leads = self.list.iter().find(|it| it.path_by(count) == Some(path));
            found.extend(
                leads.filter(|it| !it.is_map_entry && !found.iter().any(|had| std::ptr::eq(*had, *it))),
            );
        }
        found.into_iter()
    }
}

impl Declaration {
    /// The path to it by that count; none for what does not count.
    #[must_use]
    pub fn path_by(&self, count: MessageCount) -> Option<&[i32]> {
        match count {
            MessageCount::AsRegistered => self.path.as_deref(),
            MessageCount::WithEntries => Some(&self.descriptor_path),
            MessageCount::WithoutEntries => self.bare_path.as_deref(),
        }
    }
}

/// What messages are declared in: the file, or another message. A path is absent within what does not count.
struct Scope<'m> {
    name: &'m str,
    path: Option<&'m [i32]>,
    descriptor_path: &'m [i32],
    bare_path: Option<&'m [i32]>,
}

fn collect(
    scope: &Scope<'_>,
    origin: Origin,
    messages: &[DescriptorProto],
    groups: &HashSet<&str>,
    list: &mut Vec<Declaration>,
) {
    let (mut declared, mut bare) = (0, 0);
    for (index, message) in messages.iter().enumerate() {
        let is_map_entry = is_map_entry(message);
        let is_group = groups.contains(message.name());
        let is_written = origin == Origin::Descriptor || !is_synthetic(message, groups);
        let path = scope.path.filter(|_| is_written).map(|path| child(path, &mut declared));
        let bare_path =
            scope.bare_path.filter(|_| !is_map_entry && !is_group).map(|path| child(path, &mut bare));
        let descriptor_path = child(scope.descriptor_path, &mut (index as i32));
        let full_name = qualified(scope.name, message.name());
        list.push(Declaration {
            full_name: full_name.as_str().into(),
            path: path.clone(),
            descriptor_path: descriptor_path.clone(),
            bare_path: bare_path.clone(),
            is_map_entry,
        });
        let inner = Scope {
            name: &full_name,
            path: path.as_deref(),
            descriptor_path: &descriptor_path,
            bare_path: bare_path.as_deref(),
        };
        let groups = group_names(message.field.iter().chain(&message.extension));
        collect(&inner, origin, &message.nested_type, &groups, list);
    }
}

fn child(path: &[i32], next: &mut i32) -> Box<[i32]> {
    let child = path.iter().copied().chain([*next]).collect();
    *next += 1;
    child
}

/// Whether the parser made this message for a `map<K, V>` or a group, so that the text shows none.
/// `groups` are those of the scope it stands in, see [`group_names`].
pub(crate) fn is_synthetic(message: &DescriptorProto, groups: &HashSet<&str>) -> bool {
    let made_for_map = message.options.as_ref().is_some_and(|options| options.map_entry());
    made_for_map || groups.contains(message.name())
}

/// The names of the messages that stand for groups among these fields.
pub(crate) fn group_names<'m>(
    fields: impl IntoIterator<Item = &'m FieldDescriptorProto>,
) -> HashSet<&'m str> {
    let groups = fields.into_iter().filter(|field| field.r#type == Some(Type::Group.into()));
    groups.filter_map(|field| field.type_name().rsplit('.').next()).collect()
}

/// Whether it is the entry of a map, made by the parser or written with `option map_entry = true`.
pub(crate) fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| {
        options.map_entry()
            || options.uninterpreted_option.iter().any(|option| {
                let name = option.name.iter().map(|part| part.name_part.as_str());
                name.eq(["map_entry"]) && option.identifier_value() == "true"
            })
    })
}
