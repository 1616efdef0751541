//! Cases of settings and modes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::support::{OTHER, TEXT, number, proposal, refused, register, set_level, subject, versions};
use crate::compat::{Level, Policy};
use crate::ids::{SchemaId, SchemaKey, Version};
use crate::registry::{Config, ConfigChange, Deleted, Deletion, Registry, RegistryMode, Setting};

pub(super) async fn config(registry: Arc<dyn Registry>) {
    let s = subject("s");
    let global = registry.config(None).await.expect("always there");
    assert_eq!(global.level, Some(Level::Backward), "the level where nothing is set");
    refused(registry.config(Some(&s)).await, 40408);
    set_level(&registry, None, Level::Full).await;
    let level = async || registry.effective_config(&s).await.expect("always there").level;
    assert_eq!(level().await, Some(Level::Full));

    let mut change = Config::level(Level::None);
    change.policy = Some(Policy::Lenient);
    change.group = Some("major".to_owned());
    registry.set_config(Some(&s), &change.clone().into()).await.expect("set");
    assert_eq!(registry.config(Some(&s)).await.expect("set before"), change);
    let clear = ConfigChange::from(Config::level(Level::Forward)).clearing(Setting::Group);
    registry.set_config(Some(&s), &clear).await.expect("set");
    let config = registry.config(Some(&s)).await.expect("set before");
    assert_eq!(
        (config.level, config.policy, config.group),
        (Some(Level::Forward), Some(Policy::Lenient), None)
    );
    assert_eq!(level().await, Some(Level::Forward));

    let clear = ConfigChange::default().clearing(Setting::Level);
    registry.set_config(Some(&s), &clear).await.expect("set");
    assert_eq!(level().await, Some(Level::Backward), "settings without a level get the server's level");
    let removed = registry.delete_config(Some(&s)).await.expect("removed");
    assert_eq!(removed.policy, Some(Policy::Lenient));
    assert_eq!(level().await, Some(Level::Full));
    refused(registry.delete_config(Some(&s)).await, 40401);
    assert_eq!(registry.delete_config(None).await.expect("removed").level, Some(Level::Full));
    assert_eq!(level().await, Some(Level::Backward));
}

pub(super) async fn alias(registry: Arc<dyn Registry>) {
    register(&registry, "old", TEXT).await;
    let alias = Config { alias: Some("old".to_owned()), ..Config::default() };
    registry.set_config(Some(&subject("new")), &alias.into()).await.expect("set");
    let found = registry.lookup(&subject("new"), &proposal(TEXT), Deleted::Hidden).await.expect("found");
    assert_eq!(found.subject, subject("old"));
    assert_eq!(register(&registry, "new", TEXT).await.id, SchemaId(1));
    assert_eq!(registry.subjects("", Deleted::Included).await.expect("a list"), [subject("old")]);

    let named = async |prefix| registry.aliases(prefix).await.expect("a list");
    let told = BTreeMap::from([(subject("old"), vec![subject("new")])]);
    // A registry that cannot tell has none.
    assert!([&told, &BTreeMap::new()].contains(&&named("n").await));
    assert_eq!(named("o").await, BTreeMap::new(), "a prefix is of the name that stands in");

    let hint = subject("new");
    let uses = registry.uses(SchemaId(1), Some(&hint), Deleted::Hidden).await.expect("known");
    assert_eq!(uses, [(subject("old"), Version(1))]);
    registry.content(SchemaKey::Id(SchemaId(1)), Some(&hint)).await.expect("known");
    assert_eq!(registry.delete_version(&hint, number(1), Deletion::Soft).await.expect("hidden"), Version(1));
    assert_eq!(registry.delete_subject(&hint, Deletion::Permanent).await.expect("gone"), [Version(1)]);
    assert_eq!(versions(&registry, "old", Deleted::Included).await, [0; 0]);
}

pub(super) async fn read_only(registry: Arc<dyn Registry>) {
    let s = subject("s");
    register(&registry, "s", TEXT).await;
    refused(registry.mode(Some(&s)).await, 40409);
    assert_eq!(registry.mode(None).await.expect("always there"), RegistryMode::ReadWrite);
    registry.set_mode(Some(&s), RegistryMode::ReadOnly, false).await.expect("set");
    assert_eq!(registry.mode(Some(&s)).await.expect("set before"), RegistryMode::ReadOnly);
    refused(registry.register(&s, &proposal(OTHER)).await, 42205);
    assert_eq!(register(&registry, "s", TEXT).await.version, Version(1), "what is there is found");
    refused(registry.delete_subject(&s, Deletion::Soft).await, 42205);
    refused(registry.set_config(Some(&s), &Config::level(Level::None).into()).await, 42205);
    assert_eq!(registry.delete_mode(&s).await.expect("removed"), RegistryMode::ReadOnly);
    refused(registry.delete_mode(&s).await, 40401);
    registry.set_mode(None, RegistryMode::ReadOnly, false).await.expect("set");
    assert_eq!(registry.effective_mode(&s).await.expect("always there"), RegistryMode::ReadOnly);
    refused(registry.delete_subject(&s, Deletion::Soft).await, 42205);
    registry.set_mode(None, RegistryMode::ReadWrite, false).await.expect("set");
    registry.delete_subject(&s, Deletion::Soft).await.expect("permitted again");
}

pub(super) async fn import(registry: Arc<dyn Registry>) {
    let s = subject("s");
    register(&registry, "s", TEXT).await;
    refused(registry.register(&s, &proposal(OTHER).with_id(SchemaId(7))).await, 42205);
    refused(registry.set_mode(Some(&s), RegistryMode::Import, false).await, 42205);
    registry.delete_subject(&s, Deletion::Soft).await.expect("deleted");
    registry.set_mode(Some(&s), RegistryMode::Import, false).await.expect("nothing live is there");
    assert_eq!(versions(&registry, "s", Deleted::Included).await, [0; 0], "what was hidden is forgotten");
    refused(registry.register(&s, &proposal(OTHER)).await, 42205);
    let imported = proposal(OTHER).with_id(SchemaId(7)).with_version(Version(3));
    let imported = registry.register(&s, &imported).await.expect("imported");
    assert_eq!((imported.id, imported.version), (SchemaId(7), Version(3)));
    refused(registry.register(&s, &proposal(TEXT).with_id(SchemaId(7))).await, 42207);
    registry.delete_mode(&s).await.expect("removed");
    assert_eq!(register(&registry, "t", TEXT).await.id, SchemaId(8), "ids go on behind what was imported");
}
