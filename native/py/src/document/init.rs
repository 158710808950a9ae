//! `Document(**values)`: defaults, conversion of what was given, signals.
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyString, PyTuple};

use super::state;
use super::{access, changes, DocumentCore, Slot};
use crate::decode::convert;
use crate::plan::{FieldPlan, Plan};
use crate::typerefs;

/// The keywords that are options of the constructor and not values of the document.
struct Options {
    auto_convert: bool,
    created: bool,
}

pub fn initialise(
    document: &Bound<'_, DocumentCore>,
    args: &Bound<'_, PyTuple>,
    values: Option<&Bound<'_, PyDict>>,
) -> PyResult<()> {
    let py = document.py();
    let plan = Plan::of(&document.get_type())?;
    reset(document, &plan);
    if !args.is_empty() {
        return Err(PyTypeError::new_err(
            "Instantiating a document with positional arguments is not supported. \
             Please use `field_name=value` keyword arguments.",
        ));
    }
    let values = match values {
        Some(values) => values.clone(),
        None => PyDict::new(py),
    };
    let options = Options {
        auto_convert: take_option(&values, intern!(py, "__auto_convert"))?,
        created: take_option(&values, intern!(py, "_created"))?,
    };
    send(py, typerefs::pre_init(py)?, document, Some(&values))?;
    refuse_unknown(document, &plan, &values, &options)?;
    let mut slots: Vec<Slot> = plan.get().fields.iter().map(|_| Slot::ABSENT).collect();
    if plan.get().flags.own_setattr || plan.get().flags.dynamic {
        install(document, slots);
        fill_through_python(document, &plan, &values)?;
    } else {
        let later = fill_defaults(document, &plan, &values, &mut slots)?;
        install(document, slots);
        for slot in later {
            default_through_python(document, &plan.get().fields[slot])?;
        }
    }
    let dynamic = set_given(document, &plan, &values, &options)?;
    if plan.get().flags.dynamic {
        document.setattr(intern!(py, "_dynamic_lock"), false)?;
        for (key, value) in dynamic.iter() {
            document.setattr(key.cast_into::<PyString>()?, value)?;
        }
    }
    document.get().state.with(py, |state| {
        state.initialised = true;
        state.created = options.created;
    });
    send(py, typerefs::post_init(py)?, document, None)?;
    if plan.get().flags.is_embedded {
        access::set_instance(document, None);
        changes::replace(document, true, None);
    }
    Ok(())
}

fn reset(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>) {
    let mut fresh = state::State::empty();
    fresh.plan = Some(plan.clone().unbind());
    let old = document.get().state.with(document.py(), |state| {
        // Initialising again forgets the values, not which of them were changed.
        fresh.tracks_changes = state.tracks_changes;
        fresh.changes = state.changes.take();
        std::mem::replace(state, fresh)
    });
    drop(old);
}

fn install(document: &Bound<'_, DocumentCore>, slots: Vec<Slot>) {
    let entry = Some(slots.into_boxed_slice());
    let old = document.get().state.with(document.py(), |state| std::mem::replace(&mut state.slots, entry));
    drop(old);
}

fn take_option(values: &Bound<'_, PyDict>, name: &Bound<'_, PyString>) -> PyResult<bool> {
    match values.get_item(name)? {
        None => Ok(true),
        Some(value) => {
            values.del_item(name)?;
            value.is_truthy()
        }
    }
}

/// Send a signal when anybody listens.
fn send(
    py: Python<'_>,
    signal: &Bound<'_, PyAny>,
    document: &Bound<'_, DocumentCore>,
    values: Option<&Bound<'_, PyDict>>,
) -> PyResult<()> {
    if !has_receivers(signal)? {
        return Ok(());
    }
    let keywords = PyDict::new(py);
    keywords.set_item(intern!(py, "document"), document)?;
    if let Some(values) = values {
        keywords.set_item(intern!(py, "values"), values)?;
    }
    signal.call_method(intern!(py, "send"), (document.get_type(),), Some(&keywords))?;
    Ok(())
}

/// Whether a signal has receivers at all; a signal without such a list may have some.
pub fn has_receivers(signal: &Bound<'_, PyAny>) -> PyResult<bool> {
    match signal.getattr_opt(intern!(signal.py(), "receivers"))? {
        Some(receivers) => receivers.is_truthy(),
        None => Ok(true),
    }
}

fn refuse_unknown(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    values: &Bound<'_, PyDict>,
    options: &Options,
) -> PyResult<()> {
    let py = document.py();
    let me = plan.get();
    if me.flags.dynamic {
        return Ok(());
    }
    let mut unknown: Option<Bound<'_, PySet>> = None;
    for (key, _) in values.iter() {
        let name = key.cast::<PyString>()?.to_str()?;
        if !me.by_name.contains_key(name) && !matches!(name, "id" | "pk" | "_cls" | "_text_score") {
            match &unknown {
                Some(set) => set.add(&key)?,
                None => unknown = Some(PySet::new(py, [&key])?),
            }
        }
    }
    let Some(unknown) = unknown else { return Ok(()) };
    let meta = document.getattr(intern!(py, "_meta"))?;
    let strict = meta.call_method1(intern!(py, "get"), (intern!(py, "strict"), true))?.is_truthy()?;
    if !strict && !options.created {
        return Ok(());
    }
    let message = format!("The fields \"{}\" do not exist on the document \"{}\"", unknown.str()?, me.class_name_text);
    Err(PyErr::from_value(typerefs::field_does_not_exist(py)?.call1((message,))?))
}

/// Put the defaults of everything that was not given; returns the slots that only Python can set.
fn fill_defaults(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    values: &Bound<'_, PyDict>,
    slots: &mut [Slot],
) -> PyResult<Vec<usize>> {
    let py = document.py();
    let mut later = Vec::new();
    for (index, field) in plan.get().fields.iter().enumerate() {
        if !values.is_empty() && values.contains(field.name.bind(py))? {
            continue;
        }
        if field.own_get || field.own_set || field.is_enum {
            later.push(index);
            continue;
        }
        slots[index] = Slot::value(state::absent_value(document, plan.get(), field)?.unbind());
    }
    Ok(later)
}

/// `setattr(self, name, getattr(self, name, None))`, as the Python hooks of such a field expect.
fn default_through_python(document: &Bound<'_, DocumentCore>, field: &FieldPlan) -> PyResult<()> {
    let name = field.name.bind(document.py());
    let value = document.getattr_opt(name)?;
    document.setattr(name, value)
}

fn fill_through_python(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    values: &Bound<'_, PyDict>,
) -> PyResult<()> {
    let py = document.py();
    for field in &plan.get().fields {
        if !values.contains(field.name.bind(py))? {
            default_through_python(document, field)?;
        }
    }
    if !values.contains(intern!(py, "_cls"))? {
        document.setattr(intern!(py, "_cls"), &plan.get().class_name)?;
    }
    Ok(())
}

/// Convert and set what was given; returns the values of a dynamic document's undeclared fields.
fn set_given<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    values: &Bound<'py, PyDict>,
    options: &Options,
) -> PyResult<Bound<'py, PyDict>> {
    let py = document.py();
    let me = plan.get();
    let dynamic = PyDict::new(py);
    if values.is_empty() {
        return Ok(dynamic);
    }
    let keys: Bound<'_, PyList> = values.keys();
    for key in keys.iter() {
        let Some(mut value) = values.get_item(&key)? else { continue };
        let name = key.cast::<PyString>()?;
        let text = name.to_str()?;
        match me.by_name.get(text) {
            Some(&slot) => {
                let field = &me.fields[slot];
                if options.auto_convert && !value.is_none() && !field.is_file {
                    value = convert::to_python(field, &value)?;
                }
                if field.own_set || field.is_enum || me.flags.own_setattr || me.flags.dynamic {
                    document.setattr(name, value)?;
                } else {
                    access::assign(document, plan, slot, &value)?;
                }
            }
            None if matches!(text, "id" | "pk" | "_cls") => document.setattr(name, value)?,
            None if me.flags.dynamic => dynamic.set_item(name, value)?,
            None => state::extra(document).set_item(name, value)?,
        }
    }
    Ok(dynamic)
}
