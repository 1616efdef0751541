//! Cases of groups.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::record::TopicPartition;

use super::super::{CommitOutcome, Committed, Event, Transport};
use super::support::{Member, append, settle, topic, values};

pub(super) async fn resumes(transport: Arc<dyn Transport>) {
    topic(&transport, "resumes", 1).await;
    let at = TopicPartition::new("resumes", 0);
    append(&transport, &at, &["a", "b", "c", "d"]).await;
    let mut first = Member::join(&transport, "resumes", "resumes-group").await;
    settle(&mut [&mut first], 1).await;
    let generation = *first.owned.get(&at).expect("it is this member's");
    let position = Committed { offset: 2, metadata: Some("half".into()) };
    let stored = first.consumer.commit(generation, &[(at.clone(), position.clone())]).await;
    assert_eq!(stored.expect("an answer"), CommitOutcome::Stored);
    assert_eq!(transport.committed("resumes-group").await.expect("offsets").get(&at), Some(&position));
    first.consumer.close().await.expect("left");

    let mut second = Member::join(&transport, "resumes", "resumes-group").await;
    while second.read.len() < 2 {
        second.step().await;
    }
    assert_eq!(second.read, ["c", "d"], "the group goes on behind its commit");
    assert!(transport.committed("another-group").await.expect("none").is_empty());
}

pub(super) async fn rebalance(transport: Arc<dyn Transport>) {
    const PARTITIONS: u32 = 4;
    topic(&transport, "rebalance", PARTITIONS).await;
    let appended = values(0..40);
    let spread = async |range: std::ops::Range<usize>| {
        for (partition, value) in (0..).zip(appended.get(range).expect("as many as there are")) {
            let at = TopicPartition::new("rebalance", partition % PARTITIONS);
            append(&transport, &at, &[value]).await;
        }
    };
    spread(0..20).await;
    let mut first = Member::join(&transport, "rebalance", "rebalance-group").await;
    settle(&mut [&mut first], 4).await;
    let mut second = Member::join(&transport, "rebalance", "rebalance-group").await;
    settle(&mut [&mut first, &mut second], 4).await;
    assert_eq!((first.owned.len(), second.owned.len()), (2, 2), "they share");
    spread(20..30).await;
    while first.read.len() + second.read.len() < 30 {
        first.step().await;
        second.step().await;
    }
    // The second goes; what it read is committed, so that the first goes on behind it.
    for (at, generation) in &second.owned {
        second.commit(*generation, std::slice::from_ref(at)).await;
    }
    second.consumer.close().await.expect("left");
    settle(&mut [&mut first], 4).await;
    spread(30..40).await;
    while first.read.len() + second.read.len() < 40 {
        first.step().await;
    }
    let all: Vec<_> = first.read.iter().chain(&second.read).cloned().collect();
    let distinct: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!(all.len(), 40, "no record came twice");
    assert_eq!(distinct, appended.into_iter().collect(), "every record came");
}

pub(super) async fn stale_commit(transport: Arc<dyn Transport>) {
    topic(&transport, "stale", 2).await;
    let mut first = Member::join(&transport, "stale", "stale-group").await;
    settle(&mut [&mut first], 2).await;
    let before = first.owned.clone();
    let mut second = Member::join(&transport, "stale", "stale-group").await;
    settle(&mut [&mut first, &mut second], 2).await;

    let (moved, generation) =
        before.iter().find(|(at, _)| !first.owned.contains_key(*at)).expect("one has moved");
    let committed = transport.committed("stale-group").await.expect("offsets");
    let outcome = first.consumer.commit(*generation, &[(moved.clone(), Committed::at(77))]).await;
    assert_eq!(outcome.expect("an answer"), CommitOutcome::StaleGeneration);
    // All or none: a partition that it still has does not change either.
    let (kept, _) = first.owned.first_key_value().expect("one is kept");
    let both = [(kept.clone(), Committed::at(78)), (moved.clone(), Committed::at(79))];
    let outcome = first.consumer.commit(*generation, &both).await;
    assert_eq!(outcome.expect("an answer"), CommitOutcome::StaleGeneration);
    assert_eq!(transport.committed("stale-group").await.expect("offsets"), committed, "nothing has changed");
}

pub(super) async fn dropped(transport: Arc<dyn Transport>) {
    topic(&transport, "left", 2).await;
    let mut first = Member::join(&transport, "left", "left-group").await;
    settle(&mut [&mut first], 2).await;
    let mut second = Member::join(&transport, "left", "left-group").await;
    settle(&mut [&mut first, &mut second], 2).await;
    drop(first);
    settle(&mut [&mut second], 2).await;
    let event = second.consumer.next(super::super::PollLimits::default().now()).await.expect("an answer");
    assert!(matches!(event, Event::Idle), "{event:?}");
}
