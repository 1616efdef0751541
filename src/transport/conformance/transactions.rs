//! Cases of transactions.

use std::sync::Arc;

use crate::record::TopicPartition;

use super::super::{Committed, Transport, TransportErrorKind};
use super::support::{Member, append, batch, found, settle, topic};

pub(super) async fn visibility(transport: Arc<dyn Transport>) {
    topic(&transport, "visibility", 2).await;
    let [first, second] = [0, 1].map(|partition| TopicPartition::new("visibility", partition));
    let mut transaction = transport.open_transactional("visibility-id").await.expect("opened");
    let error = transaction.append(&first, batch(&["early"])).await.expect_err("not begun");
    assert_eq!(error.kind, TransportErrorKind::InvalidRequest);

    transaction.begin().await.expect("begun");
    transaction.append(&first, batch(&["given up"])).await.expect("taken");
    transaction.abort().await.expect("aborted");
    assert!(found(&transport, "visibility").await.is_empty(), "an aborted transaction shows nothing");

    transaction.begin().await.expect("begun");
    transaction.append(&first, batch(&["a", "b"])).await.expect("taken");
    transaction.append(&second, batch(&["c"])).await.expect("taken");
    assert!(found(&transport, "visibility").await.is_empty(), "an open transaction shows nothing");
    let appended = transaction.commit().await.expect("committed");
    assert_eq!(appended.len(), 2);
    assert_eq!(found(&transport, "visibility").await.len(), 3, "a committed transaction shows all");

    transaction.begin().await.expect("begun again");
    transaction.append(&second, batch(&["d"])).await.expect("taken");
    drop(transaction);
    assert_eq!(found(&transport, "visibility").await.len(), 3, "one that is dropped shows nothing");
}

pub(super) async fn offsets(transport: Arc<dyn Transport>) {
    topic(&transport, "offsets-in", 1).await;
    topic(&transport, "offsets-out", 1).await;
    let [input, output] = ["offsets-in", "offsets-out"].map(|topic| TopicPartition::new(topic, 0));
    append(&transport, &input, &["a", "b"]).await;
    let mut member = Member::join(&transport, "offsets-in", "offsets-group").await;
    settle(&mut [&mut member], 1).await;

    let mut transaction = transport.open_transactional("offsets-id").await.expect("opened");
    for (commits, expected) in [(false, None), (true, Some(Committed::at(2)))] {
        transaction.begin().await.expect("begun");
        transaction.append(&output, batch(&["A", "B"])).await.expect("taken");
        let token = member.consumer.group_token();
        transaction.send_offsets(&token, &[(input.clone(), Committed::at(2))]).await.expect("taken");
        if commits {
            transaction.commit().await.expect("committed");
        } else {
            transaction.abort().await.expect("aborted");
        }
        let committed = transport.committed("offsets-group").await.expect("offsets");
        assert_eq!(committed.get(&input), expected.as_ref(), "offsets go with their transaction");
    }
    assert_eq!(found(&transport, "offsets-out").await, ["A", "B"]);
}

pub(super) async fn fencing(transport: Arc<dyn Transport>) {
    topic(&transport, "fencing", 1).await;
    let at = TopicPartition::new("fencing", 0);
    let mut older = transport.open_transactional("fencing-id").await.expect("opened");
    older.begin().await.expect("begun");
    older.append(&at, batch(&["of the older one"])).await.expect("taken");
    let mut newer = transport.open_transactional("fencing-id").await.expect("taken over");
    let error = older.commit().await.expect_err("the older one is fenced");
    assert_eq!(error.kind, TransportErrorKind::Fenced);
    newer.begin().await.expect("begun");
    newer.append(&at, batch(&["of the newer one"])).await.expect("taken");
    newer.commit().await.expect("committed");
    let error = older.begin().await.expect_err("it stays fenced");
    assert_eq!(error.kind, TransportErrorKind::Fenced);
    assert_eq!(found(&transport, "fencing").await, ["of the newer one"]);
    let mut other = transport.open_transactional("another-id").await.expect("opened");
    other.begin().await.expect("another id is not touched");
}

pub(super) async fn moved(transport: Arc<dyn Transport>) {
    topic(&transport, "moved-in", 2).await;
    topic(&transport, "moved-out", 1).await;
    let mut first = Member::join(&transport, "moved-in", "moved-group").await;
    settle(&mut [&mut first], 2).await;
    let token = first.consumer.group_token();
    let before = first.owned.clone();
    let mut transaction = transport.open_transactional("moved-id").await.expect("opened");
    transaction.begin().await.expect("begun");
    transaction.append(&TopicPartition::new("moved-out", 0), batch(&["a"])).await.expect("taken");
    let offsets: Vec<_> = before.keys().map(|at| (at.clone(), Committed::at(1))).collect();
    transaction.send_offsets(&token, &offsets).await.expect("they are still its own");
    let mut second = Member::join(&transport, "moved-in", "moved-group").await;
    settle(&mut [&mut first, &mut second], 2).await;
    let committed = transport.committed("moved-group").await.expect("offsets");
    let error = transaction.commit().await.expect_err("one of the partitions has moved");
    assert_eq!(error.kind, TransportErrorKind::Aborted);
    assert!(found(&transport, "moved-out").await.is_empty(), "nothing of it is shown");
    assert_eq!(transport.committed("moved-group").await.expect("offsets"), committed);
}
