//! What a document is made of: its bytes, one slot per field, its change set.
use mongoengine_fast_core::bson::Elements;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::raw::RawDoc;
use super::slot::{Content, Slot, Slots};
use super::{access, DocumentCore};
use crate::codec;
use crate::decode;
use crate::load::SlotFinder;
use crate::plan::{FieldPlan, Plan};

/// Bytes that processors fetch at once, mostly.
const CACHE_LINE: usize = 64;
/// Bytes that are not worth copying a part of.
const SMALL_ENOUGH: usize = 64;

/// The mutable part of a document.
pub struct State {
    pub plan: Option<Py<Plan>>,
    pub raw: Option<RawDoc>,
    pub slots: Option<Slots>,
    /// Slots of what was not stored still have to get their defaults.
    pub unfilled: bool,
    /// Keys of `_data` that are no fields.
    pub extra: Option<Py<PyDict>>,
    pub dynamic_fields: Option<Py<PyAny>>,
    /// The names of undeclared fields, as long as nobody has asked for `_dynamic_fields`.
    pub undeclared: Option<Py<PyTuple>>,
    /// There is a list `_changed_fields`, which is made when it is first needed.
    pub tracks_changes: bool,
    pub changes: Option<Py<PyList>>,
    /// The weak proxy of the owner, for embedded documents.
    pub instance: Option<Py<PyAny>>,
    pub initialised: bool,
    pub created: bool,
    pub no_dereference: bool,
}

impl State {
    /// Read what a program will read soon, so that the processor has it at hand; the result says nothing.
    pub fn touch(&self) -> usize {
        let lines = self.raw.iter().flat_map(|raw| raw.slice().iter().step_by(CACHE_LINE));
        let slot = self.slots.as_ref().and_then(|slots| slots.get(0)).is_some_and(Slot::is_raw);
        lines.map(|byte| usize::from(*byte)).sum::<usize>() + usize::from(slot)
    }

    pub fn empty() -> Self {
        Self {
            plan: None,
            raw: None,
            slots: None,
            unfilled: false,
            extra: None,
            dynamic_fields: None,
            undeclared: None,
            tracks_changes: false,
            changes: None,
            instance: None,
            initialised: false,
            created: true,
            no_dereference: false,
        }
    }
}

impl State {
    /// Let go of the document's bytes when no value is left in them, and of most of them when it is a small one: often
    /// that is the id, which few programs read.
    pub(super) fn release_bytes(&mut self, py: Python<'_>) {
        let (Some(slots), Some(raw)) = (self.slots.as_mut(), self.raw.as_ref()) else { return };
        if slots.raw() == 0 {
            self.raw = None;
            return;
        }
        let Some((place, tag, at, size)) = slots.last_small() else { return };
        let (from, to) = (at as usize, at as usize + size);
        if raw.bytes.get().len() > SMALL_ENOUGH && to <= raw.end as usize {
            self.raw = Some(RawDoc::whole(py, &raw.bytes.get()[from..to], raw.options));
            slots.replace(place, Slot::raw(tag, 0));
        }
    }
}

impl State {
    fn is_absent(&self, place: usize) -> bool {
        self.slots.as_ref().and_then(|slots| slots.get(place)).is_some_and(Slot::is_absent)
    }
}

/// A look at a slot that does not decode it.
pub enum Peek<'py> {
    Absent,
    Raw { tag: u8, at: u32 },
    Value(Bound<'py, PyAny>),
}

/// The plan the document's slots follow.
#[inline]
pub fn plan<'py>(document: &Bound<'py, DocumentCore>) -> PyResult<Bound<'py, Plan>> {
    let py = document.py();
    let known = document.get().state.with(py, |state| state.plan.as_ref().map(|plan| plan.clone_ref(py)));
    match known {
        Some(plan) => Ok(plan.into_bound(py)),
        None => {
            let plan = Plan::of(&document.get_type())?;
            let entry = plan.clone().unbind();
            let old = document.get().state.with(py, |state| state.plan.replace(entry));
            drop(old);
            Ok(plan)
        }
    }
}

/// The class's current plan, with the document moved over to it when the class has changed meanwhile.
pub fn current_plan<'py>(document: &Bound<'py, DocumentCore>) -> PyResult<Bound<'py, Plan>> {
    let current = Plan::of(&document.get_type())?;
    loop {
        let held = plan(document)?;
        if held.is(&current) {
            return Ok(current);
        }
        ensure_slots(document, &held)?;
        if move_to(document, &held, &current)? {
            return Ok(current);
        }
    }
}

/// Sort the document's values into the slots of another plan; `false` when it no longer follows the plan `held`.
fn move_to(document: &Bound<'_, DocumentCore>, held: &Bound<'_, Plan>, current: &Bound<'_, Plan>) -> PyResult<bool> {
    let py = document.py();
    let (old, new) = (held.get(), current.get());
    // What the new plan has no slot for must survive as an extra key, and for that it has to be decoded.
    for (place, field) in old.fields.iter().enumerate() {
        if !new.by_name.contains_key(&field.name_text) {
            value(document, held, place)?;
        }
    }
    let mut slots = Slots::absent(py, new.fields.len());
    let extra = known_extra(document);
    if let Some(extra) = &extra {
        for (place, field) in new.fields.iter().enumerate() {
            if let Some(value) = extra.get_item(&field.name)? {
                slots.replace(place, Slot::value(value));
            }
        }
    }
    let entry = current.clone().unbind();
    let outcome = document.get().state.with(py, |state| {
        if !state.plan.as_ref().is_some_and(|plan| plan.is(held)) {
            return Err((entry, slots));
        }
        let mut leftover = Vec::new();
        for (field, slot) in old.fields.iter().zip(state.slots.take().map_or_else(Vec::new, Slots::into_entries)) {
            match new.by_name.get(&field.name_text) {
                Some(&place) => leftover.push((None, slots.replace(place, slot))),
                None => leftover.push((Some(field.name.clone_ref(py)), slot)),
            }
        }
        state.slots = Some(slots);
        Ok((state.plan.replace(entry), leftover))
    });
    let Ok((_released, leftover)) = outcome else { return Ok(false) };
    for field in new.fields.iter().filter(|field| !old.by_name.contains_key(&field.name_text)) {
        if let Some(extra) = extra.as_ref().filter(|extra| extra.contains(&field.name).unwrap_or(false)) {
            extra.del_item(&field.name)?;
        }
    }
    for (name, slot) in leftover {
        if let (Some(name), Content::Value(value)) = (name, slot.content()) {
            self::extra(document).set_item(name, value.bind(py))?;
        }
    }
    Ok(true)
}

/// Give the document its slots, finding in its bytes where each field stands.
#[inline]
pub fn ensure_slots(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>) -> PyResult<()> {
    let py = document.py();
    match document.get().state.with(py, |state| (state.slots.is_some(), state.unfilled)) {
        (true, false) => Ok(()),
        (true, true) => fill_absent(document, plan),
        (false, _) => make_slots(document, plan),
    }
}

/// Give defaults to what was not stored; all at once, because Python code may look at the document while they are made.
fn fill_absent(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>) -> PyResult<()> {
    let py = document.py();
    let me = plan.get();
    let mut defaults = Vec::new();
    for (place, field) in me.fields.iter().enumerate() {
        // What Python hooks must set stays absent here; loading sets it before anybody reads.
        if !field.set_by_python() && document.get().state.with(py, |state| state.is_absent(place)) {
            defaults.push((place, Slot::value(absent_value(document, me, field)?)));
        }
    }
    let unused = document.get().state.with(py, |state| {
        let wanted = std::mem::take(&mut state.unfilled);
        let store = |(place, default)| match state.slots.as_mut() {
            Some(slots) if wanted && slots.get(place).is_some_and(Slot::is_absent) => slots.replace(place, default),
            _ => default,
        };
        defaults.into_iter().map(store).collect::<Vec<_>>()
    });
    drop(unused);
    Ok(())
}

fn make_slots(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>) -> PyResult<()> {
    let py = document.py();
    let raw = document.get().state.with(py, |state| state.raw.clone());
    let me = plan.get();
    let mut slots = Slots::absent(py, me.fields.len());
    let mut extra = None;
    if let Some(raw) = &raw {
        locate(py, me, raw, &mut slots, &mut extra)?;
    }
    let leftover = document.get().state.with(py, |state| {
        if state.slots.is_some() {
            return (Some(slots), extra);
        }
        state.slots = Some(slots);
        state.unfilled = raw.is_some();
        if state.extra.is_none() {
            state.extra = extra;
            return (None, None);
        }
        (None, extra)
    });
    drop(leftover);
    ensure_slots(document, plan)
}

/// What a field holds for which nothing was stored or given.
pub fn absent_value<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Plan,
    field: &FieldPlan,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    if field.name_text == "_cls" {
        return Ok(plan.class_name.bind(py).clone().into_any());
    }
    match if field.null { None } else { field.default.produce(py)? } {
        Some(value) => {
            access::own(document, &value)?;
            Ok(value)
        }
        None => Ok(py.None().into_bound(py)),
    }
}

/// Note where every known key stands; decode the unknown ones.
fn locate(
    py: Python<'_>,
    plan: &Plan,
    raw: &RawDoc,
    slots: &mut Slots,
    extra: &mut Option<Py<PyDict>>,
) -> PyResult<()> {
    let elements = Elements::new(raw.slice()).map_err(corrupt)?;
    let mut finder = SlotFinder::new(plan);
    for element in elements {
        let element = element.map_err(corrupt)?;
        let key = element.key;
        let slot = finder.find(key);
        match slot {
            Some(slot) => drop(slots.replace(slot, Slot::raw(element.tag, raw.start + element.offset as u32))),
            None if key == b"_cls" => {}
            None => {
                let value = codec::decode_value(py, element.tag, element.value, raw.options.get())?;
                let dict = extra.get_or_insert_with(|| PyDict::new(py).unbind());
                dict.bind(py).set_item(element.name().map_err(corrupt)?, value)?;
            }
        }
    }
    Ok(())
}

pub fn corrupt(error: mongoengine_fast_core::bson::BsonError) -> PyErr {
    PyRuntimeError::new_err(format!("the bytes of a loaded document are not BSON: {error}"))
}

/// What stands in a slot, without decoding.
#[inline]
pub fn peek<'py>(document: &Bound<'py, DocumentCore>, plan: &Bound<'py, Plan>, slot: usize) -> PyResult<Peek<'py>> {
    let py = document.py();
    ensure_slots(document, plan)?;
    Ok(document.get().state.with(py, |state| {
        match state.slots.as_ref().and_then(|slots| slots.get(slot)).map(Slot::content) {
            None | Some(Content::Absent) => Peek::Absent,
            Some(Content::Raw { tag, at }) => Peek::Raw { tag, at },
            Some(Content::Value(value)) => Peek::Value(value.bind(py).clone()),
        }
    }))
}

/// The value of a slot that has been decoded; what was never decoded cannot have been changed.
pub fn decoded<'py>(document: &Bound<'py, DocumentCore>, slot: usize) -> Option<Bound<'py, PyAny>> {
    let py = document.py();
    document.get().state.with(py, |state| match state.slots.as_ref().and_then(|slots| slots.get(slot))?.content() {
        Content::Value(value) => Some(value.bind(py).clone()),
        Content::Absent | Content::Raw { .. } => None,
    })
}

/// The value in a slot, decoded at need and kept; `None` when the key is absent from `_data`.
#[inline]
pub fn value<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    slot: usize,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    match peek(document, plan, slot)? {
        Peek::Value(value) => Ok(Some(value)),
        Peek::Absent => Ok(None),
        Peek::Raw { tag, at } => {
            let raw = raw(document)?;
            let decoded = decode::slot(document, &plan.get().fields[slot], &raw, tag, at)?;
            Ok(Some(exchange(document, slot, None, decoded)))
        }
    }
}

/// The document's bytes; only asked for while a slot still points into them.
pub fn raw(document: &Bound<'_, DocumentCore>) -> PyResult<RawDoc> {
    document
        .get()
        .state
        .with(document.py(), |state| state.raw.clone())
        .ok_or_else(|| PyRuntimeError::new_err("a field lost the bytes it was to be decoded from"))
}

/// Put `new` in the place of `old`, or of a value that was not decoded yet. Returns the value that is there now: another
/// one, if somebody was quicker.
pub fn exchange<'py>(
    document: &Bound<'py, DocumentCore>,
    slot: usize,
    old: Option<&Bound<'py, PyAny>>,
    new: Bound<'py, PyAny>,
) -> Bound<'py, PyAny> {
    let py = document.py();
    let entry = Slot::value(new.clone());
    let (there, released) = document.get().state.with(py, |state| {
        let Some(slots) = state.slots.as_mut() else { return (None, entry) };
        let (expected, there) = match (slots.get(slot).map(Slot::content), old) {
            (Some(Content::Raw { .. }), None) => (true, None),
            (Some(Content::Value(there)), Some(old)) if there.is(old) => (true, None),
            (Some(Content::Value(there)), _) => (false, Some(there.bind(py).clone())),
            _ => (false, None),
        };
        if !expected {
            return (there, entry);
        }
        let released = slots.replace(slot, entry);
        state.release_bytes(py);
        (None, released)
    });
    drop(released);
    there.unwrap_or(new)
}

/// `_data[name] = value`.
pub fn store(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    slot: usize,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    ensure_slots(document, plan)?;
    replace(document, slot, Slot::value(value.clone()));
    Ok(())
}

/// Put something in a slot; what was there is dropped after the borrow.
pub fn replace(document: &Bound<'_, DocumentCore>, slot: usize, content: Slot) {
    let old = document.get().state.with(document.py(), |state| match state.slots.as_mut() {
        Some(slots) => slots.replace(slot, content),
        None => content,
    });
    drop(old);
}

/// The dict of keys that are no fields, made at need.
pub fn extra<'py>(document: &Bound<'py, DocumentCore>) -> Bound<'py, PyDict> {
    let py = document.py();
    let known = document.get().state.with(py, |state| state.extra.as_ref().map(|dict| dict.clone_ref(py)));
    match known {
        Some(dict) => dict.into_bound(py),
        None => {
            let dict = PyDict::new(py);
            let entry = dict.clone().unbind();
            let old = document.get().state.with(py, |state| state.extra.replace(entry));
            drop(old);
            dict
        }
    }
}

/// The same dict when there is one.
pub fn known_extra<'py>(document: &Bound<'py, DocumentCore>) -> Option<Bound<'py, PyDict>> {
    let py = document.py();
    document
        .get()
        .state
        .with(py, |state| state.extra.as_ref().map(|dict| dict.clone_ref(py)))
        .map(|dict| dict.into_bound(py))
}

#[inline]
pub fn initialised(document: &Bound<'_, DocumentCore>) -> bool {
    document.get().state.with(document.py(), |state| state.initialised)
}
