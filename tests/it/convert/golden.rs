//! Golden cases: `tests/cases/convert/<name>/` holds `from.…`, `to.…` of the three other formats, and `report.txt`.
//!
//! With `SCHEMAWIRE_WRITE_EXPECTED` set they are written anew, to be read before they are kept.

use std::fs;
use std::path::Path;

use schemawire::convert::{ConvertError, convert};
use schemawire::schema::{Format, Mode, Schema};

use crate::support::file;

const ENDINGS: [(&str, Format); 4] = [
    ("avsc", Format::Avro),
    ("proto", Format::Protobuf),
    ("bincode.json", Format::Bincode),
    ("json", Format::Json),
];

#[test]
fn every_case_is_converted_as_it_expects() {
    let mut cases: Vec<_> =
        fs::read_dir(file("tests/cases/convert")).unwrap().map(|it| it.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 8, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let mut report = String::new();
        let source = ENDINGS.iter().find(|(ending, _)| case.join(format!("from.{ending}")).exists());
        let (ending, from) = source.unwrap_or_else(|| panic!("{} has no `from`", case.display()));
        let text = fs::read_to_string(case.join(format!("from.{ending}"))).unwrap();
        let schema = Schema::parse(*from, &text, Vec::new(), Mode::Strict).unwrap();
        for (ending, to) in ENDINGS.iter().filter(|(_, to)| to != from) {
            report.push_str(&format!("{from} to {to}\n"));
            match convert(&schema, *to) {
                Ok(conversion) => {
                    report.push_str(&conversion.report().to_string());
                    check(&case.join(format!("to.{ending}")), conversion.schema().text(), &mut wrong);
                }
                Err(ConvertError::Impossible(refused)) => report.push_str(&refused.to_string()),
                Err(error) => panic!("{}: {error}", case.display()),
            }
            report.push('\n');
        }
        check(&case.join("report.txt"), &report, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(path: &Path, found: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("SCHEMAWIRE_WRITE_EXPECTED").is_some() {
        fs::write(path, found).unwrap();
    }
    if fs::read_to_string(path).unwrap_or_default() != found {
        wrong.push(format!("{}\nfound:\n{found}", path.display()));
    }
}

/// The page is the table: `schemawire convert --table > docs/CONVERSION.md` writes it anew.
#[test]
fn the_documented_table_is_the_one_that_conversions_follow() {
    let page = file("docs/CONVERSION.md");
    let table = schemawire::convert::markdown();
    if std::env::var_os("SCHEMAWIRE_WRITE_EXPECTED").is_some() {
        fs::create_dir_all(page.parent().unwrap()).unwrap();
        fs::write(&page, &table).unwrap();
    }
    assert_eq!(fs::read_to_string(page).unwrap_or_default(), table);
}
