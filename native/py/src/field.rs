//! The native base of every field: the descriptor through which documents are read and written.
use std::cell::Cell;
use std::os::raw::c_void;
use std::panic::catch_unwind;
use std::sync::OnceLock;

use pyo3::exceptions::PyAttributeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use pyo3::Borrowed;

use crate::document::{access, quick, DocumentCore};
use crate::plan::bump_epoch;

thread_local! {
    /// How many `no_dereference` contexts are open in this thread.
    static NO_DEREFERENCE: Cell<i64> = const { Cell::new(0) };
}

/// Native base of `BaseField`.
#[pyclass(subclass, dict, weakref, frozen, module = "mongoengine_fast._native")]
pub struct FieldCore {
    auto_dereference: Cell<bool>,
    planned: Cell<bool>,
    slot_hint: Cell<u32>,
}

// SAFETY: the cells are only touched with the GIL held.
unsafe impl Sync for FieldCore {}

impl FieldCore {
    pub fn set_auto(&self, value: bool) {
        self.auto_dereference.set(value);
    }

    /// Switch automatic dereferencing on or off between two loads.
    pub fn allow_dereferencing(&self, value: bool) {
        if self.planned.get() && !value && self.auto_dereference.get() {
            // The next loaded document switches it on again.
            bump_epoch();
        }
        self.auto_dereference.set(value);
    }

    pub fn mark_planned(&self) {
        self.planned.set(true);
    }

    #[inline]
    pub fn slot_hint(&self) -> usize {
        self.slot_hint.get() as usize
    }

    #[inline]
    pub fn remember_slot(&self, slot: usize) {
        self.slot_hint.set(slot as u32);
    }

    /// The field may fetch what it refers to: not switched off for the field, nor in this thread.
    #[inline]
    pub fn auto_dereferences(&self) -> bool {
        self.auto_dereference.get() && NO_DEREFERENCE.get() <= 0
    }
}

#[pymethods]
impl FieldCore {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self { auto_dereference: Cell::new(true), planned: Cell::new(false), slot_hint: Cell::new(0) }
    }

    #[pyo3(signature = (*_args, **_kwargs))]
    fn __init__(&self, _args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) {}

    fn __get__<'py>(
        slf: &Bound<'py, Self>,
        instance: Option<&Bound<'py, PyAny>>,
        _owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match instance {
            None => Ok(slf.clone().into_any()),
            Some(instance) => match instance.cast::<DocumentCore>() {
                Ok(document) => access::get(slf, document),
                Err(_) => foreign_get(slf, instance),
            },
        }
    }

    fn __set__(slf: &Bound<'_, Self>, instance: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        match instance.cast::<DocumentCore>() {
            Ok(document) => access::set(slf, document, value),
            Err(_) => Err(PyAttributeError::new_err(format!(
                "a field can only be set on a document, not on {}",
                instance.get_type().name()?
            ))),
        }
    }

    fn __delete__(slf: &Bound<'_, Self>, instance: &Bound<'_, PyAny>) -> PyResult<()> {
        match instance.cast::<DocumentCore>() {
            Ok(document) => access::delete(slf, document),
            Err(_) => Err(PyAttributeError::new_err("__delete__")),
        }
    }

    fn __setattr__(slf: &Bound<'_, Self>, name: &Bound<'_, PyString>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if slf.get().planned.get() {
            bump_epoch();
        }
        // SAFETY: three valid pointers with the GIL held; this is object.__setattr__.
        let done = unsafe { ffi::PyObject_GenericSetAttr(slf.as_ptr(), name.as_ptr(), value.as_ptr()) };
        crate::ffi_util::check(slf.py(), done)
    }

    fn __delattr__(slf: &Bound<'_, Self>, name: &Bound<'_, PyString>) -> PyResult<()> {
        bump_epoch();
        // SAFETY: as above; a null value means deletion.
        let done = unsafe { ffi::PyObject_GenericSetAttr(slf.as_ptr(), name.as_ptr(), std::ptr::null_mut()) };
        crate::ffi_util::check(slf.py(), done)
    }

    /// Copying and pickling carry what stands in `__dict__`.
    fn __getstate__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        slf.getattr(intern!(slf.py(), "__dict__"))?.cast_into::<PyDict>()?.copy()
    }

    /// Switch automatic dereferencing of this field on or off.
    fn set_auto_dereferencing(&self, value: bool) {
        self.allow_dereferencing(value);
    }

    /// What `set_auto_dereferencing` was given last, under the name that MongoEngine's attribute has from outside.
    #[getter(_BaseField__auto_dereference)]
    fn own_auto_dereference(&self) -> bool {
        self.auto_dereference.get()
    }

    #[setter(_BaseField__auto_dereference)]
    fn set_own_auto_dereference(&self, value: bool) {
        self.allow_dereferencing(value);
    }

    #[getter]
    fn _auto_dereference(&self) -> bool {
        self.auto_dereferences()
    }

    #[getter]
    fn _no_dereference_context_local(&self) -> i64 {
        NO_DEREFERENCE.get()
    }

    #[getter]
    fn _no_dereference_context_is_set(&self) -> bool {
        NO_DEREFERENCE.get() > 0
    }

    fn _incr_no_dereference_context(&self) {
        NO_DEREFERENCE.set(NO_DEREFERENCE.get() + 1);
    }

    fn _decr_no_dereference_context(&self) {
        NO_DEREFERENCE.set(NO_DEREFERENCE.get() - 1);
    }
}

/// A field read through an object that is no document but has `_data`, as a proxy or a test double does.
fn foreign_get<'py>(field: &Bound<'py, FieldCore>, instance: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = field.py();
    let name = field.getattr(intern!(py, "name"))?;
    instance.getattr(intern!(py, "_data"))?.call_method1(intern!(py, "get"), (name,))
}

/// `tp_descr_get` as pyo3 made it.
static PYO3_GET: OnceLock<ffi::descrgetfunc> = OnceLock::new();

/// `FieldCore.__get__`, by the short way where there is one.
unsafe extern "C" fn quick_get(
    field: *mut ffi::PyObject,
    instance: *mut ffi::PyObject,
    owner: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls tp_descr_get with the GIL held, an instance of `FieldCore`, and an object or null; all three
    // stay alive meanwhile. The value is handed over as a new reference.
    unsafe {
        let py = Python::assume_attached();
        let found = catch_unwind(|| {
            let instance = Borrowed::from_ptr_or_opt(py, instance)?;
            let document = instance.cast::<DocumentCore>().ok()?;
            let core = Borrowed::from_ptr(py, field);
            quick::get(field, core.cast_unchecked::<FieldCore>().get(), &document).map(Bound::into_ptr)
        });
        match (found, PYO3_GET.get()) {
            (Ok(Some(value)), _) => value,
            (_, Some(get)) => get(field, instance, owner),
            (_, None) => std::ptr::null_mut(),
        }
    }
}

/// Spare the reading of fields pyo3's way into Rust, which costs as much as a short read.
///
/// Python fills the slots of a subclass from the wrapper that it finds as `__get__`, so the wrapper has to know as well.
fn shorten_get(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<FieldCore>();
    let wrapper = class.getattr(intern!(py, "__dict__"))?.get_item(intern!(py, "__get__"))?;
    let class = class.as_type_ptr();
    // SAFETY: type and wrapper are alive, the wrapper is checked to be one for pyo3's function, nothing was subclassed
    // yet, and the GIL is held.
    unsafe {
        let Some(get) = (*class).tp_descr_get else { return Ok(()) };
        if ffi::Py_TYPE(wrapper.as_ptr()) != &raw mut ffi::PyWrapperDescr_Type {
            return Ok(());
        }
        let wrapper = wrapper.as_ptr().cast::<ffi::PyWrapperDescrObject>();
        if (*wrapper).d_wrapped == get as *mut c_void && PYO3_GET.set(get).is_ok() {
            (*class).tp_descr_get = Some(quick_get);
            (*wrapper).d_wrapped = quick_get as ffi::descrgetfunc as *mut c_void;
        }
    }
    Ok(())
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<FieldCore>()?;
    shorten_get(m.py())
}
