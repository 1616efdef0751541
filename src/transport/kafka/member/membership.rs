//! What the group decides: partitions come, are asked back and go, and what a member may still commit.
//!
//! ```text
//! assigned ─> [revoking ─> answered ─> released] ─> assigned ...      each change begins a new generation
//!          └> lost: nobody was asked ─────────────> assigned ...
//! ```

use crate::record::TopicPartition;

use super::super::super::{Committed, Event, Generation};
use super::super::ready::Ready;
use super::{Member, Owned};

impl Member {
    /// These are this member's now.
    pub(in super::super) fn assigned(&self, partitions: Vec<(TopicPartition, u64)>) {
        let mut state = self.state();
        state.has_joined = true;
        if !partitions.is_empty() {
            let generation = state.next_generation();
            for (at, next) in &partitions {
                let owned = Owned { since: generation, next: *next, paused: false, held: Ready::default() };
                state.owned.insert(at.clone(), owned);
            }
            state.notices.push_back(Event::Assigned { generation, partitions });
        }
        drop(state);
        self.news.notify_one();
    }

    /// These are about to go. `None` where nobody is left to answer.
    pub(in super::super) fn revoking(&self, partitions: &[TopicPartition]) -> Option<Generation> {
        let mut state = self.state();
        if state.is_closed || partitions.is_empty() {
            return None;
        }
        state.forget(partitions);
        self.relieve(&mut state);
        let generation = state.generation;
        state.is_asked = true;
        state.notices.push_back(Event::Revoking { generation, partitions: partitions.to_vec() });
        drop(state);
        self.news.notify_one();
        Some(generation)
    }

    /// Resolves when the revocations of that generation are answered.
    pub(in super::super) async fn answered(&self, generation: Generation) {
        loop {
            let answered = self.answers.notified();
            {
                let state = self.state();
                if state.is_closed || state.answered >= Some(generation) {
                    return;
                }
            }
            answered.await;
        }
    }

    pub(in super::super) fn answer(&self, generation: Generation) {
        let mut state = self.state();
        state.answered = state.answered.max(Some(generation));
        // What is assigned is told next, if it is nothing. Until then it is not known where this member's partitions end.
        if std::mem::take(&mut state.is_asked) {
            state.has_joined = false;
        }
        drop(state);
        self.answers.notify_one();
    }

    /// These have gone after an answer.
    pub(in super::super) fn released(&self, partitions: &[TopicPartition]) {
        let mut state = self.state();
        state.next_generation();
        state.owned.retain(|at, _| !partitions.contains(at));
    }

    /// These have gone without an answer; a question that nobody has seen yet is taken back.
    pub(in super::super) fn lost(&self, partitions: &[TopicPartition]) {
        let mut state = self.state();
        state.forget(partitions);
        self.relieve(&mut state);
        let generation = state.generation;
        state.next_generation();
        state.owned.retain(|at, _| !partitions.contains(at));
        state
            .notices
            .retain(|notice| !matches!(notice, Event::Revoking { generation: of, .. } if *of == generation));
        if !partitions.is_empty() {
            state.notices.push_back(Event::Lost { generation, partitions: partitions.to_vec() });
        }
        drop(state);
        self.news.notify_one();
    }

    /// The group has taken everything back, and will say anew what is this member's.
    pub(in super::super) fn rejoins(&self) {
        let mut state = self.state();
        (state.has_joined, state.is_asked) = (false, false);
    }

    /// Whether the member may commit these offsets.
    pub(in super::super) fn may_commit(
        &self,
        generation: Generation,
        offsets: &[(TopicPartition, Committed)],
    ) -> bool {
        let state = self.state();
        offsets.iter().all(|(at, _)| state.owned.get(at).is_some_and(|owned| owned.since <= generation))
    }
}
