//! Random `.proto` files; the first message is `M`.

use std::fmt::Write;

use super::choices::{Choices, inside};

pub(crate) fn schema(choices: Choices) -> String {
    let is_proto2 = choices.once_in(3, 0, 0);
    let mut out = format!("syntax = \"{}\";\n", if is_proto2 { "proto2" } else { "proto3" });
    if choices.once_in(60, 0, 1) {
        out.push_str("package p;\n");
    }
    Writer { choices, is_proto2, out: &mut out }.message("M", 1, 0);
    out
}

struct Writer<'o> {
    choices: Choices,
    is_proto2: bool,
    out: &'o mut String,
}

const SCALARS: [&str; 20] = [
    "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64",
    "float", "double", "bool", "string", "bytes", "int32", "string", "int64", "uint32", "bool",
];

impl Writer<'_> {
    fn message(&mut self, name: &str, place: u64, depth: u32) {
        writeln!(self.out, "message {name} {{").unwrap();
        let mut in_oneof = String::new();
        for number in 1..=2 + self.choices.pick(place, 2, 4) {
            let inner = inside(place, number);
            if self.choices.once_in(8, inner, 3) {
                continue;
            }
            let prefix = if self.choices.once_in(30, inner, 4) { "g_" } else { "f_" };
            let field = format!("{prefix}{number} = {number}");
            let kind = self.kind(inner, depth);
            let is_scalar = SCALARS.contains(&kind.as_str());
            match self.choices.pick(inner, 5, 12) {
                0 => writeln!(self.out, "  map<string, {kind}> {field};").unwrap(),
                1 | 2 => writeln!(self.out, "  repeated {kind} {field};").unwrap(),
                3 | 4 => writeln!(in_oneof, "    {kind} {field};").unwrap(),
                5 | 6 if !self.is_proto2 => writeln!(self.out, "  optional {kind} {field};").unwrap(),
                7 if self.is_proto2 && depth < 2 => self.group(number, inner),
                5 if is_scalar => writeln!(self.out, "  required {kind} {field};").unwrap(),
                _ if self.is_proto2 => writeln!(self.out, "  optional {kind} {field};").unwrap(),
                _ => writeln!(self.out, "  {kind} {field};").unwrap(),
            }
        }
        if !in_oneof.is_empty() {
            let name = if self.choices.once_in(10, place, 6) { "other" } else { "choice" };
            writeln!(self.out, "  oneof {name} {{\n{in_oneof}  }}").unwrap();
        }
        writeln!(self.out, "}}").unwrap();
    }

    /// A field with its message between two tags.
    fn group(&mut self, number: u64, place: u64) {
        let label =
            ["optional", "optional", "repeated", "required"][self.choices.pick(place, 12, 4) as usize];
        let name = if self.choices.once_in(20, place, 13) { "H" } else { "G" };
        writeln!(self.out, "  {label} group {name}{number} = {number} {{").unwrap();
        for inner in 1..=1 + self.choices.pick(place, 14, 3) {
            let kind = SCALARS[self.choices.pick(inside(place, inner), 15, 20) as usize];
            writeln!(self.out, "    optional {kind} f_{inner} = {inner};").unwrap();
        }
        writeln!(self.out, "  }}").unwrap();
    }

    /// The name of a type; what it declares goes before the field.
    fn kind(&mut self, place: u64, depth: u32) -> String {
        let letter = if self.choices.once_in(25, place, 7) { "X" } else { "" };
        match self.choices.pick(place, 8, 10) {
            0 | 1 if depth < 2 => {
                let name = format!("T{letter}{:x}", place % 0xffff);
                self.message(&name, inside(place, 0), depth + 1);
                name
            }
            2 => {
                let name = format!("E{letter}{:x}", place % 0xffff);
                let prefix = name.to_uppercase();
                writeln!(self.out, "enum {name} {{ {prefix}_0 = 0;").unwrap();
                for number in 1..4 {
                    if !self.choices.once_in(6, inside(place, number), 9) {
                        let other =
                            if self.choices.once_in(30, inside(place, number), 10) { "N" } else { "" };
                        write!(self.out, " {prefix}_{other}{number} = {number};").unwrap();
                    }
                }
                writeln!(self.out, " }}").unwrap();
                name
            }
            _ => SCALARS[self.choices.pick(place, 11, 20) as usize].to_owned(),
        }
    }
}
