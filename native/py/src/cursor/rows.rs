//! The rows of a cursor: which document of which batch comes next.
use std::future::Future;
use std::ops::Range;

use mongoengine_fast_core::json::{Style, Text};
use mongoengine_fast_core::ops::batches::Batch;
use mongoengine_fast_core::ops::cursor::Batches;
use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::PyTraverseError;

use super::ahead::Ahead;
use crate::client::wait;
use crate::codec;
use crate::errors;
use crate::load::{self, OptionsId};

/// The state of a cursor.
pub struct Rows {
    /// None after the cursor was closed.
    batches: Option<Batches>,
    current: Option<Batch>,
    pub loader: Py<PyAny>,
    options: OptionsId,
    /// Whether some of the current batch was asked for.
    begun: bool,
    ahead: Ahead,
    /// The error of an item that items before it had to be returned without.
    delayed: Option<PyErr>,
}

impl Rows {
    pub fn new(batches: Batches, first: Batch, loader: Py<PyAny>, options: OptionsId) -> Self {
        Rows {
            batches: Some(batches),
            current: Some(first),
            loader,
            options,
            begun: false,
            ahead: Ahead::nothing(),
            delayed: None,
        }
    }

    pub fn may_have_more(&self) -> bool {
        self.delayed.is_some()
            || !self.ahead.is_empty()
            || self.batches.as_ref().is_some_and(Batches::is_open)
            || self.current.as_ref().is_some_and(|batch| !batch.is_read())
    }

    /// Returns up to `number` items; with `arrived` the server is asked only where there would be none.
    pub fn take<'py>(
        &mut self,
        py: Python<'py>,
        faults: &Bound<'py, PyAny>,
        number: usize,
        arrived: bool,
    ) -> PyResult<Bound<'py, PyList>> {
        if let Some(error) = self.delayed.take() {
            return Err(error);
        }
        let out = PyList::empty(py);
        if let Err(error) = self.fill(py, faults, number, arrived, &out) {
            if out.is_empty() {
                return Err(error);
            }
            self.delayed = Some(error);
        }
        Ok(out)
    }

    fn fill(
        &mut self,
        py: Python<'_>,
        faults: &Bound<'_, PyAny>,
        number: usize,
        arrived: bool,
        out: &Bound<'_, PyList>,
    ) -> PyResult<()> {
        if !self.ahead.is_current(py, number)? {
            self.ahead.give_back(self.current.as_mut());
        }
        self.ahead.approach(py, number);
        while out.len() < number {
            if let Some(document) = self.ahead.next(py) {
                out.append(document)?;
                continue;
            }
            if self.current.as_ref().is_none_or(Batch::is_read) {
                let enough = arrived && !out.is_empty();
                if enough || !self.fetch(py, faults)? {
                    break;
                }
            }
            self.load(py, faults, number - out.len(), out)?;
        }
        Ok(())
    }

    /// Gets the next batch; false at the end.
    fn fetch(&mut self, py: Python<'_>, faults: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.fetch_beside(py, faults, async {})
    }

    /// Gets the next batch, and does some work while the server is busy with it; false, and nothing done, at the end.
    fn fetch_beside(
        &mut self,
        py: Python<'_>,
        faults: &Bound<'_, PyAny>,
        work: impl Future<Output = ()> + Send,
    ) -> PyResult<bool> {
        self.current = None;
        self.begun = false;
        let Some(batches) = self.batches.as_mut().filter(|batches| batches.is_open()) else { return Ok(false) };
        let runtime = batches.runtime();
        if runtime.pid() != std::process::id() {
            return Err(PyRuntimeError::new_err("this cursor belongs to the parent process; query again after a fork"));
        }
        match wait(py, runtime, faults, batches.next_beside(work)) {
            Ok(batch) => {
                self.current = batch;
                Ok(self.current.is_some())
            }
            Err(error) => {
                // As pymongo does, the server's cursor is killed and no more rows come.
                py.detach(|| batches.close());
                Err(error)
            }
        }
    }

    fn load(
        &mut self,
        py: Python<'_>,
        faults: &Bound<'_, PyAny>,
        number: usize,
        out: &Bound<'_, PyList>,
    ) -> PyResult<()> {
        let Some(batch) = self.current.as_mut() else { return Ok(()) };
        if std::mem::replace(&mut self.begun, true) {
            // Who reads on after a part of a batch most often reads all of it.
            self.ahead.load(self.loader.bind(py), self.options, batch);
            if !self.ahead.is_empty() {
                return Ok(());
            }
        }
        let ranges: Vec<Range<usize>> = batch.next_ranges(number).map_err(|error| errors::to_py(py, error, faults))?;
        let before = out.len();
        let bytes = batch.bytes();
        let mut documents = ranges.iter().map(|range| &bytes[range.clone()]);
        let outcome = load::load_batch(py, self.loader.bind(py), self.options, &mut documents, out);
        if outcome.is_err() {
            // The item that failed is passed over; those after it are still to come.
            if let Some(failed) = ranges.get(out.len() - before) {
                batch.resume_at(failed.end);
            }
        }
        outcome
    }

    /// Reads everything that is left; returns it as the text of a JSON array, or as a list of items where the text
    /// depends on Python.
    pub fn json<'py>(
        &mut self,
        py: Python<'py>,
        faults: &Bound<'py, PyAny>,
        style: &Style,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.ahead.give_back(self.current.as_mut());
        let mut text = Text::new(*style);
        let mut read: Vec<(Batch, Vec<Range<usize>>)> = Vec::new();
        loop {
            let ranges = match self.current.as_mut() {
                Some(batch) => batch.next_ranges(usize::MAX).map_err(|error| errors::to_py(py, error, faults))?,
                None => Vec::new(),
            };
            let batch = self.current.take();
            let documents = batch.as_ref().map_or_else(Vec::new, |batch| documents(batch, &ranges));
            let asks = self.batches.as_ref().is_some_and(Batches::is_open);
            if asks {
                self.fetch_beside(py, faults, text.append_in_steps(&documents))?;
            } else {
                py.detach(|| text.append(&documents));
            }
            read.extend(batch.map(|batch| (batch, ranges)));
            if !asks {
                break;
            }
        }
        if let Some(text) = text.finish().ok().and_then(|text| codec::ascii(py, &text)) {
            return Ok(text.into_any());
        }
        let out = PyList::empty(py);
        let mut all = read.iter().flat_map(|(batch, ranges)| documents(batch, ranges));
        load::load_batch(py, self.loader.bind(py), self.options, &mut all, &out)?;
        Ok(out.into_any())
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.loader)?;
        self.ahead.traverse(visit)
    }

    /// Drops what is left and kills the server's cursor.
    pub fn close(&mut self, py: Python<'_>) {
        self.delayed = None;
        self.ahead = Ahead::nothing();
        self.current = None;
        if let Some(mut batches) = self.take_batches() {
            py.detach(|| batches.close());
        }
    }

    /// Takes the batches if they are this process's; those of a parent are forgotten.
    fn take_batches(&mut self) -> Option<Batches> {
        let batches = self.batches.take()?;
        if batches.runtime().pid() == std::process::id() {
            return Some(batches);
        }
        batches.leak();
        None
    }
}

/// The bytes of a batch at `ranges`.
fn documents<'a>(batch: &'a Batch, ranges: &[Range<usize>]) -> Vec<&'a [u8]> {
    ranges.iter().map(|range| &batch.bytes()[range.clone()]).collect()
}

impl Drop for Rows {
    fn drop(&mut self) {
        if let Some(mut batches) = self.take_batches() {
            batches.abandon();
        }
    }
}
