//! From a batch of stored bytes to documents that decode their fields when they are read.
mod finder;
mod from_dict;
mod judge;
mod options;
mod places;

use mongoengine_fast_core::bson::reader::length_prefix;
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::gc::PyVisit;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};
use pyo3::PyTraverseError;

pub use finder::SlotFinder;
pub use from_dict::{from_dict, slot_of};
pub use judge::anybody_listens;
pub use options::OptionsId;

use crate::codec;
use crate::document::collector::{self, Arriving};
use crate::document::state::{self, Peek};
use crate::document::{DocumentCore, RawDoc};
use crate::ffi_util::bare_instance;
use crate::plan::{stored_classes, Plan};
use places::{Places, StoredClass};

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

impl DocumentLoader {
    /// What `_from_son` begins with, for classes that have the package's.
    fn directly<'py>(&self, row: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Ok(row) = row.cast_exact::<PyDict>() else { return Ok(None) };
        let plan = Plan::of(self.document_class.bind(row.py()))?;
        if !(self.auto_dereference && plan.get().flags.plain_dynamic) {
            return Ok(None);
        }
        from_dict(&plan, row, false)
    }

    fn batch<'py>(&self, py: Python<'py>, options: OptionsId) -> PyResult<Batch<'py>> {
        let base = Plan::of(self.document_class.bind(py))?;
        Ok(Batch {
            options: if self.auto_dereference { options } else { options.without_dereference() },
            expected: base.clone(),
            listened: anybody_listens(py)?,
            only_lazy: false,
            names_classes: base.get().by_name.contains_key("_cls"),
            base,
        })
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
    let mut batch = loader.batch(py, options)?;
    let _arriving = Arriving::at_end_of(out);
    for bytes in documents {
        let document = match batch.load(bytes)? {
            Some(document) => {
                collector::hide(&document);
                document.into_any()
            }
            None => {
                // Whatever is unusual about this document, Python loads it the way MongoEngine does, errors included.
                let row = codec::decode_document(py, bytes, options.get())?;
                match loader.directly(&row)? {
                    Some(document) => document,
                    None => from_son(class, row.as_any(), loader.auto_dereference)?,
                }
            }
        };
        out.append(document)?;
    }
    Ok(())
}

/// Makes documents before they are asked for, hidden from the collector.
pub struct Early<'py>(Batch<'py>);

impl<'py> Early<'py> {
    /// `None` where code of the program has to do with every document.
    pub fn of(loader: &Bound<'py, PyAny>, options: OptionsId) -> Option<Self> {
        let made = loader.cast::<DocumentLoader>().ok()?.get().batch(loader.py(), options);
        let mut batch = made.ok().filter(|batch| batch.base.get().flags.lazy_load && !batch.listened)?;
        batch.only_lazy = true;
        Some(Early(batch))
    }

    /// `None` for a document that code of the program has to do with, or with which something is wrong.
    pub fn load(&mut self, bytes: &[u8]) -> Option<Bound<'py, DocumentCore>> {
        let document = self.0.load(bytes).ok()??;
        collector::hide(&document);
        Some(document)
    }
}

/// Whether a loader makes documents, of a class whose documents native code makes.
pub fn is_lazy(loader: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(loader) = loader.cast::<DocumentLoader>() else { return Ok(false) };
    Ok(Plan::of(loader.get().document_class.bind(loader.py()))?.get().flags.lazy_load)
}

/// The rows of one batch being loaded.
struct Batch<'py> {
    /// The plan of the class that was queried.
    base: Bound<'py, Plan>,
    /// That of the row before: of many classes in a collection, the same one often comes in a row.
    expected: Bound<'py, Plan>,
    options: OptionsId,
    listened: bool,
    /// Rows name their classes.
    names_classes: bool,
    /// Documents that have to set some of their values at once are left to others.
    only_lazy: bool,
}

impl<'py> Batch<'py> {
    /// The document for a row; None when Python has to load it.
    fn load(&mut self, bytes: &[u8]) -> PyResult<Option<Bound<'py, DocumentCore>>> {
        let py = self.base.py();
        if !self.base.get().flags.lazy_load {
            return Ok(None);
        }
        let named = self.named(bytes);
        if let Some(plan) = &named {
            self.expected = plan.clone();
        }
        let expected = self.expected.clone();
        let mut places = Places::new(py, expected.get());
        if !self.options.get().decodes_later(bytes, |tag, key, at| places.note(tag, key, at)) {
            return Ok(None);
        }
        let raw = RawDoc::whole(py, bytes, self.options);
        let class = places.class(&raw)?;
        let plan = match named.filter(|plan| class.is(&plan.get().class_name_text)) {
            Some(plan) => plan,
            None => match judge::resolve(py, &self.base, &class)? {
                Some(plan) => plan,
                None => return Ok(None),
            },
        };
        if plan.is(&expected) {
            return finish(py, &plan, raw, places, self.listened, self.only_lazy);
        }
        let places = Places::of(py, plan.get(), &raw)?;
        let document = finish(py, &plan, raw, places, self.listened, self.only_lazy)?;
        self.expected = plan;
        Ok(document)
    }
}

impl<'py> Batch<'py> {
    /// The plan of the class that a row of a class with subclasses seems to name.
    fn named(&self, bytes: &[u8]) -> Option<Bound<'py, Plan>> {
        if !self.names_classes {
            return None;
        }
        let name = places::named_class(bytes)?;
        // What is wrong with a name is found, and said, when the bytes have been checked.
        let plan = stored_classes::of_name(self.base.py(), &self.base, name).ok().flatten()?;
        (plan.get().class_name_text == name).then_some(plan)
    }
}

/// A document over its bytes; `None` when Python has to load it.
///
/// With `only_lazy` also for one that code of the program has to do with.
fn finish<'py>(
    py: Python<'py>,
    plan: &Bound<'py, Plan>,
    raw: RawDoc,
    places: Places<'_>,
    listened: bool,
    only_lazy: bool,
) -> PyResult<Option<Bound<'py, DocumentCore>>> {
    let Some(eager) = judge::eager_slots(py, plan, &raw, &places, listened)? else { return Ok(None) };
    if only_lazy && (!eager.is_empty() || plan.get().flags.own_del) {
        return Ok(None);
    }
    match make(py, plan, raw, places, &eager) {
        // Python collects errors of all fields into one InvalidDocumentError, and sees only the last value of a key.
        Err(error) if error.is_instance_of::<PyException>(py) => Ok(None),
        made => made.map(Some),
    }
}

/// An embedded document, whose stored form was judged when the document around it was loaded, as far as that can be.
///
/// `base` is the plan of the class that the field declares. `None` when Python has to build it.
pub fn embedded<'py>(
    py: Python<'py>,
    base: &Bound<'py, Plan>,
    raw: RawDoc,
) -> PyResult<Option<Bound<'py, DocumentCore>>> {
    let mut places = Places::of(py, base.get(), &raw)?;
    let plan = match places.class(&raw)? {
        StoredClass::Name(name) => match stored_classes::of_name(py, base, name)? {
            Some(plan) => plan,
            None => return Ok(None),
        },
        StoredClass::None | StoredClass::Other => base.clone(),
    };
    if !plan.is(base) {
        places = Places::of(py, plan.get(), &raw)?;
    }
    let flags = plan.get().flags;
    if plan.get().may_need_eager || !flags.lazy_load || flags.dynamic {
        // For one that names a class of which it is none, as for a `_cls` that is no string, Python has the last word.
        let Some(resolved) = judge::resolve(py, &plan, &places.class(&raw)?)? else { return Ok(None) };
        debug_assert!(resolved.is(&plan));
        return finish(py, &plan, raw, places, anybody_listens(py)?, false);
    }
    make(py, &plan, raw, places, &[]).map(Some)
}

fn make<'py>(
    py: Python<'py>,
    plan: &Bound<'py, Plan>,
    raw: RawDoc,
    places: Places<'_>,
    eager: &[usize],
) -> PyResult<Bound<'py, DocumentCore>> {
    let no_dereference = raw.options.0.no_dereference;
    if !no_dereference {
        plan.get().align_dereferencing(py);
    }
    let instance = bare_instance(plan.get().class.bind(py))?;
    let document = instance.cast_into::<DocumentCore>()?;
    let mut fresh = state::State::empty();
    if let Some((slots, complete)) = places.into_slots() {
        fresh.slots = Some(slots);
        fresh.unfilled = !complete;
    }
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
    m.add_function(wrap_pyfunction!(from_dict::document_of_dict, m)?)?;
    m.add_function(wrap_pyfunction!(load_documents, m)?)
}
