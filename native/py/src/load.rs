//! From a batch of stored bytes to documents that decode their fields when they are read.
use mongoengine_fast_core::bson::reader::{length_prefix, read_f64};
use mongoengine_fast_core::bson::Elements;
use pyo3::exceptions::{PyAttributeError, PyTypeError, PyValueError};
use pyo3::gc::PyVisit;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};
use pyo3::PyTraverseError;

use crate::cell::GilCell;
use crate::codec::{self, CodecOptions};
use crate::decode::container::has_key;
use crate::decode::embedded::stored_class;
use crate::decode::Stored;
use crate::document::state::{self, corrupt, Peek};
use crate::document::{has_receivers, DocumentCore, RawDoc};
use crate::ffi_util::bare_instance;
use crate::plan::{DefaultValue, FieldPlan, Plan, ToPython};
use crate::typerefs;
use mongoengine_fast_core::bson::tag;

/// A set of codec options that lives as long as the process; documents point to theirs.
#[derive(Clone, Copy)]
pub struct OptionsId(&'static Interned);

struct Interned {
    codec: CodecOptions,
    /// Documents loaded with these options do not fetch what they refer to.
    no_dereference: bool,
    /// The same options without dereferencing.
    twin: Option<&'static Interned>,
}

impl OptionsId {
    pub fn get(&self) -> &'static CodecOptions {
        &self.0.codec
    }

    pub fn without_dereference(self) -> Self {
        self.0.twin.map_or(self, OptionsId)
    }

    /// The entry for a Python `CodecOptions`; equal options share one.
    pub fn intern(options: &Bound<'_, PyAny>) -> PyResult<Self> {
        static KNOWN: GilCell<Vec<(Py<PyAny>, OptionsId)>> = GilCell::new(Vec::new());
        let py = options.py();
        let known: Vec<(Py<PyAny>, OptionsId)> =
            KNOWN.with(py, |known| known.iter().map(|(object, id)| (object.clone_ref(py), *id)).collect());
        for (object, id) in &known {
            if object.is(options) || object.bind(py).eq(options)? {
                return Ok(*id);
            }
        }
        let twin = Interned { codec: CodecOptions::from_py(options)?, no_dereference: true, twin: None };
        let twin: &'static Interned = Box::leak(Box::new(twin));
        let own = Interned { codec: CodecOptions::from_py(options)?, no_dereference: false, twin: Some(twin) };
        let id = OptionsId(Box::leak(Box::new(own)));
        let entry = options.clone().unbind();
        KNOWN.with(py, |known| known.push((entry, id)));
        Ok(id)
    }
}

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

/// How a stored value has to be treated while its document is loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// It can wait until it is read.
    Lazy,
    /// It must be decoded now, because Python code must see it now.
    Now,
    /// Only Python knows what comes of it.
    Python,
}

/// What a look at keys and type tags says of a stored document.
enum Finding {
    /// It can be loaded lazily but for these slots, which must be set at once.
    Document(Vec<usize>),
    /// It names another class.
    OtherClass(String),
    ForPython,
}

/// Look at keys and type tags.
fn scan(py: Python<'_>, plan: &Bound<'_, Plan>, raw: &RawDoc, listened: bool) -> PyResult<Finding> {
    let me = plan.get();
    if !me.flags.lazy_load || me.flags.dynamic || (listened && has_listeners(py, me)?) {
        return Ok(Finding::ForPython);
    }
    let mut seen = Seen::new(me.fields.len());
    let mut eager = Vec::new();
    let mut finder = SlotFinder::new(me);
    for element in Elements::new(raw.slice()).map_err(corrupt)? {
        let element = element.map_err(corrupt)?;
        let item = Stored { raw, tag: element.tag, at: raw.start + element.offset as u32, bytes: element.value };
        if element.key == b"_cls" {
            match item.text() {
                Some(name) if name == me.class_name_text => {}
                Some(name) => return Ok(Finding::OtherClass(name.to_owned())),
                None => return Ok(Finding::ForPython),
            }
        }
        match finder.find(element.key) {
            Some(slot) => {
                seen.set(slot);
                let field = &me.fields[slot];
                match if field.always_lazy { Verdict::Lazy } else { judge(py, field, &item, listened)? } {
                    Verdict::Lazy => {}
                    Verdict::Now => eager.push(slot),
                    Verdict::Python => return Ok(Finding::ForPython),
                }
            }
            None => {
                if !tolerates(py, me, element.key)? {
                    return Ok(Finding::ForPython);
                }
            }
        }
    }
    for &slot in &me.wanted_at_once {
        if !seen.get(slot) {
            eager.push(slot);
        }
    }
    Ok(Finding::Document(eager))
}

/// Somebody listens to documents being made, of whatever class.
fn anybody_listens(py: Python<'_>) -> PyResult<bool> {
    Ok(has_receivers(typerefs::pre_init(py)?)? || has_receivers(typerefs::post_init(py)?)?)
}

/// Somebody listens to documents of this class being made.
fn has_listeners(py: Python<'_>, plan: &Plan) -> PyResult<bool> {
    for signal in [typerefs::pre_init(py)?, typerefs::post_init(py)?] {
        if has_receivers(signal)?
            && signal.call_method1(intern!(py, "has_receivers_for"), (plan.class.bind(py),))?.is_truthy()?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A stored key that is no field can be kept as it is.
fn tolerates(py: Python<'_>, plan: &Plan, key: &[u8]) -> PyResult<bool> {
    if key == b"_cls" {
        return Ok(true);
    }
    let Ok(text) = std::str::from_utf8(key) else { return Ok(false) };
    if plan.by_name.contains_key(text) || matches!(text, "id" | "pk") {
        return Ok(false);
    }
    if text == "_text_score" {
        return Ok(true);
    }
    let meta = plan.class.bind(py).getattr(intern!(py, "_meta"))?;
    Ok(!meta.call_method1(intern!(py, "get"), (intern!(py, "strict"), true))?.is_truthy()?)
}

/// Which slot a stored key belongs to, trying the field that usually comes next before searching.
pub struct SlotFinder<'a> {
    plan: &'a Plan,
    expected: usize,
}

impl<'a> SlotFinder<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, expected: 0 }
    }

    #[inline]
    pub fn find(&mut self, key: &[u8]) -> Option<usize> {
        if let Some(&slot) = self.plan.ordered.get(self.expected) {
            if *self.plan.fields[slot].db_bytes == *key {
                self.expected += 1;
                return Some(slot);
            }
        }
        let slot = *self.plan.by_db.get(key)?;
        if let Some(place) = self.plan.ordered.iter().position(|&other| other == slot) {
            self.expected = place + 1;
        }
        Some(slot)
    }
}

/// A small set of slots.
struct Seen {
    low: u128,
    high: Vec<bool>,
}

impl Seen {
    fn new(slots: usize) -> Self {
        Self { low: 0, high: vec![false; slots.saturating_sub(128)] }
    }

    fn set(&mut self, slot: usize) {
        match slot.checked_sub(128) {
            None => self.low |= 1 << slot,
            Some(place) => self.high[place] = true,
        }
    }

    fn get(&self, slot: usize) -> bool {
        match slot.checked_sub(128) {
            None => self.low & (1 << slot) != 0,
            Some(place) => self.high[place],
        }
    }
}

/// How the stored value of a field has to be treated.
fn judge(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>, listened: bool) -> PyResult<Verdict> {
    if field.needs_eager_load() {
        return Ok(Verdict::Now);
    }
    if item.is_null() {
        let called = matches!(field.default, DefaultValue::Call(_)) && !field.null;
        return Ok(if called { Verdict::Now } else { Verdict::Lazy });
    }
    match field.to_python {
        ToPython::Int => Ok(match item.tag {
            tag::INT32 | tag::INT64 | tag::BOOL | tag::STRING => Verdict::Lazy,
            tag::DOUBLE if read_f64(item.bytes).map_err(corrupt)?.is_finite() => Verdict::Lazy,
            _ => Verdict::Python,
        }),
        ToPython::Float => Ok(match item.tag {
            tag::DOUBLE | tag::INT32 | tag::INT64 | tag::BOOL | tag::STRING => Verdict::Lazy,
            _ => Verdict::Python,
        }),
        ToPython::Embedded => match item.tag {
            tag::DOCUMENT => judge_embedded(py, field.document_plan(py)?, item, listened),
            _ => Ok(Verdict::Python),
        },
        ToPython::GenericEmbedded if item.tag == tag::DOCUMENT => match stored_class(item.bytes)? {
            Some(name) => {
                let class = typerefs::get_document(py)?.call1((name,))?.cast_into::<PyType>()?;
                judge_embedded(py, Plan::of(&class)?, item, listened)
            }
            None => Ok(Verdict::Python),
        },
        ToPython::Complex => judge_container(py, field, item, listened),
        ToPython::Reference => judge_reference(py, field),
        ToPython::Dynamic if item.tag == tag::DOCUMENT && has_key(item.bytes, b"_cls")? => Ok(Verdict::Now),
        ToPython::Python => Ok(Verdict::Now),
        _ => Ok(Verdict::Lazy),
    }
}

fn judge_embedded<'py>(
    py: Python<'py>,
    mut plan: Bound<'py, Plan>,
    item: &Stored<'_>,
    listened: bool,
) -> PyResult<Verdict> {
    let part = item.raw.part(item.at, item.bytes.len());
    loop {
        return Ok(match scan(py, &plan, &part, listened)? {
            Finding::ForPython => Verdict::Python,
            Finding::Document(eager) if eager.is_empty() => Verdict::Lazy,
            Finding::Document(_) => Verdict::Now,
            Finding::OtherClass(name) => {
                let other = Plan::for_stored_class(py, &plan, &name)?;
                if other.get().class_name_text == name {
                    plan = other;
                    continue;
                }
                Verdict::Python
            }
        });
    }
}

fn judge_container(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>, listened: bool) -> PyResult<Verdict> {
    if !matches!(item.tag, tag::ARRAY | tag::DOCUMENT) {
        // Bytes are iterated, so the inner field sees numbers.
        let binary = item.tag == tag::BINARY && field.inner.is_some();
        return Ok(if binary { Verdict::Python } else { Verdict::Lazy });
    }
    let Some(inner) = &field.inner else { return Ok(Verdict::Lazy) };
    if inner.always_lazy && inner.to_python_keeps_none() {
        return Ok(Verdict::Lazy);
    }
    if inner.set_by_python() && inner.to_python == ToPython::Python {
        return Ok(Verdict::Now);
    }
    let mut worst = Verdict::Lazy;
    for element in Elements::new(item.bytes).map_err(corrupt)? {
        let element = element.map_err(corrupt)?;
        let part =
            Stored { raw: item.raw, tag: element.tag, at: item.at + element.offset as u32, bytes: element.value };
        let verdict = if part.is_null() && !inner.to_python_keeps_none() {
            Verdict::Python
        } else {
            judge(py, inner, &part, listened)?
        };
        worst = worst.max(verdict);
    }
    Ok(worst)
}

fn judge_reference(py: Python<'_>, field: &FieldPlan) -> PyResult<Verdict> {
    if field.dbref {
        return Ok(Verdict::Lazy);
    }
    let plan = field.document_plan(py)?;
    let native_id = plan.get().id_slot.is_some_and(|slot| !plan.get().fields[slot].needs_eager_load());
    Ok(if native_id { Verdict::Lazy } else { Verdict::Now })
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
