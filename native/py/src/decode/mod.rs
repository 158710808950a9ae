//! Stored bytes to the values documents hold: what `to_python` makes of what the server returned.
pub mod container;
pub mod convert;
pub mod embedded;
pub mod reference;
pub mod scalar;
pub mod tracked;

use mongoengine_fast_core::bson::reader::value_len;
use mongoengine_fast_core::bson::{tag, BsonError};
use pyo3::intern;
use pyo3::prelude::*;

use crate::codec;
use crate::document::state::corrupt;
use crate::document::{access, DocumentCore, RawDoc};
use crate::plan::{FieldPlan, ToPython};

/// One stored value: its type tag, its bytes, and where they are.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    pub raw: &'a RawDoc,
    pub tag: u8,
    pub at: u32,
    pub bytes: &'a [u8],
}

impl<'a> Stored<'a> {
    pub fn find(raw: &'a RawDoc, tag: u8, at: u32) -> PyResult<Self> {
        let rest = raw
            .bytes
            .get()
            .get(at as usize..raw.end as usize)
            .ok_or_else(|| corrupt(BsonError::BadLength { offset: at as usize }))?;
        let length = value_len(tag, rest, at as usize).map_err(corrupt)?;
        Ok(Self { raw, tag, at, bytes: &rest[..length] })
    }

    /// The value as pymongo would return it.
    pub fn plain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        codec::decode_value(py, self.tag, self.bytes, self.raw.options.get())
    }

    pub fn is_null(&self) -> bool {
        matches!(self.tag, tag::NULL | tag::UNDEFINED)
    }
}

/// Decode the value of a field for `document`, which becomes the owner of embedded documents in it.
pub fn slot<'py>(
    document: &Bound<'py, DocumentCore>,
    field: &FieldPlan,
    raw: &RawDoc,
    tag: u8,
    at: u32,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let stored = Stored::find(raw, tag, at)?;
    if stored.is_null() {
        // Assigning None gives a field its default, and loading assigns. A setter in Python decides that itself.
        let default = if field.null || field.set_by_python() { None } else { field.default.produce(py)? };
        return Ok(default.unwrap_or_else(|| py.None().into_bound(py)));
    }
    let value = value(py, field, &stored)?;
    if field.may_hold_documents() {
        access::own(document, &value)?;
    }
    Ok(value)
}

/// `field.to_python(decoded)`.
pub fn value<'py>(py: Python<'py>, field: &FieldPlan, stored: &Stored<'_>) -> PyResult<Bound<'py, PyAny>> {
    let quick = match field.to_python {
        ToPython::Identity => Some(stored.plain(py)?),
        ToPython::Str => scalar::string(py, stored)?,
        ToPython::Int => scalar::integer(py, stored)?,
        ToPython::Float => scalar::float(py, stored)?,
        ToPython::Bool => scalar::boolean(py, stored)?,
        ToPython::ObjectId => scalar::object_id(py, stored)?,
        ToPython::Uuid if field.binary => Some(stored.plain(py)?),
        ToPython::Uuid | ToPython::Python => None,
        ToPython::Embedded => embedded::declared(py, field, stored)?,
        ToPython::GenericEmbedded => embedded::generic(py, field, stored)?,
        ToPython::Complex => container::decode(py, field, stored)?,
        ToPython::Reference => reference::decode(py, field, stored)?,
        ToPython::LazyReference => reference::lazy(py, field, stored)?,
        ToPython::Dynamic => container::dynamic(py, stored)?,
    };
    match quick {
        Some(value) => Ok(value),
        None => field.field.bind(py).call_method1(intern!(py, "to_python"), (stored.plain(py)?,)),
    }
}
