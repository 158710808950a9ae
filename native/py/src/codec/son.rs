//! `bson.SON` without its Python `__init__` and `__setitem__`: a dict subclass that keeps a list of its keys.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString, PyType};

use super::raw;
use super::types::types;

/// Fills a new SON in order. Setting a key again keeps its place, as SON does.
pub struct SonBuilder<'py> {
    son: Bound<'py, PyDict>,
    /// The SON's own key list; `None` when its layout is not known and SON's own methods are used.
    keys: Option<Bound<'py, PyList>>,
}

impl<'py> SonBuilder<'py> {
    pub fn new(py: Python<'py>) -> PyResult<Self> {
        let types = types(py);
        Self::of(types.son.bind(py), types.fast_son)
    }

    fn of(class: &Bound<'py, PyType>, fast: bool) -> PyResult<Self> {
        let py = class.py();
        if !fast {
            let son = class.call0()?.cast_into::<PyDict>()?;
            return Ok(Self { son, keys: None });
        }
        let son = raw::new_dict_subclass(class)?;
        let keys = PyList::empty(py);
        son.setattr(intern!(py, "_SON__keys"), &keys)?;
        Ok(Self { son, keys: Some(keys) })
    }

    /// Appends a key and its value.
    #[inline]
    pub fn append(&self, key: &Bound<'py, PyString>, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let Some(keys) = &self.keys else {
            return self.son.as_any().set_item(key, value);
        };
        let before = self.son.len();
        self.son.set_item(key, value)?;
        if self.son.len() != before {
            keys.append(key)?;
        }
        Ok(())
    }

    pub fn finish(self) -> Bound<'py, PyAny> {
        self.son.into_any()
    }
}

/// Whether a SON filled here cannot be told from one filled by its own methods.
pub fn layout_is_known(py: Python<'_>, class: &Bound<'_, PyType>) -> bool {
    !raw::FREE_THREADED && compare(py, class).unwrap_or(false)
}

fn compare(py: Python<'_>, class: &Bound<'_, PyType>) -> PyResult<bool> {
    let pairs = [("b", 1), ("a", 2), ("b", 3_i64)];
    let fast = SonBuilder::of(class, true)?;
    let slow = class.call0()?;
    for (key, value) in pairs {
        let value = PyInt::new(py, value).into_any();
        fast.append(&PyString::new(py, key), &value)?;
        slow.set_item(key, value)?;
    }
    let fast = fast.finish();
    Ok(fast.eq(&slow)?
        && fast.getattr("__dict__")?.eq(slow.getattr("__dict__")?)?
        && fast.repr()?.to_str()? == slow.repr()?.to_str()?
        && fast.get_type().is(class))
}
