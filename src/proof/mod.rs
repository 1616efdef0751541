//! Proof: findings seen to be true, and fixes seen to mend.
//!
//! ```text
//! finding -compat-> a value of the writer's schema -codec-> payload -codec of (writer, reader)-> refused or misread: a witness
//! finding -compat-> a change to the proposed text -parse, compat-> the finding is gone and no other came: a verified fix
//! ```
//!
//! What is not seen is not shown: a value that the reader reads with its meaning is no witness, and a fix that mends nothing is dropped.
//! Where a pair breaks in several places, a finding is tried with a reader that lacks the fields of the others, so that its message
//! shows that finding; where they cannot be taken apart, the witness says so ([`Witness::is_alone`](crate::compat::Witness::is_alone)).
//!
//! The same machinery holds the checker against the codecs: random pairs of schemas, and whenever `wire` says compatible, random data written
//! with one and read with the other. `SCHEMAWIRE_PAIRS=10000 PROPTEST_RNG_SEED=77 cargo test --all-features --test it proof::pairs -- --nocapture`
//! found no disagreement in 5 minutes:
//!
//! | format | pairs | compatible by `wire` | values read, all with their meaning | incompatible | of them with a witness |
//! |---|---:|---:|---:|---:|---:|
//! | Avro | 10,000 | 7,744 | 30,976 | 2,256 | 2,256 |
//! | Protobuf | 10,000 | 6,367 | 25,468 | 3,633 | 3,598 |
//! | JSON Schema | 10,000 | 5,254 | 15,458 | 4,746 | 4,159 |
//! | bincode | 10,000 | 6,815 | 27,260 | 3,185 | 3,184 |
//!
//! `scripts/nightly.sh` asks for 250,000 pairs of each; that has not been run yet.
//!
//! ```
//! # #[cfg(feature = "avro")] {
//! use schemawire::compat::{Check, Level};
//! use schemawire::proof::prove;
//! use schemawire::schema::Schema;
//!
//! let history = [Schema::avro(r#"{"type": "record", "name": "R", "fields": [{"name": "id", "type": "string"}]}"#)?];
//! let new = Schema::avro(r#"{"type": "record", "name": "R", "fields": [
//!     {"name": "id", "type": "string"}, {"name": "sku", "type": "string"}]}"#)?;
//! let check = Check { level: Level::Backward, ..Check::default() };
//! let mut report = check.run(&history, &new);
//! prove(&check, &mut report, &history, &new);
//! let witness = report.findings[0].witness.as_ref().unwrap();
//! assert_eq!((witness.json.as_str(), witness.hex().as_str()), (r#"{"id":"a"}"#, "0261"));
//! # }
//! # Ok::<(), schemawire::schema::SchemaError>(())
//! ```

mod alone;
#[cfg(feature = "avro")]
mod avro;
#[cfg(feature = "bincode")]
mod bincode;
mod fixes;
mod meaning;
#[cfg(feature = "protobuf")]
mod protobuf;
mod reduced;
#[cfg(any(feature = "avro", feature = "bincode", feature = "protobuf"))]
mod scalars;
mod trial;

pub use trial::{Trial, TrialError};

use std::collections::HashMap;

use self::alone::{Alone, Break, alone};
use crate::compat::{Check, Report, Side};
use crate::schema::Schema;

/// How many findings of a report are proved: a person reads no more, and a broken schema has very many.
const MAX_PROVED: usize = 100;

/// Gives each finding of a report its witness and its fixes, where there are some. `check`, `history` and `proposed` are those
/// that the report is of.
pub fn prove(check: &Check, report: &mut Report, history: &[Schema], proposed: &Schema) {
    witnesses(report, history, proposed);
    fixes::verify(check, report, history, proposed);
}

/// As [`prove`], for witnesses alone.
pub fn witnesses(report: &mut Report, history: &[Schema], proposed: &Schema) {
    let mut trials: HashMap<(usize, Side), Trial<'_>> = HashMap::new();
    let breaks: Vec<Break> = report.findings.iter().filter(|it| it.wire).map(Break::of).collect();
    for finding in report.findings.iter_mut().filter(|it| it.wire).take(MAX_PROVED) {
        let Some(old) = history.get(finding.against) else { continue };
        let (writer, reader) = match finding.reader {
            Side::New => (old, proposed),
            Side::Old => (proposed, old),
        };
        let key = (finding.against, finding.reader);
        let apart = alone(&Break::of(finding), &breaks, reader);
        if let Alone::With(reader) = &apart {
            finding.witness = Trial::new(writer, reader).witness(finding, true);
        }
        if finding.witness.is_none() {
            let trial = trials.entry(key).or_insert_with(|| Trial::new(writer, reader));
            finding.witness = trial.witness(finding, matches!(apart, Alone::Already));
        }
    }
}
