//! BSON scalars to Python values. What is invalid here is left to pymongo to name.
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyString};

use mongoengine_fast_core::bson::{reader, tag};

use super::datetime::try_datetime;
use super::fallback::{Outcome, Trouble};
use super::objects;
use super::options::CodecOptions;
use super::strings::ascii;
use super::types::types;

/// Text under the unicode rule of the options.
#[inline]
pub(super) fn text<'py>(py: Python<'py>, bytes: &[u8], opts: &CodecOptions) -> PyResult<Bound<'py, PyString>> {
    if let Some(string) = ascii(py, bytes) {
        return Ok(string);
    }
    match PyString::from_bytes(py, bytes) {
        Err(_) if !opts.unicode_strict => {
            let decoded = PyBytes::new(py, bytes).call_method1("decode", ("utf-8", &opts.unicode_handler))?;
            Ok(decoded.cast_into::<PyString>()?)
        }
        other => other,
    }
}

#[inline]
pub(super) fn value<'py>(py: Python<'py>, tag: u8, bytes: &[u8], opts: &CodecOptions) -> Outcome<Bound<'py, PyAny>> {
    Ok(match tag {
        tag::STRING | tag::SYMBOL => text(py, reader::read_str_bytes(bytes)?, opts)?.into_any(),
        tag::INT32 => int(py, i64::from(reader::read_i32(bytes)?)),
        tag::OBJECT_ID => objects::make_objectid(py, &reader::read_oid(bytes)?)?,
        tag::DOUBLE => PyFloat::new(py, reader::read_f64(bytes)?).into_any(),
        tag::BOOL => PyBool::new(py, reader::read_bool(bytes)?).to_owned().into_any(),
        tag::DATETIME => try_datetime(py, reader::read_datetime(bytes)?, opts)?.ok_or(Trouble::AskPymongo)?,
        tag::NULL | tag::UNDEFINED => none(py, bytes)?,
        tag::INT64 => objects::make_int64(py, reader::read_i64(bytes)?)?,
        tag::BINARY => binary(py, bytes, opts)?,
        tag::DECIMAL128 => objects::make_decimal128(py, &reader::read_decimal128(bytes)?)?,
        _ => rare(py, tag, bytes, opts)?,
    })
}

fn int(py: Python<'_>, value: i64) -> Bound<'_, PyAny> {
    match value.into_pyobject(py) {
        Ok(int) => int.into_any(),
        Err(never) => match never {},
    }
}

fn none<'py>(py: Python<'py>, bytes: &[u8]) -> Outcome<Bound<'py, PyAny>> {
    if !bytes.is_empty() {
        return Err(Trouble::AskPymongo);
    }
    Ok(py.None().into_bound(py))
}

fn binary<'py>(py: Python<'py>, bytes: &[u8], opts: &CodecOptions) -> Outcome<Bound<'py, PyAny>> {
    let (subtype, payload) = reader::read_binary(bytes)?;
    if subtype == 0 {
        return Ok(PyBytes::new(py, payload).into_any());
    }
    if matches!(subtype, 3 | 4) {
        // pymongo versions differ about a UUID that is not sixteen bytes long.
        let stored = payload.try_into().map_err(|_| Trouble::AskPymongo)?;
        if let Some(uuid) = objects::make_uuid(py, subtype, stored, opts.uuid)? {
            return Ok(uuid);
        }
    }
    Ok(objects::make_binary(py, subtype, payload)?)
}

fn rare<'py>(py: Python<'py>, tag: u8, bytes: &[u8], opts: &CodecOptions) -> Outcome<Bound<'py, PyAny>> {
    let types = types(py);
    Ok(match tag {
        tag::TIMESTAMP => {
            let (seconds, increment) = reader::read_timestamp(bytes)?;
            objects::make_timestamp(py, seconds, increment)?
        }
        tag::REGEX => {
            let (pattern, letters) = reader::read_regex(bytes)?;
            text(py, letters, opts)?;
            types.regex.bind(py).call1((text(py, pattern, opts)?, regex_flags(letters)))?
        }
        tag::CODE => types.code.bind(py).call1((text(py, reader::read_str_bytes(bytes)?, opts)?,))?,
        tag::DB_POINTER => {
            let (name, id) = reader::read_db_pointer(bytes)?;
            let (name, id) = (text(py, name, opts)?, objects::make_objectid(py, &id)?);
            objects::make_dbref(py, &name, &id, None, None)?
        }
        tag::MIN_KEY => types.min_key.bind(py).call0()?,
        tag::MAX_KEY => types.max_key.bind(py).call0()?,
        _ => return Err(Trouble::AskPymongo),
    })
}

fn regex_flags(letters: &[u8]) -> i32 {
    letters.iter().fold(0, |flags, letter| {
        flags
            | match letter {
                b'i' => 2,
                b'l' => 4,
                b'm' => 8,
                b's' => 16,
                b'u' => 32,
                b'x' => 64,
                _ => 0,
            }
    })
}
