//! Undeclared attributes of dynamic documents while these are made.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};

use super::{state, DocumentCore};
use crate::codec::SonBuilder;
use crate::decode::tracked;
use crate::ffi_util::{generic_setattr, instance_dict};
use crate::plan::{class_attribute, Plan};
use crate::scalars;
use crate::typerefs;

/// Set what was given, as `setattr` does for each.
pub fn take(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>, values: &Bound<'_, PyDict>) -> PyResult<()> {
    let py = document.py();
    let plain = !values.is_empty() && takes_plainly(document, plan, values)?;
    let unlocked = PyBool::new(py, false).to_owned().into_any();
    if plan.get().flags.plain_dynamic {
        generic_setattr(document, intern!(py, "_dynamic_lock"), &unlocked)?;
    } else {
        document.setattr(intern!(py, "_dynamic_lock"), unlocked)?;
    }
    if plain {
        return take_plainly(document, plan, values);
    }
    for (name, value) in values.iter() {
        document.setattr(name.cast_into::<PyString>()?, value)?;
    }
    Ok(())
}

/// Every name is one that makes a new field and an attribute of the instance, and nothing else.
fn takes_plainly(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    values: &Bound<'_, PyDict>,
) -> PyResult<bool> {
    let py = document.py();
    let tracks = document.get().state.with(py, |state| state.tracks_changes);
    let begun = instance_dict(document).map_or(Ok(false), |own| own.contains(intern!(py, "_fields_ordered")))?;
    if !plan.get().flags.plain_dynamic || tracks || begun {
        return Ok(false);
    }
    let class = document.get_type();
    for (name, _) in values.iter() {
        let name = name.cast_into::<PyString>()?;
        let Ok(text) = name.to_str() else { return Ok(false) };
        let refused = text.starts_with(['_', '$']) || text.contains(['.', '\0']) || text.is_empty();
        if refused || plan.get().by_name.contains_key(text) || class_attribute(&class, &name).is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The names of undeclared fields, and all fields with these: the very objects of the document before, if that had the same.
fn shape<'py>(
    plan: &Bound<'py, Plan>,
    values: &Bound<'py, PyDict>,
) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyTuple>)> {
    let py = plan.py();
    let declared = plan.get().class.bind(py).getattr(intern!(py, "_fields_ordered"))?.cast_into::<PyTuple>()?;
    if let Some(known) = plan.get().last_shape(py) {
        let [of, names, ordered] = known.map(|tuple| tuple.into_bound(py));
        let same = names.len() == values.len() && names.iter().zip(values.keys()).all(|(one, other)| one.is(&other));
        if same && of.is(&declared) {
            return Ok((names, ordered));
        }
    }
    let names = values.keys().to_tuple();
    let ordered = PyTuple::new(py, declared.iter().chain(names.iter()).collect::<Vec<_>>())?;
    plan.get().note_shape(py, [declared.unbind(), names.clone().unbind(), ordered.clone().unbind()]);
    Ok((names, ordered))
}

/// `document._dynamic_fields`; their objects are made when somebody asks.
pub fn fields<'py>(document: &Bound<'py, DocumentCore>) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let (known, names) = document.get().state.with(py, |state| {
        let known = state.dynamic_fields.as_ref().map(|fields| fields.clone_ref(py));
        (known, state.undeclared.as_ref().map(|names| names.clone_ref(py)))
    });
    if let Some(fields) = known {
        return Ok(fields.into_bound(py));
    }
    let fields = SonBuilder::new(py)?;
    if let Some(names) = names {
        let make = typerefs::dynamic_field(py)?;
        for name in names.bind(py).iter() {
            fields.append(name.cast::<PyString>()?, &make.call1((&name,))?)?;
        }
    }
    let fields = fields.finish();
    set_fields(document, fields.clone().unbind());
    Ok(fields)
}

/// `document._dynamic_fields = fields`.
pub fn set_fields(document: &Bound<'_, DocumentCore>, fields: Py<PyAny>) {
    let old = document
        .get()
        .state
        .with(document.py(), |state| (state.dynamic_fields.replace(fields), state.undeclared.take()));
    drop(old);
}

fn take_plainly(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    values: &Bound<'_, PyDict>,
) -> PyResult<()> {
    let py = document.py();
    let attributes = document.getattr(intern!(py, "__dict__"))?.cast_into::<PyDict>()?;
    let (names, ordered) = shape(plan, values)?;
    attributes.set_item(intern!(py, "_fields_ordered"), ordered)?;
    let old = document.get().state.with(py, |state| state.undeclared.replace(names.unbind()));
    drop(old);
    for (name, value) in values.iter() {
        let value = if value.is_none() || scalars::is_plain_scalar(&value) {
            value
        } else if let Some(tracked) = tracked::of_plain_data(document, name.cast::<PyString>()?, &value)? {
            tracked
        } else {
            document.call_method1(intern!(py, "_BaseDocument__expand_dynamic_values"), (&name, value))?
        };
        state::extra(document).set_item(&name, &value)?;
        attributes.set_item(name, value)?;
    }
    Ok(())
}
