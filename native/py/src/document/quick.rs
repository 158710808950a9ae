//! The short way to a field's value, for what most programs read most of the time: a value that was decoded before, or
//! a scalar stored as the field expects it.
//!
//! Whatever is not that simple is left to [`super::access`], which decides everything anew.
use mongoengine_fast_core::bson::reader::{
    read_bool, read_datetime, read_f64, read_i32, read_i64, read_str_bytes, value_len,
};
use mongoengine_fast_core::bson::tag;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

use super::raw::RawDoc;
use super::slot::{Content, Slot};
use super::DocumentCore;
use crate::codec;
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
fn text<'py>(py: Python<'py>, bytes: &[u8]) -> Option<Bound<'py, PyString>> {
    // Bytes that are no UTF-8 would raise.
    codec::ascii(py, bytes).or_else(|| std::str::from_utf8(bytes).ok().map(|text| PyString::new(py, text)))
}

#[inline]
fn scalar<'py>(py: Python<'py>, kind: ToPython, raw: &RawDoc, tag: u8, at: u32) -> Option<Bound<'py, PyAny>> {
    let rest = raw.from(at)?;
    let bytes = &rest[..value_len(tag, rest, at as usize).ok()?];
    match (kind, tag) {
        (ToPython::Str, tag::STRING) => text(py, read_str_bytes(bytes).ok()?).map(Bound::into_any),
        (ToPython::Int, tag::INT32) => Some(PyInt::new(py, read_i32(bytes).ok()?).into_any()),
        (ToPython::Int, tag::INT64) => Some(PyInt::new(py, read_i64(bytes).ok()?).into_any()),
        (ToPython::Float, tag::DOUBLE) => Some(PyFloat::new(py, read_f64(bytes).ok()?).into_any()),
        (ToPython::Bool, tag::BOOL) => Some(PyBool::new(py, read_bool(bytes).ok()?).to_owned().into_any()),
        (ToPython::Identity, tag::DATETIME) => codec::naive_datetime(py, read_datetime(bytes).ok()?, raw.options.get()),
        _ => None,
    }
}
