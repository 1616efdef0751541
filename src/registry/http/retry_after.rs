//! When another side asks to be asked again: RFC 9110, section 10.2.3, *Retry-After*.

use std::time::Duration;

use crate::value::Date;

/// How long to wait by a `Retry-After`: seconds, or a date, which counts from the answer's own `Date` where it has one.
pub(super) fn wait(retry_after: &str, date: Option<&str>, now_millis: i64) -> Option<Duration> {
    let text = retry_after.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = seconds_of(text)?;
    let from = date.and_then(seconds_of).unwrap_or(now_millis / 1000);
    // A date that is over is a wait of nothing.
    Some(Duration::from_secs(u64::try_from(until - from).unwrap_or(0)))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that may be written today.
fn seconds_of(text: &str) -> Option<i64> {
    let (_, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split(' ');
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|it| *it == month)? as u32 + 1;
    let year = parts.next()?.parse().ok()?;
    let mut clock = parts.next()?.split(':').map(|part| part.parse::<u32>().ok().filter(|it| *it <= 60));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if parts.next() != Some("GMT") || parts.next().is_some() || clock.next().is_some() {
        return None;
    }
    let days = i64::from(Date::from_ymd(year, month, day).ok()?.days());
    Some(days * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second))
}

#[cfg(test)]
mod tests {
    use super::{Duration, wait};

    #[test]
    fn seconds_and_dates_are_read() {
        const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
        let seconds = |text, date, now| wait(text, date, now).map(|it| it.as_secs());
        assert_eq!(seconds("120", None, 0), Some(120));
        assert_eq!(seconds(DATE, None, 784_111_770_000), Some(7));
        assert_eq!(
            seconds(DATE, Some("Sun, 06 Nov 1994 08:49:30 GMT"), 0),
            Some(7),
            "the answer's own clock counts"
        );
        assert_eq!(wait(DATE, None, 984_111_770_000), Some(Duration::ZERO), "it is over");
    }

    #[test]
    fn what_is_neither_is_passed_over() {
        for text in [
            "",
            "soon",
            "-1",
            "1.5",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "99999999999999999999",
        ] {
            assert_eq!(wait(text, None, 0), None, "{text}");
        }
    }
}
