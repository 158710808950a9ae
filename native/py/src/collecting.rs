//! Containers that the garbage collector need not visit, because what they hold refers to nothing else.
//!
//! Python does the same with its tuples and dicts of scalars.
use pyo3::ffi;
use pyo3::prelude::*;

/// Instances of the value's type refer to no other objects.
#[inline]
pub fn is_atom(value: &Bound<'_, PyAny>) -> bool {
    // SAFETY: reads the flags of the type of a live object.
    unsafe { ffi::PyType_HasFeature(ffi::Py_TYPE(value.as_ptr()), ffi::Py_TPFLAGS_HAVE_GC) == 0 }
}

/// Hide a container from the collector, until [`track`]: for one that holds only atoms.
pub fn untrack(container: &Bound<'_, PyAny>) {
    // SAFETY: a live object of a collected type, with the GIL held; untracking one that is not tracked does nothing.
    unsafe { ffi::PyObject_GC_UnTrack(container.as_ptr().cast()) };
}

/// Have the collector visit a container from now on: it is about to be changed.
#[pyfunction]
#[pyo3(name = "gc_track")]
fn track(container: &Bound<'_, PyAny>) {
    // SAFETY: a live object, with the GIL held; only collected objects that are not tracked yet are tracked.
    unsafe {
        let object = container.as_ptr();
        if ffi::PyObject_IS_GC(object) != 0 && ffi::PyObject_GC_IsTracked(object) == 0 {
            ffi::PyObject_GC_Track(object.cast());
        }
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(track, m)?)
}
