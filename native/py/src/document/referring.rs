//! Which fields of a document the dereferencer has to look at, found out without decoding them.
//!
//! What counts is the value and not the kind of the field: something other than MongoEngine may have stored a reference,
//! or a document that names its class, where the class declares text.
use mongoengine_fast_core::bson::tag;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::state::{self, Peek};
use super::DocumentCore;
use crate::decode::{container, Stored};
use crate::load::SlotFinder;
use crate::plan::{FieldPlan, Plan, ToPython};
use crate::scalars;

/// Keys of references, and of documents that name their class.
const TELLING: &[&[u8]] = &[b"_ref", b"_cls", b"$ref"];

/// Whether stored values of this type are decoded to containers or references.
pub const fn is_compound(tag: u8) -> bool {
    matches!(tag, tag::DOCUMENT | tag::ARRAY | tag::DB_POINTER)
}

/// The slots whose values could be, or hold, references; `deep`: without containers that hold none at any depth.
pub fn slots(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>, deep: bool) -> PyResult<Vec<usize>> {
    let py = document.py();
    let mut found = Vec::new();
    for (slot, field) in plan.get().fields.iter().enumerate() {
        let refers = match state::peek(document, plan, slot)? {
            Peek::Absent => false,
            Peek::Raw { tag, at } if deep && is_compound(tag) => {
                let raw = state::raw(document)?;
                !stored_refers_to_nothing(py, field, &Stored::find(&raw, tag, at)?)?
            }
            Peek::Raw { tag, .. } => is_compound(tag) || field.may_refer(),
            Peek::Value(value) => !is_plain(&value),
        };
        if refers {
            found.push(slot);
        }
    }
    Ok(found)
}

/// Nothing in a stored value, at any depth, can be a reference. Who cannot tell says no.
fn stored_refers_to_nothing(py: Python<'_>, field: &FieldPlan, stored: &Stored<'_>) -> PyResult<bool> {
    if field.is_any_reference || field.own_get || stored.tag == tag::DB_POINTER {
        return Ok(false);
    }
    match field.to_python {
        ToPython::Reference | ToPython::LazyReference | ToPython::Dynamic | ToPython::Python => Ok(false),
        _ if !is_compound(stored.tag) => Ok(true),
        ToPython::Complex => stored_container_refers_to_nothing(py, field.inner.as_deref(), stored),
        ToPython::Embedded if stored.tag == tag::DOCUMENT => {
            // The class of a field may not be known yet: the dereferencer says so.
            let Ok(plan) = field.document_plan(py) else { return Ok(false) };
            stored_document_refers_to_nothing(py, plan.get(), stored)
        }
        _ => Ok(false),
    }
}

fn stored_container_refers_to_nothing(
    py: Python<'_>,
    inner: Option<&FieldPlan>,
    stored: &Stored<'_>,
) -> PyResult<bool> {
    if stored.tag == tag::DOCUMENT && container::has_any_key(stored.bytes, TELLING)? {
        return Ok(false);
    }
    container::all(stored, &mut |_, item| match inner {
        Some(inner) => stored_refers_to_nothing(py, inner, item),
        None if item.tag == tag::DB_POINTER => Ok(false),
        None if is_compound(item.tag) => stored_container_refers_to_nothing(py, None, item),
        None => Ok(true),
    })
}

/// A document of the declared class itself, without keys that are no fields.
fn stored_document_refers_to_nothing(py: Python<'_>, plan: &Plan, stored: &Stored<'_>) -> PyResult<bool> {
    // What is not stored may be a default that refers to something.
    if plan.flags.dynamic || plan.fields.iter().any(FieldPlan::may_refer_by_default) {
        return Ok(false);
    }
    let mut finder = SlotFinder::new(plan);
    container::all(stored, &mut |key, item| match finder.find(key) {
        Some(slot) => stored_refers_to_nothing(py, &plan.fields[slot], item),
        None => Ok(false),
    })
}

/// Dereferencing a container would leave this document in it as it is.
pub fn refers_to_nothing(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>) -> PyResult<bool> {
    for (slot, field) in plan.get().fields.iter().enumerate() {
        if field.may_refer() || !slot_refers_to_nothing(document, plan, slot, field)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn slot_refers_to_nothing(
    document: &Bound<'_, DocumentCore>,
    plan: &Bound<'_, Plan>,
    slot: usize,
    field: &FieldPlan,
) -> PyResult<bool> {
    let is_complex = field.to_python == ToPython::Complex;
    Ok(match state::peek(document, plan, slot)? {
        Peek::Absent => true,
        Peek::Raw { tag, at } => match (field.to_python, tag) {
            (ToPython::Embedded | ToPython::GenericEmbedded, tag::DOCUMENT) => true,
            // The items of a list are out of the dereferencer's reach already.
            (ToPython::Complex, tag::ARRAY) => true,
            (ToPython::Complex, tag::DOCUMENT) => {
                let raw = state::raw(document)?;
                let stored = Stored::find(&raw, tag, at)?;
                !container::has_any_key(stored.bytes, TELLING)?
            }
            (_, tag) => !is_compound(tag),
        },
        Peek::Value(value) => {
            is_plain(&value)
                || value.is_instance_of::<DocumentCore>()
                || (is_complex && (value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>()))
                || (is_complex && is_untold(&value)?)
        }
    })
}

fn is_plain(value: &Bound<'_, PyAny>) -> bool {
    value.is_none() || scalars::is_plain_scalar(value)
}

/// A dict that is neither a stored reference nor a stored document.
fn is_untold(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(dict) = value.cast::<PyDict>() else { return Ok(false) };
    Ok(!dict.contains(intern!(value.py(), "_ref"))? && !dict.contains(intern!(value.py(), "_cls"))?)
}
