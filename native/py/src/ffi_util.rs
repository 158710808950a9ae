//! Small wrappers over the C API that pyo3 has no safe call for.
use std::cell::Cell;

use pyo3::exceptions::{PyRecursionError, PyRuntimeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType};

use crate::codec::DictCursor;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// How deep native walks follow documents and containers into each other.
///
/// Well above what MongoDB stores (100 levels), well below what a thread's stack holds.
const MAX_WALK: usize = 300;

/// One level of a native walk; counts itself out when dropped.
pub struct Level;

impl Level {
    /// Go one level down. Raises `RecursionError`, as Python's own walks do, for what has no bottom.
    pub fn enter() -> PyResult<Self> {
        let depth = DEPTH.get();
        if depth >= MAX_WALK {
            return Err(PyRecursionError::new_err("maximum recursion depth exceeded in a document"));
        }
        DEPTH.set(depth + 1);
        Ok(Level)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Call `visit` with each item of a dict; raises `RuntimeError` when the dict is resized meanwhile, as iterating does.
pub fn each_item<'py>(
    dict: &Bound<'py, PyDict>,
    mut visit: impl FnMut(Bound<'py, PyAny>, Bound<'py, PyAny>) -> PyResult<bool>,
) -> PyResult<bool> {
    let mut cursor = DictCursor::new(dict);
    while let Some((key, value)) = cursor.next() {
        if !visit(key, value)? {
            return Ok(false);
        }
        if cursor.resized() {
            return Err(PyRuntimeError::new_err("dictionary changed size during iteration"));
        }
    }
    Ok(true)
}

extern "C" {
    // Exported by CPython 3.10 to 3.14; null for objects without a `__dict__` slot.
    fn _PyObject_GetDictPtr(object: *mut ffi::PyObject) -> *mut *mut ffi::PyObject;
}

/// Where an object keeps its `__dict__`; null for objects without one. The place holds null until there is a dict.
///
/// # Safety
///
/// The object must be alive and the GIL held.
#[inline]
pub unsafe fn instance_dict_slot(object: *mut ffi::PyObject) -> *mut *mut ffi::PyObject {
    // SAFETY: as promised by the caller.
    unsafe { _PyObject_GetDictPtr(object) }
}

/// The `__dict__` of an instance when it has one with something in it; none is made.
pub fn instance_dict<'py>(object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    // SAFETY: a valid object with the GIL held; the pointer, if any, is that of the instance's own `__dict__` slot,
    // which holds null or a dict, and the borrowed dict is turned into an owned one at once.
    let dict = unsafe {
        let slot = _PyObject_GetDictPtr(object.as_ptr());
        if slot.is_null() {
            return None;
        }
        Bound::from_borrowed_ptr_or_opt(object.py(), *slot)?
    };
    dict.cast_into::<PyDict>().ok().filter(|dict| !dict.is_empty())
}

/// Instances of the value's type refer to no other objects, so that the garbage collector has no interest in them.
#[inline]
pub fn is_atom(value: &Bound<'_, PyAny>) -> bool {
    // SAFETY: reads the flags of the type of a live object.
    unsafe { ffi::PyType_HasFeature(ffi::Py_TYPE(value.as_ptr()), ffi::Py_TPFLAGS_HAVE_GC) == 0 }
}

/// Turn the result of a C call (0 or -1) into a `PyResult`.
#[inline]
pub fn check(py: Python<'_>, result: std::os::raw::c_int) -> PyResult<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(PyErr::fetch(py))
    }
}

/// `weakref.proxy(object)`; Python shares one such proxy per object.
pub fn weak_proxy<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a valid object with the GIL held; the call returns a new reference or null with an error set. A proxy
    // without callback refers to nothing that could be part of a cycle, so the collector need not visit it; untracking
    // an object that is not tracked does nothing.
    unsafe {
        let proxy = ffi::PyWeakref_NewProxy(object.as_ptr(), std::ptr::null_mut());
        let proxy = Bound::from_owned_ptr_or_err(object.py(), proxy)?;
        ffi::PyObject_GC_UnTrack(proxy.as_ptr().cast());
        Ok(proxy)
    }
}

/// A new instance of `class` through its `tp_new`, without `__init__`.
pub fn bare_instance<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let empty = pyo3::types::PyTuple::empty(py);
    // SAFETY: every class we are given derives from a type with tp_new; arguments are an empty tuple and no keywords.
    unsafe {
        let new = (*class.as_type_ptr())
            .tp_new
            .ok_or_else(|| pyo3::exceptions::PyTypeError::new_err("cannot create instances of this class"))?;
        Bound::from_owned_ptr_or_err(py, new(class.as_type_ptr(), empty.as_ptr(), std::ptr::null_mut()))
    }
}

/// `object.__setattr__(object, name, value)`.
#[inline]
pub fn generic_setattr(
    object: &Bound<'_, PyAny>,
    name: &Bound<'_, PyString>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    // SAFETY: three valid pointers with the GIL held.
    let done = unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()) };
    check(object.py(), done)
}

/// An item of a list or of an instance of a list subclass, past any `__getitem__`; `None` beyond the end.
#[inline]
pub fn list_item<'py>(list: &Bound<'py, PyList>, index: usize) -> Option<Bound<'py, PyAny>> {
    if index >= list.len() {
        return None;
    }
    list.get_item(index).ok()
}
