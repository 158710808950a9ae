//! The native base of every document.
pub mod access;
pub mod changes;
pub mod collector;
pub mod data_view;
mod dynamic;
mod fresh;
mod init;
mod making;
pub mod quick;
pub mod raw;
pub mod referring;
pub mod slot;
pub mod state;

use pyo3::exceptions::PyAttributeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use pyo3::PyTraverseError;

pub use init::has_receivers;
pub use raw::RawDoc;
pub use state::State;

use crate::cell::GilCell;
use crate::{encode, validate};
pub use data_view::DataView;

/// An argument of which only the truth matters.
pub(crate) struct Truth(pub(crate) bool);

impl<'a, 'py> FromPyObject<'a, 'py> for Truth {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        value.is_truthy().map(Truth)
    }
}

/// Native base of `BaseDocument`: raw bytes, a slot per field, a change set.
#[pyclass(subclass, dict, weakref, frozen, module = "mongoengine_fast._native")]
pub struct DocumentCore {
    pub state: GilCell<State>,
}

#[pymethods]
impl DocumentCore {
    // What it takes is said by `__init__`; `inspect.signature` asks here.
    #[new]
    #[pyo3(text_signature = "(*args, **values)")]
    fn new() -> Self {
        Self { state: GilCell::new(State::empty()) }
    }

    #[pyo3(signature = (*args, **values))]
    fn __init__(slf: &Bound<'_, Self>, args: &Bound<'_, PyTuple>, values: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        init::initialise(slf, args, values)
    }

    /// The stored values by field name: a live mapping over the document.
    #[getter(_data)]
    fn data(slf: &Bound<'_, Self>) -> DataView {
        DataView::over(slf)
    }

    /// Whether this was stored before and nothing of the program's own finds, or has a say in, what changed since.
    fn _is_plainly_stored(slf: &Bound<'_, Self>) -> PyResult<bool> {
        encode::update::is_plainly_stored(slf)
    }

    /// Whether this was never stored, has no key, and nothing of the program's own has a say in how it gets one.
    fn _is_fresh(slf: &Bound<'_, Self>) -> PyResult<bool> {
        fresh::is_fresh(slf)
    }

    /// Do what comes after a fresh document was inserted; false, and nothing done, when it is none.
    fn _take_inserted(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        fresh::inserted(slf, key)
    }

    #[setter(_data)]
    fn set_data(slf: &Bound<'_, Self>, values: &Bound<'_, PyAny>) -> PyResult<()> {
        data_view::replace_all(slf, values)
    }

    #[getter(_changed_fields)]
    fn changed_fields<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        changes::list(slf)
    }

    #[setter(_changed_fields)]
    fn set_changed_fields(slf: &Bound<'_, Self>, value: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        changes::assign(slf, value)
    }

    #[deleter(_changed_fields)]
    fn delete_changed_fields(slf: &Bound<'_, Self>) {
        changes::replace(slf, false, None);
    }

    #[getter(_initialised)]
    fn initialised(&self, py: Python<'_>) -> bool {
        self.state.with(py, |state| state.initialised)
    }

    #[setter(_initialised)]
    fn set_initialised(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = value.is_truthy()?;
        self.state.with(py, |state| state.initialised = value);
        Ok(())
    }

    #[getter(_created)]
    fn created(&self, py: Python<'_>) -> bool {
        self.state.with(py, |state| state.created)
    }

    #[setter(_created)]
    fn set_created(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let value = value.is_truthy()?;
        self.state.with(py, |state| state.created = value);
        Ok(())
    }

    #[getter(_dynamic_fields)]
    fn dynamic_fields<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        dynamic::fields(slf)
    }

    #[setter(_dynamic_fields)]
    fn set_dynamic_fields(slf: &Bound<'_, Self>, value: Py<PyAny>) {
        dynamic::set_fields(slf, value);
    }

    #[getter(_instance)]
    fn instance<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        if !state::plan(slf)?.get().flags.is_embedded {
            return Err(PyAttributeError::new_err(format!(
                "'{}' object has no attribute '_instance'",
                slf.get_type().name()?
            )));
        }
        let owner = slf.get().state.with(py, |state| state.instance.as_ref().map(|owner| owner.clone_ref(py)));
        Ok(owner.map_or_else(|| py.None().into_bound(py), |owner| owner.into_bound(py)))
    }

    #[setter(_instance)]
    fn set_instance(slf: &Bound<'_, Self>, owner: Option<Bound<'_, PyAny>>) {
        access::set_instance(slf, owner);
    }

    /// Whether this document was loaded with dereferencing switched off.
    #[getter(_no_dereference)]
    fn no_dereference(&self, py: Python<'_>) -> bool {
        self.state.with(py, |state| state.no_dereference)
    }

    #[setter(_no_dereference)]
    fn set_no_dereference(&self, py: Python<'_>, value: bool) {
        self.state.with(py, |state| state.no_dereference = value);
    }

    /// Note that the user changed `key`, a field name or a dotted path starting with one.
    fn _mark_as_changed(slf: &Bound<'_, Self>, key: &Bound<'_, PyString>) -> PyResult<()> {
        changes::mark(slf, key)
    }

    /// The database paths of everything that was changed, here and in embedded documents and containers.
    fn _get_changed_fields<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        changes::collect(slf)
    }

    /// Forget all changes, here and in embedded documents and containers.
    fn _clear_changed_fields(slf: &Bound<'_, Self>) -> PyResult<()> {
        changes::clear(slf)
    }

    /// The document as it is stored: a `bson.SON`.
    #[pyo3(
        signature = (use_db_field = Truth(true), fields = None),
        text_signature = "($self, use_db_field=True, fields=None)"
    )]
    fn to_mongo<'py>(
        slf: &Bound<'py, Self>,
        use_db_field: Truth,
        fields: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        encode::son::to_mongo(slf, use_db_field.0, fields)
    }

    /// Part of `_delta`: the stored value at each changed database path, and those whose value is empty and no number.
    fn _stored_changes<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyList>)> {
        encode::delta::stored_changes(slf)
    }

    /// Check every field; raises `ValidationError` with an entry per failing field.
    #[pyo3(signature = (clean = Truth(true)), text_signature = "($self, clean=True)")]
    fn validate(slf: &Bound<'_, Self>, clean: Truth) -> PyResult<()> {
        validate::document(slf, clean.0)
    }

    /// Makes the type one that is collected; `collector` puts its own function in the place of this one.
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }

    fn __clear__(&self, py: Python<'_>) {
        let old = self.state.with(py, |state| {
            let plan = state.plan.take();
            let old = std::mem::replace(state, State::empty());
            state.plan = plan;
            old
        });
        drop(old);
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<DocumentCore>()?;
    making::register(m.py())?;
    collector::register(m.py());
    data_view::register(m)
}
