//! From a batch of stored bytes to documents that decode their fields when they are read.
mod finder;
mod judge;
mod options;

use mongoengine_fast_core::bson::reader::length_prefix;
use pyo3::exceptions::{PyAttributeError, PyTypeError, PyValueError};
use pyo3::gc::PyVisit;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};
use pyo3::PyTraverseError;

pub use finder::SlotFinder;
pub use options::OptionsId;

use crate::codec;
use crate::document::state::{self, Peek};
use crate::document::{DocumentCore, RawDoc};
use crate::ffi_util::bare_instance;
use crate::plan::Plan;
use judge::{anybody_listens, scan, Finding};

/// What the rows of a result become: documents of a class.
#[pyclass(frozen, module = "mongoengine_fast._native")]
pub struct DocumentLoader {
    #[pyo3(get)]
    document_class: Py<PyType>,
    #[pyo3(get)]
    auto_dereference: bool,
}

#[pymethods]
impl DocumentLoader {
    #[new]
    #[pyo3(signature = (document_class, auto_dereference = true))]
    fn new(document_class: Py<PyType>, auto_dereference: bool) -> Self {
        Self { document_class, auto_dereference }
    }

    /// The document for a decoded row.
    #[pyo3(name = "from_dict")]
    fn load_dict<'py>(&self, py: Python<'py>, row: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        from_son(self.document_class.bind(py), row, self.auto_dereference)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.document_class)
    }
}

fn from_son<'py>(
    class: &Bound<'py, PyType>,
    row: &Bound<'py, PyAny>,
    auto_dereference: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let keywords = PyDict::new(py);
    keywords.set_item(intern!(py, "_auto_dereference"), auto_dereference)?;
    class.call_method(intern!(py, "_from_son"), (row,), Some(&keywords))
}

/// Append one object per stored document to `out`: a document of the loader's class, or a dict without a loader.
pub fn load_batch(
    py: Python<'_>,
    loader: &Bound<'_, PyAny>,
    options: OptionsId,
    documents: &mut dyn Iterator<Item = &[u8]>,
    out: &Bound<'_, PyList>,
) -> PyResult<()> {
    if loader.is_none() {
        for bytes in documents {
            out.append(codec::decode_document(py, bytes, options.get())?)?;
        }
        return Ok(());
    }
    let loader = loader.cast::<DocumentLoader>()?.get();
    let class = loader.document_class.bind(py);
    let plan = Plan::of(class)?;
    let listened = anybody_listens(py)?;
    for bytes in documents {
        out.append(load_one(&plan, bytes, options, loader.auto_dereference, listened)?)?;
    }
    Ok(())
}

fn load_one<'py>(
    plan: &Bound<'py, Plan>,
    bytes: &[u8],
    options: OptionsId,
    auto_dereference: bool,
    listened: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = plan.py();
    if plan.get().flags.lazy_load && options.get().decodes_later(bytes) {
        let raw = RawDoc::whole(bytes, if auto_dereference { options } else { options.without_dereference() });
        if let Some(document) = build_as(py, plan.clone(), raw, listened)? {
            return Ok(document.into_any());
        }
    }
    // Whatever is unusual about this document, Python loads it the way MongoEngine does, errors included.
    let row = codec::decode_document(py, bytes, options.get())?;
    from_son(plan.get().class.bind(py), row.as_any(), auto_dereference)
}

/// A document over its bytes; `None` when Python has to load it.
pub fn build<'py>(py: Python<'py>, plan: &Bound<'py, Plan>, raw: RawDoc) -> PyResult<Option<Bound<'py, DocumentCore>>> {
    build_as(py, plan.clone(), raw, anybody_listens(py)?)
}

/// The same, with the class that the document names where that is another one.
fn build_as<'py>(
    py: Python<'py>,
    mut plan: Bound<'py, Plan>,
    raw: RawDoc,
    listened: bool,
) -> PyResult<Option<Bound<'py, DocumentCore>>> {
    let eager = loop {
        match scan(py, &plan, &raw, listened)? {
            Finding::Document(eager) => break eager,
            Finding::ForPython => return Ok(None),
            Finding::OtherClass(name) => {
                let other = Plan::for_stored_class(py, &plan, &name)?;
                if other.get().class_name_text != name {
                    return Ok(None);
                }
                plan = other;
            }
        }
    };
    match make(py, &plan, raw, &eager) {
        // Python collects such errors of all fields into one InvalidDocumentError.
        Err(error) if error.is_instance_of::<PyValueError>(py) || error.is_instance_of::<PyAttributeError>(py) => {
            Ok(None)
        }
        made => made.map(Some),
    }
}

/// An embedded document whose stored form was judged when the document around it was loaded.
pub fn build_judged<'py>(
    py: Python<'py>,
    plan: &Bound<'py, Plan>,
    raw: RawDoc,
) -> PyResult<Option<Bound<'py, DocumentCore>>> {
    let flags = plan.get().flags;
    if plan.get().may_need_eager || !flags.lazy_load || flags.dynamic {
        return build(py, plan, raw);
    }
    make(py, plan, raw, &[]).map(Some)
}

fn make<'py>(
    py: Python<'py>,
    plan: &Bound<'py, Plan>,
    raw: RawDoc,
    eager: &[usize],
) -> PyResult<Bound<'py, DocumentCore>> {
    let no_dereference = raw.options.0.no_dereference;
    if !no_dereference {
        plan.get().align_dereferencing(py);
    }
    let instance = bare_instance(plan.get().class.bind(py))?;
    let document = instance.cast_into::<DocumentCore>()?;
    let mut fresh = state::State::empty();
    fresh.plan = Some(plan.clone().unbind());
    fresh.raw = Some(raw);
    fresh.created = false;
    fresh.no_dereference = no_dereference;
    fresh.initialised = eager.is_empty();
    fresh.tracks_changes = eager.is_empty();
    let old = document.get().state.with(py, |state| std::mem::replace(state, fresh));
    drop(old);
    if no_dereference {
        let fields = plan.get().detached_fields(py)?;
        crate::ffi_util::generic_setattr(document.as_any(), intern!(py, "_fields"), &fields)?;
    }
    if !eager.is_empty() {
        fill(&document, plan, eager)?;
        document.get().state.with(py, |state| {
            state.initialised = true;
            state.tracks_changes = true;
        });
    }
    Ok(document)
}

/// Set what must be set while loading: absent values first, then the stored ones, as the constructor does.
fn fill(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>, eager: &[usize]) -> PyResult<()> {
    let py = document.py();
    state::ensure_slots(document, plan)?;
    let fields = &plan.get().fields;
    for &slot in eager {
        if matches!(state::peek(document, plan, slot)?, Peek::Absent) {
            let name = fields[slot].name.bind(py);
            let value = document.getattr_opt(name)?;
            document.setattr(name, value)?;
        }
    }
    for &slot in eager {
        if let Peek::Raw { .. } = state::peek(document, plan, slot)? {
            let value = state::value(document, plan, slot)?;
            if fields[slot].set_by_python() {
                document.setattr(fields[slot].name.bind(py), value)?;
            }
        }
    }
    Ok(())
}

/// Documents (or dicts, without a loader) from BSON: one `bytes` of documents end to end, or an iterable of `bytes`.
#[pyfunction]
#[pyo3(signature = (loader, batch, codec_options = None))]
fn load_documents<'py>(
    loader: &Bound<'py, PyAny>,
    batch: &Bound<'py, PyAny>,
    codec_options: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let py = loader.py();
    let options = match codec_options {
        Some(options) => OptionsId::intern(options)?,
        None => OptionsId::intern(codec::types(py).default_options.bind(py))?,
    };
    let out = PyList::empty(py);
    if let Ok(bytes) = batch.cast::<PyBytes>() {
        load_batch(py, loader, options, &mut EndToEnd(bytes.as_bytes()), &out)?;
        return Ok(out);
    }
    let rows: Vec<Bound<'py, PyBytes>> = batch
        .try_iter()?
        .map(|row| row?.cast_into::<PyBytes>().map_err(|_| PyTypeError::new_err("a batch holds bytes")))
        .collect::<PyResult<_>>()?;
    load_batch(py, loader, options, &mut rows.iter().map(|row| row.as_bytes()), &out)?;
    Ok(out)
}

/// Documents that stand one after the other; what is left when a length lies comes as one last piece.
struct EndToEnd<'a>(&'a [u8]);

impl<'a> Iterator for EndToEnd<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let length = length_prefix(self.0).filter(|&length| length >= 5 && length <= self.0.len());
        let (document, rest) = self.0.split_at(length.unwrap_or(self.0.len()));
        self.0 = rest;
        Some(document)
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<DocumentLoader>()?;
    m.add_function(wrap_pyfunction!(load_documents, m)?)
}
