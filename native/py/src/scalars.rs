//! Which values hold nothing that could change or refer to something else.
use pyo3::prelude::*;

use crate::codec::{self, Kind};

/// An exact plain type: no container, no document, no reference, not bytes (which untyped fields turn into lists).
#[inline]
pub fn is_plain_scalar(value: &Bound<'_, PyAny>) -> bool {
    matches!(
        codec::types(value.py()).kind(value),
        Kind::Str
            | Kind::Int
            | Kind::Bool
            | Kind::Float
            | Kind::ObjectId
            | Kind::DateTime
            | Kind::Int64
            | Kind::Decimal128
            | Kind::Uuid
    )
}

/// Exactly a `bson.ObjectId`.
#[inline]
pub fn is_objectid(value: &Bound<'_, PyAny>) -> bool {
    codec::types(value.py()).kind(value) == Kind::ObjectId
}
