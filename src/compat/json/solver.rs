//! Which pairs of schemas are compatible, where schemas refer to each other in circles.
//!
//! A pair is compatible until shown otherwise (the greatest fixed point): differences make their pair fail, and a pair
//! that fails makes those fail that need it. Nothing recurses, and every pair fails once at most, so it ends.

use std::collections::HashMap;
use std::rc::Rc;

use super::compare::{Difference, Ids, Need, compare};
use super::matching;
use super::rules;
use super::schemas::Schemas;
use crate::compat::Policy;

/// How many pairs of schemas, and needs of one for another, a check may look at. Schemas that people write have thousands;
/// twelve definitions whose alternatives all refer to each other have twenty thousand, and it grows by the fourth power.
const WORK: usize = 500_000;

#[derive(Debug)]
pub(super) struct Solver<'d> {
    pub(super) schemas: Schemas<'d>,
    policy: Policy,
    numbers: HashMap<Ids, usize>,
    states: Vec<State<'d>>,
    /// The states that need a pair.
    dependents: HashMap<Ids, Vec<usize>>,
    work: usize,
}

/// What is known of a pair.
#[derive(Debug)]
struct State<'d> {
    ids: Ids,
    fails: bool,
    needs: Vec<Need<'d>>,
}

impl<'d> Solver<'d> {
    pub(super) fn new(schemas: Schemas<'d>, policy: Policy) -> Self {
        Self {
            schemas,
            policy,
            numbers: HashMap::new(),
            states: Vec::new(),
            dependents: HashMap::new(),
            work: 0,
        }
    }

    /// Whether there was more to compare than may be. All that was left then counts as incompatible.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.work > WORK
    }

    /// Whether a difference makes its pair incompatible.
    pub(super) fn breaks(&self, difference: &Difference<'_>) -> bool {
        self.policy == Policy::Strict || !rules::is_lenient(difference.rule)
    }

    /// Both schemas without references to them.
    pub(super) fn resolved(&mut self, ids: Ids) -> Ids {
        (self.schemas.resolved(ids.0), self.schemas.resolved(ids.1))
    }

    /// Whether the pair is compatible.
    pub(super) fn is_compatible(&mut self, ids: Ids) -> bool {
        let ids = self.resolved(ids);
        if let Some(known) = self.fails(ids) {
            return !known;
        }
        let fresh = self.explore(ids);
        for state in fresh.rev() {
            self.settle(state);
        }
        self.fails(ids) == Some(false)
    }

    /// The pairs that a matching made, and the members of each side without a partner, by their numbers.
    pub(super) fn matched(&mut self, need: &Need<'d>) -> (Vec<Ids>, Vec<usize>, Vec<usize>) {
        let Need::Matching { original, update, matched, .. } = need else { return Default::default() };
        let (original, update) = (Rc::clone(original), Rc::clone(update));
        let mut matched = matched.clone();
        for left in original.iter() {
            for right in update.iter() {
                self.is_compatible((*left, *right));
            }
        }
        self.grow(&original, &update, &mut matched);
        let pairs = matched
            .iter()
            .zip(original.iter())
            .filter_map(|(right, left)| Some((*left, *update.get((*right)?)?)))
            .collect();
        let alone_before =
            (0..original.len()).filter(|left| matched.get(*left).is_none_or(Option::is_none)).collect();
        let alone_now = (0..update.len()).filter(|right| !matched.contains(&Some(*right))).collect();
        (pairs, alone_before, alone_now)
    }

    /// Takes up a pair and all pairs that it needs and that are not known yet.
    fn explore(&mut self, ids: Ids) -> std::ops::Range<usize> {
        let first = self.states.len();
        let mut waiting = vec![ids];
        while let Some(ids) = waiting.pop() {
            let ids = self.resolved(ids);
            if self.numbers.contains_key(&ids) {
                continue;
            }
            self.work += 1;
            if self.is_exhausted() {
                break;
            }
            let outcome = compare(&mut self.schemas, ids);
            let fails = outcome.differences.iter().any(|it| self.breaks(it));
            let number = self.states.len();
            self.numbers.insert(ids, number);
            if !fails {
                for need in &outcome.needs {
                    self.need(number, need, &mut waiting);
                }
            }
            let needs = if fails { Vec::new() } else { outcome.needs };
            self.states.push(State { ids, fails, needs });
        }
        first..self.states.len()
    }

    fn need(&mut self, number: usize, need: &Need<'d>, waiting: &mut Vec<Ids>) {
        let pairs: Vec<Ids> = match need {
            Need::Inside { ids, .. } | Need::Reversed { ids, .. } => vec![*ids],
            Need::Any { pairs, .. } => pairs.clone(),
            Need::Matching { original, update, .. } => {
                if self.work + original.len().saturating_mul(update.len()) > WORK {
                    self.work = WORK + 1;
                    return;
                }
                original.iter().flat_map(|left| update.iter().map(|right| (*left, *right))).collect()
            }
        };
        self.work += pairs.len();
        for ids in pairs {
            let ids = self.resolved(ids);
            self.dependents.entry(ids).or_default().push(number);
            if !self.numbers.contains_key(&ids) {
                waiting.push(ids);
            }
        }
    }

    /// Lets a pair fail where its needs are not met, and those that need it.
    fn settle(&mut self, state: usize) {
        let mut waiting = vec![state];
        while let Some(state) = waiting.pop() {
            if !self.holds(state) {
                let Some(it) = self.states.get_mut(state) else { continue };
                it.fails = true;
                let ids = it.ids;
                // Each is told of this failure once.
                waiting.extend(self.dependents.remove(&ids).unwrap_or_default());
            }
        }
    }

    fn holds(&mut self, state: usize) -> bool {
        let Some(it) = self.states.get_mut(state) else { return false };
        if it.fails {
            // Known before; only those that need it have to hear of it.
            return false;
        }
        let mut needs = std::mem::take(&mut it.needs);
        let holds = needs.iter_mut().all(|need| match need {
            Need::Inside { ids, .. } | Need::Reversed { ids, .. } => self.is_fine(*ids),
            Need::Any { pairs, .. } => pairs.iter().any(|ids| self.is_fine(*ids)),
            Need::Matching { original, update, matched, .. } => {
                let smaller = original.len().min(update.len());
                self.grow(original, update, matched) == smaller
            }
        });
        if let Some(it) = self.states.get_mut(state) {
            it.needs = needs;
        }
        holds
    }

    /// Drops partners that turned out to be incompatible, and looks for others. Answers how many have one.
    fn grow(&mut self, original: &[usize], update: &[usize], matched: &mut [Option<usize>]) -> usize {
        let mut lost = false;
        for (left, right) in original.iter().zip(matched.iter_mut()) {
            let partner = right.and_then(|right| update.get(right));
            let is_fine = partner.is_some_and(|partner| self.is_fine((*left, *partner)));
            if !is_fine {
                *right = None;
                lost = true;
            }
        }
        let count = matched.iter().flatten().count();
        if !lost || count == update.len() {
            return count;
        }
        let edges: Vec<Vec<usize>> = original
            .iter()
            .map(|left| {
                let fits = update.iter().enumerate().filter(|(_, right)| self.is_fine((*left, **right)));
                fits.map(|(number, _)| number).collect()
            })
            .collect();
        matching::grow(matched, update.len(), &edges)
    }

    /// Whether a pair that was taken up has not failed.
    fn is_fine(&mut self, ids: Ids) -> bool {
        let ids = self.resolved(ids);
        self.fails(ids) == Some(false)
    }

    fn fails(&self, ids: Ids) -> Option<bool> {
        let state = self.states.get(*self.numbers.get(&ids)?)?;
        Some(state.fails)
    }
}
