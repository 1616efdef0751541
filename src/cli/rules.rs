//! `schemawire rules` and `schemawire explain`: what is checked, and why.

use super::check::rules::{self, RuleRow};
use super::failure::Failure;
use super::output::{Format, Output, Style};
use super::table::Table;
use crate::compat;

/// List all rules.
#[derive(Debug, clap::Args)]
pub(super) struct Rules {
    /// One JSON document, for programs
    #[arg(long)]
    json: bool,

    /// How they are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Say of one rule what it finds, why that breaks, and what to do.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: schemawire explain avro/field-added-without-default")]
pub(super) struct Explain {
    /// The rule's name, or the end of it
    rule: String,
}

impl Rules {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let rules = rules::all();
        if self.json || self.format == Format::Json {
            let rows: Vec<_> = rules.iter().map(as_json).collect();
            return output.line(&format!("{:#}", serde_json::Value::from(rows)));
        }
        let mut table = Table::new(&["rule", "severity", "what it finds"]);
        for rule in rules {
            table.row(vec![rule.id.into(), rule.severity.as_str().into(), rule.summary.into()]);
        }
        table.lines().iter().try_for_each(|line| output.line(line))
    }
}

impl Explain {
    pub(super) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let rule = find(&self.rule)?;
        let name = output.styled(Style::Bold, rule.id);
        output.line(&format!("{name}: {}", rule.summary))?;
        let confluent = rule.confluent.map(|name| format!("; Confluent calls it {name}")).unwrap_or_default();
        output.line(&format!("{}{confluent}", rule.severity.as_str()))?;
        for (title, text) in [("Why", rule.why), ("What to do", rule.fix)] {
            output.line("")?;
            let title = output.styled(Style::Bold, title);
            output.line(&title)?;
            output.line(&format!("  {text}"))?;
        }
        if let Some(example) = compat::rule(rule.id).and_then(compat::Rule::example) {
            for (title, (old, new)) in [("It fires", example.breaks), ("It does not", example.holds)] {
                output.line("")?;
                let title = output.styled(Style::Bold, title);
                output.line(&title)?;
                for (version, text) in [("before", old), ("after", new)] {
                    output.line(&format!("  {version}:"))?;
                    text.trim_end().lines().try_for_each(|line| output.line(&format!("    {line}")))?;
                }
            }
        }
        output.line("")?;
        output.line(&format!(
            "In schemawire.toml: [rules] \"{}\" = \"error\", \"warning\", \"note\" or \"off\"",
            rule.id
        ))
    }
}

fn find(name: &str) -> Result<RuleRow, Failure> {
    if let Some(rule) = rules::find(name) {
        return Ok(rule);
    }
    let all = rules::all();
    let end = format!("/{name}");
    let ending: Vec<&RuleRow> = all.iter().filter(|rule| rule.id.ends_with(&end)).collect();
    match ending.as_slice() {
        [one] => Ok(**one),
        [] => {
            let like: Vec<&str> = all.iter().map(|rule| rule.id).filter(|id| id.contains(name)).collect();
            let failure = Failure::usage(format!("there is no rule `{name}`"));
            let help = if like.is_empty() { "`schemawire rules` lists them".into() } else { like.join(", ") };
            Err(failure.help(help))
        }
        several => {
            let names: Vec<&str> = several.iter().map(|rule| rule.id).collect();
            Err(Failure::usage(format!("`{name}` is the end of several rules")).help(names.join(", ")))
        }
    }
}

fn as_json(rule: &RuleRow) -> serde_json::Value {
    let RuleRow { id, severity, confluent, summary, why, fix } = rule;
    serde_json::json!({
        "id": id,
        "severity": severity.as_str(),
        "confluentType": confluent,
        "summary": summary,
        "why": why,
        "fix": fix,
    })
}
