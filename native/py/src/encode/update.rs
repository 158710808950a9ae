//! The statement of a bulk write that brings a stored document up to one in memory.
use mongoengine_fast_core::bson::{tag, writer};
use pyo3::prelude::*;

use super::{delta, refused, slot_value, stored_as_is, Fault};
use crate::codec::{self, CodecOptions};
use crate::document::{state, DocumentCore};
use crate::ffi_util::instance_dict;
use crate::plan::Plan;

/// The document is one that was stored, and nothing of the program's own has a say in how its changes are found.
pub fn is_plainly_stored(document: &Bound<'_, DocumentCore>) -> PyResult<bool> {
    let py = document.py();
    let plan = state::current_plan(document)?;
    let (created, tracks) = document.get().state.with(py, |state| (state.created, state.tracks_changes));
    Ok(!created && tracks && is_plain(&plan) && instance_dict(document).is_none() && key(document, &plan)?.is_some())
}

fn is_plain(plan: &Bound<'_, Plan>) -> bool {
    let flags = &plan.get().flags;
    flags.is_document && !(flags.dynamic || flags.own_to_mongo || flags.own_changed || flags.own_clear)
}

/// The primary key, where it is stored as it is.
fn key<'py>(document: &Bound<'py, DocumentCore>, plan: &Bound<'py, Plan>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let me = plan.get();
    let Some(slot) = me.id_slot.filter(|&slot| &*me.fields[slot].db_bytes == b"_id") else { return Ok(None) };
    match slot_value(document, plan, slot)? {
        Some(value) if stored_as_is(&me.fields[slot], &value)? => Ok(Some(value)),
        _ => Ok(None),
    }
}

/// Append `{q: {_id: key}, u: {$set: changes}, multi: false, upsert: true}`.
///
/// `false`, and nothing appended, where Python has to say which changes remove a value.
pub fn append_changes(
    document: &Bound<'_, DocumentCore>,
    options: &CodecOptions,
    out: &mut Vec<u8>,
) -> Result<bool, Fault> {
    let begin = out.len();
    let done = changes(document, options, out);
    if !matches!(done, Ok(true)) {
        out.truncate(begin);
    }
    done
}

fn changes(document: &Bound<'_, DocumentCore>, options: &CodecOptions, out: &mut Vec<u8>) -> Result<bool, Fault> {
    let py = document.py();
    if !is_plainly_stored(document).map_err(Fault::Hook)? {
        return Ok(false);
    }
    let plan = state::current_plan(document).map_err(Fault::Hook)?;
    let Some(key) = key(document, &plan).map_err(Fault::Hook)? else { return Ok(false) };
    let (changes, empty) = delta::stored_changes(document).map_err(Fault::Hook)?;
    if changes.is_empty() || !empty.is_empty() {
        return Ok(false);
    }
    let encoded = (|| -> PyResult<()> {
        let statement = writer::begin_document(out);
        let selector = part(out, b"q")?;
        codec::encode_value(py, b"_id", &key, options, out, 1)?;
        writer::end_document(out, selector).map_err(refused)?;
        let update = part(out, b"u")?;
        codec::encode_value(py, b"$set", &changes, options, out, 1)?;
        writer::end_document(out, update).map_err(refused)?;
        writer::bool(out, b"multi", false).map_err(refused)?;
        writer::bool(out, b"upsert", true).map_err(refused)?;
        writer::end_document(out, statement).map_err(refused)
    })();
    encoded.map(|()| true).map_err(Fault::Value)
}

fn part(out: &mut Vec<u8>, name: &[u8]) -> PyResult<usize> {
    writer::element(out, tag::DOCUMENT, name).map_err(refused)?;
    Ok(writer::begin_document(out))
}
