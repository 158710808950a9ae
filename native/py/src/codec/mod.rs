//! Any Python value to BSON bytes and back, as pymongo's `bson` does it.
//!
//! Common types go by exact type through native code; rare ones and every error go through pymongo itself, so
//! that results, exceptions and messages are the same.
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMemoryView};

mod datetime;
mod decode;
mod decode_scalar;
mod encode;
mod encode_scalar;
mod fallback;
mod keys;
mod objects;
mod options;
mod raw;
mod slots;
mod son;
mod strings;
mod types;

pub use datetime::naive_datetime;
pub use decode::{decode_document, decode_value};
pub use encode::{encode_document, encode_value};
pub use keys::intern_key;
pub use objects::{dbref_parts, make_dbref, make_objectid, new_objectid, objectid_bytes};
pub use options::{CodecOptions, DatetimeMode};
pub use raw::{member_offset, store_in_fresh_slot, DictCursor};
pub use slots::SlotClass;
pub use son::SonBuilder;
pub use strings::ascii;
pub use types::{types, Kind};

/// Encode a mapping to BSON bytes exactly as `bson.encode` does.
///
/// Raises TypeError for something that is no mapping and `bson.errors.InvalidDocument` for what cannot be
/// encoded, including documents nested more than 200 levels deep.
#[pyfunction(name = "encode")]
#[pyo3(signature = (document, codec_options=None))]
fn py_encode<'py>(
    py: Python<'py>,
    document: &Bound<'py, PyAny>,
    codec_options: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let opts = match codec_options {
        Some(options) => CodecOptions::cached(options)?,
        None => CodecOptions::default(py)?,
    };
    let mut out = Vec::with_capacity(256);
    encode_document(py, document, &opts, &mut out)?;
    Ok(PyBytes::new(py, &out))
}

/// Decode BSON bytes exactly as `bson.decode` does.
///
/// Raises `bson.errors.InvalidBSON` for malformed data, including documents nested more than 200 levels deep.
#[pyfunction(name = "decode")]
#[pyo3(signature = (data, codec_options=None))]
fn py_decode<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
    codec_options: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let opts = match codec_options {
        Some(options) => CodecOptions::cached(options)?,
        None => CodecOptions::default(py)?,
    };
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return decode_document(py, bytes.as_bytes(), &opts);
    }
    match contiguous_copy(data) {
        Ok(copy) => decode_document(py, copy.as_bytes(), &opts),
        Err(_) => types(py).decode.bind(py).call1((data, &opts.source)),
    }
}

/// The bytes of another buffer, copied so that nobody can change them meanwhile. Errors: no plain buffer of bytes.
fn contiguous_copy<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    let view = PyMemoryView::from(data)?;
    if !view.getattr("c_contiguous")?.is_truthy()? || !view.getattr("itemsize")?.eq(1)? {
        return Err(PyTypeError::new_err("not a contiguous buffer of bytes"));
    }
    Ok(view.call_method0("tobytes")?.cast_into::<PyBytes>()?)
}

/// Whether these BSON bytes can be decoded field by field later on without any error under the options.
#[pyfunction]
fn decodes_later(data: &[u8], codec_options: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(CodecOptions::cached(codec_options)?.decodes_later(data, |_, _, _| false))
}

/// Looks up bson's classes and adds this module's functions to `m`.
pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    datetime::prepare(m.py())?;
    types::init(m.py())?;
    m.add_function(wrap_pyfunction!(py_encode, m)?)?;
    m.add_function(wrap_pyfunction!(py_decode, m)?)?;
    m.add_function(wrap_pyfunction!(decodes_later, m)?)?;
    Ok(())
}
