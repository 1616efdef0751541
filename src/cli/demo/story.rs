//! The story's types: an earthquake as version 1 of the schema has it, and as version 2 does.
//!
//! One pair of plain serde structs serves Avro, JSON and bincode; [`super::protobuf`] has their prost siblings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::value::{Decimal, Timestamp};

/// An earthquake, version 1: what the services write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct QuakeV1 {
    pub(super) id: String,
    pub(super) magnitude: Option<Decimal>,
    pub(super) magnitude_type: String,
    pub(super) kind: String,
    pub(super) place: Place,
    pub(super) time: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) status: Status,
    pub(super) alert: Option<Alert>,
    pub(super) tsunami: bool,
    pub(super) significance: i32,
    pub(super) felt: Option<i32>,
    pub(super) cdi: Option<f64>,
    pub(super) mmi: Option<f64>,
    pub(super) stations: Option<i32>,
    pub(super) gap: Option<f64>,
    pub(super) dmin: Option<f64>,
    pub(super) rms: Option<f64>,
    pub(super) network: String,
    pub(super) code: String,
    pub(super) timezone: i32,
    pub(super) sources: Vec<String>,
    pub(super) products: Vec<String>,
    pub(super) links: BTreeMap<String, String>,
    pub(super) title: String,
}

/// Where it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) description: String,
    pub(super) longitude: f64,
    pub(super) latitude: f64,
    pub(super) depth: f64,
}

/// Whether a person has looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Automatic,
    Reviewed,
    Deleted,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Alert {
    Green,
    Yellow,
    Orange,
    Red,
}

/// An earthquake, version 2: everything reordered, `kind` renamed, `significance` wider, `code` gone, `revision` new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct QuakeV2 {
    pub(super) time: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) place: Place,
    #[serde(alias = "kind")]
    pub(super) event_type: String,
    pub(super) magnitude: Option<Decimal>,
    pub(super) magnitude_type: String,
    pub(super) significance: i64,
    pub(super) status: Status,
    pub(super) alert: Option<Alert>,
    pub(super) tsunami: bool,
    pub(super) felt: Option<i32>,
    pub(super) rms: Option<f64>,
    pub(super) dmin: Option<f64>,
    pub(super) gap: Option<f64>,
    pub(super) stations: Option<i32>,
    pub(super) mmi: Option<f64>,
    pub(super) cdi: Option<f64>,
    pub(super) network: String,
    pub(super) timezone: i32,
    pub(super) links: BTreeMap<String, String>,
    pub(super) products: Vec<String>,
    pub(super) sources: Vec<String>,
    #[serde(default)]
    pub(super) revision: i32,
}

impl QuakeV2 {
    /// What version 2 has to show of an event that was written with version 1.
    pub(super) fn expected(event: &QuakeV1) -> Self {
        let event = event.clone();
        Self {
            time: event.time,
            updated: event.updated,
            id: event.id,
            title: event.title,
            place: event.place,
            event_type: event.kind,
            magnitude: event.magnitude,
            magnitude_type: event.magnitude_type,
            significance: event.significance.into(),
            status: event.status,
            alert: event.alert,
            tsunami: event.tsunami,
            felt: event.felt,
            rms: event.rms,
            dmin: event.dmin,
            gap: event.gap,
            stations: event.stations,
            mmi: event.mmi,
            cdi: event.cdi,
            network: event.network,
            timezone: event.timezone,
            links: event.links,
            products: event.products,
            sources: event.sources,
            revision: 0,
        }
    }
}

/// The fields of version 2, each compared by itself: how many there are, and which of them differ.
macro_rules! compare {
    ($($field:ident $(. $inner:ident)?),* $(,)?) => {
        impl QuakeV2 {
            /// How many fields [`QuakeV2::differences`] compares.
            pub(super) const FIELDS: u64 = [$(stringify!($field)),*].len() as u64;

            /// The fields in which two differ, by name.
            pub(super) fn differences(&self, other: &Self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(
                    if self.$field $(.$inner)? != other.$field $(.$inner)? {
                        names.push(concat!(stringify!($field), $(".", stringify!($inner))?));
                    }
                )*
                names
            }
        }
    };
}

compare!(
    time,
    updated,
    id,
    title,
    place.description,
    place.longitude,
    place.latitude,
    place.depth,
    event_type,
    magnitude,
    magnitude_type,
    significance,
    status,
    alert,
    tsunami,
    felt,
    rms,
    dmin,
    gap,
    stations,
    mmi,
    cdi,
    network,
    timezone,
    links,
    products,
    sources,
    revision,
);
