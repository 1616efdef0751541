//! Values without anything inside, compared across the promotions of all formats.

use crate::value::{ValueRef, View};

/// Whether two values without anything inside are the same: numbers by their value, text and bytes by what is in them.
pub(super) fn same_scalar(written: ValueRef<'_>, read: ValueRef<'_>) -> bool {
    let (a, b) = (written.view(), read.view());
    match (&a, &b) {
        (View::Text(a), View::Bytes(b)) | (View::Bytes(b), View::Text(a)) => a.as_bytes() == *b,
        (View::Symbol { name: a, .. }, View::Symbol { name: b, .. }) => a == b,
        (View::Symbol { name: a, .. }, View::Text(b)) => a == b,
        _ if a == b => true,
        _ => match (whole(&a), whole(&b)) {
            (Some(a), Some(b)) => a == b,
            // A whole number read as a float: rounded to what it holds.
            (Some(a), None) => match b {
                View::Float(b) => a as f32 == b,
                View::Double(b) => a as f64 == b,
                _ => false,
            },
            _ => match (float(&a), float(&b)) {
                (Some(a), Some(b)) => a == b || (a.is_nan() && b.is_nan()),
                _ => false,
            },
        },
    }
}

pub(super) const fn whole(view: &View<'_>) -> Option<i128> {
    match view {
        View::Int(it) => Some(*it as i128),
        View::Long(it) => Some(*it as i128),
        View::Unsigned(it) => Some(*it as i128),
        _ => None,
    }
}

const fn float(view: &View<'_>) -> Option<f64> {
    match view {
        View::Float(it) => Some(*it as f64),
        View::Double(it) => Some(*it),
        _ => None,
    }
}
