//! Dicts to insert, encoded before anything is sent.
use std::sync::Arc;

use mongoengine_fast_core::bson::writer;
use mongoengine_fast_core::ops::bulk::Statements;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};

use super::collection::Collection;
use crate::codec::{self, CodecOptions};
use crate::encode::{self, row::Rows};
use crate::plan::Plan;

/// A row that was checked and encoded in the place of a document; takes its place in an insert.
#[pyclass(frozen, module = "mongoengine_fast._native")]
pub struct EncodedRow {
    bytes: Box<[u8]>,
    /// None where the bytes lack an `_id`, which is generated when they are sent.
    id: Option<Py<PyAny>>,
    class: Py<PyType>,
    codec: Arc<CodecOptions>,
}

#[pymethods]
impl EncodedRow {
    /// What the document's `to_mongo` would have been, for pymongo to send and for an error that reports it.
    fn to_mongo<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let plain = PyDict::new(py);
        plain.set_item("document_class", py.get_type::<PyDict>())?;
        // Values of the program's own types are encoded already.
        plain.set_item("type_registry", py.import("bson.codec_options")?.call_method0("TypeRegistry")?)?;
        let options = PyDict::new(py);
        options.set_item("codec_options", self.codec.source.bind(py).call_method("with_options", (), Some(&plain))?)?;
        let bytes = PyBytes::new(py, &self.bytes);
        let document = self.class.bind(py).call_method(intern!(py, "from_db"), (bytes,), Some(&options))?;
        document.call_method0(intern!(py, "to_mongo"))
    }
}

impl EncodedRow {
    /// Append it; returns its id.
    pub(super) fn write<'py>(&self, py: Python<'py>, statements: &mut Statements) -> PyResult<Bound<'py, PyAny>> {
        let out = statements.buffer();
        if let Some(id) = &self.id {
            out.extend_from_slice(&self.bytes);
            return Ok(id.bind(py).clone());
        }
        let id = codec::new_objectid(py)?;
        let start = writer::begin_document(out);
        codec::encode_value(py, b"_id", &id, &self.codec, out, 1)?;
        out.extend_from_slice(&self.bytes[size_of::<i32>()..self.bytes.len() - 1]);
        writer::end_document(out, start).map_err(encode::refused)?;
        Ok(id)
    }
}

impl Collection {
    pub(super) fn rows_of<'py>(
        &self,
        class: &Bound<'py, PyType>,
        rows: &Bound<'py, PyList>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = class.py();
        let made = PyList::empty(py);
        let Some(encoder) = Rows::of(Plan::of(class)?, &self.codec)? else { return Ok(made) };
        let mut bytes = Vec::new();
        for row in rows {
            bytes.clear();
            match encoder.encode(&row, &mut bytes)? {
                Some(id) => {
                    let id = id.map(Bound::unbind);
                    let bytes = bytes.as_slice().into();
                    made.append(
                        EncodedRow { bytes, id, class: class.clone().unbind(), codec: Arc::clone(&self.codec) }
                            .into_pyobject(py)?,
                    )?;
                }
                None => made.append(py.None())?,
            }
        }
        Ok(made)
    }
}
