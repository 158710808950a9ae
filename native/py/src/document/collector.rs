//! What a document shows the garbage collector.
//!
//! Programs hold documents by the ten thousand, and the collector visits each several times while they are loaded. It is
//! therefore told only what may be part of a cycle, and by plain C functions; and of documents that are being loaded
//! nothing at all before the program gets them.
use std::os::raw::{c_int, c_void};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::Borrowed;

use super::state::State;
use super::DocumentCore;
use crate::ffi_util::{instance_dict_slot, list_item};

impl State {
    /// Call `visit` with every object owned here that may refer to others, until it returns an error.
    pub(super) fn each_collected<E>(
        &self,
        mut visit: impl FnMut(*mut ffi::PyObject) -> Result<(), E>,
    ) -> Result<(), E> {
        let parts = [
            self.plan.as_ref().map(Py::as_ptr),
            self.extra.as_ref().map(Py::as_ptr),
            self.dynamic_fields.as_ref().map(Py::as_ptr),
            self.instance.as_ref().map(Py::as_ptr),
            self.changes.as_ref().map(Py::as_ptr),
        ];
        for object in parts.into_iter().flatten() {
            visit(object)?;
        }
        for slot in self.slots.iter().flat_map(|slots| slots.iter()) {
            if let Some(object) = slot.collected() {
                visit(object)?;
            }
        }
        Ok(())
    }
}

/// `tp_traverse` of `DocumentCore`: pyo3's guards against a `__traverse__` that panics or runs Python code, at more than
/// the price of the visit itself.
unsafe extern "C" fn traverse(object: *mut ffi::PyObject, visit: ffi::visitproc, arg: *mut c_void) -> c_int {
    let call = |object: *mut ffi::PyObject| {
        // SAFETY: `visit` and `arg` are what the collector passed; `object` is alive, the document refers to it.
        match unsafe { visit(object, arg) } {
            0 => Ok(()),
            stop => Err(stop),
        }
    };
    // SAFETY: the collector passes an instance of `DocumentCore`, with the GIL held; the Rust part is made in the same
    // breath as the object. Nothing in here takes or gives back references, panics or runs Python code.
    unsafe {
        let dict = instance_dict_slot(object);
        let dict = if dict.is_null() { dict.cast() } else { *dict };
        let document = Borrowed::from_ptr(Python::assume_attached(), object);
        let document = document.cast_unchecked::<DocumentCore>();
        let visited = call(ffi::Py_TYPE(object).cast())
            .and_then(|()| if dict.is_null() { Ok(()) } else { call(dict) })
            .and_then(|()| document.get().state.with_in_traverse(|state| state.each_collected(call)));
        visited.err().unwrap_or(0)
    }
}

/// Keep a new document from the collector, until it is shown.
///
/// Nothing can refer to one that the program has not got yet, so that the collections which making thousands of them
/// sets off would look at it in vain.
#[inline]
pub fn hide(document: &Bound<'_, DocumentCore>) {
    // SAFETY: a live object of a type that is collected, with the GIL held; one that is not tracked stays so, and may
    // be freed like that.
    unsafe { ffi::PyObject_GC_UnTrack(document.as_ptr().cast()) };
}

/// Have the collector visit a document from now on.
#[inline]
pub fn show(document: &Bound<'_, DocumentCore>) {
    // SAFETY: a live and complete object of a type that is collected, with the GIL held; it is tracked only once.
    unsafe {
        if ffi::PyObject_GC_IsTracked(document.as_ptr()) == 0 {
            ffi::PyObject_GC_Track(document.as_ptr().cast());
        }
    }
}

/// Documents on their way into a list, hidden until this is dropped.
pub struct Arriving<'a, 'py> {
    list: &'a Bound<'py, PyList>,
    from: usize,
}

impl<'a, 'py> Arriving<'a, 'py> {
    /// Those that `list` will be given from here on.
    pub fn at_end_of(list: &'a Bound<'py, PyList>) -> Self {
        Self { list, from: list.len() }
    }
}

impl Drop for Arriving<'_, '_> {
    fn drop(&mut self) {
        let mut index = self.from;
        while let Some(item) = list_item(self.list, index) {
            if let Ok(document) = item.cast::<DocumentCore>() {
                show(document);
            }
            index += 1;
        }
    }
}

/// Give `DocumentCore` the `tp_traverse` of this module.
pub(super) fn register(py: Python<'_>) {
    let class = py.get_type::<DocumentCore>().as_type_ptr();
    // SAFETY: the type is alive and not subclassed yet (subclasses look at the pointer), and the GIL is held.
    unsafe { (*class).tp_traverse = Some(traverse) };
}
