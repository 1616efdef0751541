//! Events of the registry, as records of the `_schemas` topic.
