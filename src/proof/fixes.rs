//! Fixes, applied to the proposed text and checked again.

use crate::compat::{Check, Finding, Fix, Report, fixes};
use crate::schema::{Mode, Schema};

/// How many findings get fixes: each is checked again as a whole.
const MAX_FIXED: usize = 20;

/// Texts longer than that are not checked again and again.
const MAX_TEXT: usize = 1 << 18;

/// Where there are more findings, no single change mends much.
const MAX_FINDINGS: usize = 200;

/// Gives each finding the fixes that mend it.
pub(super) fn verify(check: &Check, report: &mut Report, history: &[Schema], proposed: &Schema) {
    if proposed.text().len() > MAX_TEXT || report.findings.len() > MAX_FINDINGS {
        return;
    }
    let before: Vec<String> = report.findings.iter().map(key).collect();
    for finding in report.findings.iter_mut().take(MAX_FIXED) {
        let Some(old) = history.get(finding.against) else { continue };
        let mends = |fix: &Fix| {
            let Some(text) = fix.apply(proposed.text()) else { return false };
            let references = proposed.references().to_vec();
            let Ok(fixed) = Schema::parse(proposed.format(), &text, references, Mode::Strict) else {
                return false;
            };
            let after: Vec<String> = check.run(history, &fixed).findings.iter().map(key).collect();
            !after.contains(&key(finding)) && after.iter().all(|it| before.contains(it))
        };
        let mut found: Vec<Fix> = fixes(finding, old, proposed);
        found.retain(mends);
        found.iter_mut().for_each(|fix| fix.verified = true);
        finding.fixes = found;
    }
}

/// What tells findings apart while the text around them changes.
fn key(finding: &Finding) -> String {
    format!("{} {} {:?} {}", finding.id(""), finding.against, finding.reader, finding.message)
}
