//! What of a document a save sends: the stored values at the changed database paths.
use pyo3::exceptions::PyIndexError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString};

use super::{native_child, native_list, slot_value, son};
use crate::codec::{self, Kind};
use crate::document::{state, DocumentCore};
use crate::ffi_util::list_item;
use crate::plan::{FieldPlan, ToMongo};

/// The stored value at each changed path, and those paths whose value is empty and no number.
pub fn stored_changes<'py>(document: &Bound<'py, DocumentCore>) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyList>)> {
    let py = document.py();
    // A `to_mongo` of the program's own may change the document, and MongoEngine calls it first.
    let own = if state::current_plan(document)?.get().flags.own_to_mongo {
        Some(document.call_method0(intern!(py, "to_mongo"))?)
    } else {
        None
    };
    let paths = document.call_method0(intern!(py, "_get_changed_fields"))?;
    let paths = match paths.cast::<PyList>() {
        Ok(list) => list.clone(),
        Err(_) => PyList::new(py, paths.try_iter()?.collect::<PyResult<Vec<_>>>()?)?,
    };
    let roots = PyDict::new(py);
    let mut reached = Vec::with_capacity(paths.len());
    for path in paths.iter() {
        let text = path.cast::<PyString>()?.to_str()?;
        let value = reach(document, text)?;
        if value.is_none() {
            roots.set_item(text.split_once('.').map_or(text, |(root, _)| root), ())?;
        }
        reached.push(value);
    }
    let stored = match own {
        Some(stored) => Some(stored),
        None if roots.is_empty() => None,
        None => Some(son::stored_values(document, roots.as_any())?),
    };
    let changes = PyDict::new(py);
    for (path, value) in paths.iter().zip(reached) {
        match (value, &stored) {
            (Some(value), _) => changes.set_item(path, value)?,
            (None, Some(stored)) => {
                let (path, value) = dig(stored, path.cast::<PyString>()?.to_str()?)?;
                changes.set_item(path, value)?;
            }
            (None, None) => {}
        }
    }
    let empty = PyList::empty(py);
    for (path, value) in changes.iter() {
        if !value.is_exact_instance_of::<PyInt>() && !value.is_exact_instance_of::<PyFloat>() && !value.is_truthy()? {
            empty.append(path)?;
        }
    }
    Ok((changes, empty))
}

/// The stored value at a path, found without converting what lies beside it; `None` where all has to be converted.
fn reach<'py>(document: &Bound<'py, DocumentCore>, path: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut holder = document.clone();
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let plan = state::current_plan(&holder)?;
        let me = plan.get();
        if me.flags.dynamic || me.flags.own_to_mongo || me.fields.iter().any(|field| field.auto_gen) {
            return Ok(None);
        }
        let Some(&slot) = me.by_db.get(part.as_bytes()) else { return Ok(None) };
        let field = &me.fields[slot];
        let Some(value) = slot_value(&holder, &plan, slot)? else { return Ok(None) };
        if parts.peek().is_none() {
            return son::field_value(field, &value).map(Some);
        }
        let child = match field.to_mongo {
            ToMongo::Embedded | ToMongo::GenericEmbedded => native_child(field, &value)?.cloned(),
            ToMongo::Complex => listed_child(field, &value, parts.next().and_then(index))?,
            _ => None,
        };
        match child {
            Some(child) if parts.peek().is_some() => holder = child,
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// The embedded document at an index of a list.
fn listed_child<'py>(
    field: &FieldPlan,
    value: &Bound<'py, PyAny>,
    index: Option<PyResult<usize>>,
) -> PyResult<Option<Bound<'py, DocumentCore>>> {
    let (Some(inner), Some(Ok(index)), Some(list)) = (&field.inner, index, native_list(value)?) else {
        return Ok(None);
    };
    match (inner.to_mongo, list_item(list, index)) {
        (ToMongo::Embedded | ToMongo::GenericEmbedded, Some(item)) => Ok(native_child(inner, &item)?.cloned()),
        _ => Ok(None),
    }
}

/// Follow a database path into stored data as far as there is something to follow; returns the path followed too.
fn dig<'py>(stored: &Bound<'py, PyAny>, path: &str) -> PyResult<(String, Bound<'py, PyAny>)> {
    let py = stored.py();
    let mut place = stored.clone();
    let mut followed = String::with_capacity(path.len());
    for part in path.split('.') {
        let known = codec::types(py);
        if place.is_instance(known.object_id.bind(py))? || place.is_instance(known.dbref.bind(py))? {
            break;
        }
        if let (Ok(list), Some(index)) = (place.cast::<PyList>(), index(part)) {
            place = list.get_item(index?)?;
        } else if let Some(inner) = entry(&place, &PyString::new(py, part))? {
            place = inner;
        }
        if !followed.is_empty() {
            followed.push('.');
        }
        followed.push_str(part);
    }
    Ok((followed, place))
}

/// What a mapping has under a key, None for nothing; Rust's `None` for what is no mapping.
fn entry<'py>(place: &Bound<'py, PyAny>, key: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = place.py();
    if matches!(codec::types(py).kind(place), Kind::Dict | Kind::Son) {
        let found = place.cast::<PyDict>()?.get_item(key)?;
        return Ok(Some(found.unwrap_or_else(|| py.None().into_bound(py))));
    }
    match place.getattr_opt(intern!(py, "get"))? {
        Some(get) => get.call1((key,)).map(Some),
        None => Ok(None),
    }
}

/// The index that a part of a path is, if it is one.
fn index(part: &str) -> Option<PyResult<usize>> {
    let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| part.parse().map_err(|_| PyIndexError::new_err("list index out of range")))
}
