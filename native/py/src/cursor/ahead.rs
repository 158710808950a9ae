//! Documents made before they are asked for.
//!
//! What has arrived is worth loading in one go where the program reads on and on: the garbage collector does not visit
//! documents until they are handed over. Only those that no code of the program has a hand in are made early.
use mongoengine_fast_core::ops::batches::Batch;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::PyTraverseError;

use crate::document::{collector, DocumentCore};
use crate::load::{self, OptionsId};
use crate::plan::Plan;

/// Documents that are loaded ahead the first time; each time that all of them were wanted it is four times as many.
const FEW: usize = 400;
const MANY: usize = 10_000;
/// Bytes after which no more are loaded ahead.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Loaded documents that are still to be handed over.
pub struct Ahead {
    documents: std::vec::IntoIter<Py<DocumentCore>>,
    /// For each of those that were loaded, where the batch had been read to before.
    positions: Vec<usize>,
    window: usize,
}

impl Ahead {
    pub fn nothing() -> Self {
        Ahead { documents: Vec::new().into_iter(), positions: Vec::new(), window: FEW }
    }

    /// Load some of what is left of a batch, up to the first document that code of the program has to do with.
    pub fn load(&mut self, loader: &Bound<'_, PyAny>, options: OptionsId, batch: &mut Batch) {
        self.positions.clear();
        let Some(mut early) = load::Early::of(loader, options) else { return };
        let from = batch.position();
        let mut made = Vec::new();
        while made.len() < self.window && batch.position() - from < MOST_BYTES {
            let position = batch.position();
            // Whatever is wrong with a document is found again when it is asked for.
            let Ok(Some(range)) = batch.next_range() else { break };
            let Some(document) = early.load(&batch.bytes()[range]) else {
                batch.resume_at(position);
                break;
            };
            made.push(document.unbind());
            self.positions.push(position);
        }
        if made.len() == self.window {
            self.window = (self.window * 4).min(MANY);
        }
        self.documents = made.into_iter();
    }

    pub fn is_empty(&self) -> bool {
        self.documents.len() == 0
    }

    /// Whether the next documents are still what loading them now would make.
    pub fn is_current(&self, py: Python<'_>, number: usize) -> PyResult<bool> {
        if self.is_empty() {
            return Ok(true);
        }
        let mut known: Option<Bound<'_, Plan>> = None;
        for document in self.documents.as_slice().iter().take(number) {
            let plan = document.get().state.with(py, |state| state.plan.as_ref().map(|plan| plan.clone_ref(py)));
            let Some(plan) = plan.map(|plan| plan.into_bound(py)) else { return Ok(false) };
            if known.as_ref().is_some_and(|known| known.is(&plan)) {
                continue;
            }
            if !plan.get().is_current(py) {
                return Ok(false);
            }
            known = Some(plan);
        }
        Ok(!load::anybody_listens(py)?)
    }

    /// Bring documents that are about to be handed over near to the processor: here the misses of several overlap.
    pub fn approach(&self, py: Python<'_>, number: usize) {
        let mut sum = 0usize;
        for document in self.documents.as_slice().iter().take(number) {
            sum = sum.wrapping_add(document.get().state.with(py, |state| state.touch()));
        }
        std::hint::black_box(sum);
    }

    /// The next document, which the collector knows of from now on.
    pub fn next<'py>(&mut self, py: Python<'py>) -> Option<Bound<'py, DocumentCore>> {
        let document = self.documents.next()?.into_bound(py);
        collector::show(&document);
        document.get().state.with(py, |state| {
            // What loading does to the class is done when MongoEngine would.
            if let Some(plan) = state.plan.as_ref().filter(|_| !state.no_dereference) {
                plan.get().align_dereferencing(py);
            }
        });
        Some(document)
    }

    /// Forget those that are left; have the batch, if it is still there, give them once more.
    pub fn give_back(&mut self, batch: Option<&mut Batch>) {
        let given = self.positions.len() - self.documents.len();
        if let (Some(batch), Some(&position)) = (batch, self.positions.get(given)) {
            batch.resume_at(position);
        }
        *self = Ahead::nothing();
    }

    /// Show the collector what the documents refer to, since it does not visit them themselves.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.documents.as_slice().iter().try_for_each(|document| {
            document.get().state.with_in_traverse(|state| {
                visit.call(&state.plan)?;
                // Its own reference to its class, which is the plan's.
                state.plan.as_ref().map_or(Ok(()), |plan| visit.call(&plan.get().class))
            })
        })
    }
}
