//! Lists and dicts that tell their document when they change.
use mongoengine_fast_core::bson::tag;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyList, PyString, PyTuple, PyType};

use super::{container, Stored};
use crate::codec;
use crate::document::{referring, state, DocumentCore};
use crate::ffi_util::{bare_instance, each_item, list_item, weak_proxy};
use crate::plan::{FieldPlan, Plan};
use crate::scalars;
use crate::slot_default::SlotDefault;
use crate::typerefs;

/// The value is tracked already, in the right class, and needs no dereferencing (any more).
pub fn is_settled(value: &Bound<'_, PyAny>, field: &FieldPlan, dereference: bool) -> PyResult<bool> {
    let py = value.py();
    if value.is_none() {
        return Ok(true);
    }
    let right = if value.is_instance_of::<PyList>() {
        let class =
            if field.is_embedded_list { typerefs::embedded_document_list(py)? } else { typerefs::base_list(py)? };
        value.is_instance(class)?
    } else if value.is_instance_of::<PyDict>() {
        value.is_instance(typerefs::base_dict(py)?)?
    } else {
        return Ok(false);
    };
    Ok(right && (!dereference || is_dereferenced(value)?))
}

pub fn is_dereferenced(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    match value.getattr_opt(intern!(value.py(), "_dereferenced"))? {
        Some(flag) => flag.is_truthy(),
        None => Ok(false),
    }
}

pub fn is_tracked(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    Ok(value.is_instance(typerefs::base_list(py)?)? || value.is_instance(typerefs::base_dict(py)?)?)
}

/// A plain container in the tracking class that fits it; `None` when there is nothing to wrap.
pub fn wrap<'py>(
    document: &Bound<'py, DocumentCore>,
    field: &FieldPlan,
    value: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = document.py();
    let class = if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let embedded = typerefs::embedded_document_list(py)?;
        if field.is_embedded_list && !value.is_instance(embedded)? {
            embedded
        } else if !value.is_instance(typerefs::base_list(py)?)? {
            typerefs::base_list(py)?
        } else {
            return Ok(None);
        }
    } else if value.is_instance_of::<PyDict>() && !value.is_instance(typerefs::base_dict(py)?)? {
        typerefs::base_dict(py)?
    } else {
        return Ok(None);
    };
    class.call1((value, document, &field.name)).map(Some)
}

/// A list or dict of plain data in its tracking class, as what is in it; `None` for anything else.
pub fn of_plain_data<'py>(
    document: &Bound<'py, DocumentCore>,
    name: &Bound<'py, PyString>,
    value: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if !is_plain_data(value, 0)? {
        return Ok(None);
    }
    let owner = weak_proxy(document.as_any())?;
    if let Ok(list) = value.cast_exact::<PyList>() {
        let class = typerefs::as_type(typerefs::base_list(list.py())?)?;
        return track_list(class, list, &owner, name, Nested::Tracked, false).map(Some);
    }
    track_dict(value.cast_exact::<PyDict>()?, &owner, name, Nested::Tracked, false).map(Some)
}

/// Exactly a list or a dict, of no class, and so is what is in it, unless it is a plain scalar.
fn is_plain_data(value: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
    let is_plain = |item: &Bound<'_, PyAny>| -> PyResult<bool> {
        let scalar = item.is_none() || scalars::is_plain_scalar(item);
        Ok(scalar || (depth < 100 && is_plain_data(item, depth + 1)?))
    };
    let mut plain = true;
    if let Ok(list) = value.cast_exact::<PyList>() {
        let mut index = 0;
        while let Some(item) = list_item(list, index).filter(|_| plain) {
            plain = is_plain(&item)?;
            index += 1;
        }
        return Ok(plain);
    }
    let Ok(dict) = value.cast_exact::<PyDict>() else { return Ok(false) };
    if dict.contains(intern!(value.py(), "_cls"))? {
        return Ok(false);
    }
    each_item(dict, |key, item| {
        plain = key.is_exact_instance_of::<PyString>() && is_plain(&item)?;
        Ok(plain)
    })?;
    Ok(plain)
}

/// A stored list of plain scalars, decoded straight into its tracked form; `None` for anything else.
pub fn decode<'py>(
    document: &Bound<'py, DocumentCore>,
    field: &FieldPlan,
    stored: &Stored<'_>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = document.py();
    let plain = field.inner.as_ref().filter(|inner| inner.is_plain_kind());
    let (Some(inner), tag::ARRAY, false) = (plain, stored.tag, field.own_lazy_load) else { return Ok(None) };
    let tracked = new_list(typerefs::as_type(typerefs::base_list(py)?)?)?;
    let mut compound = false;
    container::each(stored, &mut |_, item| {
        // Something else than MongoEngine stored it, and it may refer to documents.
        compound |= referring::is_compound(item.tag);
        if compound {
            return Ok(());
        }
        let value = if item.is_null() { py.None().into_bound(py) } else { super::value(py, inner, item)? };
        list_append(&tracked, &value)
    })?;
    if compound {
        return Ok(None);
    }
    brand(&tracked, &weak_proxy(document.as_any())?, field.name.bind(py), true)?;
    Ok(Some(tracked))
}

/// What dereferencing makes of a container in which nothing can refer to another document.
///
/// `None` when something might, so that the dereferencer has to look.
pub fn settle<'py>(
    document: &Bound<'py, DocumentCore>,
    field: &FieldPlan,
    value: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = document.py();
    if field.own_lazy_load || !refers_to_nothing(field.inner.as_deref(), value, 0)? {
        return Ok(None);
    }
    let owner = weak_proxy(document.as_any())?;
    let name = field.name.bind(py);
    let nested = if field.inner.is_none() { Nested::Tracked } else { Nested::Kept };
    let embedded = typerefs::embedded_document_list(py)?;
    if is_tracked_and_empty(value)? && (!field.is_embedded_list || value.is_instance(embedded)?) {
        value.setattr(intern!(py, "_dereferenced"), true)?;
        return Ok(Some(value.clone()));
    }
    if value.is_instance_of::<PyList>() {
        let class =
            if field.is_embedded_list { typerefs::embedded_document_list(py)? } else { typerefs::base_list(py)? };
        let class = typerefs::as_type(class)?;
        return track_list(class, value.cast::<PyList>()?, &owner, name, nested, true).map(Some);
    }
    if value.is_instance_of::<PyDict>() {
        return track_dict(value.cast::<PyDict>()?, &owner, name, nested, true).map(Some);
    }
    Ok(None)
}

fn is_tracked_and_empty(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let empty = match (value.cast::<PyList>(), value.cast::<PyDict>()) {
        (Ok(list), _) => list.is_empty(),
        (_, Ok(dict)) => dict.is_empty(),
        _ => false,
    };
    Ok(empty && is_tracked(value)?)
}

/// Nothing in the container, as far down as the dereferencer looks, can be a reference.
fn refers_to_nothing(inner: Option<&FieldPlan>, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
    // The dereferencer makes references of whatever stands where such a field declares them, however deep.
    if inner.is_some_and(FieldPlan::holds_references) || depth > 100 {
        return Ok(false);
    }
    if let Ok(list) = value.cast::<PyList>() {
        let mut index = 0;
        while let Some(item) = list_item(list, index) {
            if !item_refers_to_nothing(inner, &item, depth)? {
                return Ok(false);
            }
            index += 1;
        }
        return Ok(true);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        let py = value.py();
        if dict.contains(intern!(py, "_ref"))? || dict.contains(intern!(py, "_cls"))? {
            return Ok(false);
        }
        for item in dict.values().iter() {
            if !item_refers_to_nothing(inner, &item, depth)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    Ok(false)
}

fn item_refers_to_nothing(inner: Option<&FieldPlan>, item: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
    if item.is_none() || scalars::is_plain_scalar(item) {
        return Ok(true);
    }
    if let Ok(child) = item.cast::<DocumentCore>() {
        let plan: Bound<'_, Plan> = state::plan(child)?;
        let flags = &plan.get().flags;
        return Ok(flags.is_embedded && !flags.dynamic && referring::refers_to_nothing(child, &plan)?);
    }
    if item.is_instance_of::<PyList>() || item.is_instance_of::<PyDict>() {
        // A typed list keeps its items' own tracking; only plain nested data is rebuilt here.
        return match inner {
            None => refers_to_nothing(None, item, depth + 1),
            Some(_) => Ok(false),
        };
    }
    Ok(false)
}

/// What becomes of the lists and dicts in a tracked one.
#[derive(Clone, Copy, PartialEq)]
enum Nested {
    Kept,
    /// They are tracked under dotted names.
    Tracked,
}

/// A tracked copy of a list.
fn track_list<'py>(
    class: &Bound<'py, PyType>,
    items: &Bound<'py, PyList>,
    owner: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    nested: Nested,
    dereferenced: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = items.py();
    let tracked = new_list(class)?;
    let mut index = 0;
    while let Some(mut item) = list_item(items, index) {
        if nested == Nested::Tracked && may_be_tracked(&item)? {
            item = track_nested(&item, owner, name, &PyString::new(py, &index.to_string()))?;
        }
        list_append(&tracked, &item)?;
        index += 1;
    }
    brand(&tracked, owner, name, dereferenced)?;
    Ok(tracked)
}

fn track_dict<'py>(
    items: &Bound<'py, PyDict>,
    owner: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    nested: Nested,
    dereferenced: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = items.py();
    let tracked = bare_instance(typerefs::as_type(typerefs::base_dict(py)?)?)?;
    each_item(items, |key, mut item| {
        if nested == Nested::Tracked && may_be_tracked(&item)? {
            item = track_nested(&item, owner, name, &key.str()?)?;
        }
        // SAFETY: `tracked` is a dict subclass, key and value are valid objects; as above for the direct C call.
        let done = unsafe { ffi::PyDict_SetItem(tracked.as_ptr(), key.as_ptr(), item.as_ptr()) };
        crate::ffi_util::check(py, done).map(|()| true)
    })?;
    brand(&tracked, owner, name, dereferenced)?;
    Ok(tracked)
}

/// The path of an item; a key with a lone surrogate stays what it is.
fn dotted<'py>(name: &Bound<'py, PyString>, key: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
    if let (Ok(name_text), Ok(key_text)) = (name.to_str(), key.to_str()) {
        return Ok(PyString::new(name.py(), &format!("{name_text}.{key_text}")));
    }
    Ok(name.add(".")?.add(key)?.cast_into()?)
}

/// It is a list or a dict; MongoEngine leaves an empty one that is tracked the name that it has.
fn may_be_tracked(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    let container = item.is_instance_of::<PyList>() || item.is_instance_of::<PyDict>();
    Ok(container && !is_tracked_and_empty(item)?)
}

fn track_nested<'py>(
    item: &Bound<'py, PyAny>,
    owner: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    key: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let path = dotted(name, key)?;
    match item.cast::<PyList>() {
        Ok(list) => {
            let class = typerefs::as_type(typerefs::base_list(item.py())?)?;
            track_list(class, list, owner, &path, Nested::Tracked, false)
        }
        Err(_) => track_dict(item.cast::<PyDict>()?, owner, &path, Nested::Tracked, false),
    }
}

/// An empty list of a tracking class; such a class has `list`'s own `__new__`.
fn new_list<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    bare_instance(class)
}

/// `list.append`, past an overridden one that would mark the list as changed.
fn list_append(list: &Bound<'_, PyAny>, item: &Bound<'_, PyAny>) -> PyResult<()> {
    // SAFETY: `list` is a list or an instance of a list subclass, `item` a valid object; the list takes its own reference.
    let done = unsafe { ffi::PyList_Append(list.as_ptr(), item.as_ptr()) };
    crate::ffi_util::check(list.py(), done)
}

/// Tie a container that was just made to its document.
fn brand(
    tracked: &Bound<'_, PyAny>,
    owner: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    dereferenced: bool,
) -> PyResult<()> {
    let py = tracked.py();
    let dereferenced = PyBool::new(py, dereferenced).to_owned().into_any();
    let offsets = if tracked.is_instance_of::<PyList>() { Ties::of_lists(py)? } else { Ties::of_dicts(py)? };
    match offsets {
        Some(ties) => {
            codec::store_in_fresh_slot(tracked, ties.instance, owner.clone());
            codec::store_in_fresh_slot(tracked, ties.name, name.clone().into_any());
            codec::store_in_fresh_slot(tracked, ties.dereferenced, dereferenced);
            Ok(())
        }
        None => {
            tracked.setattr(intern!(py, "_instance"), owner)?;
            tracked.setattr(intern!(py, "_name"), name)?;
            tracked.setattr(intern!(py, "_dereferenced"), dereferenced)
        }
    }
}

/// Where the slots of tracking classes are in their instances.
#[derive(Clone, Copy)]
struct Ties {
    instance: usize,
    name: usize,
    dereferenced: usize,
}

static LIST_TIES: PyOnceLock<Option<Ties>> = PyOnceLock::new();
static DICT_TIES: PyOnceLock<Option<Ties>> = PyOnceLock::new();

impl Ties {
    fn of_lists(py: Python<'_>) -> PyResult<Option<Ties>> {
        LIST_TIES.get_or_try_init(py, || Self::find(typerefs::base_list(py)?)).copied()
    }

    fn of_dicts(py: Python<'_>) -> PyResult<Option<Ties>> {
        DICT_TIES.get_or_try_init(py, || Self::find(typerefs::base_dict(py)?)).copied()
    }

    fn find(class: &Bound<'_, PyAny>) -> PyResult<Option<Ties>> {
        let class = typerefs::as_type(class)?;
        let namespace = class.getattr(intern!(class.py(), "__dict__"))?;
        let offset = |name: &str| {
            let covered = namespace.get_item(name).ok()?.cast_into::<SlotDefault>().ok()?;
            codec::member_offset(class, covered.get().member.bind(class.py()))
        };
        Ok(match (offset("_instance"), offset("_name"), offset("_dereferenced")) {
            (Some(instance), Some(name), Some(dereferenced)) => Some(Ties { instance, name, dereferenced }),
            _ => None,
        })
    }
}
