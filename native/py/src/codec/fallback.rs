//! The way to pymongo's own codec: for what is rare here, and so that errors are pymongo's to the letter.
use pyo3::exceptions::{PyException, PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use mongoengine_fast_core::bson::{writer, BsonError, MAX_DEPTH};

use super::options::CodecOptions;
use super::types::types;

/// Why the native codec gave up on a value.
pub enum Trouble {
    /// Python code raised.
    Raised(PyErr),
    /// Nested too deeply; pymongo is not asked.
    TooDeep,
    /// Not valid, or not known here: pymongo shall say.
    AskPymongo,
    /// A container changed while it was read; pymongo might read beyond its end.
    Mutated(&'static str),
}

pub type Outcome<T> = Result<T, Trouble>;

impl From<PyErr> for Trouble {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

impl From<BsonError> for Trouble {
    fn from(_: BsonError) -> Self {
        Self::AskPymongo
    }
}

impl From<pyo3::CastError<'_, '_>> for Trouble {
    fn from(_: pyo3::CastError<'_, '_>) -> Self {
        Self::AskPymongo
    }
}

impl From<pyo3::CastIntoError<'_>> for Trouble {
    fn from(_: pyo3::CastIntoError<'_>) -> Self {
        Self::AskPymongo
    }
}

impl Trouble {
    /// The exception that must not be replaced: exit requests, and the depth limit as `class`.
    fn final_error(self, py: Python<'_>, class: &Py<pyo3::types::PyType>) -> Option<PyErr> {
        match self {
            Self::TooDeep => Some(too_deep(py, class)),
            Self::Mutated(what) => Some(PyRuntimeError::new_err(format!("{what} changed size during iteration"))),
            Self::Raised(error) if !error.is_instance_of::<PyException>(py) => Some(error),
            Self::Raised(_) | Self::AskPymongo => None,
        }
    }
}

fn too_deep(py: Python<'_>, class: &Py<pyo3::types::PyType>) -> PyErr {
    let message = BsonError::TooDeep { limit: MAX_DEPTH }.to_string();
    PyErr::from_type(class.bind(py).clone(), message)
}

/// Encodes one element with pymongo after `trouble` here, or raises what pymongo raises.
pub fn encode_element(
    py: Python<'_>,
    key: &[u8],
    value: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    trouble: Trouble,
) -> PyResult<()> {
    let types = types(py);
    if let Some(error) = trouble.final_error(py, &types.invalid_document) {
        return Err(error);
    }
    let document = PyDict::new(py);
    document.set_item(PyString::from_bytes(py, key)?, value)?;
    let encoded = types.dict_to_bson.bind(py).call1((document, false, &opts.source, false))?;
    let bytes = encoded.cast::<PyBytes>()?.as_bytes();
    let element = bytes
        .get(4..bytes.len().saturating_sub(1))
        .ok_or_else(|| PyValueError::new_err("pymongo returned no BSON document"))?;
    out.extend_from_slice(element);
    Ok(())
}

/// Encodes a whole document with pymongo after `trouble` here, or raises what pymongo raises.
pub fn encode_document(
    py: Python<'_>,
    document: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    trouble: Trouble,
) -> PyResult<()> {
    let types = types(py);
    if let Some(error) = trouble.final_error(py, &types.invalid_document) {
        return Err(error);
    }
    let encoded = types.encode.bind(py).call1((document, false, &opts.source))?;
    out.extend_from_slice(encoded.cast::<PyBytes>()?.as_bytes());
    Ok(())
}

/// Decodes a whole document with pymongo after `trouble` here, or raises what pymongo raises.
pub fn decode_document<'py>(
    py: Python<'py>,
    bytes: &[u8],
    opts: &CodecOptions,
    trouble: Trouble,
) -> PyResult<Bound<'py, PyAny>> {
    let types = types(py);
    if let Some(error) = trouble.final_error(py, &types.invalid_bson) {
        return Err(error);
    }
    types.decode.bind(py).call1((PyBytes::new(py, bytes), &opts.source))
}

/// Decodes one value with pymongo after `trouble` here. `key` is what error messages call it.
pub fn decode_value<'py>(
    py: Python<'py>,
    tag: u8,
    bytes: &[u8],
    key: &[u8],
    opts: &CodecOptions,
    trouble: Trouble,
) -> PyResult<Bound<'py, PyAny>> {
    let types = types(py);
    if let Some(error) = trouble.final_error(py, &types.invalid_bson) {
        return Err(error);
    }
    let mut wrapped = Vec::with_capacity(bytes.len() + key.len() + 20);
    let start = writer::begin_document(&mut wrapped);
    writer::element_unchecked(&mut wrapped, tag, key);
    wrapped.extend_from_slice(bytes);
    writer::end_document(&mut wrapped, start).map_err(|e| PyValueError::new_err(e.to_string()))?;
    let decoded = types.decode.bind(py).call1((PyBytes::new(py, &wrapped), &opts.source))?;
    match PyString::from_bytes(py, key) {
        Ok(key) => decoded.get_item(key),
        // A key that only a lenient unicode handler accepts: the only value there is.
        Err(_) => decoded
            .call_method0(intern!(py, "values"))?
            .try_iter()?
            .next()
            .unwrap_or_else(|| Err(PyValueError::new_err("pymongo returned an empty document"))),
    }
}
