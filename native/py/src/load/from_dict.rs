//! `_from_son` of a dict: what pymongo decoded, output of an aggregation, the value of an embedded field.
use pyo3::exceptions::{PyAttributeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::judge::anybody_listens;
use crate::codec::{self, Kind};
use crate::decode::convert;
use crate::document::{changes, DocumentCore, Truth};
use crate::ffi_util::Level;
use crate::plan::Plan;
use crate::typerefs;

/// The document of the values stored in a dict. `None` when Python has to build it.
pub fn from_dict<'py>(
    plan: &Bound<'py, Plan>,
    stored: &Bound<'py, PyDict>,
    created: bool,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = stored.py();
    let me = plan.get();
    // Receivers of signals see the values in an order of their own.
    if !(me.flags.lazy_load || me.flags.plain_dynamic) || !me.sets_directly || anybody_listens(py)? {
        return Ok(None);
    }
    let _level = Level::enter()?;
    me.align_dereferencing(py);
    let mut found = vec![None; me.fields.len()];
    let mut undeclared = Vec::new();
    for (key, value) in stored.iter() {
        match slot_of(me, &key, &value)? {
            Some(slot) => found[slot] = Some(value),
            None if me.flags.plain_dynamic && is_undeclared(me, &key) => undeclared.push((key, value)),
            None => return Ok(None),
        }
    }
    let values = PyDict::new(py);
    let mut problems = Vec::new();
    for (field, value) in me.fields.iter().zip(found) {
        let Some(value) = value else { continue };
        let value = if value.is_none() { Ok(value) } else { convert::to_python(field, &value) };
        match value {
            Ok(value) => values.set_item(&field.name, value)?,
            Err(error) if error.is_instance_of::<PyValueError>(py) || error.is_instance_of::<PyAttributeError>(py) => {
                problems.push(format!("Field '{}' - {}", field.name_text, error.value(py).str()?.to_string_lossy()));
            }
            Err(error) => return Err(error),
        }
    }
    if !problems.is_empty() {
        let reasons = problems.join("\n");
        let message = format!("Invalid data to create a `{}` instance.\n{reasons}", me.class_name_text);
        return Err(PyErr::from_value(typerefs::invalid_document_error(py)?.call1((message,))?));
    }
    for (key, value) in undeclared {
        values.set_item(key, value)?;
    }
    values.set_item(intern!(py, "__auto_convert"), false)?;
    values.set_item(intern!(py, "_created"), created)?;
    let document = me.class.bind(py).call((), Some(&values))?;
    if let Ok(core) = document.cast::<DocumentCore>() {
        changes::replace(core, true, None);
    }
    Ok(Some(document))
}

/// The slot of a stored key; `None` for one that only Python can place, and for a document of another class.
pub fn slot_of(plan: &Plan, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    let Ok(key) = key.cast_exact::<PyString>() else { return Ok(None) };
    let Ok(text) = key.to_str() else { return Ok(None) };
    if text == "_cls" {
        // Anything else than text could run code of the program when it is compared.
        let Ok(named) = value.cast_exact::<PyString>() else { return Ok(None) };
        if !named.to_str().is_ok_and(|named| named == plan.class_name_text) {
            return Ok(None);
        }
    }
    let Some(&slot) = plan.by_db.get(text.as_bytes()) else { return Ok(None) };
    // MongoEngine takes the name of a field for its database name, also where that is another field's.
    let is_other_name = plan.by_name.get(text).is_some_and(|&other| other != slot);
    Ok((!is_other_name).then_some(slot))
}

/// An ordinary name of no field, under no name of it.
fn is_undeclared(plan: &Plan, key: &Bound<'_, PyAny>) -> bool {
    let Ok(key) = key.cast_exact::<PyString>() else { return false };
    key.to_str().is_ok_and(|text| {
        let known = plan.by_name.contains_key(text) || plan.by_db.contains_key(text.as_bytes());
        !known && !text.starts_with('_') && !matches!(text, "id" | "pk")
    })
}

/// `from_dict` for Python, which goes on itself where this returns None.
#[pyfunction]
pub fn document_of_dict<'py>(
    class: &Bound<'py, PyType>,
    stored: &Bound<'py, PyAny>,
    created: Truth,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if !matches!(codec::types(class.py()).kind(stored), Kind::Dict | Kind::Son) {
        return Ok(None);
    }
    from_dict(&Plan::of(class)?, stored.cast()?, created.0)
}
