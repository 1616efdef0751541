//! The story's types as prost has them: `schemas/quake/v1.proto` and `v2.proto`.

use std::collections::HashMap;

use prost_types::Timestamp as Moment;

use super::story::{self, QuakeV1, QuakeV2};
use crate::value::Timestamp;

/// The nested message `Place`, the same in both versions.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Place {
    #[prost(string, tag = "1")]
    description: String,
    #[prost(double, tag = "2")]
    longitude: f64,
    #[prost(double, tag = "3")]
    latitude: f64,
    #[prost(double, tag = "4")]
    depth: f64,
}

/// `Status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub(super) enum Status {
    Unspecified = 0,
    Automatic = 1,
    Reviewed = 2,
    Deleted = 3,
}

/// `Alert`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub(super) enum Alert {
    Unspecified = 0,
    Green = 1,
    Yellow = 2,
    Orange = 3,
    Red = 4,
}

/// `Quake` of version 1.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct WrittenQuake {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, optional, tag = "2")]
    magnitude: Option<String>,
    #[prost(string, tag = "3")]
    magnitude_type: String,
    #[prost(string, tag = "4")]
    kind: String,
    #[prost(message, optional, tag = "5")]
    place: Option<Place>,
    #[prost(message, optional, tag = "6")]
    time: Option<Moment>,
    #[prost(message, optional, tag = "7")]
    updated: Option<Moment>,
    #[prost(enumeration = "Status", tag = "8")]
    status: i32,
    #[prost(enumeration = "Alert", optional, tag = "9")]
    alert: Option<i32>,
    #[prost(bool, tag = "10")]
    tsunami: bool,
    #[prost(int32, tag = "11")]
    significance: i32,
    #[prost(int32, optional, tag = "12")]
    felt: Option<i32>,
    #[prost(double, optional, tag = "13")]
    cdi: Option<f64>,
    #[prost(double, optional, tag = "14")]
    mmi: Option<f64>,
    #[prost(int32, optional, tag = "15")]
    stations: Option<i32>,
    #[prost(double, optional, tag = "16")]
    gap: Option<f64>,
    #[prost(double, optional, tag = "17")]
    dmin: Option<f64>,
    #[prost(double, optional, tag = "18")]
    rms: Option<f64>,
    #[prost(string, tag = "19")]
    network: String,
    #[prost(string, tag = "20")]
    code: String,
    #[prost(sint32, tag = "21")]
    timezone: i32,
    #[prost(string, repeated, tag = "22")]
    sources: Vec<String>,
    #[prost(string, repeated, tag = "23")]
    products: Vec<String>,
    #[prost(map = "string, string", tag = "24")]
    links: HashMap<String, String>,
    #[prost(string, tag = "25")]
    title: String,
}

/// `Quake` of version 2.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ReadQuake {
    #[prost(message, optional, tag = "6")]
    time: Option<Moment>,
    #[prost(message, optional, tag = "7")]
    updated: Option<Moment>,
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "25")]
    title: String,
    #[prost(message, optional, tag = "5")]
    place: Option<Place>,
    #[prost(string, tag = "4")]
    event_type: String,
    #[prost(string, optional, tag = "2")]
    magnitude: Option<String>,
    #[prost(string, tag = "3")]
    magnitude_type: String,
    #[prost(int64, tag = "11")]
    significance: i64,
    #[prost(enumeration = "Status", tag = "8")]
    status: i32,
    #[prost(enumeration = "Alert", optional, tag = "9")]
    alert: Option<i32>,
    #[prost(bool, tag = "10")]
    tsunami: bool,
    #[prost(int32, optional, tag = "12")]
    felt: Option<i32>,
    #[prost(double, optional, tag = "18")]
    rms: Option<f64>,
    #[prost(double, optional, tag = "17")]
    dmin: Option<f64>,
    #[prost(double, optional, tag = "16")]
    gap: Option<f64>,
    #[prost(int32, optional, tag = "15")]
    stations: Option<i32>,
    #[prost(double, optional, tag = "14")]
    mmi: Option<f64>,
    #[prost(double, optional, tag = "13")]
    cdi: Option<f64>,
    #[prost(string, tag = "19")]
    network: String,
    #[prost(sint32, tag = "21")]
    timezone: i32,
    #[prost(map = "string, string", tag = "24")]
    links: HashMap<String, String>,
    #[prost(string, repeated, tag = "23")]
    products: Vec<String>,
    #[prost(string, repeated, tag = "22")]
    sources: Vec<String>,
    #[prost(int32, tag = "26")]
    revision: i32,
}

impl prost::Name for WrittenQuake {
    const NAME: &'static str = "Quake";
    const PACKAGE: &'static str = "schemawire.quake";
}

impl prost::Name for ReadQuake {
    const NAME: &'static str = "Quake";
    const PACKAGE: &'static str = "schemawire.quake";
}

fn moment(timestamp: Timestamp) -> Moment {
    Moment { seconds: timestamp.seconds(), nanos: timestamp.subsecond_nanos() as i32 }
}

impl From<&QuakeV1> for WrittenQuake {
    fn from(event: &QuakeV1) -> Self {
        let it = event.clone();
        Self {
            id: it.id,
            magnitude: it.magnitude.map(|magnitude| magnitude.to_string()),
            magnitude_type: it.magnitude_type,
            kind: it.kind,
            place: Some(Place {
                description: it.place.description,
                longitude: it.place.longitude,
                latitude: it.place.latitude,
                depth: it.place.depth,
            }),
            time: Some(moment(it.time)),
            updated: Some(moment(it.updated)),
            status: match it.status {
                story::Status::Automatic => Status::Automatic,
                story::Status::Reviewed => Status::Reviewed,
                story::Status::Deleted => Status::Deleted,
            }
            .into(),
            alert: it.alert.map(|alert| {
                match alert {
                    story::Alert::Green => Alert::Green,
                    story::Alert::Yellow => Alert::Yellow,
                    story::Alert::Orange => Alert::Orange,
                    story::Alert::Red => Alert::Red,
                }
                .into()
            }),
            tsunami: it.tsunami,
            significance: it.significance,
            felt: it.felt,
            cdi: it.cdi,
            mmi: it.mmi,
            stations: it.stations,
            gap: it.gap,
            dmin: it.dmin,
            rms: it.rms,
            network: it.network,
            code: it.code,
            timezone: it.timezone,
            sources: it.sources,
            products: it.products,
            links: it.links.into_iter().collect(),
            title: it.title,
        }
    }
}

impl TryFrom<ReadQuake> for QuakeV2 {
    type Error = String;

    fn try_from(it: ReadQuake) -> Result<Self, String> {
        let (status, alert) = (it.status(), it.alert.is_some().then(|| it.alert()));
        let place = it.place.ok_or("no place")?;
        let moment = |moment: Option<Moment>| {
            let it = moment.ok_or("no time")?;
            Timestamp::new(it.seconds, it.nanos as u32).map_err(|error| error.to_string())
        };
        Ok(Self {
            time: moment(it.time)?,
            updated: moment(it.updated)?,
            id: it.id,
            title: it.title,
            place: story::Place {
                description: place.description,
                longitude: place.longitude,
                latitude: place.latitude,
                depth: place.depth,
            },
            event_type: it.event_type,
            magnitude: it
                .magnitude
                .map(|text| text.parse().map_err(|error| format!("magnitude `{text}`: {error}")))
                .transpose()?,
            magnitude_type: it.magnitude_type,
            significance: it.significance,
            status: match status {
                Status::Automatic => story::Status::Automatic,
                Status::Reviewed => story::Status::Reviewed,
                Status::Deleted => story::Status::Deleted,
                Status::Unspecified => return Err("no status".to_owned()),
            },
            alert: match alert {
                None => None,
                Some(Alert::Green) => Some(story::Alert::Green),
                Some(Alert::Yellow) => Some(story::Alert::Yellow),
                Some(Alert::Orange) => Some(story::Alert::Orange),
                Some(Alert::Red) => Some(story::Alert::Red),
                Some(Alert::Unspecified) => return Err("an alert without a colour".to_owned()),
            },
            tsunami: it.tsunami,
            felt: it.felt,
            rms: it.rms,
            dmin: it.dmin,
            gap: it.gap,
            stations: it.stations,
            mmi: it.mmi,
            cdi: it.cdi,
            network: it.network,
            timezone: it.timezone,
            links: it.links.into_iter().collect(),
            products: it.products,
            sources: it.sources,
            revision: it.revision,
        })
    }
}
