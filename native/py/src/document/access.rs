//! Reading and writing a field through its descriptor.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::state::{self, Peek};
use super::{changes, DocumentCore};
use crate::codec;
use crate::decode::{reference, tracked, Stored};
use crate::encode::native_list;
use crate::ffi_util::{list_item, weak_proxy};
use crate::field::FieldCore;
use crate::plan::{FieldPlan, GetOp, Plan, SetOp};
use crate::scalars;
use crate::typerefs;

/// `field.__get__(document, type)`.
pub fn get<'py>(field: &Bound<'py, FieldCore>, document: &Bound<'py, DocumentCore>) -> PyResult<Bound<'py, PyAny>> {
    let plan = state::plan(document)?;
    let core = field.get();
    let Some(slot) = plan.get().slot_of(field.as_ptr(), core.slot_hint()) else {
        return unplanned_get(field, document);
    };
    core.remember_slot(slot);
    let entry = &plan.get().fields[slot];
    match entry.get {
        GetOp::Plain => or_none(document.py(), state::value(document, &plan, slot)?),
        GetOp::Reference => get_reference(document, &plan, slot, entry),
        GetOp::LazyReference => get_lazy_reference(document, &plan, slot, entry),
        GetOp::Complex | GetOp::List => get_complex(document, &plan, slot, entry),
    }
}

fn or_none<'py>(py: Python<'py>, value: Option<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
    Ok(value.unwrap_or_else(|| py.None().into_bound(py)))
}

/// A field that is not among the class's `_fields`: only its name ties it to the data.
fn unplanned_get<'py>(
    field: &Bound<'py, FieldCore>,
    document: &Bound<'py, DocumentCore>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = field.py();
    let name = field.getattr(intern!(py, "name"))?;
    let Ok(name) = name.cast_into::<PyString>() else {
        return Ok(py.None().into_bound(py));
    };
    let data = super::data_view::get(document, &name)?;
    match (data, field.getattr_opt(intern!(py, "build_lazyref"))?) {
        (Some(value), Some(build)) => build.call1((value,)),
        (data, _) => or_none(py, data),
    }
}

/// Whether reading may fetch what the value refers to.
fn dereferences(document: &Bound<'_, DocumentCore>, entry: &FieldPlan) -> bool {
    let py = document.py();
    let allowed = match entry.field.bind(py).cast::<FieldCore>() {
        Ok(field) => field.get().auto_dereferences(),
        Err(_) => true,
    };
    allowed && !document.get().state.with(py, |state| state.no_dereference)
}

fn get_reference<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    slot: usize,
    entry: &FieldPlan,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let Some(value) = state::value(document, plan, slot)? else {
        return or_none(py, None);
    };
    if !value.is_instance(codec::types(py).dbref.bind(py))? || !dereferences(document, entry) {
        return Ok(value);
    }
    let field = entry.field.bind(py);
    let class = match value.getattr_opt(intern!(py, "cls"))? {
        Some(name) => crate::typerefs::get_document(py)?.call1((name,))?,
        None => field.getattr(intern!(py, "document_type"))?,
    };
    let fetched = field.call_method1(intern!(py, "_lazy_load_ref"), (class, value))?;
    state::store(document, plan, slot, &fetched)?;
    Ok(fetched)
}

/// A lazy reference takes the place of whatever else was assigned, or fetched for others.
fn get_lazy_reference<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    slot: usize,
    entry: &FieldPlan,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let Some(value) = state::value(document, plan, slot)? else {
        return or_none(py, None);
    };
    if !entry.own_build && reference::is_built(entry, &value)? {
        return Ok(value);
    }
    let built = entry.field.bind(py).call_method1(intern!(py, "build_lazyref"), (&value,))?;
    if !built.is_truthy()? {
        return Ok(value);
    }
    state::store(document, plan, slot, &built)?;
    Ok(built)
}

fn get_complex<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    slot: usize,
    entry: &FieldPlan,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let lazy_items = entry.get == GetOp::List && entry.inner.as_ref().is_some_and(|inner| inner.is_lazy_reference);
    let dereference = dereferences(document, entry);
    let ready = state::initialised(document);
    if ready && dereference {
        if let Peek::Raw { tag, at } = state::peek(document, plan, slot)? {
            let raw = state::raw(document)?;
            if let Some(value) = tracked::decode(document, entry, &Stored::find(&raw, tag, at)?)? {
                return Ok(state::exchange(document, slot, None, value));
            }
        }
    }
    let Some(mut value) = state::value(document, plan, slot)? else {
        return or_none(py, None);
    };
    let unbuilt = lazy_items && holds_others_than_lazy_references(&value)?;
    if !unbuilt && tracked::is_settled(&value, entry, dereference && ready)? {
        return Ok(value);
    }
    if dereference && ready && !lazy_items {
        if let Some(settled) = tracked::settle(document, entry, &value)? {
            return Ok(state::exchange(document, slot, Some(&value), settled));
        }
    }
    if unbuilt || (lazy_items && value.is_truthy()?) {
        let built = build_lazy_references(entry, &value)?;
        value = state::exchange(document, slot, Some(&value), built);
    }
    let eager = entry.inner.as_ref().is_none_or(|inner| inner.is_reference || inner.is_generic_reference);
    if ready && dereference && eager && value.is_truthy()? && !tracked::is_dereferenced(&value)? {
        value = load_references(document, plan, slot, entry, &value, false)?;
    }
    if let Some(wrapped) = tracked::wrap(document, entry, &value)? {
        value = state::exchange(document, slot, Some(&value), wrapped);
    }
    if dereference && ready && tracked::is_tracked(&value)? && !tracked::is_dereferenced(&value)? {
        value = load_references(document, plan, slot, entry, &value, true)?;
    }
    Ok(value)
}

/// Something was put into a list of lazy references that has yet to become one.
fn holds_others_than_lazy_references(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(list) = value.cast::<PyList>() else { return Ok(false) };
    let class = typerefs::lazy_reference(value.py())?;
    let mut index = 0;
    while let Some(item) = list_item(list, index) {
        if !item.is_none() && !item.is_instance(class)? {
            return Ok(true);
        }
        index += 1;
    }
    Ok(false)
}

fn build_lazy_references<'py>(entry: &FieldPlan, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let Some(inner) = &entry.inner else { return Ok(value.clone()) };
    let inner = inner.field.bind(py);
    let items = PyList::empty(py);
    for item in value.try_iter()? {
        items.append(inner.call_method1(intern!(py, "build_lazyref"), (item?,))?)?;
    }
    Ok(items.into_any())
}

/// A list in which every reference has been replaced by a document of the declared class itself.
fn holds_documents_only(entry: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let (Some(list), Some(inner)) = (native_list(value)?, entry.inner.as_ref().filter(|inner| inner.is_reference))
    else {
        return Ok(false);
    };
    let plan = inner.document_plan(value.py())?;
    let class = plan.get().class.bind(value.py()).as_type_ptr();
    let mut index = 0;
    while let Some(item) = list_item(list, index) {
        if item.get_type_ptr() != class {
            return Ok(false);
        }
        index += 1;
    }
    Ok(true)
}

/// Let the dereferencer fetch what the container refers to, then keep the result.
///
/// It may return another container (for a dict with a key `_ref`), which cannot be marked; *always_marked* raises what
/// MongoEngine raises then.
fn load_references<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    slot: usize,
    entry: &FieldPlan,
    value: &Bound<'py, PyAny>,
    always_marked: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    if !entry.own_lazy_load && holds_documents_only(entry, value)? {
        if tracked::is_tracked(value)? {
            value.setattr(intern!(py, "_dereferenced"), true)?;
        }
        return Ok(value.clone());
    }
    let keywords = PyDict::new(py);
    keywords.set_item(intern!(py, "ref_values"), value)?;
    keywords.set_item(intern!(py, "instance"), document)?;
    keywords.set_item(intern!(py, "name"), &entry.name)?;
    keywords.set_item(intern!(py, "max_depth"), 1)?;
    let loaded = entry.field.bind(py).call_method(intern!(py, "_lazy_load_refs"), (), Some(&keywords))?;
    if always_marked {
        loaded.setattr(intern!(py, "_dereferenced"), true)?;
    }
    state::store(document, plan, slot, &loaded)?;
    if !always_marked && loaded.hasattr(intern!(py, "_dereferenced"))? {
        loaded.setattr(intern!(py, "_dereferenced"), true)?;
    }
    Ok(loaded)
}

/// `field.__set__(document, value)`.
pub fn set(field: &Bound<'_, FieldCore>, document: &Bound<'_, DocumentCore>, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let plan = state::current_plan(document)?;
    let core = field.get();
    let Some(slot) = plan.get().slot_of(field.as_ptr(), core.slot_hint()) else {
        return unplanned_set(field, document, value);
    };
    core.remember_slot(slot);
    let entry = &plan.get().fields[slot];
    if plan.get().flags.is_document {
        guard_keys(document, &plan, slot, value)?;
    }
    if entry.set == SetOp::Complex && entry.inner.as_ref().is_some_and(|inner| inner.is_enum) {
        let converted = convert_enum_items(entry, value)?;
        return assign(document, &plan, slot, &converted);
    }
    assign(document, &plan, slot, value)
}

/// Refuse to change a shard key of a stored document; note that a new one got its primary key.
fn guard_keys(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    slot: usize,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let py = document.py();
    let me = plan.get();
    let (initialised, created) = document.get().state.with(py, |state| (state.initialised, state.created));
    if me.has_shard_key && !created {
        refuse_shard_key_change(document, plan, slot, value)?;
    }
    if initialised && created && me.id_slot == Some(slot) {
        document.get().state.with(py, |state| state.created = false);
    }
    Ok(())
}

fn refuse_shard_key_change(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    slot: usize,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let py = document.py();
    let name = &plan.get().fields[slot].name;
    let meta = document.getattr(intern!(py, "_meta"))?;
    let keys = meta.call_method1(intern!(py, "get"), (intern!(py, "shard_key"), PyTuple::empty(py)))?;
    if !keys.contains(name)? {
        return Ok(());
    }
    let stored = or_none(py, state::value(document, plan, slot)?)?;
    if stored.ne(value)? {
        let message = format!("Shard Keys are immutable. Tried to update {name}");
        return Err(PyErr::from_value(typerefs::operation_error(py)?.call1((message,))?));
    }
    Ok(())
}

/// `del document.field`: the default is assigned, through whatever the class makes of assignments.
pub fn delete(field: &Bound<'_, FieldCore>, document: &Bound<'_, DocumentCore>) -> PyResult<()> {
    let py = document.py();
    let plan = state::current_plan(document)?;
    let name = field.getattr(intern!(py, "name"))?.cast_into::<PyString>()?;
    let default = match plan.get().by_name.get(name.to_str()?) {
        Some(&slot) => plan.get().fields[slot].default.produce(py)?,
        None => None,
    };
    document.setattr(name, default)
}

fn unplanned_set(
    field: &Bound<'_, FieldCore>,
    document: &Bound<'_, DocumentCore>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let py = field.py();
    let name = field.getattr(intern!(py, "name"))?;
    if let Ok(name) = name.cast_into::<PyString>() {
        if state::initialised(document) {
            changes::mark(document, &name)?;
        }
        state::extra(document).set_item(name, value)?;
    }
    Ok(())
}

fn convert_enum_items<'py>(entry: &FieldPlan, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    let Some(inner) = &entry.inner else { return Ok(value.clone()) };
    let inner = inner.field.bind(py);
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let items = PyList::empty(py);
        for item in value.try_iter()? {
            items.append(inner.call_method1(intern!(py, "to_python"), (item?,))?)?;
        }
        return Ok(items.into_any());
    }
    if value.is_instance_of::<PyDict>() {
        let items = PyDict::new(py);
        for pair in value.call_method0(intern!(py, "items"))?.try_iter()? {
            let (key, item): (Bound<'py, PyAny>, Bound<'py, PyAny>) = pair?.extract()?;
            items.set_item(key, inner.call_method1(intern!(py, "to_python"), (item,))?)?;
        }
        return Ok(items.into_any());
    }
    Ok(value.clone())
}

/// The stock assignment: default for `None`, change tracking, ownership of embedded documents.
pub fn assign(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    slot: usize,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let py = document.py();
    let entry = &plan.get().fields[slot];
    let produced;
    let value = if value.is_none() && !entry.null {
        produced = entry.default.produce(py)?;
        produced.as_ref().unwrap_or(value)
    } else {
        value
    };
    if state::initialised(document) && differs(document, plan, slot, value) {
        changes::mark_field(document, plan, slot)?;
    }
    own(document, value)?;
    state::store(document, plan, slot, value)
}

/// Whether the stored value is another one; values that cannot be compared count as changed.
fn differs(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>, slot: usize, value: &Bound<'_, PyAny>) -> bool {
    match state::value(document, plan, slot) {
        // No plain value equals None, which a class of Python's takes long to say.
        Ok(Some(old)) if old.is_none() && scalars::is_plain_scalar(value) => true,
        Ok(Some(old)) => old.ne(value).unwrap_or(true),
        _ => true,
    }
}

/// Tell embedded documents who owns them.
pub fn own(owner: &Bound<'_, DocumentCore>, value: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Ok(child) = value.cast::<DocumentCore>() {
        return own_child(owner, child);
    }
    if let Ok(list) = value.cast::<PyList>() {
        let mut index = 0;
        while let Some(item) = list_item(list, index) {
            if let Ok(child) = item.cast::<DocumentCore>() {
                own_child(owner, child)?;
            }
            index += 1;
        }
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        for item in tuple.iter() {
            if let Ok(child) = item.cast::<DocumentCore>() {
                own_child(owner, child)?;
            }
        }
    }
    Ok(())
}

fn own_child(owner: &Bound<'_, DocumentCore>, child: &Bound<'_, DocumentCore>) -> PyResult<()> {
    if state::plan(child)?.get().flags.is_embedded {
        let proxy = weak_proxy(owner.as_any())?;
        set_instance(child, Some(proxy));
    }
    Ok(())
}

/// `child._instance = ...`.
pub fn set_instance(child: &Bound<'_, DocumentCore>, owner: Option<Bound<'_, PyAny>>) {
    let entry = owner.map(Bound::unbind);
    let old = child.get().state.with(child.py(), |state| std::mem::replace(&mut state.instance, entry));
    drop(old);
}
