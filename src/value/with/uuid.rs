//! [`uuid::Uuid`] as a UUID.

use crate::value::Uuid;

super::with_functions!(::uuid::Uuid as crate::value::Uuid);

impl From<::uuid::Uuid> for Uuid {
    fn from(uuid: ::uuid::Uuid) -> Self {
        Self(uuid.into_bytes())
    }
}

impl From<Uuid> for ::uuid::Uuid {
    fn from(uuid: Uuid) -> Self {
        Self::from_bytes(uuid.0)
    }
}
