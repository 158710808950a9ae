//! Embedded documents: objects that share their parent's bytes and decode their own fields later.
use mongoengine_fast_core::bson::reader::read_str;
use mongoengine_fast_core::bson::Elements;
use pyo3::prelude::*;

use super::Stored;
use crate::document::state::corrupt;
use crate::load;
use crate::plan::{FieldPlan, Plan};
use mongoengine_fast_core::bson::tag;

/// The stored `_cls`, where it is a string.
pub fn stored_class(bytes: &[u8]) -> PyResult<Option<&str>> {
    for element in Elements::new(bytes).map_err(corrupt)? {
        let element = element.map_err(corrupt)?;
        if element.key == b"_cls" && element.tag == tag::STRING {
            return read_str(element.value).map(Some).map_err(corrupt);
        }
    }
    Ok(None)
}

/// The value of an embedded document field; `None` when Python has to build it.
pub fn declared<'py>(py: Python<'py>, field: &FieldPlan, stored: &Stored<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if stored.tag != tag::DOCUMENT {
        return Ok(None);
    }
    build(py, &field.document_plan(py)?, stored)
}

/// The value of a generic embedded document field, whose class stands in `_cls`.
pub fn generic<'py>(py: Python<'py>, _field: &FieldPlan, stored: &Stored<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if stored.tag != tag::DOCUMENT {
        return stored.plain(py).map(Some);
    }
    let Some(name) = stored_class(stored.bytes)? else { return Ok(None) };
    let class = crate::typerefs::get_document(py)?.call1((name,))?;
    let plan = Plan::of(class.cast::<pyo3::types::PyType>()?)?;
    build(py, &plan, stored)
}

fn build<'py>(py: Python<'py>, plan: &Bound<'py, Plan>, stored: &Stored<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let part = stored.raw.part(stored.at, stored.bytes.len());
    Ok(load::embedded(py, plan, part)?.map(Bound::into_any))
}
