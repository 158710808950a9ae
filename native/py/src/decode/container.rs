//! Lists and dicts, typed by an inner field or not.
use mongoengine_fast_core::bson::Elements;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use super::Stored;
use mongoengine_fast_core::bson::tag;

use crate::codec;
use crate::document::state::corrupt;
use crate::plan::FieldPlan;

/// `ComplexBaseField.to_python`; `None` for stored types that Python has to judge.
pub fn decode<'py>(py: Python<'py>, field: &FieldPlan, stored: &Stored<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let is_dbref = stored.tag == tag::DOCUMENT && has_key(stored.bytes, b"$ref")?;
    match stored.tag {
        tag::ARRAY => {
            let items = PyList::empty(py);
            each(stored, &mut |_, item| items.append(inner_value(py, field, item)?))?;
            Ok(Some(items.into_any()))
        }
        tag::DOCUMENT if !is_dbref => {
            let items = PyDict::new(py);
            each(stored, &mut |key, item| items.set_item(codec::intern_key(py, key)?, inner_value(py, field, item)?))?;
            Ok(Some(items.into_any()))
        }
        _ => Ok(None),
    }
}

fn inner_value<'py>(py: Python<'py>, field: &FieldPlan, item: &Stored<'_>) -> PyResult<Bound<'py, PyAny>> {
    match &field.inner {
        Some(inner) if item.is_null() && !inner.to_python_keeps_none() => {
            super::convert::to_python(inner, &py.None().into_bound(py))
        }
        Some(_) if item.is_null() => Ok(py.None().into_bound(py)),
        Some(inner) => super::value(py, inner, item),
        None => untyped(py, item),
    }
}

/// What `ComplexBaseField.to_python` does to items without an inner field: bytes become lists of ints, too.
fn untyped<'py>(py: Python<'py>, item: &Stored<'_>) -> PyResult<Bound<'py, PyAny>> {
    if item.tag == tag::DOCUMENT && has_key(item.bytes, b"$ref")? {
        let value = item.plain(py)?;
        // Not everything with this key is a reference.
        if !value.is_instance_of::<PyDict>() {
            return Ok(value);
        }
    }
    match item.tag {
        tag::ARRAY => {
            let items = PyList::empty(py);
            each(item, &mut |_, inner| items.append(untyped(py, inner)?))?;
            Ok(items.into_any())
        }
        tag::DOCUMENT => {
            let items = PyDict::new(py);
            each(item, &mut |key, inner| items.set_item(codec::intern_key(py, key)?, untyped(py, inner)?))?;
            Ok(items.into_any())
        }
        tag::BINARY => {
            let value = item.plain(py)?;
            match value.cast::<PyBytes>() {
                Ok(bytes) => Ok(PyList::new(py, bytes.as_bytes())?.into_any()),
                Err(_) => Ok(value),
            }
        }
        _ => item.plain(py),
    }
}

/// A dynamic field keeps what was stored, unless it names a document class.
pub fn dynamic<'py>(py: Python<'py>, stored: &Stored<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if stored.tag == tag::DOCUMENT && has_key(stored.bytes, b"_cls")? {
        return Ok(None);
    }
    stored.plain(py).map(Some)
}

/// Whether a document has a key at its top level.
pub fn has_key(bytes: &[u8], key: &[u8]) -> PyResult<bool> {
    has_any_key(bytes, &[key])
}

/// Whether a document has one of the keys at its top level.
pub fn has_any_key(bytes: &[u8], keys: &[&[u8]]) -> PyResult<bool> {
    for element in Elements::new(bytes).map_err(corrupt)? {
        if keys.contains(&element.map_err(corrupt)?.key) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Call `visit` with the key and value of each element.
pub fn each(stored: &Stored<'_>, visit: &mut dyn FnMut(&[u8], &Stored<'_>) -> PyResult<()>) -> PyResult<()> {
    all(stored, &mut |key, item| visit(key, item).map(|()| true)).map(|_| ())
}

/// Whether `holds` says so of the key and value of every element; stops at the first that it says no of.
pub fn all(stored: &Stored<'_>, holds: &mut dyn FnMut(&[u8], &Stored<'_>) -> PyResult<bool>) -> PyResult<bool> {
    for element in Elements::new(stored.bytes).map_err(corrupt)? {
        let element = element.map_err(corrupt)?;
        let item =
            Stored { raw: stored.raw, tag: element.tag, at: stored.at + element.offset as u32, bytes: element.value };
        if !holds(element.key, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}
