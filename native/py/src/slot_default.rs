//! Slots with a default: attributes of tracked containers that cost no instance `__dict__`.
use pyo3::exceptions::{PyAttributeError, PyTypeError};
use pyo3::ffi;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::PyTraverseError;

/// A data descriptor over a `__slots__` member that answers with a default while the slot is empty, and on the class.
#[pyclass(frozen, module = "mongoengine_fast._native")]
pub struct SlotDefault {
    pub member: Py<PyAny>,
    default: Py<PyAny>,
    get: ffi::descrgetfunc,
    set: ffi::descrsetfunc,
}

#[pymethods]
impl SlotDefault {
    /// `member`: the descriptor that `__slots__` made; `default`: what an empty slot reads as.
    #[new]
    fn new(member: &Bound<'_, PyAny>, default: Py<PyAny>) -> PyResult<Self> {
        // SAFETY: reads two function pointers of the type of a live object.
        let (get, set) = unsafe {
            let class = ffi::Py_TYPE(member.as_ptr());
            ((*class).tp_descr_get, (*class).tp_descr_set)
        };
        match (get, set) {
            (Some(get), Some(set)) => Ok(Self { member: member.clone().unbind(), default, get, set }),
            _ => Err(PyTypeError::new_err("a slot's member descriptor is needed")),
        }
    }

    fn __get__<'py>(
        &self,
        py: Python<'py>,
        instance: Option<&Bound<'py, PyAny>>,
        owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(instance) = instance else { return Ok(self.default.bind(py).clone()) };
        let owner = owner.map_or(std::ptr::null_mut(), |owner| owner.as_ptr());
        // SAFETY: the member descriptor checks that the instance is of its class; it returns a new reference or null
        // with an error set.
        let found = unsafe {
            let value = (self.get)(self.member.as_ptr(), instance.as_ptr(), owner);
            Bound::from_owned_ptr_or_err(py, value)
        };
        match found {
            Err(error) if error.is_instance_of::<PyAttributeError>(py) => Ok(self.default.bind(py).clone()),
            other => other,
        }
    }

    fn __set__(&self, instance: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        // SAFETY: as above; returns 0, or -1 with an error set.
        let done = unsafe { (self.set)(self.member.as_ptr(), instance.as_ptr(), value.as_ptr()) };
        crate::ffi_util::check(instance.py(), done)
    }

    fn __delete__(&self, instance: &Bound<'_, PyAny>) -> PyResult<()> {
        // SAFETY: as above; a null value empties the slot.
        let done = unsafe { (self.set)(self.member.as_ptr(), instance.as_ptr(), std::ptr::null_mut()) };
        crate::ffi_util::check(instance.py(), done)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.member)?;
        visit.call(&self.default)
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<SlotDefault>()
}
