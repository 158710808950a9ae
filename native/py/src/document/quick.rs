//! The short way to a field's value, for what most programs read most of the time: a value that was decoded before, or
//! a scalar stored as the field expects it.
//!
//! Whatever is not that simple is left to [`super::access`], which decides everything anew.
use mongoengine_fast_core::bson::reader::read_datetime;
use mongoengine_fast_core::bson::tag::DATETIME;
use pyo3::ffi;
use pyo3::prelude::*;

use super::raw::RawDoc;
use super::slot::{Content, Slot};
use super::DocumentCore;
use crate::codec;
use crate::decode::{scalar, Stored};
use crate::field::FieldCore;
use crate::plan::{GetOp, ToPython};

/// The value of a field of `document`, if it can be had without running any Python code.
#[inline]
pub fn get<'py>(
    field: *mut ffi::PyObject,
    core: &FieldCore,
    document: &Bound<'py, DocumentCore>,
) -> Option<Bound<'py, PyAny>> {
    let py = document.py();
    let hint = core.slot_hint();
    // Making a string of sound UTF-8, a number or a naive datetime allocates, but neither collects garbage nor raises,
    // so that the closure runs no Python code.
    document.get().state.with(py, |state| {
        let entry = state.plan.as_ref()?.get().fields.get(hint)?;
        if entry.field.as_ptr() != field || entry.get != GetOp::Plain {
            return None;
        }
        let slots = state.slots.as_mut()?;
        match slots.get(hint)?.content() {
            Content::Value(value) => Some(value.bind(py).clone()),
            Content::Raw { tag, at } => {
                let value = scalar(py, entry.to_python, state.raw.as_ref()?, tag, at)?;
                slots.replace(hint, Slot::value(value.clone()));
                state.release_bytes(py);
                Some(value)
            }
            Content::Absent => None,
        }
    })
}

#[inline]
fn scalar<'py>(py: Python<'py>, kind: ToPython, raw: &RawDoc, tag: u8, at: u32) -> Option<Bound<'py, PyAny>> {
    let stored = Stored::find(raw, tag, at).ok()?;
    match kind {
        ToPython::Str => scalar::string(py, &stored).ok()?,
        ToPython::Int => scalar::integer(py, &stored).ok()?,
        ToPython::Float => scalar::float(py, &stored).ok()?,
        ToPython::Bool => scalar::boolean(py, &stored).ok()?,
        ToPython::Identity if tag == DATETIME => {
            codec::naive_datetime(py, read_datetime(stored.bytes).ok()?, raw.options.get())
        }
        _ => None,
    }
}
