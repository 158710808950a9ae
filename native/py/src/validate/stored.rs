//! Values that were stored and never read since: valid beyond doubt by their bytes, or decoded and judged as others are.
use mongoengine_fast_core::bson::reader::{read_f64, read_i32, read_i64, read_str};
use mongoengine_fast_core::bson::{tag, Element, Elements};
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt};

use super::kinds::within;
use crate::codec::DatetimeMode;
use crate::decode::Stored;
use crate::document::state::{self, corrupt};
use crate::document::DocumentCore;
use crate::ffi_util::Level;
use crate::load::SlotFinder;
use crate::plan::{DefaultValue, FieldPlan, Plan, Validate};

/// Fields of an embedded document that can be kept account of.
const MOST_FIELDS: usize = u64::BITS as usize;

/// Whether what stands in a slot of `document`, and was never decoded, is valid beyond doubt.
pub fn slot_is_valid(document: &Bound<'_, DocumentCore>, field: &FieldPlan, tag: u8, at: u32) -> PyResult<bool> {
    if !field.plain_validation {
        return Ok(false);
    }
    if !field.has_limits() {
        // Most need no look at their bytes.
        match (field.validate, tag) {
            (Validate::Str, tag::STRING)
            | (Validate::Int, tag::INT32 | tag::INT64)
            | (Validate::Float, tag::DOUBLE)
            | (Validate::Bool, tag::BOOL)
            | (Validate::ObjectId, tag::OBJECT_ID) => return Ok(true),
            _ => {}
        }
    }
    is_valid(document.py(), field, &Stored::find(&state::raw(document)?, tag, at)?)
}

fn is_valid(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>) -> PyResult<bool> {
    if !field.plain_validation {
        return Ok(false);
    }
    match (field.validate, item.tag) {
        (Validate::Nothing, _) => Ok(!item.is_null()),
        (Validate::Str, tag::STRING) => string(field, item),
        (Validate::Int, tag::INT32) => integer(py, field, read_i32(item.bytes).map_err(corrupt)?.into()),
        (Validate::Int, tag::INT64) => integer(py, field, read_i64(item.bytes).map_err(corrupt)?),
        (Validate::Float, tag::DOUBLE) => {
            within(field, PyFloat::new(py, read_f64(item.bytes).map_err(corrupt)?).as_any())
        }
        (Validate::Bool, tag::BOOL) | (Validate::ObjectId, tag::OBJECT_ID) => Ok(true),
        // With other modes a date that is out of Python's range is no `datetime`.
        (Validate::DateTime, tag::DATETIME) => {
            Ok(matches!(item.raw.options.get().datetime_mode, DatetimeMode::Datetime | DatetimeMode::Clamp))
        }
        (Validate::Embedded, tag::DOCUMENT) => embedded(py, field, item),
        (Validate::List, tag::ARRAY) => list(py, field, item),
        (Validate::Dict, tag::DOCUMENT) => dict(py, field, item),
        _ => Ok(false),
    }
}

fn string(field: &FieldPlan, item: &Stored<'_>) -> PyResult<bool> {
    if field.has_regex {
        return Ok(false);
    }
    if field.max_length.is_none() && field.min_length.is_none() {
        return Ok(true);
    }
    let length = read_str(item.bytes).map_err(corrupt)?.chars().count();
    Ok(field.max_length.is_none_or(|most| length <= most) && field.min_length.is_none_or(|least| length >= least))
}

fn integer(py: Python<'_>, field: &FieldPlan, value: i64) -> PyResult<bool> {
    if field.min_value.is_none() && field.max_value.is_none() {
        return Ok(true);
    }
    within(field, PyInt::new(py, value).as_any())
}

fn part<'a>(item: &Stored<'a>, element: &Element<'a>) -> Stored<'a> {
    Stored { raw: item.raw, tag: element.tag, at: item.at + element.offset as u32, bytes: element.value }
}

fn list(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>) -> PyResult<bool> {
    let Some(count) = items(py, field, item)? else { return Ok(false) };
    Ok(field.max_length.is_none_or(|most| count <= most) && !(field.required && count == 0))
}

fn dict(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>) -> PyResult<bool> {
    Ok(keys_are_fine(item.bytes)? && items(py, field, item)?.is_some_and(|count| !field.required || count > 0))
}

/// The number of items of a container if each of them is valid.
fn items(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>) -> PyResult<Option<usize>> {
    let _level = Level::enter()?;
    let inner = field.inner.as_deref();
    // Python judges a failing container again, so nothing of the program may run here.
    if !inner.map_or(Ok(true), |inner| inner.validates_natively(py))? {
        return Ok(None);
    }
    let mut count = 0;
    for element in Elements::new(item.bytes).map_err(corrupt)? {
        let element = element.map_err(corrupt)?;
        if !inner.map_or(Ok(true), |inner| is_valid(py, inner, &part(item, &element)))? {
            return Ok(None);
        }
        count += 1;
    }
    Ok(Some(count))
}

/// No key starts with a dollar, in nested documents neither, and none makes a document or a reference of its holder.
fn keys_are_fine(document: &[u8]) -> PyResult<bool> {
    let _level = Level::enter()?;
    for element in Elements::new(document).map_err(corrupt)? {
        let element = element.map_err(corrupt)?;
        if element.key.starts_with(b"$") || element.key == b"_cls" {
            return Ok(false);
        }
        if element.tag == tag::DOCUMENT && !keys_are_fine(element.value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn embedded(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>) -> PyResult<bool> {
    let Ok(plan) = field.document_plan(py) else { return Ok(false) };
    let me = plan.get();
    if !me.flags.lazy_load || me.fields.len() > MOST_FIELDS || !me.validates_natively(py)? {
        return Ok(false);
    }
    let _level = Level::enter()?;
    let mut finder = SlotFinder::new(me);
    let mut seen = 0_u64;
    for element in Elements::new(item.bytes).map_err(corrupt)? {
        let element = element.map_err(corrupt)?;
        let slot = finder.find(element.key);
        if element.key == b"_cls" && !names(me, &element)? {
            return Ok(false);
        }
        let bit = slot.map_or(0, |slot| 1 << slot);
        match slot.map(|slot| &me.fields[slot]) {
            // What is stored twice is for those to tell who decode it.
            _ if seen & bit != 0 => return Ok(false),
            _ if element.key == b"_cls" => {}
            Some(field) if is_valid(py, field, &part(item, &element))? => {}
            _ => return Ok(false),
        }
        seen |= bit;
    }
    let mut absent = me.fields.iter().enumerate().filter(|(slot, _)| seen & (1 << slot) == 0);
    Ok(absent.all(|(_, field)| field.name_text == "_cls" || may_be_absent(field)))
}

/// Whether a stored `_cls` is the name of the class itself: others have other fields.
fn names(plan: &Plan, element: &Element<'_>) -> PyResult<bool> {
    Ok(element.tag == tag::STRING && read_str(element.value).map_err(corrupt)? == plan.class_name_text)
}

/// What the field then gets is valid.
fn may_be_absent(field: &FieldPlan) -> bool {
    !field.required && matches!(field.default, DefaultValue::Nothing | DefaultValue::NewList | DefaultValue::NewDict)
}
