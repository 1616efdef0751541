//! The checker against a slow one: all pairs of types in a table, failures spread until nothing changes.

use std::fmt::Write;

use proptest::prelude::*;
use schemawire::compat::{Level, check};
use schemawire::schema::Schema;
use schemawire::schema::avro::{Linked, LinkedKind as Kind, link};

/// Whether the reader's root reads the writer's, by the rules of the specification.
fn slow(reader: &Linked, writer: &Linked) -> bool {
    let width = writer.types.len();
    let mut fails = vec![false; reader.types.len() * width];
    loop {
        let mut changed = false;
        for r in 0..reader.types.len() {
            for w in 0..width {
                let place = r * width + w;
                if !fails[place] && !resolves(reader, writer, r, w, |r, w| !fails[r * width + w]) {
                    fails[place] = true;
                    changed = true;
                }
            }
        }
        if !changed {
            return !fails[reader.root * width + writer.root];
        }
    }
}

fn resolves(
    reader: &Linked,
    writer: &Linked,
    r: usize,
    w: usize,
    fine: impl Fn(usize, usize) -> bool,
) -> bool {
    match (&reader.get(r).kind, &writer.get(w).kind) {
        (_, Kind::Union(branches)) => branches.iter().all(|branch| fine(r, *branch)),
        (Kind::Union(branches), _) => branches.iter().any(|branch| fine(*branch, w)),
        (Kind::Array(r), Kind::Array(w)) => fine(*r, *w),
        (Kind::Int, Kind::Int) | (Kind::Long, Kind::Int | Kind::Long) | (Kind::String, Kind::String) => true,
        (Kind::Null, Kind::Null) => true,
        (Kind::Record(one, _), Kind::Record(other, _)) => {
            one.name.simple() == other.name.simple()
                && reader.fields(r).all(|(field, r)| {
                    let written = writer.fields(w).find(|(it, _)| it.name == field.name);
                    written.map_or(field.default.is_some(), |(_, w)| fine(r, w))
                })
        }
        _ => false,
    }
}

/// Records N0 to N3, each declared within the one before it, with fields of types that the numbers choose.
fn text(choices: &[[usize; 3]; 4]) -> String {
    let kind = |choice: usize, known: usize| {
        let name = format!("\"N{}\"", (choice / 8) % known);
        match choice % 8 {
            0 => "\"int\"".to_owned(),
            1 => "\"long\"".to_owned(),
            2 => "[\"null\",\"string\"]".to_owned(),
            3 => name,
            4 => format!("[\"null\",{name}]"),
            5 => format!("{{\"type\":\"array\",\"items\":{name}}}"),
            6 => format!("[\"int\",{name}]"),
            _ => format!("[{name},\"long\"]"),
        }
    };
    let mut out = String::new();
    for (number, [before, _, _]) in choices.iter().enumerate() {
        let before = kind(*before, number + 1);
        write!(out, r#"{{"type":"record","name":"N{number}","fields":[{{"name":"a","type":{before}}},{{"name":"inner","type":"#)
            .expect("text takes text");
    }
    out.push_str("\"null\"");
    for [_, after, last] in choices.iter().rev() {
        // All four records are declared by now.
        let (after, default) = (kind(*after, 4), if last % 3 == 0 { "" } else { r#","default":0"# });
        let name = ["x", "y"][last % 2];
        write!(out, r#"}},{{"name":"b","type":{after}}},{{"name":"{name}","type":"int"{default}}}]}}"#)
            .expect("text takes text");
    }
    out
}

proptest! {
    #[test]
    fn verdicts_are_those_of_a_checker_that_compares_all_pairs(
        writer in prop::array::uniform4(prop::array::uniform3(0_usize..32)),
        changes in prop::collection::vec((0_usize..4, 0_usize..3, 0_usize..32), 0..3),
    ) {
        let mut reader = writer;
        for (record, field, choice) in changes {
            reader[record][field] = choice;
        }
        let (old, new) = (Schema::avro(&text(&writer)).unwrap(), Schema::avro(&text(&reader)).unwrap());
        let (writes, reads) = (link(&old).unwrap(), link(&new).unwrap());
        let report = check(Level::Backward, std::slice::from_ref(&old), &new);
        prop_assert_eq!(report.is_compatible(), slow(&reads, &writes), "{}", report);
        let report = check(Level::Forward, &[old], &new);
        prop_assert_eq!(report.is_compatible(), slow(&writes, &reads), "{}", report);
    }
}
