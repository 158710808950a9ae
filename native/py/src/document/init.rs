//! `Document(**values)`: defaults, conversion of what was given, signals.
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet, PyString, PyTuple};

use super::slot::{Slot, Slots};
use super::state;
use super::{access, changes, dynamic, DocumentCore};
use crate::decode::convert;
use crate::ffi_util::generic_setattr;
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
    let given = collect(&plan, &values)?;
    refuse_unknown(document, &plan, &given, &options)?;
    let undeclared = if plan.get().sets_directly && !names_key_twice(&plan, &given) {
        fill_directly(document, &plan, &given, &options)?
    } else {
        fill_with_hooks(document, &plan, &values, &given, &options)?
    };
    if plan.get().flags.dynamic {
        dynamic::take(document, &plan, &undeclared)?;
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

fn install(document: &Bound<'_, DocumentCore>, slots: Slots) {
    let entry = Some(slots);
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

/// One keyword value, and the slot of the field it names.
struct Given<'py> {
    slot: Option<usize>,
    name: Bound<'py, PyString>,
    value: Bound<'py, PyAny>,
}

fn collect<'py>(plan: &Bound<'py, Plan>, values: &Bound<'py, PyDict>) -> PyResult<Vec<Given<'py>>> {
    let by_name = &plan.get().by_name;
    let mut given = Vec::with_capacity(values.len());
    for (name, value) in values.iter() {
        let name = name.cast_into::<PyString>()?;
        given.push(Given { slot: name.to_str().ok().and_then(|name| by_name.get(name)).copied(), name, value });
    }
    Ok(given)
}

/// Keywords that are no fields but have a meaning all the same.
fn is_special(name: &str) -> bool {
    matches!(name, "id" | "pk" | "_cls")
}

/// The primary key is given by its own name and as `pk` or `id`, too: the last one counts.
fn names_key_twice(plan: &Bound<'_, Plan>, given: &[Given<'_>]) -> bool {
    let key = plan.get().id_slot;
    let as_field = key.is_some() && given.iter().any(|one| one.slot == key);
    as_field && given.iter().any(|one| one.slot.is_none() && (one.name == "id" || one.name == "pk"))
}

fn refuse_unknown(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    given: &[Given<'_>],
    options: &Options,
) -> PyResult<()> {
    let py = document.py();
    let me = plan.get();
    if me.flags.dynamic {
        return Ok(());
    }
    let mut is_unknown = false;
    for one in given.iter().filter(|one| one.slot.is_none()) {
        let name = one.name.to_string_lossy();
        is_unknown |= !is_special(&name) && name != "_text_score";
    }
    if !is_unknown {
        return Ok(());
    }
    let meta = document.getattr(intern!(py, "_meta"))?;
    let strict = meta.call_method1(intern!(py, "get"), (intern!(py, "strict"), true))?.is_truthy()?;
    if !strict && !options.created {
        return Ok(());
    }
    // The difference of these very sets, since its order is part of the message.
    let known = PySet::new(py, me.fields.iter().map(|field| field.name.bind(py)))?;
    for name in ["id", "pk", "_cls", "_text_score"] {
        known.add(name)?;
    }
    let unknown = PySet::new(py, given.iter().map(|one| &one.name))?.sub(known)?;
    let message = format!("The fields \"{}\" do not exist on the document \"{}\"", unknown.str()?, me.class_name_text);
    Err(PyErr::from_value(typerefs::field_does_not_exist(py)?.call1((message,))?))
}

/// Fill the slots of a class none of whose fields has hooks that must see it: defaults first, then what was given.
/// Returns the values of a dynamic document's undeclared fields.
fn fill_directly<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    given: &[Given<'py>],
    options: &Options,
) -> PyResult<Bound<'py, PyDict>> {
    let py = document.py();
    let me = plan.get();
    let mut slots = Slots::absent(py, me.fields.len());
    let mut named = vec![false; me.fields.len()];
    for slot in given.iter().filter_map(|one| one.slot) {
        named[slot] = true;
    }
    for (slot, field) in me.fields.iter().enumerate().filter(|(slot, _)| !named[*slot]) {
        slots.replace(slot, Slot::value(state::absent_value(document, me, field)?));
    }
    for one in given {
        let Some(slot) = one.slot else { continue };
        let field = &me.fields[slot];
        let value = if one.value.is_none() {
            // Assigning None means the default.
            let default = if field.null { None } else { field.default.produce(py)? };
            default.unwrap_or_else(|| one.value.clone())
        } else if options.auto_convert && !field.is_file {
            convert::to_python(field, &one.value)?
        } else {
            one.value.clone()
        };
        access::own(document, &value)?;
        slots.replace(slot, Slot::value(value));
    }
    install(document, slots);
    let undeclared = PyDict::new(py);
    if me.flags.dynamic && !given.iter().any(|one| one.name == "_cls") {
        generic_setattr(document, intern!(py, "_cls"), me.class_name.bind(py).as_any())?;
    }
    for one in given.iter().filter(|one| one.slot.is_none()) {
        if is_special(&one.name.to_string_lossy()) {
            document.setattr(&one.name, &one.value)?;
        } else if me.flags.dynamic {
            undeclared.set_item(&one.name, &one.value)?;
        } else {
            state::extra(document).set_item(&one.name, &one.value)?;
        }
    }
    Ok(undeclared)
}

/// The same where Python has to see assignments; returns the values of a dynamic document's undeclared fields.
fn fill_with_hooks<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    values: &Bound<'py, PyDict>,
    given: &[Given<'py>],
    options: &Options,
) -> PyResult<Bound<'py, PyDict>> {
    let mut slots = Slots::absent(document.py(), plan.get().fields.len());
    if plan.get().flags.own_setattr || plan.get().flags.dynamic {
        install(document, slots);
        fill_through_python(document, plan, values)?;
    } else {
        let later = fill_defaults(document, plan, values, &mut slots)?;
        install(document, slots);
        for slot in later {
            default_through_python(document, &plan.get().fields[slot])?;
        }
    }
    set_given(document, plan, given, options)
}

/// Put the defaults of everything that was not given; returns the slots that only Python can set.
fn fill_defaults(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    values: &Bound<'_, PyDict>,
    slots: &mut Slots,
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
        slots.replace(index, Slot::value(state::absent_value(document, plan.get(), field)?));
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
    given: &[Given<'py>],
    options: &Options,
) -> PyResult<Bound<'py, PyDict>> {
    let me = plan.get();
    let dynamic = PyDict::new(document.py());
    for one in given {
        let name = &one.name;
        match one.slot {
            Some(slot) => {
                let field = &me.fields[slot];
                let value = if options.auto_convert && !one.value.is_none() && !field.is_file {
                    convert::to_python(field, &one.value)?
                } else {
                    one.value.clone()
                };
                if field.set_by_python() || me.flags.own_setattr || me.flags.dynamic {
                    document.setattr(name, value)?;
                } else {
                    access::assign(document, plan, slot, &value)?;
                }
            }
            None if is_special(&name.to_string_lossy()) => document.setattr(name, &one.value)?,
            None if me.flags.dynamic => dynamic.set_item(name, &one.value)?,
            None => state::extra(document).set_item(name, &one.value)?,
        }
    }
    Ok(dynamic)
}
