//! Documents that were never stored, in a bulk save: nothing of the program's own has a say in how they get their key.
use pyo3::prelude::*;

use super::{access, changes, state, DocumentCore};
use crate::decode::convert;
use crate::ffi_util::instance_dict;
use crate::plan::{Plan, SetOp};

/// The slot of the key that such a document has not got yet.
fn free_key(document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>) -> PyResult<Option<usize>> {
    let me = plan.get();
    let flags = me.flags;
    let created = document.get().state.with(document.py(), |state| state.created);
    let by_hooks = flags.dynamic || flags.own_to_mongo || flags.own_setattr || flags.own_clear;
    if !created || !flags.is_document || by_hooks || me.has_shard_key || instance_dict(document).is_some() {
        return Ok(None);
    }
    let Some(slot) = me.id_slot else { return Ok(None) };
    let key = &me.fields[slot];
    let plain = &*key.db_bytes == b"_id" && !key.auto_gen && !key.set_by_python() && key.set == SetOp::Plain;
    let alone = me.by_name.get("id").is_none_or(|&named| named == slot);
    let free = plain && alone && state::value(document, plan, slot)?.is_none_or(|value| value.is_none());
    Ok(free.then_some(slot))
}

/// The document was never stored and has no key.
pub fn is_fresh(document: &Bound<'_, DocumentCore>) -> PyResult<bool> {
    Ok(free_key(document, &state::current_plan(document)?)?.is_some())
}

/// Do what comes after such a document was inserted; false, and nothing done, when it is no longer one.
pub fn inserted(document: &Bound<'_, DocumentCore>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
    let plan = state::current_plan(document)?;
    let Some(slot) = free_key(document, &plan)? else { return Ok(false) };
    let key = convert::to_python(&plan.get().fields[slot], key)?;
    access::assign(document, &plan, slot, &key)?;
    changes::clear(document)?;
    document.get().state.with(document.py(), |state| state.created = false);
    Ok(true)
}
