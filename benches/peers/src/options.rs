//! The command line.

pub const HELP: &str = "\
peers [--filter TEXT] [--rounds N] [--runs N] [--markdown] [--raw]

  --filter TEXT   only cases with TEXT in `group/record/who`
  --rounds N      rounds of about 0.9 ms a case (default 101)
  --runs N        processes, of which the median is taken (default 1)
  --markdown      tables in Markdown
  --raw           a line a case, its fields parted by tabs: group, record, who, ns (least), ns (median), allocations, bytes, requests";

#[derive(Debug, Clone)]
pub struct Options {
    pub filter: Option<String>,
    pub rounds: usize,
    pub runs: usize,
    pub markdown: bool,
    pub raw: bool,
}

pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { filter: None, rounds: 101, runs: 1, markdown: false, raw: false };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
        match argument.as_str() {
            "--filter" => options.filter = Some(value()?),
            "--rounds" => options.rounds = count(&value()?)?,
            "--runs" => options.runs = count(&value()?)?,
            "--markdown" => options.markdown = true,
            "--raw" => options.raw = true,
            other => return Err(format!("unknown: {other}")),
        }
    }
    Ok(options)
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|it| *it > 0).ok_or_else(|| format!("{text} is no number above zero"))
}
