//! What of a document a save sends: the stored values at the changed database paths.
use pyo3::exceptions::PyIndexError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString};

use super::son;
use crate::codec::{self, Kind};
use crate::document::DocumentCore;

/// The stored value at each path, and those paths whose value is empty and no number.
pub fn stored_changes<'py>(
    document: &Bound<'py, DocumentCore>,
    paths: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyList>)> {
    let py = document.py();
    let paths = match paths.cast::<PyList>() {
        Ok(list) => list.clone(),
        Err(_) => PyList::new(py, paths.try_iter()?.collect::<PyResult<Vec<_>>>()?)?,
    };
    let roots = PyDict::new(py);
    for path in paths.iter() {
        let path = path.cast::<PyString>()?;
        match path.to_str()?.split_once('.') {
            Some((root, _)) => roots.set_item(root, ())?,
            None => roots.set_item(path, ())?,
        }
    }
    let stored = son::stored_values(document, roots.as_any())?;
    let changes = PyDict::new(py);
    for path in paths.iter() {
        let text = path.cast::<PyString>()?.to_str()?;
        if text.contains('.') {
            let (path, value) = dig(&stored, text)?;
            changes.set_item(path, value)?;
        } else {
            changes.set_item(&path, entry(&stored, path.cast()?)?.unwrap_or_else(|| stored.clone()))?;
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
