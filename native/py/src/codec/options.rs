//! `bson.CodecOptions`, read once into Rust.
use std::cell::RefCell;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyTzInfo};

use mongoengine_fast_core::bson::{validate_noting, Checks, MAX_DEPTH};

use super::datetime::native_range;
use super::types::types;

/// How `uuid.UUID` is stored (`bson.binary.UuidRepresentation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UuidRep {
    Unspecified,
    PythonLegacy,
    Standard,
    JavaLegacy,
    CsharpLegacy,
}

/// What a BSON datetime becomes (`bson.codec_options.DatetimeConversion`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatetimeMode {
    Datetime,
    Clamp,
    Ms,
    Auto,
}

/// What a BSON document becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    Dict,
    Son,
    /// `RawBSONDocument` or a subclass: made from bytes and options.
    Raw,
    /// Any other mutable mapping: made empty and filled.
    Custom,
}

/// The options of one collection or call. Encoding and decoding use the same.
pub struct CodecOptions {
    pub uuid: UuidRep,
    pub tz_aware: bool,
    pub tzinfo: Option<Py<PyTzInfo>>,
    pub datetime_mode: DatetimeMode,
    /// Invalid UTF-8 is an error; otherwise `unicode_handler` names the codec error handler.
    pub unicode_strict: bool,
    pub unicode_handler: String,
    pub document_kind: DocumentKind,
    /// The class of decoded documents, `None` for `dict`.
    pub document_class: Option<Py<PyAny>>,
    /// Converters of decoded values by type, `None` when there are none.
    pub decoder_map: Option<Py<PyDict>>,
    /// The `bson.CodecOptions` this was read from.
    pub source: Py<PyAny>,
    checks: Checks,
}

thread_local! {
    /// The options read last, with the object they were read from: callers mostly pass the same ones again.
    static LAST: RefCell<Option<Arc<CodecOptions>>> = const { RefCell::new(None) };
}

impl CodecOptions {
    /// Reads a `bson.CodecOptions`. Errors: TypeError for anything else, as pymongo's.
    pub fn from_py(options: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = options.py();
        if !options.is_instance(types(py).codec_options.bind(py))? {
            return Err(PyTypeError::new_err("codec_options must be an instance of CodecOptions"));
        }
        let tzinfo = options.getattr(intern!(py, "tzinfo"))?;
        let tzinfo_is_none = tzinfo.is_none();
        let handler: String = options.getattr(intern!(py, "unicode_decode_error_handler"))?.extract()?;
        let class = options.getattr(intern!(py, "document_class"))?;
        let document_kind = document_kind(&class)?;
        let uuid = uuid_rep(&options.getattr(intern!(py, "uuid_representation"))?)?;
        let datetime_mode = datetime_mode(&options.getattr(intern!(py, "datetime_conversion"))?)?;
        let decoders = options
            .getattr(intern!(py, "type_registry"))?
            .getattr(intern!(py, "_decoder_map"))?
            .cast_into::<PyDict>()?;
        Ok(Self {
            uuid,
            tz_aware: options.getattr(intern!(py, "tz_aware"))?.is_truthy()?,
            tzinfo: if tzinfo_is_none { None } else { Some(tzinfo.cast_into::<PyTzInfo>()?.unbind()) },
            datetime_mode,
            unicode_strict: handler == "strict",
            unicode_handler: handler,
            document_kind,
            document_class: (document_kind != DocumentKind::Dict).then(|| class.unbind()),
            decoder_map: (!decoders.is_empty()).then(|| decoders.unbind()),
            source: options.clone().unbind(),
            checks: checks(datetime_mode, !tzinfo_is_none),
        })
    }

    /// [`from_py`](Self::from_py), remembering the last result of this thread.
    pub fn cached(options: &Bound<'_, PyAny>) -> PyResult<Arc<Self>> {
        let found = LAST.with_borrow(|last| match last {
            Some(known) if known.source.is(options) => Some(known.clone()),
            _ => None,
        });
        if let Some(known) = found {
            return Ok(known);
        }
        let fresh = Arc::new(Self::from_py(options)?);
        let replaced = LAST.with_borrow_mut(|last| last.replace(fresh.clone()));
        drop(replaced);
        Ok(fresh)
    }

    /// Whether decoding these bytes, or any part of them at any later time, cannot fail: they are sound and hold no
    /// value that these options refuse. Cheap; no Python object is touched.
    ///
    /// Meanwhile `note` is told the type, key and position of every value at the top level, and tells if it knows the key.
    #[inline]
    pub fn decodes_later<'a>(&self, bytes: &'a [u8], note: impl FnMut(u8, &'a [u8], usize) -> bool) -> bool {
        let own_classes = matches!(self.document_kind, DocumentKind::Dict | DocumentKind::Son);
        own_classes && self.decoder_map.is_none() && validate_noting(bytes, MAX_DEPTH, &self.checks, note).is_ok()
    }

    /// pymongo's defaults: plain dicts, naive datetimes, UUIDs refused.
    pub fn default(py: Python<'_>) -> PyResult<Arc<Self>> {
        Self::cached(types(py).default_options.bind(py))
    }
}

fn checks(mode: DatetimeMode, has_tzinfo: bool) -> Checks {
    let any = matches!(mode, DatetimeMode::Ms) || (mode != DatetimeMode::Datetime && !has_tzinfo);
    let datetime = if any { i64::MIN..=i64::MAX } else { native_range(has_tzinfo) };
    Checks { datetime, whole_uuids: true }
}

fn document_kind(class: &Bound<'_, PyAny>) -> PyResult<DocumentKind> {
    let py = class.py();
    if class.is(py.get_type::<PyDict>()) {
        return Ok(DocumentKind::Dict);
    }
    if class.is(&types(py).son) {
        return Ok(DocumentKind::Son);
    }
    let marker = class.getattr_opt(intern!(py, "_type_marker"))?;
    let raw = match marker {
        Some(marker) => marker.is_exact_instance_of::<PyInt>() && marker.eq(101)?,
        None => false,
    };
    Ok(if raw { DocumentKind::Raw } else { DocumentKind::Custom })
}

fn uuid_rep(value: &Bound<'_, PyAny>) -> PyResult<UuidRep> {
    Ok(match value.extract::<u8>()? {
        3 => UuidRep::PythonLegacy,
        4 => UuidRep::Standard,
        5 => UuidRep::JavaLegacy,
        6 => UuidRep::CsharpLegacy,
        _ => UuidRep::Unspecified,
    })
}

fn datetime_mode(value: &Bound<'_, PyAny>) -> PyResult<DatetimeMode> {
    Ok(match value.extract::<u8>()? {
        2 => DatetimeMode::Clamp,
        3 => DatetimeMode::Ms,
        4 => DatetimeMode::Auto,
        _ => DatetimeMode::Datetime,
    })
}
