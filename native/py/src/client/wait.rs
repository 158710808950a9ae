//! Waiting for the core without the GIL, in such a way that Ctrl-C ends the wait.
use std::cell::{Cell, RefCell};
use std::future::Future;

use mongoengine_fast_core::error::Result;
use mongoengine_fast_core::runtime::Shared;
use pyo3::intern;
use pyo3::prelude::*;

use crate::errors;

thread_local! {
    /// Whether this thread is Python's main thread, and the process in which it was found out.
    static IS_MAIN: Cell<Option<(u32, bool)>> = const { Cell::new(None) };
}

/// Whether Python runs signal handlers on this thread.
fn is_main(py: Python<'_>, pid: u32) -> PyResult<bool> {
    if let Some((_, main)) = IS_MAIN.get().filter(|(of, _)| *of == pid) {
        return Ok(main);
    }
    let main = py.import(intern!(py, "threading"))?.call_method0(intern!(py, "main_thread"))?;
    let here = py.import(intern!(py, "_thread"))?.call_method0(intern!(py, "get_ident"))?;
    let main = main.getattr(intern!(py, "ident"))?.eq(here)?;
    IS_MAIN.set(Some((pid, main)));
    Ok(main)
}

/// Waits for `future`. Signal handlers run about ten times a second; what one raises ends the wait.
pub fn wait<T, F>(py: Python<'_>, runtime: &'static Shared, faults: &Bound<'_, PyAny>, future: F) -> PyResult<T>
where
    F: Future<Output = Result<T>> + Send,
    T: Send,
{
    let main = is_main(py, runtime.pid())?;
    let (outcome, raised) = py.detach(|| {
        let raised: RefCell<Option<PyErr>> = RefCell::new(None);
        // A daemon thread must not ask: the interpreter may be gone by then.
        let interrupted = || match main.then(|| Python::attach(|py| py.check_signals())) {
            None | Some(Ok(())) => false,
            Some(Err(error)) => {
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
