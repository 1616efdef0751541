//! Changes to an Avro schema's text that mend a finding.

use super::rules::id;
use crate::compat::edits::{Text, fix};
use crate::compat::{Finding, Fix, Side};
use crate::schema::avro::{Linked, LinkedKind as Kind, TypeIndex, link};
use crate::schema::json_text::{Dialect, Document, Node, write_string};
use crate::schema::{Format, Schema};

/// As the schema was parsed, which is known to be possible.
const DIALECT: Dialect = Dialect { comments: true, duplicates: true };

/// Candidates, the best first.
pub(in crate::compat) fn fixes(finding: &Finding, old: &Schema, new: &Schema) -> Vec<Fix> {
    let parse = |schema: &Schema| Document::parse(Format::Avro, schema.text(), DIALECT).ok();
    let (Some(before), Some(after)) = (parse(old), parse(new)) else { return Vec::new() };
    let (Ok(linked_old), Ok(linked_new)) = (link(old), link(new)) else { return Vec::new() };
    let work = Work {
        finding,
        old: Text::new(old.text(), &before.root),
        new: Text::new(new.text(), &after.root),
        linked_old,
        linked_new,
    };
    let own = match (finding.rule, finding.reader) {
        (id::FIELD_ADDED, _) => work.field_added(),
        (id::FIELD_REMOVED, _) => work.field_removed().into_iter().collect(),
        (id::ENUM_SYMBOL_REMOVED, _) => work.enum_default().into_iter().collect(),
        (id::NAME_CHANGED, Side::New) => work.alias().into_iter().collect(),
        (id::FIELD_MATCHES_TWO, Side::New) => work.without_aliases().into_iter().collect(),
        _ => Vec::new(),
    };
    let mut all = own;
    all.extend(work.restore());
    all
}

struct Work<'w> {
    finding: &'w Finding,
    old: Text<'w>,
    new: Text<'w>,
    linked_old: Linked,
    linked_new: Linked,
}

impl<'w> Work<'w> {
    fn pointers(&self) -> Option<(&'w str, &'w str)> {
        let place = |it: &'w Option<crate::compat::Place>| {
            it.as_ref().filter(|it| it.reference.is_none()).map(|it| it.pointer.as_str())
        };
        Some((place(&self.finding.new)?, place(&self.finding.old)?))
    }

    /// A default for the field, or the name that it had before.
    fn field_added(&self) -> Vec<Fix> {
        let Some((new, old)) = self.pointers() else { return Vec::new() };
        let Some(field) = self.new.node(new) else { return Vec::new() };
        let mut found = Vec::new();
        let name = field.member("name").and_then(Node::as_str).unwrap_or_default();
        let record = new.rsplit_once("/fields").map_or("", |(record, _)| record);
        let ty = self.at(&self.linked_new, record).and_then(|index| {
            self.linked_new.fields(index).find(|(it, _)| it.name == name).map(|(_, ty)| ty)
        });
        // A field that is gone while another came may be the same one.
        let names = |fields: Option<&'w Node>| -> Vec<String> {
            let items = fields.map(Node::items).unwrap_or_default();
            items.iter().filter_map(|it| it.member("name")?.as_str().map(str::to_owned)).collect()
        };
        let (was, is) = (names(self.old.node(old)), names(self.new.node(&format!("{record}/fields"))));
        let gone: Vec<&String> = was.iter().filter(|it| !is.contains(it)).collect();
        if let [gone] = gone.as_slice()
            && field.member("aliases").is_none()
            && let Some(edit) = self.new.add_member(field, "aliases", &format!("[{}]", quoted(gone)))
        {
            found.push(fix(format!("say that `{name}` was called `{gone}`, by an alias"), vec![edit]));
        }
        if let Some(value) = ty.and_then(|ty| default(&self.linked_new, ty))
            && let Some(edit) = self.new.add_member(field, "default", &value)
        {
            found.push(fix(format!("give field `{name}` the default {value}"), vec![edit]));
        }
        found
    }

    fn field_removed(&self) -> Option<Fix> {
        let (new, old) = self.pointers()?;
        let field = self.old.node(old)?;
        let name = field.member("name").and_then(Node::as_str)?;
        let edit = self.new.add_item(self.new.node(new)?, self.old.source(field))?;
        Some(fix(format!("keep field `{name}`"), vec![edit]))
    }

    fn enum_default(&self) -> Option<Fix> {
        let (new, _) = self.pointers()?;
        let it = self.new.node(new.strip_suffix("/symbols")?)?;
        let symbol = it.member("symbols")?.items().first()?.as_str()?;
        let edit = self.new.add_member(it, "default", &quoted(symbol))?;
        Some(fix(format!("give the enum the default `{symbol}`, which unknown symbols read as"), vec![edit]))
    }

    fn alias(&self) -> Option<Fix> {
        let (new, old) = self.pointers()?;
        let it = self.new.node(new.strip_suffix("/name")?)?;
        let written = &self.linked_old.get(self.at(&self.linked_old, old.strip_suffix("/name")?)?).kind;
        let name = match written {
            Kind::Record(it, _) => &it.name,
            Kind::Enum(it) => &it.name,
            Kind::Fixed(it) => &it.name,
            _ => return None,
        };
        let edit = match it.member("aliases") {
            Some(aliases) => self.new.add_item(aliases, &quoted(name.full()))?,
            None => self.new.add_member(it, "aliases", &format!("[{}]", quoted(name.full())))?,
        };
        Some(fix(format!("list the earlier name `{name}` in the aliases"), vec![edit]))
    }

    fn without_aliases(&self) -> Option<Fix> {
        let (new, _) = self.pointers()?;
        let edit = self.new.remove_member(self.new.node(new)?, "aliases")?;
        Some(fix("drop the aliases that name another field", vec![edit]))
    }

    /// The earlier text in the place of the new one.
    fn restore(&self) -> Option<Fix> {
        let (new, old) = self.pointers().filter(|(new, old)| !new.is_empty() && !old.is_empty())?;
        let (now, before) = (self.new.node(new)?, self.old.node(old)?);
        // A field in the place of all fields is no restoration.
        if std::mem::discriminant(&now.shape) != std::mem::discriminant(&before.shape)
            && (new.ends_with("/fields") || old.ends_with("/fields"))
        {
            return None;
        }
        let edit = self.new.replace(now.span, self.old.source(before).to_owned());
        Some(fix("keep what the earlier version has here", vec![edit]))
    }

    /// The type that is declared at a pointer of a schema's own text.
    fn at(&self, linked: &Linked, pointer: &str) -> Option<TypeIndex> {
        linked.types.iter().position(|it| it.source.is_none() && it.pointer == pointer)
    }
}

/// A value of a type as JSON, for a default: empty or zero.
fn default(linked: &Linked, index: TypeIndex) -> Option<String> {
    let it = linked.get(index);
    Some(match &it.kind {
        Kind::Null => "null".to_owned(),
        Kind::Boolean => "false".to_owned(),
        Kind::Int | Kind::Long => "0".to_owned(),
        Kind::Float | Kind::Double => "0.0".to_owned(),
        Kind::Bytes if it.logical.is_some() => "\"\\u0000\"".to_owned(),
        Kind::String if it.logical.is_some() => "\"00000000-0000-0000-0000-000000000000\"".to_owned(),
        Kind::Bytes | Kind::String => "\"\"".to_owned(),
        Kind::Array(_) => "[]".to_owned(),
        Kind::Map(_) => "{}".to_owned(),
        Kind::Union(branches) => {
            let null = branches.iter().find(|it| matches!(linked.get(**it).kind, Kind::Null));
            let inner = null.or(branches.first())?;
            // A union never holds a union.
            return default(linked, *inner);
        }
        Kind::Enum(it) => quoted(it.symbols.first()?),
        Kind::Record(..) | Kind::Fixed(_) => return None,
    })
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    write_string(text, &mut out);
    out
}
