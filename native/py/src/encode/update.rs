//! The statement of a bulk write that brings a stored document up to one in memory.
use mongoengine_fast_core::bson::{tag, writer};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::{delta, refused, slot_value, stored_as_is};
use crate::codec::{self, CodecOptions};
use crate::document::{state, DocumentCore};
use crate::ffi_util::instance_dict;

/// The document is one that was stored, and nothing of the program's own has a say in how its changes are found.
pub fn is_plainly_stored(document: &Bound<'_, DocumentCore>) -> PyResult<bool> {
    Ok(stored_key(document)?.is_some())
}

/// The primary key of such a document, which is stored as it is.
fn stored_key<'py>(document: &Bound<'py, DocumentCore>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = document.py();
    let plan = state::current_plan(document)?;
    let (me, flags) = (plan.get(), plan.get().flags);
    let (created, tracks) = document.get().state.with(py, |state| (state.created, state.tracks_changes));
    let by_hooks = flags.dynamic || flags.own_to_mongo || flags.own_changed || flags.own_clear;
    if created || !tracks || !flags.is_document || by_hooks || instance_dict(document).is_some() {
        return Ok(None);
    }
    let Some(slot) = me.id_slot.filter(|&slot| &*me.fields[slot].db_bytes == b"_id") else { return Ok(None) };
    match slot_value(document, &plan, slot)? {
        Some(value) if stored_as_is(&me.fields[slot], &value)? => Ok(Some(value)),
        _ => Ok(None),
    }
}

/// What there is to send of a document.
pub enum Changes<'py> {
    Nothing,
    /// `{q: {_id: key}, u: {$set: changes}, multi: false, upsert: true}` was appended.
    Appended,
    /// The stored values by path, and the paths whose value may have to be removed, which Python says.
    Undecided(Bound<'py, PyDict>, Bound<'py, PyList>),
    /// Not a document whose changes are found here.
    Unknown,
}

/// Append the statement of what changed in a document since it was stored. A value that cannot be stored is `Unknown`:
/// Python words the error.
pub fn changes<'py>(
    document: &Bound<'py, DocumentCore>,
    options: &CodecOptions,
    out: &mut Vec<u8>,
) -> PyResult<Changes<'py>> {
    let Some(key) = stored_key(document)? else { return Ok(Changes::Unknown) };
    let (changes, empty) = delta::stored_changes(document)?;
    if changes.is_empty() {
        return Ok(Changes::Nothing);
    }
    if !empty.is_empty() {
        return Ok(Changes::Undecided(changes, empty));
    }
    let start = out.len();
    Ok(match statement(&key, &changes, options, out) {
        Ok(()) => Changes::Appended,
        Err(_) => {
            out.truncate(start);
            Changes::Unknown
        }
    })
}

fn statement(
    key: &Bound<'_, PyAny>,
    changes: &Bound<'_, PyDict>,
    options: &CodecOptions,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let py = key.py();
    let statement = writer::begin_document(out);
    let selector = part(out, b"q")?;
    codec::encode_value(py, b"_id", key, options, out, 1)?;
    writer::end_document(out, selector).map_err(refused)?;
    let update = part(out, b"u")?;
    codec::encode_value(py, b"$set", changes, options, out, 1)?;
    writer::end_document(out, update).map_err(refused)?;
    writer::bool(out, b"multi", false).map_err(refused)?;
    writer::bool(out, b"upsert", true).map_err(refused)?;
    writer::end_document(out, statement).map_err(refused)
}

fn part(out: &mut Vec<u8>, name: &[u8]) -> PyResult<usize> {
    writer::element(out, tag::DOCUMENT, name).map_err(refused)?;
    Ok(writer::begin_document(out))
}
