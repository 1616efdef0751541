//! A bound on what waits to be acknowledged, in bytes and in records; who finds no room waits in line.
//!
//! ```text
//! try_reserve ── room, and nobody in line ──> Reserved ── dropped ──> the first in line, while there is room
//! reserve     ── otherwise ──> in line
//! ```

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Bytes and records that may wait at once.
#[derive(Debug, Clone)]
pub(super) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: Amount,
    state: Mutex<State>,
}

/// So many bytes, in so many records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Amount {
    pub(super) bytes: usize,
    pub(super) records: usize,
}

#[derive(Debug, Default)]
struct State {
    used: Amount,
    line: VecDeque<Waiting>,
    next: u64,
    is_closed: bool,
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    bytes: usize,
    /// Its room is taken already; it has only to come for it.
    is_granted: bool,
    waker: Waker,
}

/// Room taken from a budget, given back when dropped.
#[derive(Debug)]
pub(super) struct Reserved {
    budget: Budget,
    amount: Amount,
}

impl Budget {
    pub(super) fn new(bytes: usize, records: usize) -> Self {
        Self(Arc::new(Inner { most: Amount { bytes, records }, state: Mutex::default() }))
    }

    pub(super) fn most(&self) -> Amount {
        self.0.most
    }

    /// What is taken now.
    pub(super) fn used(&self) -> Amount {
        self.state().used
    }

    /// Takes room for one record if there is some and nobody waits for it. A record larger than the whole budget passes when
    /// nothing else waits.
    pub(super) fn try_reserve(&self, bytes: usize) -> Option<Reserved> {
        let mut state = self.state();
        (state.line.is_empty() && state.take(self.0.most, bytes)).then(|| self.reserved(bytes))
    }

    /// Takes room for one record as soon as there is some, in the order of the first polls. `None` once the budget is closed.
    pub(super) fn reserve(&self, bytes: usize) -> Reserve<'_> {
        Reserve { budget: self, bytes, id: None }
    }

    /// Sends everyone in line away.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        let wakers: Vec<Waker> = state.line.iter().map(|it| it.waker.clone()).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn reserved(&self, bytes: usize) -> Reserved {
        Reserved { budget: self.clone(), amount: Amount { bytes, records: 1 } }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, most: Amount, bytes: usize) -> bool {
        let after = Amount { bytes: self.used.bytes + bytes, records: self.used.records + 1 };
        let fits = self.used.records == 0 || after.bytes <= most.bytes && after.records <= most.records;
        if fits {
            self.used = after;
        }
        fits
    }

    /// Lets in as many as there is room for, in order.
    fn grant(&mut self, most: Amount) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for place in 0..self.line.len() {
            let Some(waiting) = self.line.get(place) else { break };
            if waiting.is_granted {
                continue;
            }
            let bytes = waiting.bytes;
            if !self.take(most, bytes) {
                break;
            }
            if let Some(waiting) = self.line.get_mut(place) {
                waiting.is_granted = true;
                wakers.push(waiting.waker.clone());
            }
        }
        wakers
    }
}

impl Inner {
    fn give_back(&self, amount: Amount) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.used.bytes -= amount.bytes;
        state.used.records -= amount.records;
        let wakers = if state.line.is_empty() { Vec::new() } else { state.grant(self.most) };
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Reserved {
    /// One reservation for both, of the same budget.
    pub(super) fn join(&mut self, mut other: Self) {
        let more = std::mem::take(&mut other.amount);
        self.amount.bytes += more.bytes;
        self.amount.records += more.records;
    }

    /// Whether both are of one budget.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.budget.0, &other.budget.0)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.amount.records > 0 {
            self.budget.0.give_back(self.amount);
        }
    }
}

/// Waits for room; dropped, it leaves the line.
#[derive(Debug)]
pub(super) struct Reserve<'b> {
    budget: &'b Budget,
    bytes: usize,
    id: Option<u64>,
}

impl Future for Reserve<'_> {
    type Output = Option<Reserved>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Reserved>> {
        let this = &mut *self;
        let mut state = this.budget.state();
        let Some(id) = this.id else {
            if state.is_closed {
                return Poll::Ready(None);
            }
            if state.line.is_empty() && state.take(this.budget.0.most, this.bytes) {
                return Poll::Ready(Some(this.budget.reserved(this.bytes)));
            }
            let id = state.next;
            state.next += 1;
            let waker = context.waker().clone();
            state.line.push_back(Waiting { id, bytes: this.bytes, is_granted: false, waker });
            this.id = Some(id);
            return Poll::Pending;
        };
        let is_closed = state.is_closed;
        let Some(place) = state.line.iter().position(|it| it.id == id) else { return Poll::Ready(None) };
        match state.line.get_mut(place) {
            Some(waiting) if !waiting.is_granted && !is_closed => {
                waiting.waker.clone_from(context.waker());
                return Poll::Pending;
            }
            Some(waiting) if !waiting.is_granted => {
                state.line.remove(place);
                this.id = None;
                return Poll::Ready(None);
            }
            _ => drop(state.line.remove(place)),
        }
        this.id = None;
        Poll::Ready(Some(this.budget.reserved(this.bytes)))
    }
}

impl Drop for Reserve<'_> {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let mut state = self.budget.state();
        let place = state.line.iter().position(|it| it.id == id);
        let left = place.and_then(|place| state.line.remove(place));
        // Whoever stood behind one that was too large may have room now.
        let wakers = state.grant(self.budget.0.most);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        if left.is_some_and(|waiting| waiting.is_granted) {
            drop(self.budget.reserved(self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    #[test]
    fn what_is_dropped_is_given_back() {
        let budget = Budget::new(10, 100);
        let mut first = budget.try_reserve(6).expect("there is room");
        first.join(budget.try_reserve(4).expect("there is room"));
        assert!(budget.try_reserve(1).is_none(), "10 of 10 are taken");
        drop(first);
        assert_eq!(budget.used(), Amount::default());
        assert!(budget.try_reserve(11).is_some(), "alone, a large record passes");
    }

    #[test]
    fn nobody_overtakes_who_waits_and_a_closed_budget_sends_all_away() {
        let budget = Budget::new(10, 100);
        let held = budget.try_reserve(8).expect("there is room");
        let mut large = Box::pin(budget.reserve(9));
        assert!(large.as_mut().now_or_never().is_none());
        assert!(budget.try_reserve(1).is_none(), "somebody is in line");
        let mut small = Box::pin(budget.reserve(1));
        assert!(small.as_mut().now_or_never().is_none());
        drop(held);
        let first = large.as_mut().now_or_never().flatten().expect("its turn");
        let second = small.as_mut().now_or_never().flatten().expect("9 and 1 are 10");
        let mut third = Box::pin(budget.reserve(1));
        assert!(third.as_mut().now_or_never().is_none());
        budget.close();
        assert!(third.as_mut().now_or_never().expect("an answer").is_none());
        drop((first, second));
        assert_eq!(budget.used(), Amount::default());
    }

    proptest! {
        /// Against a naive model: a line of sizes, of which as many are let in as fit, in order.
        #[test]
        fn room_is_given_in_order_and_never_twice(
            most in 1usize..20, records in 1usize..5, steps in prop::collection::vec((0u8..4, 0usize..8, 1usize..12), 0..120),
        ) {
            let budget = Budget::new(most, records);
            let (mut line, mut inside) = (Vec::new(), Vec::new());
            let mut model_inside: Vec<usize> = Vec::new();
            let fits = |inside: &[usize], bytes| {
                inside.is_empty() || inside.iter().sum::<usize>() + bytes <= most && inside.len() < records
            };
            for (step, pick, bytes) in steps {
                match step {
                    0 => {
                        let reserved = budget.try_reserve(bytes);
                        prop_assert_eq!(reserved.is_some(), line.is_empty() && fits(&model_inside, bytes));
                        if let Some(reserved) = reserved {
                            inside.push(reserved);
                            model_inside.push(bytes);
                        }
                    }
                    1 => {
                        let mut waiting = Box::pin(budget.reserve(bytes));
                        match waiting.as_mut().now_or_never() {
                            Some(reserved) => {
                                prop_assert!(line.is_empty() && fits(&model_inside, bytes));
                                inside.extend(reserved);
                                model_inside.push(bytes);
                            }
                            None => line.push((bytes, waiting)),
                        }
                    }
                    2 if pick < inside.len() => {
                        drop(inside.remove(pick));
                        model_inside.remove(pick);
                    }
                    3 if pick < line.len() => drop(line.remove(pick)),
                    _ => {}
                }
                while line.first().is_some_and(|(bytes, _)| fits(&model_inside, *bytes)) {
                    let (bytes, mut waiting) = line.remove(0);
                    inside.extend(waiting.as_mut().now_or_never().expect("its turn"));
                    model_inside.push(bytes);
                }
                for (_, waiting) in &mut line {
                    prop_assert!(waiting.as_mut().now_or_never().is_none(), "not yet");
                }
                let used = Amount { bytes: model_inside.iter().sum(), records: model_inside.len() };
                prop_assert_eq!(budget.used(), used);
            }
        }
    }
}
