use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Holdings, Tenure};
use crate::record::TopicPartition;

/// What a naive bookkeeper knows: every record ever given out under a tenure, and which of them were finished.
#[derive(Debug, Default)]
struct Model {
    /// By partition: its tenure, where it begins, behind the last that was given out.
    held: BTreeMap<u32, (Tenure, u64, u64)>,
    given: Vec<(u32, Tenure, u64)>,
    finished: Vec<(u32, Tenure, u64)>,
}

impl Model {
    /// The least offset that was given out under the tenure that lasts and is not finished, else behind the last.
    fn positions(&self) -> Vec<(TopicPartition, u64)> {
        let position = |(partition, (tenure, _, next)): (&u32, &(Tenure, u64, u64))| {
            let unfinished = self
                .given
                .iter()
                .filter(|it| it.0 == *partition && it.1 == *tenure && !self.finished.contains(it));
            (TopicPartition::new("t", *partition), unfinished.map(|it| it.2).min().unwrap_or(*next))
        };
        self.held.iter().map(position).collect()
    }
}

#[derive(Debug, Clone)]
enum Step {
    Assign(u32, u64),
    Remove(u32),
    Seek(u32, u64),
    Give(u32),
    /// Finishes any record that was ever given out, of whatever tenure.
    Finish(prop::sample::Index),
    Commit,
}

fn step() -> impl Strategy<Value = Step> {
    let partition = 0_u32..3;
    prop_oneof![
        1 => (partition.clone(), 0_u64..20).prop_map(|(at, start)| Step::Assign(at, start)),
        1 => partition.clone().prop_map(Step::Remove),
        1 => (partition.clone(), 0_u64..20).prop_map(|(at, to)| Step::Seek(at, to)),
        8 => partition.prop_map(Step::Give),
        8 => any::<prop::sample::Index>().prop_map(Step::Finish),
        2 => Just(Step::Commit),
    ]
}

proptest! {
    /// Under assignments, revocations, losses, seeks and completions of any tenure, in any order.
    #[test]
    fn positions_are_those_of_a_naive_model(steps in prop::collection::vec(step(), 0..150)) {
        let (mut holdings, mut model) = (Holdings::default(), Model::default());
        let mut committed: BTreeMap<(u32, Tenure), u64> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Assign(partition, start) => {
                    let tenure = holdings.assign(TopicPartition::new("t", partition), start);
                    model.held.insert(partition, (tenure, start, start));
                }
                Step::Remove(partition) => {
                    holdings.remove(&[TopicPartition::new("t", partition)]);
                    model.held.remove(&partition);
                }
                Step::Seek(partition, to) => {
                    let at = TopicPartition::new("t", partition);
                    holdings.seek(&at, to);
                    if let Some(held) = model.held.get_mut(&partition) {
                        *held = (holdings.held[&at].tenure, to, to);
                    }
                }
                Step::Give(partition) => {
                    let at = TopicPartition::new("t", partition);
                    let offset = model.held.get(&partition).map_or(0, |held| held.2);
                    let given = holdings.give(&at, offset);
                    prop_assert_eq!(given.is_some_and(|(_, span)| span < 4), holdings.has_room(&at, 4));
                    let tenure = given.map(|(tenure, _)| tenure);
                    prop_assert_eq!(tenure, model.held.get(&partition).map(|held| held.0));
                    if let (Some(tenure), Some(held)) = (tenure, model.held.get_mut(&partition)) {
                        held.2 = offset + 1;
                        model.given.push((partition, tenure, offset));
                    }
                }
                Step::Finish(pick) if !model.given.is_empty() => {
                    let given = *pick.get(&model.given);
                    let (partition, tenure, offset) = given;
                    let counted = holdings.finish(&TopicPartition::new("t", partition), tenure, offset);
                    let lasts = model.held.get(&partition).is_some_and(|held| held.0 == tenure);
                    prop_assert_eq!(counted, lasts, "a completion counts only under the tenure that lasts");
                    model.finished.push(given);
                }
                Step::Finish(_) => {}
                Step::Commit => {
                    let due = holdings.due();
                    for (at, offset) in &due {
                        let (tenure, start, _) = model.held[&at.partition];
                        prop_assert!(*offset >= start);
                        let before = committed.insert((at.partition, tenure), *offset);
                        prop_assert!(before.is_none_or(|before| before < *offset), "a commit goes forward within a tenure");
                    }
                    holdings.stored(&due);
                    prop_assert!(holdings.due().is_empty());
                }
            }
            prop_assert_eq!(holdings.positions(), model.positions());
            for partition in 0..3 {
                let at = TopicPartition::new("t", partition);
                let span = model.held.get(&partition).map(|held| {
                    let position = model.positions().into_iter().find(|it| it.0 == at).map_or(0, |it| it.1);
                    held.2.saturating_sub(position)
                });
                prop_assert_eq!(holdings.has_room(&at, 4), span.is_some_and(|span| span < 4));
            }
        }
    }
}
