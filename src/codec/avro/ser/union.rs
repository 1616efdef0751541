//! Which branch of a union a Rust value is: by its shape, or by the name of its variant.
//!
//! | value | branches, best first |
//! |---|---|
//! | variant of a Rust enum | of the variant's name, simple or full, else the only one that differs in case alone |
//! | whole number | the type of its width, the next wider, the narrower that holds it, floats that hold it exactly |
//! | struct | the record of its name, else the only record, else map |
//! | map | map, else the only record |
//! | logical type | the first of its annotation that holds it exactly |

use super::{NodeSerializer, exact_double, exact_float};
use crate::codec::EncodeErrorKind;
use crate::codec::avro::fault::{Refusal, list};
use crate::codec::avro::plan::{Node, Optional, Plan, TypeNames, Width};
use crate::codec::avro::write;

/// Ranks from here on are guesses, good only where no other branch has the same.
const GUESS: u8 = 100;

impl NodeSerializer<'_, '_, '_> {
    /// The value's own node: on a union the branch of the lowest rank, the first of equals, whose index is written.
    #[inline]
    pub(super) fn settle(
        self,
        given: &str,
        rank: impl Fn(Node, &Plan) -> Option<u8>,
    ) -> Result<Self, Refusal> {
        let Node::Union(number) = self.node else { return Ok(self) };
        if let Some(Optional { null, node }) = self.encoder.plan.union(number).optional {
            self.encoder.out.push(2 * (1 - null));
            return Ok(Self { encoder: self.encoder, node });
        }
        self.settle_union(number, given, rank)
    }

    #[inline(never)]
    fn settle_union(
        self,
        number: u32,
        given: &str,
        rank: impl Fn(Node, &Plan) -> Option<u8>,
    ) -> Result<Self, Refusal> {
        let plan = self.encoder.plan;
        let union = plan.union(number);
        // With null and one other branch there is no choice; that branch itself says what is wrong with the value.
        if let Some(branch) = union.sole {
            return Ok(self.into_branch(number, branch));
        }
        let ranked = || {
            plan.branches(union).iter().enumerate().filter_map(|(at, it)| Some((rank(it.node, plan)?, at)))
        };
        match ranked().min() {
            Some((rank, at)) if rank < GUESS || ranked().filter(|(it, _)| *it == rank).count() == 1 => {
                Ok(self.into_branch(number, at as u32))
            }
            chosen => {
                let has: Vec<_> = plan.branches(union).iter().map(|it| it.names.full).collect();
                let which = if chosen.is_some() { "could be several branches" } else { "is no branch" };
                let message = format!(
                    "{given} {which} of the schema's union of {}; a Rust enum names its branch by its variant",
                    list(&has)
                );
                Err(Refusal::new(EncodeErrorKind::Type, message))
            }
        }
    }

    #[inline]
    fn into_branch(self, union: u32, branch: u32) -> Self {
        let plan = self.encoder.plan;
        write::long(self.encoder.out, branch.into());
        let node = plan.branch(plan.union(union).first + branch).node;
        Self { encoder: self.encoder, node }
    }

    /// The branch that a variant's name means; itself again where this is no union, or no branch has that name.
    pub(super) fn into_variant(self, variant: &str) -> Result<Self, Self> {
        match self.node {
            Node::Union(number) => match named_branch(self.encoder.plan, number, variant) {
                Some(branch) => Ok(self.into_branch(number, branch)),
                None => Err(self),
            },
            _ => Err(self),
        }
    }

    /// Where a variant's content goes: a branch, or this node itself if it has the variant's name.
    pub(super) fn variant(self, name: &str, variant: &str) -> Result<Self, Refusal> {
        self.into_variant(variant).or_else(|this| {
            let names: TypeNames = this.encoder.plan.names(this.node);
            if names.are(variant) || names.resemble(variant) {
                return Ok(this);
            }
            Err(this.mismatch(&format!("the variant `{name}::{variant}`")))
        })
    }
}

fn named_branch(plan: &Plan, union: u32, variant: &str) -> Option<u32> {
    let branches = plan.branches(plan.union(union));
    if let Some(exact) = branches.iter().position(|it| it.names.are(variant)) {
        return Some(exact as u32);
    }
    let mut alike = branches.iter().enumerate().filter(|(_, it)| it.names.resemble(variant));
    match (alike.next(), alike.next()) {
        (Some((one, _)), None) => Some(one as u32),
        _ => None,
    }
}

/// `wide` says that the value's Rust type has 64 bits, for which `long` comes before `int`.
pub(super) fn rank_whole(node: Node, value: i128, wide: bool) -> Option<u8> {
    let (int, long) = if wide { (1, 0) } else { (0, 1) };
    match node {
        Node::Int => i32::try_from(value).ok().map(|_| int),
        Node::Long => i64::try_from(value).ok().map(|_| long),
        Node::Temporal(_, Width::Int) => i32::try_from(value).ok().map(|_| 2 + int),
        Node::Temporal(_, Width::Long) => i64::try_from(value).ok().map(|_| 2 + long),
        Node::Double => exact_double(value).map(|_| 4),
        Node::Float => exact_float(value).map(|_| 5),
        _ => None,
    }
}

pub(super) fn rank_text(plan: &Plan, node: Node, text: &str) -> Option<u8> {
    match node {
        Node::String => Some(0),
        Node::UuidText => Some(1),
        Node::Enum(number) => plan.enumeration(number).symbols.iter().any(|it| it.text == text).then_some(2),
        _ => None,
    }
}

pub(super) fn rank_symbol(plan: &Plan, node: Node, variant: &str) -> Option<u8> {
    match node {
        Node::String => Some(3),
        _ => rank_text(plan, node, variant),
    }
}

pub(super) fn rank_bytes(plan: &Plan, node: Node, length: usize) -> Option<u8> {
    match node {
        Node::Bytes => Some(0),
        Node::Fixed(size) => (size as usize == length).then_some(1),
        Node::UuidFixed | Node::UuidText => (length == 16).then_some(2),
        Node::Duration => (length == 12).then_some(2),
        Node::Decimal(number) => {
            plan.decimal(number).size.is_none_or(|it| it as usize == length).then_some(3)
        }
        _ => None,
    }
}

pub(super) fn rank_sequence(node: Node) -> Option<u8> {
    match node {
        Node::Array(_) => Some(0),
        Node::Bytes | Node::Fixed(_) => Some(GUESS),
        Node::Record(_) => Some(GUESS + 1),
        _ => None,
    }
}

pub(super) fn rank_map(node: Node) -> Option<u8> {
    match node {
        Node::Map(_) => Some(0),
        Node::Record(_) => Some(GUESS),
        _ => None,
    }
}

pub(super) fn rank_struct(plan: &Plan, node: Node, name: &str) -> Option<u8> {
    match node {
        Node::Record(number) => {
            let names = plan.record(number).names;
            Some(match () {
                () if names.are(name) => 0,
                () if names.resemble(name) => 1,
                () => GUESS,
            })
        }
        Node::Map(_) => Some(GUESS + 1),
        _ => None,
    }
}
