//! `DocumentCore.__new__` without its detours.
//!
//! pyo3's copies the keyword arguments, which only `__init__` reads, and asks `object.__new__` for the memory, which in
//! Python 3.11 and 3.12 makes an instance `__dict__` at once. Most documents never need one.
use std::sync::OnceLock;

use pyo3::ffi;
use pyo3::prelude::*;

use super::DocumentCore;

/// What it takes to make a document.
struct Making {
    /// `tp_new` as pyo3 made it.
    pyo3: ffi::newfunc,
    /// Where the Rust part stands in an instance, if everything else of a new instance is zero.
    offset: Option<usize>,
}

static MAKING: OnceLock<Making> = OnceLock::new();

unsafe extern "C" fn new(
    class: *mut ffi::PyTypeObject,
    _args: *mut ffi::PyObject,
    _kwargs: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let Some(making) = MAKING.get() else { return std::ptr::null_mut() };
    // SAFETY: Python calls tp_new with the GIL held and a subtype of DocumentCore. Fresh memory is zero but for the
    // header, which `register` found to be all that there is beside the Rust part, and no Python code runs before that
    // is written. The tuple is a new reference that is given back; no keywords are passed.
    unsafe {
        let abstract_class = ffi::PyType_HasFeature(class, ffi::Py_TPFLAGS_IS_ABSTRACT) != 0;
        if let (Some(offset), Some(alloc), false) = (making.offset, (*class).tp_alloc, abstract_class) {
            let object = alloc(class, 0);
            if !object.is_null() {
                object.byte_add(offset).cast::<DocumentCore>().write(DocumentCore::new());
            }
            return object;
        }
        let args = ffi::PyTuple_New(0);
        let made = (making.pyo3)(class, args, std::ptr::null_mut());
        ffi::Py_XDECREF(args);
        made
    }
}

/// Where the Rust part of an instance stands, if the layout is: header, Rust part, `__dict__`, weak references.
fn offset(py: Python<'_>) -> PyResult<Option<usize>> {
    let sample = Bound::new(py, DocumentCore::new())?;
    let start = (&raw const *sample.get()).addr() - sample.as_ptr().addr();
    let header = size_of::<ffi::PyObject>();
    let expected = header + size_of::<DocumentCore>() + 2 * size_of::<*mut ffi::PyObject>();
    // SAFETY: the type of a live object; its sizes do not change.
    let (size, alignment) = unsafe { ((*sample.get_type().as_type_ptr()).tp_basicsize, align_of::<DocumentCore>()) };
    let plain = start == header && size == expected as isize && header.is_multiple_of(alignment);
    Ok(plain.then_some(start))
}

/// Put this `tp_new` in the place of pyo3's.
pub(super) fn register(py: Python<'_>) -> PyResult<()> {
    let offset = offset(py)?;
    let class = py.get_type::<DocumentCore>().as_type_ptr();
    // SAFETY: the type is alive, not yet subclassed (subclasses copy the pointer), and the GIL is held.
    unsafe {
        if let Some(pyo3) = (*class).tp_new {
            if MAKING.set(Making { pyo3, offset }).is_ok() {
                (*class).tp_new = Some(new);
            }
        }
    }
    Ok(())
}
