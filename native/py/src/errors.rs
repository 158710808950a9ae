//! Where a failure of the core becomes a Python exception.
//!
//! What pymongo would raise is known to `mongoengine_fast.lanes.faults`: a client carries a callable that makes the
//! exception, so that pymongo's own code decides on class, code, details and message.
use mongoengine_fast_core::error::{CoreError, Kind};
use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

pyo3::create_exception!(
    mongoengine_fast._native,
    Declined,
    PyException,
    "The native lane did not do the operation: nothing was sent, and pymongo shall do it."
);

/// Returns the exception for `error`; `faults(kind, message, labels, reply)` makes those of pymongo.
pub fn to_py(py: Python<'_>, error: CoreError, faults: &Bound<'_, PyAny>) -> PyErr {
    let kind = match error.kind {
        Kind::Panic | Kind::Interrupted => return PyRuntimeError::new_err(error.message),
        Kind::Server if error.of_cursor => "server_of_cursor",
        Kind::Server => "server",
        Kind::Network => "network",
        Kind::NetworkTimeout => "network_timeout",
        Kind::InvalidReply => "invalid_reply",
        Kind::ServerSelection if !error.partial => "server_selection",
        Kind::ServerSelection => "server_selection_later",
        Kind::Authentication if !error.partial => return Declined::new_err("authentication failed"),
        Kind::Authentication => "authentication",
        Kind::Shutdown if !error.partial => return Declined::new_err("the client is closed"),
        Kind::Shutdown => "closed",
        Kind::DocumentTooLarge if !error.partial => return Declined::new_err("too large for one command"),
        Kind::Configuration if !error.partial => return Declined::new_err(error.message),
        Kind::Configuration | Kind::DocumentTooLarge => "configuration",
    };
    let made = PyList::new(py, &error.labels).and_then(|labels| {
        let reply = error.reply.as_deref().map(|reply| PyBytes::new(py, reply));
        faults.call1((kind, &error.message, labels, reply))
    });
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
}

/// Turns a failure to encode into [`Declined`]: pymongo meets the same value and raises its own exception.
pub fn decline(py: Python<'_>, error: PyErr) -> PyErr {
    if error.is_instance_of::<PyException>(py) {
        Declined::new_err("a value the native lane does not encode")
    } else {
        error
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("Declined", m.py().get_type::<Declined>())
}
