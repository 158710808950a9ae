//! Python objects that the upper layers hand to the native core, each bound once by name.
use pyo3::exceptions::{PyKeyError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAny, PyType};

macro_rules! bound_objects {
    ($($field:ident),* $(,)?) => {
        /// One slot per Python object the core needs from the layers above it.
        struct Slots { $($field: PyOnceLock<Py<PyAny>>,)* }

        static SLOTS: Slots = Slots { $($field: PyOnceLock::new(),)* };

        /// Bind the Python object called `name` for the native core; the first binding stays.
        #[pyfunction]
        pub fn bind(py: Python<'_>, name: &str, object: Py<PyAny>) -> PyResult<()> {
            match name {
                $(stringify!($field) => { let _ = SLOTS.$field.set(py, object); })*
                other => return Err(PyKeyError::new_err(format!("the native core binds nothing called {other:?}"))),
            }
            Ok(())
        }

        $(
            pub fn $field(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
                SLOTS.$field.get(py).map(|object| object.bind(py)).ok_or_else(|| not_bound(stringify!($field)))
            }
        )*
    };
}

fn not_bound(name: &str) -> PyErr {
    PyRuntimeError::new_err(format!("mongoengine_fast is not fully imported: {name} is not bound yet"))
}

bound_objects!(
    base_list,
    base_dict,
    embedded_document_list,
    lazy_reference,
    validation_error,
    field_does_not_exist,
    operation_error,
    invalid_document_error,
    compile_plan,
    get_document,
    document_registry,
    detach_fields,
    dynamic_field,
    pre_init,
    top_level_metaclass,
    post_init,
);

/// The same object as a type, for exact type tests and allocation.
pub fn as_type<'a, 'py>(object: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, PyType>> {
    Ok(object.cast::<PyType>()?)
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(bind, m)?)
}
