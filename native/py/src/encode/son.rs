//! `to_mongo`: the document as a `bson.SON`.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::{ask, ask_for_item, native_child, native_dict, native_list, slot_value, stored_as_is};
use crate::codec::{self, Kind, SonBuilder};
use crate::document::{data_view, state, DocumentCore};
use crate::ffi_util::{each_item, Level};
use crate::plan::{FieldPlan, ToMongo};
use crate::scalars;

/// `document.to_mongo(use_db_field, fields)`.
pub fn to_mongo<'py>(
    document: &Bound<'py, DocumentCore>,
    db_names: bool,
    fields: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let plan = state::current_plan(document)?;
    let partial = fields.map_or(Ok(false), |fields| fields.is_truthy())?;
    if !db_names || partial || plan.get().flags.dynamic {
        return document.call_method1(intern!(py, "_to_mongo_in_python"), (db_names, fields));
    }
    whole(document, None)
}

/// The stored values of the fields with the given database names; everything, when the class has its own `to_mongo`.
pub fn stored_values<'py>(
    document: &Bound<'py, DocumentCore>,
    names: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let plan = state::current_plan(document)?;
    let me = plan.get();
    if me.flags.dynamic || me.flags.own_to_mongo {
        return document.call_method0(intern!(py, "to_mongo"));
    }
    let found = PyDict::new(py);
    for name in names.try_iter()? {
        let name = name?.cast_into::<PyString>()?;
        let Some(&slot) = me.by_db.get(name.to_str()?.as_bytes()) else { continue };
        if let Some(value) = slot_value(document, &plan, slot)? {
            let value = field_value(&me.fields[slot], &value)?;
            if !value.is_none() || me.fields[slot].null {
                found.set_item(name, value)?;
            }
        }
    }
    Ok(found.into_any())
}

/// The whole document under database names; `class_name` is added where the document itself writes none.
fn whole<'py>(
    document: &Bound<'py, DocumentCore>,
    class_name: Option<&Bound<'py, PyString>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let _level = Level::enter()?;
    let plan = state::current_plan(document)?;
    let me = plan.get();
    let son = SonBuilder::new(py)?;
    head(document, &son)?;
    for &slot in &me.ordered {
        let field = &me.fields[slot];
        if &*field.db_bytes == b"_id" || &*field.db_bytes == b"_cls" {
            continue;
        }
        let value = match slot_value(document, &plan, slot)? {
            Some(value) => field_value(field, &value)?,
            None => py.None().into_bound(py),
        };
        if !value.is_none() || field.null {
            son.append(field.db.bind(py), &value)?;
        }
    }
    if let Some(name) = class_name {
        if !me.writes_cls(py)? {
            son.append(intern!(py, "_cls"), name.as_any())?;
        }
    }
    Ok(son.finish())
}

/// `_id` and `_cls` stand first.
fn head<'py>(document: &Bound<'py, DocumentCore>, son: &SonBuilder<'py>) -> PyResult<()> {
    let py = document.py();
    let plan = state::current_plan(document)?;
    let me = plan.get();
    let mut id = None;
    if let Some(&slot) = me.by_db.get(b"_id".as_slice()) {
        if let Some(value) = slot_value(document, &plan, slot)? {
            id = Some(field_value(&me.fields[slot], &value)?);
        }
    }
    if id.is_none() && me.flags.is_document {
        id = data_view::get(document, intern!(py, "id"))?;
    }
    if let Some(id) = id.filter(|id| !id.is_none()) {
        son.append(intern!(py, "_id"), &id)?;
    }
    if me.writes_cls(py)? {
        let mut name = me.class_name.bind(py).clone().into_any();
        if let Some(&slot) = me.by_name.get("_cls") {
            if let Some(value) = slot_value(document, &plan, slot)? {
                name = field_value(&me.fields[slot], &value)?;
            }
        }
        son.append(intern!(py, "_cls"), &name)?;
    }
    Ok(())
}

/// `field.to_mongo(value)`.
pub fn field_value<'py>(field: &FieldPlan, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    match natively(field, value)? {
        Some(made) => Ok(made),
        None => ask(field, value),
    }
}

fn natively<'py>(field: &FieldPlan, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if stored_as_is(field, value)? {
        return Ok(Some(value.clone()));
    }
    match field.to_mongo {
        ToMongo::Embedded => match native_child(field, value)? {
            Some(child) => whole(child, None).map(Some),
            None => Ok(None),
        },
        ToMongo::GenericEmbedded => match native_child(field, value)? {
            Some(child) => {
                let plan = state::current_plan(child)?;
                whole(child, Some(plan.get().class_name.bind(value.py()))).map(Some)
            }
            None => Ok(None),
        },
        ToMongo::Complex => container(field.inner.as_deref(), value),
        ToMongo::Reference if !field.dbref && codec::types(value.py()).kind(value) == Kind::DbRef => {
            value.getattr(intern!(value.py(), "id")).map(Some)
        }
        _ => Ok(None),
    }
}

fn container<'py>(inner: Option<&FieldPlan>, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = value.py();
    if value.is_exact_instance_of::<PyString>() {
        return Ok(Some(value.clone()));
    }
    let _level = Level::enter()?;
    if let Some(list) = native_list(value)? {
        let items = PyList::empty(py);
        let mut index = 0;
        while let Some(entry) = crate::ffi_util::list_item(list, index) {
            match item(inner, &entry)? {
                Some(made) => items.append(made)?,
                None => return Ok(None),
            }
            index += 1;
        }
        return Ok(Some(items.into_any()));
    }
    let Some(dict) = native_dict(value)? else { return Ok(None) };
    let items = PyDict::new(py);
    let whole = each_item(dict, |key, entry| match item(inner, &entry)? {
        Some(made) => items.set_item(key, made).map(|()| true),
        None => Ok(false),
    })?;
    Ok(whole.then(|| items.into_any()))
}

/// An item of a container; `None` when the whole container has to go through Python.
fn item<'py>(inner: Option<&FieldPlan>, value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    match inner {
        None if value.is_none() || scalars::is_plain_scalar(value) => Ok(Some(value.clone())),
        None => container(None, value),
        Some(inner) => match natively(inner, value)? {
            Some(made) => Ok(Some(made)),
            None => ask_for_item(inner, value).map(Some),
        },
    }
}
