//! The real events: a GeoJSON feed, or JSON lines of version 1.

use serde::Deserialize;

use super::story::{Alert, Place, QuakeV1, Status};
use crate::cli::failure::Failure;
use crate::cli::input::{Input, for_each_line};
use crate::cli::output::Output;
use crate::value::{Decimal, Timestamp};

/// One week of the U.S. Geological Survey's feed, generated 2018-02-06; public domain.
const WEEK: &str = include_str!("../../../data/usgs-earthquakes-week.geojson");

/// The events of the built-in week.
pub(super) fn built_in() -> Result<Vec<QuakeV1>, Failure> {
    features(WEEK, "the built-in events")
}

/// The events of a file: a GeoJSON feed as the Survey publishes it, or one event of version 1 a line.
pub(super) fn read(
    input: &Input,
    keep_going: bool,
    output: &mut Output,
) -> Result<(Vec<QuakeV1>, Result<(), Failure>), Failure> {
    if let Input::File(path) = input
        && path.extension().is_some_and(|it| it == "geojson")
    {
        let text = crate::cli::input::read_text(path)?;
        return Ok((features(&text, &input.name())?, Ok(())));
    }
    let mut events = Vec::new();
    let read = for_each_line(input, keep_going, output, |_, line| {
        events.push(serde_json::from_str(line).map_err(|error| Failure::data(error.to_string()))?);
        Ok(())
    });
    match read {
        // With `--keep-going` the good lines are shown, and the bad ones still make the command fail.
        Err(failure) if failure.is_data() && keep_going => Ok((events, Err(failure))),
        other => other.map(|_| (events, Ok(()))),
    }
}

fn features(text: &str, name: &str) -> Result<Vec<QuakeV1>, Failure> {
    let feed: Feed = serde_json::from_str(text).map_err(|error| Failure::data(format!("{name}: {error}")))?;
    let quake = |(index, feature): (usize, Feature)| {
        feature.into_quake().map_err(|it| Failure::data(format!("{name}, event {index}: {it}")))
    };
    feed.features.into_iter().enumerate().map(quake).collect()
}

#[derive(Deserialize)]
struct Feed {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    id: String,
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Geometry {
    coordinates: (f64, f64, f64),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    mag: Option<serde_json::Number>,
    place: String,
    time: i64,
    updated: i64,
    tz: i32,
    url: String,
    detail: String,
    felt: Option<i32>,
    cdi: Option<f64>,
    mmi: Option<f64>,
    alert: Option<Alert>,
    status: Status,
    tsunami: u8,
    sig: i32,
    net: String,
    code: String,
    sources: String,
    types: String,
    nst: Option<i32>,
    dmin: Option<f64>,
    rms: Option<f64>,
    gap: Option<f64>,
    mag_type: String,
    #[serde(rename = "type")]
    kind: String,
    title: String,
}

impl Feature {
    fn into_quake(self) -> Result<QuakeV1, String> {
        let Self { id, properties: it, geometry } = self;
        let (longitude, latitude, depth) = geometry.coordinates;
        let magnitude = it.mag.map(|mag| decimal(&mag.to_string())).transpose()?;
        Ok(QuakeV1 {
            id,
            magnitude,
            magnitude_type: it.mag_type,
            kind: it.kind,
            place: Place { description: it.place, longitude, latitude, depth },
            time: Timestamp::from_millis(it.time),
            updated: Timestamp::from_millis(it.updated),
            status: it.status,
            alert: it.alert,
            tsunami: it.tsunami != 0,
            significance: it.sig,
            felt: it.felt,
            cdi: it.cdi,
            mmi: it.mmi,
            stations: it.nst,
            gap: it.gap,
            dmin: it.dmin,
            rms: it.rms,
            network: it.net,
            code: it.code,
            timezone: it.tz,
            sources: list(&it.sources),
            products: list(&it.types),
            links: [("url".to_owned(), it.url), ("detail".to_owned(), it.detail)].into(),
            title: it.title,
        })
    }
}

/// A magnitude has two digits behind the point at most.
fn decimal(text: &str) -> Result<Decimal, String> {
    let decimal: Decimal = text.parse().map_err(|error| format!("magnitude: {error}"))?;
    decimal.rescale(2).map_err(|error| format!("magnitude: {error}"))
}

/// The feed writes lists as `,a,b,`.
fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}
