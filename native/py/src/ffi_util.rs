//! Small wrappers over the C API that pyo3 has no safe call for.
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyType};

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
    // SAFETY: a valid object with the GIL held; the call returns a new reference or null with an error set.
    unsafe {
        let proxy = ffi::PyWeakref_NewProxy(object.as_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(object.py(), proxy)
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
