//! Topics: made, deleted, grown and looked at.

use std::collections::HashMap;
use std::time::Duration;

use krafka::KrafkaError;
use krafka::admin::{
    ConfigResource, CreatePartitionsOptions, CreateTopicsOptions, DeleteTopicsOptions,
    DescribeConfigsOptions, DescribeTopicsOptions, ListTopicsOptions, NewTopic,
};
use krafka::error::ErrorCode;

use crate::record::TopicPartition;

use super::super::local::{exists, unknown_partition, unknown_topic};
use super::super::{Retention, TopicSpec, TransportError, TransportErrorKind};
use super::error::{fault, kind_of};
use super::link::Link;

/// A topic's settings, by the names that Kafka has for them.
const AGE: &str = "retention.ms";
const BYTES: &str = "retention.bytes";
const POLICY: &str = "cleanup.policy";

pub(super) async fn create(link: &Link, spec: TopicSpec) -> Result<(), TransportError> {
    spec.check()?;
    let name = &spec.name;
    let failed = |error| fault(format_args!("cannot create topic `{name}`"), error);
    let mut topic = NewTopic::new(name, spec.partitions.cast_signed(), -1).map_err(failed)?;
    for (setting, value) in settings(&spec.retention) {
        topic = topic.with_config(setting, value);
    }
    let mut answers =
        link.admin.create_topics([topic], CreateTopicsOptions::default()).await.map_err(failed)?;
    match answers.remove(name) {
        Some(Err(KrafkaError::Broker { code: ErrorCode::TopicAlreadyExists, .. })) => {
            let there = partitions(link, name).await?.unwrap_or(spec.partitions);
            exists(&TopicSpec { partitions: there, ..spec.clone() }, &spec)
        }
        Some(Err(error)) => Err(failed(error)),
        // Its leaders are elected a little later; until then it would not be found.
        _ => {
            link.made(name);
            until_known(link, name, |count| count == Some(spec.partitions)).await
        }
    }
}

pub(super) async fn delete(link: &Link, name: &str) -> Result<(), TransportError> {
    let failed = |error| fault(format_args!("cannot delete topic `{name}`"), error);
    let mut answers =
        link.admin.delete_topics([name], DeleteTopicsOptions::default()).await.map_err(failed)?;
    link.forget(name);
    match answers.remove(name) {
        Some(Err(error)) if kind_of(&error) == TransportErrorKind::UnknownTopic => Err(unknown_topic(name)),
        Some(Err(error)) => Err(failed(error)),
        _ => until_known(link, name, |count| count.is_none()).await,
    }
}

pub(super) async fn grow(link: &Link, name: &str, to: u32) -> Result<(), TransportError> {
    let there = partitions(link, name).await?.ok_or_else(|| unknown_topic(name))?;
    if TopicSpec::new(name, there).grows_to(to)? {
        let failed = |error| fault(format_args!("cannot give topic `{name}` {to} partitions"), error);
        let total = [(name, to.cast_signed())];
        let mut answers =
            link.admin.create_partitions(total, CreatePartitionsOptions::default()).await.map_err(failed)?;
        answers.remove(name).unwrap_or(Ok(())).map_err(failed)?;
        until_known(link, name, |count| count == Some(to)).await?;
    }
    Ok(())
}

pub(super) async fn all(link: &Link) -> Result<Vec<TopicSpec>, TransportError> {
    let listed = link.admin.list_topics(ListTopicsOptions::default()).await;
    described(link, listed.map_err(|error| fault("cannot list the topics", error))?).await
}

/// These topics, by name; those that do not exist are left out.
pub(super) async fn described(link: &Link, names: Vec<String>) -> Result<Vec<TopicSpec>, TransportError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |error| fault("cannot look at the topics", error);
    let counts =
        link.admin.describe_topics(&names, DescribeTopicsOptions::default()).await.map_err(failed)?;
    let asked = names.iter().map(ConfigResource::topic);
    let wanted =
        DescribeConfigsOptions::default().config_names([AGE, BYTES, POLICY].map(str::to_owned).to_vec());
    let mut configs = link.admin.describe_configs(asked, wanted).await.map_err(failed)?;
    let mut specs = Vec::new();
    for name in names {
        let (Some(Ok(counted)), Some(entries)) =
            (counts.get(&name), configs.remove(&ConfigResource::topic(&name)))
        else {
            continue;
        };
        let entries: HashMap<String, String> = entries
            .map_err(failed)?
            .into_iter()
            .filter_map(|entry| Some((entry.name, entry.value?)))
            .collect();
        let spec = TopicSpec::new(&name, counted.partitions.len() as u32);
        specs.push(spec.with_retention(retention(&entries)));
    }
    specs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(specs)
}

/// How many partitions a topic has. Brokers learn of one at different times: it is not missing because the one that was asked does
/// not know it yet, where it was made here.
pub(super) async fn partitions(link: &Link, name: &str) -> Result<Option<u32>, TransportError> {
    for _ in 0..LOOKS {
        let count = look(link, name).await?;
        if count.is_some() || !link.has_made(name) {
            return Ok(count);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Somebody else has deleted it.
    link.forget(name);
    Ok(None)
}

/// How often a topic that was made here is looked for, within two seconds and the time of the answers.
const LOOKS: u32 = 20;

async fn look(link: &Link, name: &str) -> Result<Option<u32>, TransportError> {
    let failed = |error| fault(format_args!("cannot look at topic `{name}`"), error);
    let mut topics =
        link.admin.describe_topics([name], DescribeTopicsOptions::default()).await.map_err(failed)?;
    match topics.remove(name) {
        Some(Ok(topic)) => Ok(Some(topic.partitions.len() as u32)),
        Some(Err(error)) if kind_of(&error) == TransportErrorKind::UnknownTopic => Ok(None),
        Some(Err(error)) => Err(failed(error)),
        None => Ok(None),
    }
}

/// How many partitions a topic has; an error unless that one is among them.
pub(super) async fn existing(link: &Link, at: &TopicPartition) -> Result<u32, TransportError> {
    let count = partitions(link, &at.topic).await?.ok_or_else(|| unknown_topic(&at.topic))?;
    if at.partition < count { Ok(count) } else { Err(unknown_partition(at, count)) }
}

/// Waits until a broker that is asked knows of the change, which is not so when it is answered.
async fn until_known(
    link: &Link,
    name: &str,
    is_so: impl Fn(Option<u32>) -> bool,
) -> Result<(), TransportError> {
    let known = async {
        while !is_so(partitions(link, name).await?) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    };
    let late = |_| {
        let message = format!(
            "the brokers have not told each other of the change to topic `{name}` in time; look again later"
        );
        Err(TransportError::new(TransportErrorKind::Unreachable, message))
    };
    tokio::time::timeout(link.settings.request_timeout, known).await.unwrap_or_else(late)
}

fn settings(retention: &Retention) -> [(&'static str, String); 3] {
    let number = |number: Option<u128>| number.map_or_else(|| "-1".to_owned(), |number| number.to_string());
    let limited = retention.age.is_some() || retention.bytes.is_some();
    let policy = match (retention.compact, limited) {
        (false, _) => "delete",
        (true, false) => "compact",
        (true, true) => "compact,delete",
    };
    [
        (AGE, number(retention.age.map(|age| age.as_millis()))),
        (BYTES, number(retention.bytes.map(u128::from))),
        (POLICY, policy.to_owned()),
    ]
}

fn retention(entries: &HashMap<String, String>) -> Retention {
    // -1 is Kafka's word for no limit.
    let number = |setting| entries.get(setting).and_then(|value: &String| value.parse::<u64>().ok());
    let policy = entries.get(POLICY).map_or("delete", String::as_str);
    let deletes = policy.contains("delete");
    Retention {
        age: number(AGE).filter(|_| deletes).map(Duration::from_millis),
        bytes: number(BYTES).filter(|_| deletes),
        compact: policy.contains("compact"),
    }
}
