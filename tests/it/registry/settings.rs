//! Levels, modes, and which of them are in force.

use schemawire::compat::{Level, Policy};
use schemawire::registry::state::decide;
use schemawire::registry::{Config, ConfigChange, Deleted, Deletion, RegistryMode, Setting, Subject};

use super::machine::{Machine, code, name, refusal};

#[test]
fn the_narrowest_settings_are_in_force() {
    let mut machine = Machine::default();
    let level = |machine: &Machine, subject| machine.config(subject).level.unwrap();
    assert_eq!(level(&machine, "s"), Level::Backward, "the server's");
    machine.set(Some(":.__GLOBAL:"), Config::level(Level::Forward)).unwrap();
    assert_eq!(level(&machine, "s"), Level::Forward);
    assert_eq!(machine.state.config(None).unwrap(), Config::level(Level::Forward));
    machine.set(None, Config::level(Level::Full)).unwrap();
    machine.set(Some(":.eu:"), Config::level(Level::None)).unwrap();
    machine.set(Some(":.eu:s"), Config::level(Level::FullTransitive)).unwrap();
    let levels = ["s", ":.eu:s", ":.eu:t", ":.us:s"].map(|subject| level(&machine, subject));
    assert_eq!(levels, [Level::Full, Level::FullTransitive, Level::None, Level::Full]);
}

#[test]
fn settings_without_a_level_get_the_servers_level_not_the_registrys() {
    let mut machine = Machine::default();
    let mut global = Config::level(Level::Full);
    global.policy = Some(Policy::Lenient);
    global.normalize = Some(true);
    global.group = Some("major".into());
    global.alias = Some("elsewhere".into());
    machine.set(None, global).unwrap();
    let mut config = Config::default();
    config.normalize = Some(false);
    machine.set(Some("s"), config).unwrap();
    let effective = machine.config("s");
    assert_eq!(effective.level, Some(Level::Backward));
    assert_eq!((effective.policy, effective.group.as_deref()), (Some(Policy::Lenient), Some("major")));
    assert_eq!((effective.normalize, effective.alias), (Some(false), None));
}

#[test]
fn a_change_keeps_what_it_does_not_name_and_clears_what_it_says() {
    let mut machine = Machine::default();
    let mut config = Config::level(Level::Full);
    config.group = Some("major".into());
    machine.set(Some("s"), config).unwrap();
    machine.set(Some("s"), ConfigChange::from(Config::level(Level::None)).clearing(Setting::Group)).unwrap();
    let set = machine.state.config(Some(&name("s"))).unwrap();
    assert_eq!(set, Config::level(Level::None));
    let mut policy = Config::default();
    policy.policy = Some(Policy::Lenient);
    machine.set(Some("s"), policy).unwrap();
    assert_eq!(machine.state.config(Some(&name("s"))).unwrap().level, Some(Level::None));
}

#[test]
fn settings_that_were_not_made_are_said_to_be_missing() {
    let mut machine = Machine::default();
    assert_eq!(
        refusal(machine.state.config(Some(&name("s")))).1,
        "Subject 's' does not have subject-level compatibility configured"
    );
    assert_eq!(
        refusal(machine.state.mode(Some(&name("s")))).1,
        "Subject 's' does not have subject-level mode configured"
    );
    let delete = |machine: &mut Machine, subject: Option<Subject>| {
        machine.run(|state, _| decide::delete_config(state, subject.as_ref()))
    };
    assert_eq!(code(delete(&mut machine, Some(name("s")))), 40401);
    machine.set(Some("s"), Config::level(Level::Full)).unwrap();
    assert_eq!(delete(&mut machine, Some(name("s"))).unwrap(), Config::level(Level::Full));
    machine.set(None, Config::level(Level::None)).unwrap();
    assert_eq!(delete(&mut machine, None).unwrap(), Config::level(Level::None));
    assert_eq!(machine.state.config(None).unwrap(), Config::level(Level::Backward));
    assert_eq!(code(machine.run(|state, _| decide::delete_mode(state, &name("s")))), 40401);
    assert_eq!(machine.replayed(), machine.state);
}

#[test]
fn a_read_only_mode_holds_for_all_within_it_and_ends_by_its_removal() {
    let mut machine = Machine::default();
    machine.set_mode(Some(":.eu:"), RegistryMode::ReadOnly).unwrap();
    assert_eq!(code(machine.register(":.eu:s", r#""int""#)), 42205);
    assert_eq!(code(machine.set(Some(":.eu:s"), Config::level(Level::None))), 42205);
    assert_eq!(machine.register("s", r#""int""#).unwrap().id.0, 1, "another context");
    machine.set_mode(Some(":.eu:open"), RegistryMode::ReadWrite).unwrap();
    machine.register(":.eu:open", r#""int""#).unwrap();
    let mode = machine.run(|state, _| decide::delete_mode(state, &name(":.eu:"))).unwrap();
    assert_eq!(mode, RegistryMode::ReadOnly);
    machine.register(":.eu:s", r#""int""#).unwrap();
    machine.set_mode(None, RegistryMode::ReadOnlyOverride).unwrap();
    assert_eq!(refusal(machine.set(None, Config::level(Level::None))).1, "Registry is in read-only mode");
    assert_eq!(code(machine.register("t", r#""int""#)), 42205);
    assert_eq!(code(machine.register(":.us:t", r#""int""#)), 42205, "it stands behind all contexts");
}

#[test]
fn an_import_needs_an_empty_place_and_forgets_what_was_hidden_there() {
    let mut machine = Machine::default();
    machine.register("s", r#""int""#).unwrap();
    machine.register("t", r#""int""#).unwrap();
    assert_eq!(
        refusal(machine.set_mode(Some("s"), RegistryMode::Import)).1,
        "Cannot import since found existing subjects"
    );
    machine.delete_subject("s", Deletion::Soft).unwrap();
    machine.set_mode(Some("s"), RegistryMode::Import).unwrap();
    assert_eq!(machine.versions("s", Deleted::Included), [0u32; 0]);
    assert_eq!(code(machine.set_mode(None, RegistryMode::Import)), 42205, "t is live");
    machine.run(|state, _| decide::set_mode(state, None, RegistryMode::Import, true)).unwrap();
    assert_eq!(machine.versions("t", Deleted::Included), [1], "force keeps what is live");
    assert_eq!(machine.state.mode(None).unwrap(), RegistryMode::Import);
    assert_eq!(machine.replayed(), machine.state);
}

#[test]
fn names_of_modes_and_levels_are_read_in_any_case() {
    for (mode, name) in RegistryMode::ALL {
        assert_eq!(name.to_lowercase().parse::<RegistryMode>().unwrap(), mode);
        assert_eq!(mode.to_string(), name);
    }
    let code = |error| schemawire::registry::RegistryError::from(error).kind.code();
    assert_eq!(code("SIDEWAYS".parse::<RegistryMode>().unwrap_err()), 42204);
    assert_eq!(code("SIDEWAYS".parse::<Level>().unwrap_err()), 42203);
    for version in ["0", "-2", "2147483648", "", "first"] {
        assert_eq!(
            code(version.parse::<schemawire::registry::VersionSpec>().unwrap_err()),
            42202,
            "{version}"
        );
    }
}

#[cfg(any(feature = "server", feature = "registry-http"))]
#[test]
fn the_policy_logical_is_refused_where_it_is_set_and_the_reason_is_given() {
    let change = |policy: &str| {
        let body = serde_json::json!({"compatibility": "BACKWARD", "compatibilityPolicy": policy});
        schemawire::registry::api::config_change(body.as_object().unwrap().clone())
    };
    assert_eq!(change("LENIENT").unwrap().set.policy, Some(Policy::Lenient));
    let error = change("LOGICAL").unwrap_err();
    assert_eq!(error.kind.code(), 42203);
    let reason =
        "LOGICAL asks for checks of table formats (Flink, Iceberg) that are not made here, so it is refused";
    assert!(error.to_string().contains(reason), "{error}");
}
