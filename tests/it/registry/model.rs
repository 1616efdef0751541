//! Random commands against the plainest registry that one can think of.

use std::collections::BTreeMap;

use proptest::prelude::*;
use schemawire::compat::Level;
use schemawire::registry::event::Event;
use schemawire::registry::state::State;
use schemawire::registry::{Config, Deleted, Deletion, RegistryMode};

use super::machine::{Machine, name};

const SUBJECTS: [&str; 4] = ["a", "b", ":.x:a", ":.x:b"];
const TEXTS: [&str; 4] = [r#""string""#, r#""bytes""#, r#""int""#, r#""long""#];

#[derive(Debug, Clone)]
enum Command {
    Register(usize, usize),
    DeleteVersion(usize, u32, Deletion),
    DeleteSubject(usize, Deletion),
    Mode(usize, RegistryMode),
}

fn command() -> impl Strategy<Value = Command> {
    let how = || prop_oneof![Just(Deletion::Soft), Just(Deletion::Permanent)];
    let mode = prop_oneof![2 => Just(RegistryMode::ReadWrite), 1 => Just(RegistryMode::ReadOnly)];
    prop_oneof![
        6 => (0..4usize, 0..4usize).prop_map(|(subject, text)| Command::Register(subject, text)),
        4 => (0..4usize, 1..5u32, how()).prop_map(|(subject, version, how)| Command::DeleteVersion(subject, version, how)),
        2 => (0..4usize, how()).prop_map(|(subject, how)| Command::DeleteSubject(subject, how)),
        1 => (0..4usize, mode).prop_map(|(subject, mode)| Command::Mode(subject, mode)),
    ]
}

/// Lists, searched from end to end.
#[derive(Debug, Default)]
struct Model {
    /// Subject, version, text, id, deleted.
    rows: Vec<(usize, u32, usize, u32, bool)>,
    /// By context.
    highest_id: BTreeMap<usize, u32>,
    read_only: [bool; 4],
}

impl Model {
    fn versions(&self, subject: usize) -> Vec<u32> {
        let mut versions: Vec<u32> =
            self.rows.iter().filter(|row| row.0 == subject).map(|row| row.1).collect();
        versions.sort_unstable();
        versions
    }

    fn live(&self, subject: usize) -> Vec<u32> {
        let live =
            |version: &u32| self.rows.iter().any(|row| row.0 == subject && row.1 == *version && !row.4);
        self.versions(subject).into_iter().filter(live).collect()
    }

    fn permit(&self, subject: usize) -> Result<(), u32> {
        if self.read_only[subject] { Err(42205) } else { Ok(()) }
    }

    /// The version and the id.
    fn register(&mut self, subject: usize, text: usize) -> Result<(u32, u32), u32> {
        let known = self.rows.iter().filter(|row| row.0 == subject && row.2 == text && !row.4);
        if let Some(row) = known.max_by_key(|row| row.1) {
            return Ok((row.1, row.3));
        }
        self.permit(subject)?;
        let version = self.versions(subject).last().copied().unwrap_or(0) + 1;
        let context = subject / 2;
        let known = self.rows.iter().find(|row| row.0 / 2 == context && row.2 == text).map(|row| row.3);
        let highest = self.highest_id.entry(context).or_default();
        let id = known.unwrap_or_else(|| {
            *highest += 1;
            *highest
        });
        self.rows.retain(|row| (row.0, row.2) != (subject, text));
        self.rows.push((subject, version, text, id, false));
        Ok((version, id))
    }

    fn delete_version(&mut self, subject: usize, version: u32, how: Deletion) -> Result<Vec<u32>, u32> {
        let at = self.rows.iter().position(|row| (row.0, row.1) == (subject, version));
        let missing: u32 = if self.versions(subject).is_empty() { 40401 } else { 40402 };
        let at = at.ok_or(missing)?;
        match (how, self.rows[at].4) {
            (Deletion::Soft, true) => return Err(40406),
            (Deletion::Permanent, false) => return Err(40407),
            _ => self.permit(subject)?,
        }
        match how {
            Deletion::Soft => self.rows[at].4 = true,
            Deletion::Permanent => drop(self.rows.remove(at)),
        }
        self.forget_mode(subject);
        Ok(vec![version])
    }

    fn delete_subject(&mut self, subject: usize, how: Deletion) -> Result<Vec<u32>, u32> {
        let (all, live) = (self.versions(subject), self.live(subject));
        match how {
            _ if all.is_empty() => return Err(40401),
            Deletion::Soft if live.is_empty() => return Err(40404),
            Deletion::Permanent if !live.is_empty() => return Err(40405),
            _ => self.permit(subject)?,
        }
        if how == Deletion::Soft {
            self.rows.iter_mut().filter(|row| row.0 == subject).for_each(|row| row.4 = true);
            return Ok(live);
        }
        self.rows.retain(|row| row.0 != subject);
        self.forget_mode(subject);
        Ok(all)
    }

    /// The last version takes the subject's mode with it.
    fn forget_mode(&mut self, subject: usize) {
        if self.versions(subject).is_empty() {
            self.read_only[subject] = false;
        }
    }
}

/// What compaction leaves of a log: the newest value of each key, removed keys not at all.
fn compacted(log: &[Event]) -> State {
    let mut newest = BTreeMap::new();
    for (at, event) in log.iter().enumerate() {
        newest.insert(event.write().0, at);
    }
    let mut state = State::default();
    for (at, event) in log.iter().enumerate() {
        let (key, value) = event.write();
        if newest[&key] == at && value.is_some() {
            state.apply(event, at as i64);
        }
    }
    state
}

proptest! {
    #[test]
    fn any_commands_lead_where_the_model_leads(commands in prop::collection::vec(command(), 0..60)) {
        let (mut machine, mut model) = (Machine::default(), Model::default());
        machine.set(None, Config::level(Level::None)).unwrap();
        for command in &commands {
            match *command {
                Command::Register(subject, text) => {
                    let answer = machine.register(SUBJECTS[subject], TEXTS[text]);
                    let answer = answer.map(|it| (it.version.0, it.id.0)).map_err(|it| it.kind.code());
                    prop_assert_eq!(answer, model.register(subject, text), "{:?}", command);
                }
                Command::DeleteVersion(subject, version, how) => {
                    let answer = machine.delete(SUBJECTS[subject], version, how);
                    let answer = answer.map(|it| vec![it]).map_err(|it| it.kind.code());
                    prop_assert_eq!(answer, model.delete_version(subject, version, how), "{:?}", command);
                }
                Command::DeleteSubject(subject, how) => {
                    let answer = machine.delete_subject(SUBJECTS[subject], how).map_err(|it| it.kind.code());
                    prop_assert_eq!(answer, model.delete_subject(subject, how), "{:?}", command);
                }
                Command::Mode(subject, mode) => {
                    machine.set_mode(Some(SUBJECTS[subject]), mode).unwrap();
                    model.read_only[subject] = mode == RegistryMode::ReadOnly;
                }
            }
            for (at, subject) in SUBJECTS.iter().enumerate() {
                prop_assert_eq!(machine.versions(subject, Deleted::Included), model.versions(at));
                prop_assert_eq!(machine.versions(subject, Deleted::Hidden), model.live(at));
            }
        }
        for (subject, version, text, id, _) in &model.rows {
            let subject = name(SUBJECTS[*subject]);
            let key = schemawire::ids::SchemaKey::Id(schemawire::ids::SchemaId(*id));
            let content = machine.state.content(&machine.codecs, key, Some(&subject)).unwrap();
            prop_assert_eq!(content.schema.text(), TEXTS[*text]);
            let version = schemawire::ids::Version(*version);
            prop_assert_eq!(machine.state.exactly(&machine.codecs, &subject, version).unwrap().id.0, *id);
        }
        prop_assert_eq!(&machine.replayed(), &machine.state, "the same events make the same state");
        prop_assert_eq!(&compacted(&machine.log), &machine.state, "and so does what compaction leaves of them");
    }

    #[test]
    fn any_bytes_as_a_record_are_an_error_or_an_event_that_can_be_applied(
        kind in "SCHEMA|CONFIG|MODE|DELETE_SUBJECT|CLEAR_SUBJECT|CONTEXT|NOOP|X",
        subject in "(:\\.?[a-z:\\\\u0000]{0,4}:?)?[a-z]{0,2}",
        version in 0..4u64,
        value in r#"[{}\[\]":,a-z0-9 ]{0,30}|\{("(subject|version|id|schema|mode|md5|context|tenant|references|deleted)":("a"|1|-1|null|true|\[\]|4294967296),?){0,6}\}"#,
    ) {
        let key = format!(r#"{{"keytype":"{kind}","subject":"{subject}","version":{version},"context":"{subject}","magic":1}}"#);
        let mut state = State::default();
        for _ in 0..2 {
            if let Ok(event) = Event::read(key.as_bytes(), Some(value.as_bytes())) {
                state.apply(&event, 0);
                let (key, value) = event.write();
                prop_assert_eq!(Event::read(&key, value.as_deref()).unwrap(), event);
            }
        }
    }
}
