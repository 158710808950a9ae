//! Per kind of field: values that need no Python to be called valid. `false` means "ask the field".
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::codec::{self, Kind};
use crate::document::{state, DocumentCore};
use crate::ffi_util::{each_item, instance_dict, list_item, Level};
use crate::plan::{FieldPlan, Validate};
use crate::scalars;

/// The value is valid beyond doubt.
pub fn accepts(field: &FieldPlan, value: &Bound<'_, PyAny>, clean: bool) -> PyResult<bool> {
    if !field.plain_validation {
        return Ok(false);
    }
    match field.validate {
        Validate::Nothing => Ok(true),
        Validate::Str => string(field, value),
        Validate::Int => Ok(value.is_exact_instance_of::<PyInt>() && within(field, value)?),
        Validate::Float => Ok(value.is_exact_instance_of::<PyFloat>() && within(field, value)?),
        Validate::Bool => Ok(value.is_exact_instance_of::<PyBool>()),
        Validate::DateTime => Ok(codec::types(value.py()).kind(value) == Kind::DateTime),
        Validate::ObjectId => Ok(scalars::is_objectid(value)),
        Validate::Uuid => Ok(codec::types(value.py()).kind(value) == Kind::Uuid),
        Validate::Embedded => embedded(field, value, clean),
        Validate::GenericEmbedded => generic_embedded(value, clean),
        Validate::List => list(field, value),
        Validate::Dict => dict(field, value),
        Validate::Reference => reference(field, value),
        Validate::Dynamic => Ok(scalars::is_plain_scalar(value)),
        Validate::Complex | Validate::Python => Ok(false),
    }
}

fn string(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(text) = value.cast_exact::<PyString>() else { return Ok(false) };
    if field.has_regex && !matches(field, text)? {
        return Ok(false);
    }
    if field.max_length.is_none() && field.min_length.is_none() {
        return Ok(true);
    }
    let length = text.len()?;
    Ok(field.max_length.is_none_or(|most| length <= most) && field.min_length.is_none_or(|least| length >= least))
}

/// Whether the text matches the field's expression. No for one that only Python can ask.
fn matches(field: &FieldPlan, text: &Bound<'_, PyString>) -> PyResult<bool> {
    let py = text.py();
    let Some(ask) = &field.regex_match else { return Ok(false) };
    match ask.bind(py).call1((text,)) {
        Ok(found) => Ok(!found.is_none()),
        // An expression for bytes: the field says so.
        Err(error) if error.is_instance_of::<PyTypeError>(py) => Ok(false),
        // Of a signal handler, which may run during a long search.
        Err(error) => Err(error),
    }
}

/// Within `min_value` and `max_value`, compared as Python compares them.
pub(super) fn within(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    if let Some(least) = &field.min_value {
        if value.lt(least.bind(py))? {
            return Ok(false);
        }
    }
    if let Some(most) = &field.max_value {
        if value.gt(most.bind(py))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn embedded(field: &FieldPlan, value: &Bound<'_, PyAny>, clean: bool) -> PyResult<bool> {
    let Ok(child) = value.cast::<DocumentCore>() else { return Ok(false) };
    let declared = field.document_plan(value.py())?;
    let own = state::plan(child)?;
    if !own.is(&declared) && !value.is_instance(declared.get().class.bind(value.py()))? {
        return Ok(false);
    }
    nested(child, clean)
}

fn generic_embedded(value: &Bound<'_, PyAny>, clean: bool) -> PyResult<bool> {
    match value.cast::<DocumentCore>() {
        Ok(child) if state::plan(child)?.get().flags.is_embedded => nested(child, clean),
        _ => Ok(false),
    }
}

fn nested(child: &Bound<'_, DocumentCore>, clean: bool) -> PyResult<bool> {
    let own =
        instance_dict(child.as_any()).is_some_and(|own| own.contains(intern!(child.py(), "validate")).unwrap_or(true));
    if own || state::current_plan(child)?.get().flags.own_validate {
        return Ok(false);
    }
    super::document(child, clean)?;
    Ok(true)
}

fn list(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return items(field, &tuple.to_list());
    }
    match value.cast::<PyList>() {
        Ok(list) => items(field, list),
        Err(_) => Ok(false),
    }
}

fn items(field: &FieldPlan, list: &Bound<'_, PyList>) -> PyResult<bool> {
    if !length_is_fine(field, list) {
        return Ok(false);
    }
    let Some(inner) = &field.inner else { return Ok(true) };
    // As for dicts: nothing of the program may run twice.
    if !inner.validates_natively(list.py())? {
        return Ok(false);
    }
    let _level = Level::enter()?;
    let mut index = 0;
    while let Some(item) = list_item(list, index) {
        if !item_is_valid(inner, &item)? {
            return Ok(false);
        }
        index += 1;
    }
    Ok(true)
}

/// A list is neither too long for its field nor empty where something is required.
pub fn length_is_fine(field: &FieldPlan, list: &Bound<'_, PyList>) -> bool {
    field.max_length.is_none_or(|most| list.len() <= most) && !(field.required && list.is_empty())
}

/// An item of a container. A failing embedded document is left to Python, which says where it failed.
fn item_is_valid(inner: &FieldPlan, item: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Ok(child) = item.cast::<DocumentCore>() {
        if !state::plan(child)?.get().validates_natively(item.py())? {
            return Ok(false);
        }
    }
    match accepts(inner, item, true) {
        Err(error) if error.matches(item.py(), crate::typerefs::validation_error(item.py())?)? => Ok(false),
        other => other,
    }
}

fn dict(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(dict) = value.cast::<PyDict>() else { return Ok(false) };
    if !entries_are_fine(field, dict)? {
        return Ok(false);
    }
    let Some(inner) = &field.inner else { return Ok(true) };
    // Python judges a failing container again, so nothing of the program may run here.
    if !inner.validates_natively(value.py())? {
        return Ok(false);
    }
    let _level = Level::enter()?;
    each_item(dict, |_, item| item_is_valid(inner, &item))
}

/// A dict has keys that can be stored, and some where something is required.
pub fn entries_are_fine(field: &FieldPlan, dict: &Bound<'_, PyDict>) -> PyResult<bool> {
    Ok(!(field.required && dict.is_empty()) && keys_are_fine(dict, 0)?)
}

/// All keys are strings that do not start with a dollar, in nested dicts too.
fn keys_are_fine(dict: &Bound<'_, PyDict>, depth: usize) -> PyResult<bool> {
    if depth > 100 {
        return Ok(false);
    }
    each_item(dict, |key, item| {
        let Ok(key) = key.cast_exact::<PyString>() else { return Ok(false) };
        if key.to_string_lossy().starts_with('$') {
            return Ok(false);
        }
        match item.cast::<PyDict>() {
            Ok(nested) => keys_are_fine(nested, depth + 1),
            Err(_) => Ok(true),
        }
    })
}

fn reference(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    if matches!(codec::types(py).kind(value), Kind::DbRef | Kind::ObjectId) {
        return Ok(true);
    }
    let Ok(document) = value.cast::<DocumentCore>() else { return Ok(false) };
    if !value.is_instance(field.document_plan(py)?.get().class.bind(py))? {
        return Ok(false);
    }
    let plan = state::plan(document)?;
    match plan.get().id_slot {
        Some(slot) if plan.get().fields[slot].name_text == "id" && !plan.get().fields[slot].own_get => {
            Ok(state::value(document, &plan, slot)?.is_some_and(|id| !id.is_none()))
        }
        _ => Ok(false),
    }
}
