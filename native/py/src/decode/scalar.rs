//! Scalar kinds: the stored type that a field expects, decoded without asking Python.
use mongoengine_fast_core::bson::reader::{read_f64, read_i32, read_i64, read_oid, read_str_bytes, utf8};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

use super::Stored;
use mongoengine_fast_core::bson::tag;

use crate::codec;
use crate::document::state::corrupt;

type Quick<'py> = PyResult<Option<Bound<'py, PyAny>>>;

pub fn string<'py>(py: Python<'py>, stored: &Stored<'_>) -> Quick<'py> {
    if stored.tag != tag::STRING {
        return Ok(None);
    }
    let bytes = read_str_bytes(stored.bytes).map_err(corrupt)?;
    if let Some(string) = codec::ascii(py, bytes) {
        return Ok(Some(string.into_any()));
    }
    Ok(Some(PyString::new(py, utf8(bytes, 4).map_err(corrupt)?).into_any()))
}

/// `int(value)`, which also makes a plain int of the driver's 64-bit type.
pub fn integer<'py>(py: Python<'py>, stored: &Stored<'_>) -> Quick<'py> {
    let number = match stored.tag {
        tag::INT32 => i64::from(read_i32(stored.bytes).map_err(corrupt)?),
        tag::INT64 => read_i64(stored.bytes).map_err(corrupt)?,
        _ => return Ok(None),
    };
    Ok(Some(PyInt::new(py, number).into_any()))
}

pub fn float<'py>(py: Python<'py>, stored: &Stored<'_>) -> Quick<'py> {
    let number = match stored.tag {
        tag::DOUBLE => read_f64(stored.bytes).map_err(corrupt)?,
        tag::INT32 => f64::from(read_i32(stored.bytes).map_err(corrupt)?),
        _ => return Ok(None),
    };
    Ok(Some(PyFloat::new(py, number).into_any()))
}

pub fn boolean<'py>(py: Python<'py>, stored: &Stored<'_>) -> Quick<'py> {
    if stored.tag != tag::BOOL {
        return Ok(None);
    }
    Ok(Some(PyBool::new(py, stored.bytes == [1]).to_owned().into_any()))
}

pub fn object_id<'py>(py: Python<'py>, stored: &Stored<'_>) -> Quick<'py> {
    if stored.tag != tag::OBJECT_ID {
        return Ok(None);
    }
    codec::make_objectid(py, &read_oid(stored.bytes).map_err(corrupt)?).map(Some)
}
