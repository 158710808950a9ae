//! Arguments of operations to BSON parts.
use mongodb::options::{ReadPreference, ReadPreferenceOptions, SelectionCriteria};
use mongoengine_fast_core::bson::tag;
use mongoengine_fast_core::ops::command::Value;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::collections::HashMap;
use std::time::Duration;

use crate::codec::{self, CodecOptions};
use crate::errors::{self, Declined};

/// Encodes a filter or another mapping, which stands inside a command: its keys keep their order, `_id` too.
pub fn document(value: &Bound<'_, PyAny>, options: &CodecOptions) -> PyResult<Vec<u8>> {
    let py = value.py();
    let mut out = Vec::with_capacity(128);
    codec::encode_value(py, b"", value, options, &mut out, 0).map_err(|error| errors::decline(py, error))?;
    if out[0] != tag::DOCUMENT {
        return Err(Declined::new_err("an unusual mapping"));
    }
    // An element with an empty key: type byte, NUL, value.
    out.drain(..2);
    Ok(out)
}

pub fn optional_document(value: Option<&Bound<'_, PyAny>>, options: &CodecOptions) -> PyResult<Option<Vec<u8>>> {
    value.map(|value| document(value, options)).transpose()
}

/// Encodes the items of a dict of options as elements.
pub fn elements(values: Option<&Bound<'_, PyDict>>, options: &CodecOptions) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    if let Some(values) = values {
        for (key, value) in values {
            element(&key, &value, options, &mut out)?;
        }
    }
    Ok(out)
}

fn element(
    key: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
    options: &CodecOptions,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let py = key.py();
    let name = key.cast::<PyString>()?.to_str()?;
    codec::encode_value(py, name.as_bytes(), value, options, out, 1).map_err(|error| errors::decline(py, error))
}

/// One encoded value of any type.
pub struct OwnedValue {
    bytes: Vec<u8>,
}

impl OwnedValue {
    pub fn encode(value: &Bound<'_, PyAny>, options: &CodecOptions) -> PyResult<Self> {
        let mut bytes = Vec::with_capacity(128);
        let py = value.py();
        codec::encode_value(py, b"", value, options, &mut bytes, 1).map_err(|error| errors::decline(py, error))?;
        Ok(OwnedValue { bytes })
    }

    /// A document that is encoded already.
    pub fn of_document(document: Vec<u8>) -> Self {
        let mut bytes = Vec::with_capacity(document.len() + 2);
        bytes.extend_from_slice(&[0x03, 0]);
        bytes.extend_from_slice(&document);
        OwnedValue { bytes }
    }

    pub fn as_value(&self) -> Value<'_> {
        // An element with an empty key: type byte, NUL, value.
        Value { tag: self.bytes[0], bytes: &self.bytes[2..] }
    }
}

/// Reads a read preference document (`mode`, `tags`, `maxStalenessSeconds`); None for primary.
pub fn selection(preference: Option<&Bound<'_, PyDict>>) -> PyResult<Option<SelectionCriteria>> {
    let Some(preference) = preference else { return Ok(None) };
    let mode: String = match preference.get_item("mode")? {
        Some(mode) => mode.extract()?,
        None => return Ok(None),
    };
    let mut options = ReadPreferenceOptions::default();
    if let Some(tags) = preference.get_item("tags")? {
        options.tag_sets = Some(tags.extract::<Vec<HashMap<String, String>>>()?);
    }
    if let Some(staleness) = preference.get_item("maxStalenessSeconds")? {
        options.max_staleness = Some(Duration::from_secs(staleness.extract()?));
    }
    let options = Some(options);
    let preference = match mode.as_str() {
        "primary" => ReadPreference::Primary,
        "primaryPreferred" => ReadPreference::PrimaryPreferred { options },
        "secondary" => ReadPreference::Secondary { options },
        "secondaryPreferred" => ReadPreference::SecondaryPreferred { options },
        "nearest" => ReadPreference::Nearest { options },
        other => return Err(PyValueError::new_err(format!("unknown read preference mode {other}"))),
    };
    Ok(Some(SelectionCriteria::ReadPreference(preference)))
}
