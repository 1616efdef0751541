//! The quake story as Rust types: v1, v2, and v2 borrowed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemawire::value::{Decimal, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Alert {
    Green,
    Yellow,
    Orange,
    Red,
}

pub(crate) mod v1 {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Quake {
        pub(crate) id: String,
        pub(crate) magnitude: Option<Decimal>,
        pub(crate) magnitude_type: String,
        pub(crate) kind: String,
        pub(crate) place: Place,
        pub(crate) time: Timestamp,
        pub(crate) updated: Timestamp,
        pub(crate) status: Status,
        pub(crate) alert: Option<Alert>,
        pub(crate) tsunami: bool,
        pub(crate) significance: i32,
        pub(crate) felt: Option<i32>,
        pub(crate) cdi: Option<f64>,
        pub(crate) mmi: Option<f64>,
        pub(crate) stations: Option<i32>,
        pub(crate) gap: Option<f64>,
        pub(crate) dmin: Option<f64>,
        pub(crate) rms: Option<f64>,
        pub(crate) network: String,
        pub(crate) code: String,
        pub(crate) timezone: i32,
        pub(crate) sources: Vec<String>,
        pub(crate) products: Vec<String>,
        pub(crate) links: BTreeMap<String, String>,
        pub(crate) title: String,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Place {
        pub(crate) description: String,
        pub(crate) longitude: f64,
        pub(crate) latitude: f64,
        pub(crate) depth: f64,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(crate) enum Status {
        Automatic,
        Reviewed,
        Deleted,
    }
}

/// v2 drops `code`, renames `kind`, widens `significance`, adds `revision`, and has all in another order.
pub(crate) mod v2 {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Quake {
        pub(crate) time: Timestamp,
        pub(crate) updated: Timestamp,
        pub(crate) id: String,
        pub(crate) title: String,
        pub(crate) place: Place,
        #[serde(alias = "kind")]
        pub(crate) event_type: String,
        pub(crate) magnitude: Option<Decimal>,
        pub(crate) magnitude_type: String,
        pub(crate) significance: i64,
        pub(crate) status: Status,
        pub(crate) alert: Option<Alert>,
        pub(crate) tsunami: bool,
        pub(crate) felt: Option<i32>,
        pub(crate) rms: Option<f64>,
        pub(crate) dmin: Option<f64>,
        pub(crate) gap: Option<f64>,
        pub(crate) stations: Option<i32>,
        pub(crate) mmi: Option<f64>,
        pub(crate) cdi: Option<f64>,
        pub(crate) network: String,
        pub(crate) timezone: i32,
        pub(crate) links: BTreeMap<String, String>,
        pub(crate) products: Vec<String>,
        pub(crate) sources: Vec<String>,
        #[serde(default)]
        pub(crate) revision: i32,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Place {
        pub(crate) latitude: f64,
        pub(crate) longitude: f64,
        pub(crate) depth: f64,
        pub(crate) description: String,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(crate) enum Status {
        Reviewed,
        Automatic,
        Deleted,
        #[serde(other)]
        Unknown,
    }
}

/// The same v2 with its texts lent from the payload.
pub(crate) mod borrowed {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Quake<'a> {
        pub(crate) time: Timestamp,
        pub(crate) updated: Timestamp,
        pub(crate) id: &'a str,
        #[serde(borrow)]
        pub(crate) title: Cow<'a, str>,
        pub(crate) place: Place<'a>,
        #[serde(alias = "kind")]
        pub(crate) event_type: &'a str,
        pub(crate) magnitude: Option<Decimal>,
        pub(crate) magnitude_type: &'a str,
        pub(crate) significance: i64,
        pub(crate) status: v2::Status,
        pub(crate) alert: Option<Alert>,
        pub(crate) tsunami: bool,
        pub(crate) felt: Option<i32>,
        pub(crate) rms: Option<f64>,
        pub(crate) dmin: Option<f64>,
        pub(crate) gap: Option<f64>,
        pub(crate) stations: Option<i32>,
        pub(crate) mmi: Option<f64>,
        pub(crate) cdi: Option<f64>,
        pub(crate) network: &'a str,
        pub(crate) timezone: i32,
        pub(crate) links: BTreeMap<&'a str, &'a str>,
        pub(crate) products: Vec<&'a str>,
        pub(crate) sources: Vec<&'a str>,
        #[serde(default)]
        pub(crate) revision: i32,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Place<'a> {
        pub(crate) latitude: f64,
        pub(crate) longitude: f64,
        pub(crate) depth: f64,
        pub(crate) description: &'a str,
    }
}

/// A quake with something in every field.
pub(crate) fn full() -> v1::Quake {
    v1::Quake {
        id: "ci37868143".into(),
        magnitude: Some(Decimal::new(-42, 2)),
        magnitude_type: "ml".into(),
        kind: "earthquake".into(),
        place: v1::Place {
            description: "4km W of Castaic, CA".into(),
            longitude: -118.667,
            latitude: 34.4945,
            depth: 26.49,
        },
        time: Timestamp::from_millis(1_517_966_773_840),
        updated: Timestamp::from_millis(1_517_966_996_303),
        status: v1::Status::Reviewed,
        alert: Some(Alert::Orange),
        tsunami: true,
        significance: -300,
        felt: Some(70_000),
        cdi: Some(3.1),
        mmi: Some(f64::MIN_POSITIVE),
        stations: Some(i32::MIN),
        gap: Some(174.0),
        dmin: Some(0.04214),
        rms: Some(0.35),
        network: "ci".into(),
        code: "37868143".into(),
        timezone: -480,
        sources: vec!["ci".into(), "us".into()],
        products: vec!["geoserve".into(), "étude".into(), String::new()],
        links: BTreeMap::from([
            ("url".into(), "https://example.org/1".into()),
            ("detail".into(), "x".into()),
        ]),
        title: "M -0.42 - 4km W of Castaic, CA".into(),
    }
}

/// A quake with nothing in every field that may be empty.
pub(crate) fn empty() -> v1::Quake {
    v1::Quake {
        magnitude: None,
        alert: None,
        felt: None,
        cdi: None,
        mmi: None,
        stations: None,
        gap: None,
        dmin: None,
        rms: None,
        sources: Vec::new(),
        products: Vec::new(),
        links: BTreeMap::new(),
        ..full()
    }
}

/// What v2 reads from a v1 quake.
pub(crate) fn upgraded(quake: v1::Quake) -> v2::Quake {
    v2::Quake {
        time: quake.time,
        updated: quake.updated,
        id: quake.id,
        title: quake.title,
        place: v2::Place {
            latitude: quake.place.latitude,
            longitude: quake.place.longitude,
            depth: quake.place.depth,
            description: quake.place.description,
        },
        event_type: quake.kind,
        magnitude: quake.magnitude,
        magnitude_type: quake.magnitude_type,
        significance: quake.significance.into(),
        status: match quake.status {
            v1::Status::Automatic => v2::Status::Automatic,
            v1::Status::Reviewed => v2::Status::Reviewed,
            v1::Status::Deleted => v2::Status::Deleted,
        },
        alert: quake.alert,
        tsunami: quake.tsunami,
        felt: quake.felt,
        rms: quake.rms,
        dmin: quake.dmin,
        gap: quake.gap,
        stations: quake.stations,
        mmi: quake.mmi,
        cdi: quake.cdi,
        network: quake.network,
        timezone: quake.timezone,
        links: quake.links,
        products: quake.products,
        sources: quake.sources,
        revision: 0,
    }
}
