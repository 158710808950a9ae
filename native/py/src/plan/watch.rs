//! Notices that a compiled plan no longer says the truth: a field was changed, or a class was patched.
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::ffi;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};
use pyo3::PyTraverseError;

/// Grows whenever an attribute of a field that some plan holds is set.
static EPOCH: AtomicU64 = AtomicU64::new(1);

pub fn bump_epoch() {
    EPOCH.fetch_add(1, Ordering::Relaxed);
}

extern "C" {
    // Exported by CPython 3.10 to 3.14; looks an attribute up along the MRO without binding it.
    fn _PyType_Lookup(class: *mut ffi::PyTypeObject, name: *mut ffi::PyObject) -> *mut ffi::PyObject;
}

/// A class attribute as it stands in some `__dict__` of the MRO, not bound.
pub fn class_attribute<'py>(class: &Bound<'py, PyType>, name: &Bound<'py, PyString>) -> Option<Bound<'py, PyAny>> {
    // SAFETY: both pointers are valid, the GIL is held, and the borrowed result is turned into an owned one at once.
    unsafe {
        let found = _PyType_Lookup(class.as_type_ptr(), name.as_ptr());
        Bound::from_borrowed_ptr_or_opt(class.py(), found)
    }
}

struct WatchedClass {
    class: Py<PyType>,
    names: Vec<Py<PyString>>,
    /// What each name stood for when the plan was compiled; compared by identity.
    hooks: Vec<Option<Py<PyAny>>>,
    tag: Cell<u32>,
}

impl WatchedClass {
    fn version(&self, py: Python<'_>) -> u32 {
        // SAFETY: the class is alive, and tp_version_tag is a plain integer of the type object.
        unsafe { (*self.class.bind(py).as_type_ptr()).tp_version_tag }
    }

    fn is_current(&self, py: Python<'_>) -> bool {
        let version = self.version(py);
        if version != 0 && version == self.tag.get() {
            return true;
        }
        let class = self.class.bind(py);
        let same = self.names.iter().zip(&self.hooks).all(|(name, hook)| {
            match (class_attribute(class, name.bind(py)), hook) {
                (Some(now), Some(then)) => now.is(then.bind(py)),
                (None, None) => true,
                _ => false,
            }
        });
        if same {
            self.tag.set(self.version(py));
        }
        same
    }
}

/// The classes and the field epoch a plan depends on.
pub struct Watch {
    classes: Vec<WatchedClass>,
    /// `_fields`, to which programs add without telling the class, and how many there were.
    fields: Py<PyDict>,
    count: usize,
    epoch: Cell<u64>,
}

// SAFETY: the cells are only touched with the GIL held.
unsafe impl Sync for Watch {}

impl Watch {
    /// `watched`: a list of `(class, (attribute name, ...))`.
    pub fn new(watched: &Bound<'_, PyList>, fields: &Bound<'_, PyDict>) -> PyResult<Self> {
        let py = watched.py();
        let mut classes = Vec::with_capacity(watched.len());
        for item in watched.iter() {
            let (class, names): (Bound<'_, PyType>, Bound<'_, PyTuple>) = item.extract()?;
            let names = names.iter().map(|name| Ok(name.cast_into::<PyString>()?)).collect::<PyResult<Vec<_>>>()?;
            let hooks = names.iter().map(|name| class_attribute(&class, name).map(Bound::unbind)).collect();
            let names = names.into_iter().map(Bound::unbind).collect();
            let entry = WatchedClass { class: class.unbind(), names, hooks, tag: Cell::new(0) };
            entry.tag.set(entry.version(py));
            classes.push(entry);
        }
        Ok(Self { classes, fields: fields.clone().unbind(), count: fields.len(), epoch: Cell::new(0) })
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        for entry in &self.classes {
            visit.call(&entry.class)?;
            for hook in &entry.hooks {
                visit.call(hook)?;
            }
        }
        visit.call(&self.fields)
    }

    /// Take the present state as the one the plan was compiled from.
    pub fn arm(&self, _py: Python<'_>) {
        self.epoch.set(EPOCH.load(Ordering::Relaxed));
    }

    #[inline]
    pub fn is_current(&self, py: Python<'_>) -> bool {
        self.epoch.get() == EPOCH.load(Ordering::Relaxed)
            && self.fields.bind(py).len() == self.count
            && self.classes.iter().all(|class| class.is_current(py))
    }
}
