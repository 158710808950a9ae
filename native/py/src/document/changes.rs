//! Change tracking: `_changed_fields`, marking, collecting and clearing.
use pyo3::exceptions::PyAttributeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::state;
use super::DocumentCore;
use crate::ffi_util::{instance_dict, list_item, Level};
use crate::plan::{FieldPlan, Plan};
use crate::scalars;

/// Put another change set in place.
pub fn replace(document: &Bound<'_, DocumentCore>, tracks: bool, list: Option<Py<PyList>>) {
    let old = document.get().state.with(document.py(), |state| {
        state.tracks_changes = tracks;
        std::mem::replace(&mut state.changes, list)
    });
    drop(old);
}

/// `document._changed_fields`.
pub fn list<'py>(document: &Bound<'py, DocumentCore>) -> PyResult<Bound<'py, PyAny>> {
    match known_list(document) {
        Some(list) => Ok(list.into_any()),
        None => {
            // As a slot without a value says it: by the whole name since Python 3.13.
            let class = document.get_type();
            let whole = document.py().version_info() >= (3, 13);
            let class = if whole { class.fully_qualified_name()? } else { class.name()? };
            Err(PyAttributeError::new_err(format!("'{class}' object has no attribute '_changed_fields'")))
        }
    }
}

/// The list, made at need; `None` where MongoEngine has no such attribute.
fn known_list<'py>(document: &Bound<'py, DocumentCore>) -> Option<Bound<'py, PyList>> {
    let py = document.py();
    let (tracks, known) = document
        .get()
        .state
        .with(py, |state| (state.tracks_changes, state.changes.as_ref().map(|list| list.clone_ref(py))));
    if !tracks {
        return None;
    }
    match known {
        Some(list) => Some(list.into_bound(py)),
        None => {
            let list = PyList::empty(py);
            replace(document, true, Some(list.clone().unbind()));
            Some(list)
        }
    }
}

/// The list when it has anything in it.
fn marked<'py>(document: &Bound<'py, DocumentCore>) -> Option<Bound<'py, PyList>> {
    let py = document.py();
    let list = document.get().state.with(py, |state| state.changes.as_ref().map(|list| list.clone_ref(py)))?;
    Some(list.into_bound(py)).filter(|list| !list.is_empty())
}

/// `document._changed_fields = value`; `None` stands for deletion.
pub fn assign(document: &Bound<'_, DocumentCore>, value: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    let list = match value {
        None => None,
        Some(value) => match value.cast::<PyList>() {
            Ok(list) => Some(list.clone().unbind()),
            Err(_) => Some(PyList::new(document.py(), value.try_iter()?.collect::<PyResult<Vec<_>>>()?)?.unbind()),
        },
    };
    replace(document, list.is_some(), list);
    Ok(())
}

/// Mark a whole field.
pub fn mark_field(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>, slot: usize) -> PyResult<()> {
    let py = document.py();
    let me = plan.get();
    let name = intern!(py, "_mark_as_changed");
    if me.flags.own_mark || instance_dict(document.as_any()).is_some_and(|own| own.contains(name).unwrap_or(true)) {
        document.call_method1(intern!(py, "_mark_as_changed"), (&me.fields[slot].name,))?;
        return Ok(());
    }
    add(document, me.fields[slot].db.bind(py))
}

/// `document._mark_as_changed(key)`: field names at the start of the path become database names.
pub fn mark(document: &Bound<'_, DocumentCore>, key: &Bound<'_, PyString>) -> PyResult<()> {
    let py = document.py();
    if !document.get().state.with(py, |state| state.tracks_changes) {
        return Ok(());
    }
    let plan = state::plan(document)?;
    let me = plan.get();
    // A key with a lone surrogate cannot be stored, which is for the encoder to say.
    let text = key.to_string_lossy();
    let (first, rest) = match text.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (&*text, None),
    };
    let translated = me.by_name.get(first).map(|&slot| &me.fields[slot]);
    match (translated, rest) {
        (None, _) => add(document, key),
        (Some(field), None) => add(document, field.db.bind(py)),
        (Some(field), Some(rest)) if key.to_str().is_ok() => {
            add(document, &PyString::new(py, &format!("{}.{rest}", field.db_text)))
        }
        (Some(field), Some(_)) => {
            let rest = key.call_method1(intern!(py, "partition"), (".",))?.get_item(2)?;
            add(document, (format!("{}.", field.db_text).into_pyobject(py)?.add(rest)?).cast::<PyString>()?)
        }
    }
}

/// Add a database path unless it or a path above it is there; paths below it go away.
fn add(document: &Bound<'_, DocumentCore>, path: &Bound<'_, PyString>) -> PyResult<()> {
    let Some(list) = known_list(document) else { return Ok(()) };
    let text = &*path.to_string_lossy();
    let below = format!("{text}.");
    let mut lower = Vec::new();
    for item in list.iter() {
        let Ok(known) = item.cast::<PyString>() else { continue };
        let known = &*known.to_string_lossy();
        if known == text
            || (text.len() > known.len() && text.starts_with(known) && text.as_bytes()[known.len()] == b'.')
        {
            return Ok(());
        }
        if known.starts_with(&below) {
            lower.push(item);
        }
    }
    list.append(path)?;
    for item in lower {
        list.call_method1(intern!(list.py(), "remove"), (item,))?;
    }
    Ok(())
}

/// `document._get_changed_fields()`.
pub fn collect<'py>(document: &Bound<'py, DocumentCore>) -> PyResult<Bound<'py, PyList>> {
    let py = document.py();
    let _level = Level::enter()?;
    let found = PyList::empty(py);
    if let Some(own) = marked(document) {
        for item in own.iter() {
            found.append(item)?;
        }
    }
    let plan = state::current_plan(document)?;
    let me = plan.get();
    for &slot in &me.ordered {
        let field = &me.fields[slot];
        // The items of a list sorted by one of their fields are asked whether that changed, so they are needed.
        let value = if field.sorted_by { state::value(document, &plan, slot)? } else { state::decoded(document, slot) };
        if let Some(value) = value {
            collect_field(&found, field.db.bind(py), Some(field), &value)?;
        }
    }
    if me.flags.dynamic {
        if let Some(extra) = state::known_extra(document) {
            for pair in extra.items().iter() {
                let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
                collect_field(&found, key.cast::<PyString>()?, None, &value)?;
            }
        }
    }
    Ok(found)
}

fn collect_field(
    found: &Bound<'_, PyList>,
    db: &Bound<'_, PyString>,
    field: Option<&FieldPlan>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    if is_leaf(value) || field.is_some_and(|field| field.is_reference) || found.contains(db)? {
        return Ok(());
    }
    if let Ok(child) = value.cast::<DocumentCore>() {
        if state::plan(child)?.get().flags.is_embedded {
            extend(found, &format!("{}.", db.to_str()?), &changed_of(value)?)?;
        }
        return Ok(());
    }
    if !is_container(value) {
        return Ok(());
    }
    if let Some(field) = field {
        if field.inner.as_ref().is_some_and(|inner| inner.is_any_reference) {
            return Ok(());
        }
        if field.sorted_by && ordering_changed(field, value)? {
            return found.append(db);
        }
    }
    collect_items(found, &format!("{}.", db.to_str()?), value)
}

/// A sorted list whose sort key was touched in some item is changed as a whole.
fn ordering_changed(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    let ordering = field.field.bind(py).getattr(intern!(py, "_ordering"))?;
    for item in value.try_iter()? {
        if item?.getattr(intern!(py, "_changed_fields"))?.contains(&ordering)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn changed_of<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = value.py();
    if let Ok(document) = value.cast::<DocumentCore>() {
        if !state::plan(document)?.get().flags.own_changed {
            return collect(document);
        }
    }
    let changed = value.call_method0(intern!(py, "_get_changed_fields"))?;
    match changed.cast_into::<PyList>() {
        Ok(list) => Ok(list),
        Err(error) => PyList::new(py, error.into_inner().try_iter()?.collect::<PyResult<Vec<_>>>()?),
    }
}

fn extend(found: &Bound<'_, PyList>, prefix: &str, changed: &Bound<'_, PyList>) -> PyResult<()> {
    for path in changed.iter() {
        let path = path.cast_into::<PyString>()?;
        let path = path.to_str()?;
        if !path.is_empty() {
            found.append(format!("{prefix}{path}"))?;
        }
    }
    Ok(())
}

/// Look into the items of a list, tuple or dict.
fn collect_items(found: &Bound<'_, PyList>, prefix: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let _level = Level::enter()?;
    each_item(value, &mut |key, item| {
        if is_leaf(item) {
            return Ok(());
        }
        let key = match key {
            Ok(key) => key,
            Err(error) => return nothing_changed_below(item).and_then(|none| if none { Ok(()) } else { Err(error) }),
        };
        let path = format!("{prefix}{key}");
        if found.contains(&path)? {
            return Ok(());
        }
        if item.is_instance_of::<DocumentCore>() || item.hasattr(intern!(item.py(), "_get_changed_fields"))? {
            extend(found, &format!("{path}."), &changed_of(item)?)
        } else if is_container(item) {
            collect_items(found, &format!("{path}."), item)
        } else {
            Ok(())
        }
    })
}

/// Whether there is no path to be told for a key that no path can hold.
fn nothing_changed_below(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    let found = PyList::empty(item.py());
    let alone = PyTuple::new(item.py(), [item])?;
    collect_items(&found, "", alone.as_any())?;
    Ok(found.is_empty())
}

/// Is called with an index or a key, an error where that is no Unicode, and the item.
type Visit<'a> = dyn FnMut(PyResult<String>, &Bound<'_, PyAny>) -> PyResult<()> + 'a;

/// Call `visit` with each item, past any `__getitem__` or `__iter__` of a subclass.
fn each_item(value: &Bound<'_, PyAny>, visit: &mut Visit<'_>) -> PyResult<()> {
    if let Ok(list) = value.cast::<PyList>() {
        let mut index = 0;
        while let Some(item) = list_item(list, index) {
            if !is_leaf(&item) {
                visit(Ok(index.to_string()), &item)?;
            }
            index += 1;
        }
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        for (index, item) in tuple.iter().enumerate() {
            visit(Ok(index.to_string()), &item)?;
        }
    } else if let Ok(dict) = value.cast::<PyDict>() {
        for pair in dict.items().iter() {
            let (key, item): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
            if !is_leaf(&item) {
                visit(key.str()?.to_str().map(str::to_owned), &item)?;
            }
        }
    }
    Ok(())
}

fn is_container(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyList>() || value.is_instance_of::<PyDict>() || value.is_instance_of::<PyTuple>()
}

/// Values that hold no changes: the exact plain types.
fn is_leaf(value: &Bound<'_, PyAny>) -> bool {
    value.is_none() || scalars::is_plain_scalar(value)
}

/// `document._clear_changed_fields()`.
pub fn clear(document: &Bound<'_, DocumentCore>) -> PyResult<()> {
    let plan = state::plan(document)?;
    let me = plan.get();
    for (slot, field) in me.fields.iter().enumerate() {
        if field.is_reference
            || field.inner.as_ref().is_some_and(|inner| inner.is_reference || inner.is_generic_reference)
        {
            continue;
        }
        if let Some(value) = state::decoded(document, slot) {
            clear_value(&value)?;
        }
    }
    if let Some(extra) = state::known_extra(document) {
        for item in extra.values().iter() {
            clear_value(&item)?;
        }
    }
    replace(document, true, None);
    Ok(())
}

fn clear_value(value: &Bound<'_, PyAny>) -> PyResult<()> {
    if is_leaf(value) {
        return Ok(());
    }
    let _level = Level::enter()?;
    if let Ok(child) = value.cast::<DocumentCore>() {
        let flags = state::plan(child)?.get().flags;
        if flags.is_document {
            return Ok(());
        }
        if flags.own_clear {
            value.call_method0(intern!(value.py(), "_clear_changed_fields"))?;
            return Ok(());
        }
        return clear(child);
    }
    if is_container(value) {
        return each_item(value, &mut |_, item| clear_value(item));
    }
    Ok(())
}
