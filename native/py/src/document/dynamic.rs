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

fn take_plainly(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    values: &Bound<'_, PyDict>,
) -> PyResult<()> {
    let py = document.py();
    let ordered = plan.get().class.bind(py).getattr(intern!(py, "_fields_ordered"))?.cast_into::<PyTuple>()?;
    let names = ordered.iter().chain(values.keys().iter());
    let attributes = document.getattr(intern!(py, "__dict__"))?.cast_into::<PyDict>()?;
    attributes.set_item(intern!(py, "_fields_ordered"), PyTuple::new(py, names.collect::<Vec<_>>())?)?;
    let fields = SonBuilder::new(py)?;
    let make = typerefs::dynamic_field(py)?;
    for name in values.keys().iter() {
        fields.append(name.cast::<PyString>()?, &make.call1((&name,))?)?;
    }
    let fields = fields.finish().unbind();
    let old = document.get().state.with(py, |state| state.dynamic_fields.replace(fields));
    drop(old);
    for (name, value) in values.iter() {
        let value = if value.is_none() || scalars::is_plain_scalar(&value) {
            value
        } else if let Some(tracked) = tracked::of_scalars(document, name.cast::<PyString>()?, &value)? {
            tracked
        } else {
            document.call_method1(intern!(py, "_BaseDocument__expand_dynamic_values"), (&name, value))?
        };
        state::extra(document).set_item(&name, &value)?;
        attributes.set_item(name, value)?;
    }
    Ok(())
}
