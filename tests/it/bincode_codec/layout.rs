//! Layout documents: parsed, printed, traced.

use schemawire::schema::bincode::{TraceError, canonical, pretty, trace, trace_values};
use schemawire::schema::{Format, Mode, Model, Reference, Schema, SchemaErrorKind};
use serde::{Deserialize, Serialize};

use super::quake::{borrowed, v1, v2};
use crate::support::file;

fn layout(schema: &Schema) -> &schemawire::schema::bincode::Model {
    match schema.model() {
        Model::Bincode(model) => model,
        other => panic!("a layout, not {other:?}"),
    }
}

#[test]
fn the_story_s_layouts_are_what_its_types_trace_to() {
    for (path, traced) in [
        ("schemas/quake/v1.bincode.json", trace::<v1::Quake>().unwrap()),
        ("schemas/quake/v2.bincode.json", trace::<v2::Quake>().unwrap()),
    ] {
        let stored = std::fs::read_to_string(file(path)).unwrap_or_default();
        assert_eq!(stored, traced.text(), "{path} should be:\n{}", traced.text());
        assert_eq!(traced.full_name().as_deref(), Some("Quake"));
    }
}

#[test]
fn a_borrowed_type_traces_to_the_layout_of_the_owned_one() {
    assert_eq!(trace::<borrowed::Quake<'static>>().unwrap().text(), trace::<v2::Quake>().unwrap().text());
}
