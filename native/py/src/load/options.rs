//! Codec options that loaded documents point to.
use pyo3::prelude::*;

use crate::cell::GilCell;
use crate::codec::CodecOptions;

/// A set of codec options that lives as long as the process; documents point to theirs.
#[derive(Clone, Copy)]
pub struct OptionsId(pub(super) &'static Interned);

pub(super) struct Interned {
    codec: CodecOptions,
    /// Documents loaded with these options do not fetch what they refer to.
    pub(super) no_dereference: bool,
    /// The same options without dereferencing.
    twin: Option<&'static Interned>,
}

impl OptionsId {
    pub fn get(&self) -> &'static CodecOptions {
        &self.0.codec
    }

    pub fn without_dereference(self) -> Self {
        self.0.twin.map_or(self, OptionsId)
    }

    /// The entry for a Python `CodecOptions`; equal options share one.
    pub fn intern(options: &Bound<'_, PyAny>) -> PyResult<Self> {
        static KNOWN: GilCell<Vec<(Py<PyAny>, OptionsId)>> = GilCell::new(Vec::new());
        let py = options.py();
        let known: Vec<(Py<PyAny>, OptionsId)> =
            KNOWN.with(py, |known| known.iter().map(|(object, id)| (object.clone_ref(py), *id)).collect());
        for (object, id) in &known {
            if object.is(options) || object.bind(py).eq(options)? {
                return Ok(*id);
            }
        }
        let twin = Interned { codec: CodecOptions::from_py(options)?, no_dereference: true, twin: None };
        let twin: &'static Interned = Box::leak(Box::new(twin));
        let own = Interned { codec: CodecOptions::from_py(options)?, no_dereference: false, twin: Some(twin) };
        let id = OptionsId(Box::leak(Box::new(own)));
        let entry = options.clone().unbind();
        KNOWN.with(py, |known| known.push((entry, id)));
        Ok(id)
    }
}
