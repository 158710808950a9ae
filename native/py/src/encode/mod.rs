//! Documents to what is stored: BSON bytes in one pass, or the `SON` that `to_mongo` returns.
pub mod bytes;
pub mod delta;
pub mod row;
pub mod son;
pub mod update;

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

use crate::codec::{self, CodecOptions, Kind};
use crate::document::{state, DocumentCore};
use crate::errors;
use crate::plan::{FieldPlan, ToMongo, ToPython};
use crate::scalars;

pub fn refused(error: mongoengine_fast_core::bson::BsonError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Why a document could not be encoded.
pub enum Fault {
    /// The program's own code raised; it must not run again.
    Hook(PyErr),
    /// A value that cannot be stored: pymongo meets it too, and words it as users know it.
    Value(PyErr),
}

impl Fault {
    /// The error to raise: the program's own as it is, else [`crate::errors::Declined`].
    pub fn into_error(self, py: Python<'_>) -> PyErr {
        match self {
            Fault::Hook(error) => {
                mark(py, &error);
                error
            }
            Fault::Value(error) => errors::decline(py, error),
        }
    }
}

/// Let an error of pymongo's that a hook raised be told from one that the operation itself met.
fn mark(py: Python<'_>, error: &PyErr) {
    let pymongos = || error.value(py).is_instance(&py.import("pymongo.errors")?.getattr("PyMongoError")?);
    if pymongos().unwrap_or(false) {
        // An exception without attributes is none of pymongo's.
        let _ = error.value(py).setattr(intern!(py, "_raised_by_hook"), true);
    }
}

/// Append a document (a `Document` instance or any mapping) as one BSON document; returns its `_id`.
///
/// With `ensure_id` a missing `_id` is generated and written first. On an error nothing is left in `out`.
pub fn encode_model<'py>(
    py: Python<'py>,
    object: &Bound<'py, PyAny>,
    options: &CodecOptions,
    out: &mut Vec<u8>,
    ensure_id: bool,
) -> Result<Option<Bound<'py, PyAny>>, Fault> {
    let start = out.len();
    if let Ok(document) = object.cast::<DocumentCore>() {
        let plan = state::current_plan(document).map_err(Fault::Hook)?;
        let flags = plan.get().flags;
        if flags.is_document && !flags.own_to_mongo && !flags.dynamic {
            match bytes::top_level(document, &plan, options, out, ensure_id) {
                // `to_mongo` finds out whether the value is at fault, or only the short way.
                Err(Fault::Value(_)) => out.truncate(start),
                Err(fault) => {
                    out.truncate(start);
                    return Err(fault);
                }
                Ok(id) => return Ok(id),
            }
        }
        let stored = object.call_method0(intern!(py, "to_mongo")).map_err(Fault::Hook)?;
        return encode_mapping(py, &stored, options, out, ensure_id).map_err(Fault::Value);
    }
    encode_mapping(py, object, options, out, ensure_id).map_err(Fault::Value)
}

fn encode_mapping<'py>(
    py: Python<'py>,
    mapping: &Bound<'py, PyAny>,
    options: &CodecOptions,
    out: &mut Vec<u8>,
    ensure_id: bool,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let key = intern!(py, "_id");
    if ensure_id && !mapping.contains(key)? {
        mapping.set_item(key, codec::new_objectid(py)?)?;
    }
    let start = out.len();
    if let Err(error) = codec::encode_document(py, mapping, options, out) {
        out.truncate(start);
        return Err(error);
    }
    match mapping.cast::<PyDict>() {
        Ok(dict) => dict.get_item(key),
        Err(_) => Ok(mapping.call_method1(intern!(py, "get"), (key,)).ok()),
    }
}

/// The value is stored as it is: `to_mongo` would return the very same thing.
pub fn stored_as_is(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(match field.to_mongo {
        ToMongo::ViaToPython => match field.to_python {
            ToPython::Identity => true,
            ToPython::Str => value.is_exact_instance_of::<PyString>(),
            ToPython::Int => value.is_exact_instance_of::<PyInt>(),
            ToPython::Float => value.is_exact_instance_of::<PyFloat>(),
            ToPython::Bool => value.is_exact_instance_of::<PyBool>(),
            ToPython::ObjectId => scalars::is_objectid(value),
            _ => false,
        },
        ToMongo::ObjectId => scalars::is_objectid(value),
        ToMongo::DateTime => codec::types(value.py()).kind(value) == Kind::DateTime,
        ToMongo::Uuid => field.binary && !value.is_instance_of::<PyString>(),
        ToMongo::Dynamic => scalars::is_plain_scalar(value),
        ToMongo::Embedded => !value.is_instance_of::<DocumentCore>(),
        _ => false,
    })
}

/// `field.to_mongo(value)` in Python, with the parameters its signature names.
pub fn ask<'py>(field: &FieldPlan, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    field.field.bind(py).call_method1(intern!(py, "to_mongo"), (value,))
}

/// The same for an item of a container, through `_to_mongo_safe_call`.
pub fn ask_for_item<'py>(inner: &FieldPlan, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    inner.field.bind(py).call_method1(intern!(py, "_to_mongo_safe_call"), (value, true, py.None()))
}

/// An embedded document that this field may store natively: of its class, with stock `to_mongo`.
pub fn native_child<'a, 'py>(
    field: &FieldPlan,
    value: &'a Bound<'py, PyAny>,
) -> PyResult<Option<&'a Bound<'py, DocumentCore>>> {
    let py = value.py();
    let Ok(child) = value.cast::<DocumentCore>() else { return Ok(None) };
    let own = state::current_plan(child)?;
    let flags = own.get().flags;
    if !flags.is_embedded || flags.dynamic || flags.own_to_mongo {
        return Ok(None);
    }
    if field.to_mongo == ToMongo::Embedded {
        let declared = field.document_plan(py)?;
        let fits = own.is(&declared) || value.is_instance(declared.get().class.bind(py))?;
        if !fits || declared.get().flags.own_to_mongo {
            return Ok(None);
        }
    }
    Ok(Some(child))
}

/// The items of a list whose iteration is the list's own: plain, or one of the tracking classes.
pub fn native_list<'a, 'py>(value: &'a Bound<'py, PyAny>) -> PyResult<Option<&'a Bound<'py, PyList>>> {
    let py = value.py();
    let class = value.get_type();
    if class.is(py.get_type::<PyList>())
        || class.is(crate::typerefs::base_list(py)?)
        || class.is(crate::typerefs::embedded_document_list(py)?)
    {
        return Ok(value.cast::<PyList>().ok());
    }
    Ok(None)
}

/// The same for dicts.
pub fn native_dict<'a, 'py>(value: &'a Bound<'py, PyAny>) -> PyResult<Option<&'a Bound<'py, PyDict>>> {
    let py = value.py();
    let class = value.get_type();
    if class.is(py.get_type::<PyDict>()) || class.is(crate::typerefs::base_dict(py)?) {
        return Ok(value.cast::<PyDict>().ok());
    }
    Ok(None)
}

/// The value of a slot for storing: generated for self-generating fields, as `to_mongo` does.
pub fn slot_value<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, crate::plan::Plan>,
    slot: usize,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = document.py();
    let field = &plan.get().fields[slot];
    let value = state::value(document, plan, slot)?.filter(|value| !value.is_none());
    if value.is_none() && field.auto_gen {
        let made = field.field.bind(py).call_method0(intern!(py, "generate"))?;
        state::store(document, plan, slot, &made)?;
        return Ok(Some(made));
    }
    Ok(value)
}
