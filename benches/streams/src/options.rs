//! The command line.

use std::path::PathBuf;

pub const HELP: &str = "\
streams [--case TEXT] [--who TEXT] [--records N] [--rounds N] [--brokers LIST] [--out FILE] [--report FILE] [--markdown]

  --case TEXT     only cases with TEXT in their name
  --who TEXT      only contenders with TEXT in their name
  --records N     records of a measurement of rate (default 500000)
  --rounds N      rounds over the contenders, of which the medians are shown (default 5)
  --brokers LIST  a cluster that runs already, for all cases, instead of clusters that are started here (one node, then three);
                  cases that kill or freeze a broker are left out
  --out FILE      adds what was measured to FILE, a line of JSON each
  --report FILE   measures nothing, and shows what is in FILE
  --markdown      tables in Markdown";

#[derive(Debug, Clone)]
pub struct Options {
    pub case: String,
    pub who: String,
    pub records: u64,
    pub rounds: usize,
    pub brokers: Option<String>,
    pub out: Option<PathBuf>,
    pub report: Option<PathBuf>,
    pub markdown: bool,
}

pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        case: String::new(),
        who: String::new(),
        records: 500_000,
        rounds: 5,
        brokers: None,
        out: None,
        report: None,
        markdown: false,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
        match argument.as_str() {
            "--case" => options.case = value()?,
            "--who" => options.who = value()?,
            "--records" => options.records = count(&value()?)?,
            "--rounds" => options.rounds = count(&value()?)? as usize,
            "--brokers" => options.brokers = Some(value()?),
            "--out" => options.out = Some(value()?.into()),
            "--report" => options.report = Some(value()?.into()),
            "--markdown" => options.markdown = true,
            other => return Err(format!("unknown: {other}")),
        }
    }
    Ok(options)
}

fn count(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|it| *it > 0).ok_or_else(|| format!("{text} is no number above zero"))
}
