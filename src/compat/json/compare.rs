//! What differs between two schemas, and which pairs of schemas inside have to be compared as well.
//!
//! `original` is the schema of the writer, `update` that of the reader: the update has to accept what the original
//! accepts. Only differences that are incompatible under the policy STRICT are told.

use std::rc::Rc;

use super::arrays;
use super::documents::Target;
use super::objects;
use super::rules::id;
use super::schemas::{Class, Combined, Criterion, Id, Item, Schemas};
use super::values;
use crate::compat::rule::RuleId;
use crate::schema::json_text::{Member, Node, Shape};

/// A schema of the writer and one of the reader.
pub(super) type Ids = (Id, Id);

/// A difference at one place.
#[derive(Debug, Clone)]
pub(super) struct Difference<'d> {
    pub(super) rule: RuleId,
    pub(super) original: Spot<'d>,
    pub(super) update: Spot<'d>,
    /// What it is about: a keyword, or the name of a property.
    pub(super) name: &'d str,
}

/// A place in a document: a schema, and the member in it where there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'d> {
    pub(super) document: usize,
    pub(super) node: &'d Node,
    pub(super) member: Option<&'d Member>,
    pub(super) schema: Id,
}

/// What else has to hold for a pair to be compatible.
#[derive(Debug, Clone)]
pub(super) enum Need<'d> {
    /// A pair inside; where it is not compatible, that is a difference besides what is found in it.
    Inside { ids: Ids, otherwise: Option<Difference<'d>> },
    /// The schemas that `not` stands before, the other way around.
    Reversed { ids: Ids, otherwise: Difference<'d> },
    /// One of these pairs.
    Any { pairs: Vec<Ids>, otherwise: Difference<'d> },
    /// Each member of the smaller side goes with one of the larger side, no two with the same.
    Matching { original: Rc<[Id]>, update: Rc<[Id]>, matched: Vec<Option<usize>>, otherwise: Difference<'d> },
}

/// All about one pair.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome<'d> {
    pub(super) differences: Vec<Difference<'d>>,
    pub(super) needs: Vec<Need<'d>>,
}

/// Compares two schemas that are no references to others.
pub(super) fn compare<'d>(schemas: &mut Schemas<'d>, ids: Ids) -> Outcome<'d> {
    let (Some(original), Some(update)) = (schemas.item(ids.0).cloned(), schemas.item(ids.1).cloned()) else {
        return Outcome::default();
    };
    let mut comparison = Comparison { schemas, ids, original, update, outcome: Outcome::default() };
    comparison.compare();
    comparison.outcome
}

/// Two schemas being compared.
#[derive(Debug)]
pub(super) struct Comparison<'s, 'd> {
    pub(super) schemas: &'s mut Schemas<'d>,
    ids: Ids,
    pub(super) original: Item<'d>,
    pub(super) update: Item<'d>,
    outcome: Outcome<'d>,
}

impl<'d> Comparison<'_, 'd> {
    fn compare(&mut self) {
        let nothing = |item: &Item<'d>| match item.class {
            Class::Reference(Target::Nothing(written)) => Some(written),
            _ => None,
        };
        if let Some(written) = nothing(&self.original).or_else(|| nothing(&self.update)) {
            return self.differs(crate::compat::rule::id::UNLINKED, written);
        }
        if !self.original.class.is_comparable(&self.update.class) {
            return self.other_class();
        }
        match (self.original.class.clone(), self.update.class.clone()) {
            (Class::Text, _) => self.text(),
            (Class::Number { integer: original }, Class::Number { integer: update }) => {
                if update && !original {
                    self.differs(id::TYPE_NARROWED, "type");
                }
                self.number();
            }
            (Class::Array, _) => arrays::compare(self),
            (Class::Object, _) => objects::compare(self),
            (Class::Enum, _) => self.enumeration(),
            (Class::Const, _) => self.constant(),
            (Class::Not, _) => self.not(),
            (Class::Combined(original), Class::Combined(update)) => self.combined(&original, &update),
            _ => {}
        }
    }

    /// Schemas of different classes: only a combined one with a member for the other can take its place.
    fn other_class(&mut self) {
        let bytes = self.original.is_connect_bytes() && self.update.is_connect_bytes();
        if bytes
            || matches!(self.original.class, Class::False)
            || matches!(self.update.class, Class::Empty | Class::True)
        {
            return;
        }
        let single = |it: &Combined| it.members.len() == 1;
        let pairs: Vec<Ids> = match (&self.original.class, &self.update.class) {
            (_, Class::Combined(it)) if single(it) || it.criterion != Criterion::All => {
                it.members.iter().map(|member| (self.ids.0, *member)).collect()
            }
            (Class::Combined(it), _) if single(it) || it.criterion == Criterion::All => {
                it.members.iter().map(|member| (*member, self.ids.1)).collect()
            }
            _ => Vec::new(),
        };
        let otherwise = self.difference(id::TYPE_CHANGED, "type");
        if pairs.is_empty() {
            self.outcome.differences.push(otherwise);
        } else {
            self.outcome.needs.push(Need::Any { pairs, otherwise });
        }
    }

    fn text(&mut self) {
        self.upper("maxLength", id::MAX_LENGTH_ADDED, id::MAX_LENGTH_DECREASED);
        self.lower("minLength", id::MIN_LENGTH_ADDED, id::MIN_LENGTH_INCREASED);
        let pattern = |it: &Item<'d>| it.keyword("pattern").and_then(Node::as_str);
        match (pattern(&self.original), pattern(&self.update)) {
            (None, Some(_)) => self.differs(id::PATTERN_ADDED, "pattern"),
            (Some(original), Some(update)) if original != update => {
                self.differs(id::PATTERN_CHANGED, "pattern")
            }
            _ => {}
        }
    }

    fn number(&mut self) {
        self.upper("maximum", id::MAXIMUM_ADDED, id::MAXIMUM_DECREASED);
        self.lower("minimum", id::MINIMUM_ADDED, id::MINIMUM_INCREASED);
        self.exclusive_maximum();
        self.lower("exclusiveMinimum", id::EXCLUSIVE_MINIMUM_ADDED, id::EXCLUSIVE_MINIMUM_INCREASED);
        match (self.original.number("multipleOf"), self.update.number("multipleOf")) {
            (None, Some(_)) => self.differs(id::MULTIPLE_OF_ADDED, "multipleOf"),
            (Some(original), Some(update)) if original != update => {
                if update % original == 0.0 {
                    self.differs(id::MULTIPLE_OF_EXPANDED, "multipleOf");
                } else if original % update != 0.0 {
                    self.differs(id::MULTIPLE_OF_CHANGED, "multipleOf");
                }
            }
            _ => {}
        }
    }

    /// As Confluent's registry does it: a smaller bound is compared with the update's `maximum`, not with its
    /// `exclusiveMaximum`. Where there is no `maximum`, the registry fails with an exception; to us that is incompatible.
    fn exclusive_maximum(&mut self) {
        const KEYWORD: &str = "exclusiveMaximum";
        match (self.original.number(KEYWORD), self.update.number(KEYWORD)) {
            (None, Some(_)) => self.differs(id::EXCLUSIVE_MAXIMUM_ADDED, KEYWORD),
            (Some(original), Some(update))
                if original > update
                    && self.update.number("maximum").is_none_or(|maximum| original > maximum) =>
            {
                self.differs(id::EXCLUSIVE_MAXIMUM_DECREASED, KEYWORD);
            }
            _ => {}
        }
    }

    fn enumeration(&mut self) {
        let (original, update) =
            (values::set(self.original.keyword("enum")), values::set(self.update.keyword("enum")));
        if !update.is_superset(&original) {
            let narrowed = update.is_subset(&original);
            self.differs(if narrowed { id::ENUM_NARROWED } else { id::ENUM_CHANGED }, "enum");
        }
    }

    /// Confluent's registry fails with an exception on the constant null; to us that is incompatible.
    fn constant(&mut self) {
        let (original, update) = (self.original.keyword("const"), self.update.keyword("const"));
        if original.is_some_and(|it| matches!(it.shape, Shape::Null)) {
            self.differs(id::CONST_NULL, "const");
        } else if original.map(values::value) != update.map(values::value) {
            self.differs(id::ENUM_CHANGED, "const");
        }
    }

    fn not(&mut self) {
        let (Some(original), Some(update)) = (self.original.keyword("not"), self.update.keyword("not"))
        else {
            return;
        };
        let original = self.schemas.load(self.original.document, original);
        let update = self.schemas.load(self.update.document, update);
        let otherwise = self.difference(id::NOT_EXTENDED, "not");
        self.outcome.needs.push(Need::Reversed { ids: (update, original), otherwise });
    }

    fn combined(&mut self, original: &Combined, update: &Combined) {
        use Criterion::{All, Any, One};
        let single = |it: &Combined| it.members.len() == 1;
        let extends = update.criterion == Any
            || (single(original) && (single(update) || update.criterion == One))
            || (single(update) && original.criterion == All);
        if original.criterion != update.criterion && !extends {
            return self.differs(id::COMBINED_CHANGED, "type");
        }
        let (before, after) = (original.unique.len(), update.unique.len());
        if before < after && update.criterion == All {
            self.differs(id::PRODUCT_EXTENDED, "allOf");
        } else if before > after && original.criterion != All {
            self.differs(id::SUM_NARROWED, if original.criterion == Any { "anyOf" } else { "oneOf" });
        }
        let otherwise = self.difference(id::COMBINED_MEMBERS_CHANGED, "type");
        self.outcome.needs.push(Need::Matching {
            original: Rc::clone(&original.unique),
            update: Rc::clone(&update.unique),
            matched: vec![None; before],
            otherwise,
        });
    }

    /// A bound that values must not exceed.
    pub(super) fn upper(&mut self, keyword: &'d str, added: RuleId, decreased: RuleId) {
        self.bound(keyword, added, decreased, |original, update| update < original);
    }

    /// A bound that values must reach.
    pub(super) fn lower(&mut self, keyword: &'d str, added: RuleId, increased: RuleId) {
        self.bound(keyword, added, increased, |original, update| update > original);
    }

    fn bound(&mut self, keyword: &'d str, added: RuleId, moved: RuleId, tighter: fn(f64, f64) -> bool) {
        match (self.original.number(keyword), self.update.number(keyword)) {
            (None, Some(_)) => self.differs(added, keyword),
            (Some(original), Some(update)) if tighter(original, update) => self.differs(moved, keyword),
            _ => {}
        }
    }

    /// Two schemas inside have to be compatible.
    pub(super) fn inside(&mut self, original: &'d Node, update: &'d Node, otherwise: Option<Difference<'d>>) {
        let original = self.schemas.load(self.original.document, original);
        let update = self.schemas.load(self.update.document, update);
        self.outcome.needs.push(Need::Inside { ids: (original, update), otherwise });
    }

    /// The class of a schema inside; a reference is not followed.
    pub(super) fn class_inside(&mut self, document: usize, node: &'d Node) -> Option<Class<'d>> {
        let id = self.schemas.load(document, node);
        self.schemas.item(id).map(|it| it.class.clone())
    }

    /// A difference in a keyword of both schemas.
    pub(super) fn differs(&mut self, rule: RuleId, keyword: &'d str) {
        let difference = self.difference(rule, keyword);
        self.outcome.differences.push(difference);
    }

    /// A difference at a place inside.
    pub(super) fn add(&mut self, difference: Difference<'d>) {
        self.outcome.differences.push(difference);
    }

    pub(super) fn difference(&self, rule: RuleId, keyword: &'d str) -> Difference<'d> {
        let member = |item: &Item<'d>| item.node.members().iter().find(|it| &*it.name == keyword);
        Difference {
            rule,
            original: Spot { member: member(&self.original), ..self.spot(true) },
            update: Spot { member: member(&self.update), ..self.spot(false) },
            name: keyword,
        }
    }

    /// The place of one of the two schemas.
    pub(super) fn spot(&self, original: bool) -> Spot<'d> {
        let (item, schema) = if original { (&self.original, self.ids.0) } else { (&self.update, self.ids.1) };
        Spot { document: item.document, node: item.node, member: None, schema }
    }
}
