//! Documents made before they are asked for.
//!
//! What has arrived is worth loading in one go where the program reads on and on: the garbage collector does not visit
//! them until they are handed over. Only documents that no code of the program has a hand in are made early.
use std::ops::Range;

use mongoengine_fast_core::ops::batches::Batch;
use pyo3::prelude::*;

use crate::document::{collector, DocumentCore};
use crate::load::{self, OptionsId};

/// Documents and bytes that are loaded ahead at a time.
const MOST_DOCUMENTS: usize = 10_000;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Loaded documents that are still to be handed over.
pub struct Ahead {
    documents: std::vec::IntoIter<Py<DocumentCore>>,
    /// Where the last ones of those that were loaded stand in their batch.
    ranges: Vec<Range<usize>>,
    /// Where the batch had been read to before.
    from: usize,
}

impl Ahead {
    pub fn none() -> Self {
        Ahead { documents: Vec::new().into_iter(), ranges: Vec::new(), from: 0 }
    }

    /// Load what is left of a batch, up to the first document that only Python can make.
    pub fn load(loader: &Bound<'_, PyAny>, options: OptionsId, batch: &mut Batch) -> Self {
        let from = batch.position();
        let Ok(mut ranges) = batch.next_ranges(MOST_DOCUMENTS) else {
            batch.resume_at(from);
            return Ahead::none();
        };
        ranges.truncate(ranges.partition_point(|range| range.end - from <= MOST_BYTES));
        let bytes = batch.bytes();
        let documents = load::load_ahead(loader, options, &mut ranges.iter().map(|range| &bytes[range.clone()]));
        ranges.truncate(documents.len());
        batch.resume_at(ranges.last().map_or(from, |range| range.end));
        Ahead { documents: documents.into_iter(), ranges, from }
    }

    pub fn is_empty(&self) -> bool {
        self.documents.len() == 0
    }

    /// Bring documents that are about to be handed over near to the processor: here the misses of several overlap.
    pub fn approach(&self, py: Python<'_>, number: usize) {
        let mut sum = 0usize;
        for document in self.documents.as_slice().iter().take(number) {
            sum = sum.wrapping_add(document.bind(py).get().state.with(py, |state| state.touch()));
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

    /// Have the batch give those that are left once more.
    pub fn give_back(&mut self, batch: &mut Batch) {
        let given = self.ranges.len() - self.documents.len();
        if !self.is_empty() {
            batch.resume_at(given.checked_sub(1).map_or(self.from, |last| self.ranges[last].end));
        }
        *self = Ahead::none();
    }
}
