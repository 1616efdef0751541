//! Records in the reader's order, for those who cannot take fields by name: where each field's bytes start.

use super::fault::Fault;
use super::plan::{Action, Record, Step};
use super::read::Decoder;

impl<'de> Decoder<'de, '_> {
    /// Passes over a record and pushes, for each of the reader's fields in order, the bytes from its start on to [`Decoder::starts`];
    /// gives the bytes behind the record. Fields that take their default get the start of the record, which no one reads.
    ///
    /// What this pass spends is given back: the fields are read, and paid for, after it.
    pub(super) fn locate(&mut self, record: &Record) -> Result<&'de [u8], Fault> {
        let mark = self.mark();
        let base = self.starts.len();
        let start = self.rest();
        self.starts.resize(base + record.fields.len(), start);
        for step in &record.steps {
            match step.action {
                Action::Read(field) => {
                    let rest = self.rest();
                    if let Some(slot) = self.starts.get_mut(base + field as usize) {
                        *slot = rest;
                    }
                }
                Action::Skip => {}
                Action::Default(_) => continue,
            }
            self.skip(step.node).map_err(|fault| fault.inside(step.name))?;
        }
        let end = self.jump(start);
        self.refund(mark);
        Ok(end)
    }
}

impl Record {
    /// The step that fills a field of the reader.
    pub(super) fn step_of(&self, wanted: u32) -> Option<&Step> {
        // Where nothing is skipped or moved the step stands at the field's own place.
        let fills = |step: &&Step| matches!(step.action, Action::Read(field) | Action::Default(field) if field == wanted);
        self.steps.get(wanted as usize).filter(fills).or_else(|| self.steps.iter().find(fills))
    }
}
