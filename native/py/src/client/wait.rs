//! Waiting for the core without the GIL, in such a way that Ctrl-C ends the wait.
use std::cell::RefCell;
use std::future::Future;

use mongoengine_fast_core::error::Result;
use mongoengine_fast_core::runtime::Shared;
use pyo3::prelude::*;

use crate::errors;

/// Waits for `future`. Signal handlers run about ten times a second; what one raises ends the wait.
pub fn wait<T, F>(py: Python<'_>, runtime: &'static Shared, faults: &Bound<'_, PyAny>, future: F) -> PyResult<T>
where
    F: Future<Output = Result<T>> + Send,
    T: Send,
{
    let (outcome, raised) = py.detach(|| {
        let raised: RefCell<Option<PyErr>> = RefCell::new(None);
        let interrupted = || match Python::attach(|py| py.check_signals()) {
            Ok(()) => false,
            Err(error) => {
                raised.replace(Some(error));
                true
            }
        };
        let outcome = runtime.wait(future, Some(&interrupted));
        (outcome, raised.into_inner())
    });
    match raised {
        Some(raised) => Err(raised),
        None => outcome.map_err(|error| errors::to_py(py, error, faults)),
    }
}
