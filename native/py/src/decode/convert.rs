//! `to_python` of values that Python already holds: exact types pass, everything else asks the field.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

use crate::document::DocumentCore;
use crate::ffi_util::{each_item, Level};
use crate::load;
use crate::plan::{FieldPlan, ToPython};
use crate::scalars;

/// `field.to_python(value)`.
pub fn to_python<'py>(field: &FieldPlan, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if passes(field, value)? {
        return Ok(value.clone());
    }
    if field.to_python == ToPython::Complex {
        if let Some(converted) = container(field, value)? {
            return Ok(converted);
        }
    }
    if field.to_python == ToPython::Embedded && field.auto_dereferences(value.py()) {
        if let Ok(stored) = value.cast_exact::<PyDict>() {
            if let Some(part) = load::from_dict(&field.document_plan(value.py())?, stored, false)? {
                return Ok(part);
            }
        }
    }
    field.field.bind(value.py()).call_method1(intern!(value.py(), "to_python"), (value,))
}

/// The value is already what `to_python` would return.
pub fn passes(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(match field.to_python {
        ToPython::Identity => true,
        ToPython::Uuid => field.binary,
        ToPython::Str => value.is_exact_instance_of::<PyString>(),
        ToPython::Int => value.is_exact_instance_of::<PyInt>(),
        ToPython::Float => value.is_exact_instance_of::<PyFloat>(),
        ToPython::Bool => value.is_exact_instance_of::<PyBool>(),
        ToPython::ObjectId => scalars::is_objectid(value),
        ToPython::Embedded => {
            value.is_instance_of::<DocumentCore>()
                && value.is_instance(field.document_plan(value.py())?.get().class.bind(value.py()))?
        }
        ToPython::GenericEmbedded | ToPython::Reference | ToPython::LazyReference => {
            value.is_instance_of::<DocumentCore>()
        }
        ToPython::Dynamic => scalars::is_plain_scalar(value),
        ToPython::Complex => value.is_exact_instance_of::<PyString>(),
        ToPython::Python => false,
    })
}

/// Plain lists and dicts whose items all pass or convert natively; always a new container, as in MongoEngine.
fn container<'py>(field: &FieldPlan, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    let _level = Level::enter()?;
    if let Some(inner) = &field.inner {
        field.hand_down_dereferencing(py);
        if inner.is_any_reference || inner.to_python == ToPython::Python {
            return Ok(None);
        }
        if let Ok(list) = value.cast_exact::<PyList>() {
            let items = PyList::empty(py);
            for item in list.iter() {
                items.append(to_python(inner, &item)?)?;
            }
            return Ok(Some(items.into_any()));
        }
        if let Ok(dict) = value.cast_exact::<PyDict>() {
            let items = PyDict::new(py);
            each_item(dict, |key, item| items.set_item(key, to_python(inner, &item)?).map(|()| true))?;
            return Ok(Some(items.into_any()));
        }
        return Ok(None);
    }
    untyped(value)
}

/// The same without an inner field; `None` as soon as something is not plain data.
fn untyped<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    let _level = Level::enter()?;
    if let Ok(list) = value.cast_exact::<PyList>() {
        let items = PyList::empty(py);
        for item in list.iter() {
            match untyped_item(&item)? {
                Some(item) => items.append(item)?,
                None => return Ok(None),
            }
        }
        return Ok(Some(items.into_any()));
    }
    if let Ok(dict) = value.cast_exact::<PyDict>() {
        let items = PyDict::new(py);
        for (key, item) in dict.iter() {
            match untyped_item(&item)? {
                Some(item) => items.set_item(key, item)?,
                None => return Ok(None),
            }
        }
        return Ok(Some(items.into_any()));
    }
    Ok(None)
}

fn untyped_item<'py>(item: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if item.is_none() || scalars::is_plain_scalar(item) {
        return Ok(Some(item.clone()));
    }
    untyped(item)
}
