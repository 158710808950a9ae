//! Cursors: batches of the server turned into Python objects, a list at a time.
mod ahead;
mod rows;

use std::sync::{Mutex, PoisonError};

use mongoengine_fast_core::json::{Dates, Style};
use pyo3::exceptions::{PyRuntimeError, PyStopIteration, PyValueError};
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::PyTraverseError;

pub use rows::Rows;

use crate::client::Client;
use crate::load;

type StyleTuple = (bool, bool, bool, u8, Option<u8>, bool);

/// Batches at least this long are built with the garbage collector suspended.
const LONG_BATCH: usize = 32;

/// A cursor of the native lane.
#[pyclass(frozen, module = "mongoengine_fast._native")]
pub struct Cursor {
    client: Py<Client>,
    /// Taken out while a thread works with it; never locked while the GIL is released.
    rows: Mutex<Option<Box<Rows>>>,
}

impl Cursor {
    pub fn new(rows: Rows, client: Py<Client>) -> Self {
        Cursor { client, rows: Mutex::new(Some(Box::new(rows))) }
    }

    fn with_rows<T>(&self, work: impl FnOnce(&mut Rows) -> PyResult<T>) -> PyResult<T> {
        let taken = self.rows.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut rows) = taken else {
            return Err(PyRuntimeError::new_err("the cursor is in use by another thread"));
        };
        let outcome = work(&mut rows);
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = Some(rows);
        outcome
    }
}

impl Cursor {
    fn take<'py>(&self, py: Python<'py>, number: usize, arrived: bool) -> PyResult<Bound<'py, PyList>> {
        self.with_rows(|rows| {
            // Documents are hidden while they are loaded, so that collections meanwhile have little to do.
            let suspend = number >= LONG_BATCH && !load::is_lazy(rows.loader.bind(py))?;
            let _suspended = suspend.then(|| GarbageCollection::suspend(py));
            rows.take(py, self.client.get().faults(py), number, arrived)
        })
    }
}

#[pymethods]
impl Cursor {
    /// Return a list of up to `number` items, an empty one at the end.
    ///
    /// A shorter list comes at the end, or before an item that could not be had: the next call raises its error.
    fn next_batch<'py>(&self, py: Python<'py>, number: usize) -> PyResult<Bound<'py, PyList>> {
        self.take(py, number, false)
    }

    /// Return a list of up to `number` items of those that have arrived; the server is asked for more only where there
    /// are none. An empty list is the end.
    fn arrived<'py>(&self, py: Python<'py>, number: usize) -> PyResult<Bound<'py, PyList>> {
        self.take(py, number, true)
    }

    /// Return the next item.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let items = self.with_rows(|rows| rows.take(py, self.client.get().faults(py), 1, false))?;
        items.get_item(0).map_err(|_| PyStopIteration::new_err(()))
    }

    /// Return all that is left as the text of a JSON array; as a list where the text depends on Python.
    ///
    /// *style* has the members of `json::Style`, dates as 0 (milliseconds), 1 (numberLong) or 2 (ISO 8601).
    fn json<'py>(&self, py: Python<'py>, style: StyleTuple) -> PyResult<Bound<'py, PyAny>> {
        let (legacy, canonical, strict_longs, dates, uuid_subtype, foreign_uuids) = style;
        let dates = match dates {
            0 => Dates::Millis,
            1 => Dates::NumberLong,
            2 => Dates::Iso,
            _ => return Err(PyValueError::new_err(format!("{dates} is no form of dates"))),
        };
        let style = Style { legacy, canonical, strict_longs, dates, uuid_subtype, foreign_uuids };
        self.with_rows(|rows| rows.json(py, self.client.get().faults(py), &style))
    }

    /// Whether there may be more items.
    #[getter]
    fn alive(&self) -> bool {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.as_ref().is_none_or(|rows| rows.may_have_more())
    }

    /// Drop what is left; the server's cursor is killed.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.with_rows(|rows| {
            rows.close(py);
            Ok(())
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.client)?;
        match self.rows.try_lock() {
            Ok(rows) => rows.as_ref().map_or(Ok(()), |rows| rows.traverse(&visit)),
            Err(_) => Ok(()),
        }
    }
}

/// Python's garbage collector, suspended for as long as this lives.
struct GarbageCollection {
    was_enabled: bool,
}

impl GarbageCollection {
    fn suspend(_py: Python<'_>) -> Self {
        // SAFETY: the GIL is held, as the token proves; the call only sets a flag.
        let was_enabled = unsafe { pyo3::ffi::PyGC_Disable() } == 1;
        GarbageCollection { was_enabled }
    }
}

impl Drop for GarbageCollection {
    fn drop(&mut self) {
        if self.was_enabled {
            // SAFETY: made and dropped in one call of Python, with the GIL held at both ends.
            unsafe { pyo3::ffi::PyGC_Enable() };
        }
    }
}
