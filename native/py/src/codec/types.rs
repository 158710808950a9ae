//! The Python classes the codec meets, looked up once, and the one table from type pointer to kind.
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};
use pyo3::PyTypeInfo;

use super::slots::SlotClass;
use super::son;

/// What an object is by its exact type; `Other` has to be looked at more closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Str,
    Int,
    Bool,
    None,
    Float,
    Dict,
    List,
    ObjectId,
    DateTime,
    Son,
    Bytes,
    Tuple,
    Int64,
    Decimal128,
    DbRef,
    Uuid,
    Binary,
    Timestamp,
    Regex,
    Pattern,
    Code,
    DatetimeMs,
    MinKey,
    MaxKey,
    Other,
}

const KINDS: usize = 24;

/// Cached classes, functions and layouts. Get it with [`types`].
pub struct Types {
    pub object_id: Py<PyType>,
    pub int64: Py<PyType>,
    pub binary: Py<PyType>,
    pub dbref: Py<PyType>,
    pub son: Py<PyType>,
    pub decimal128: Py<PyType>,
    pub timestamp: Py<PyType>,
    pub regex: Py<PyType>,
    pub code: Py<PyType>,
    pub min_key: Py<PyType>,
    pub max_key: Py<PyType>,
    pub datetime_ms: Py<PyType>,
    pub uuid: Py<PyType>,
    pub pattern: Py<PyType>,
    pub mapping: Py<PyAny>,
    pub codec_options: Py<PyType>,
    pub utc: Py<PyAny>,
    pub default_options: Py<PyAny>,
    pub invalid_document: Py<PyType>,
    pub invalid_bson: Py<PyType>,
    pub(super) encode: Py<PyAny>,
    pub(super) decode: Py<PyAny>,
    pub(super) dict_to_bson: Py<PyAny>,
    pub(super) uuid_is_safe: Py<PyAny>,
    pub(super) object_id_slots: SlotClass<1>,
    pub(super) dbref_slots: SlotClass<4>,
    pub(super) decimal128_slots: SlotClass<2>,
    pub(super) timestamp_slots: SlotClass<2>,
    pub(super) uuid_slots: SlotClass<2>,
    pub(super) fast_son: bool,
    kinds: [(usize, Kind); KINDS],
}

static TYPES: PyOnceLock<Types> = PyOnceLock::new();

/// The cached classes; `codec::register` fills them when the extension module is imported.
#[inline]
pub fn types(py: Python<'_>) -> &Types {
    TYPES.get(py).expect("codec::register runs when the module is imported")
}

/// Looks everything up. Called once, from `codec::register`.
pub fn init(py: Python<'_>) -> PyResult<()> {
    let mut types = Types::load(py)?;
    types.fast_son = son::layout_is_known(py, types.son.bind(py));
    let _ = TYPES.set(py, types);
    Ok(())
}

impl Types {
    fn load(py: Python<'_>) -> PyResult<Self> {
        let class = |module: &str, name: &str| -> PyResult<Py<PyType>> {
            Ok(py.import(module)?.getattr(name)?.cast_into::<PyType>()?.unbind())
        };
        let object =
            |module: &str, name: &str| -> PyResult<Py<PyAny>> { Ok(py.import(module)?.getattr(name)?.unbind()) };
        let object_id = class("bson.objectid", "ObjectId")?;
        let dbref = class("bson.dbref", "DBRef")?;
        let decimal128 = class("bson.decimal128", "Decimal128")?;
        let timestamp = class("bson.timestamp", "Timestamp")?;
        let uuid = class("uuid", "UUID")?;
        let mut types = Self {
            int64: class("bson.int64", "Int64")?,
            binary: class("bson.binary", "Binary")?,
            son: class("bson.son", "SON")?,
            regex: class("bson.regex", "Regex")?,
            code: class("bson.code", "Code")?,
            min_key: class("bson.min_key", "MinKey")?,
            max_key: class("bson.max_key", "MaxKey")?,
            datetime_ms: class("bson.datetime_ms", "DatetimeMS")?,
            pattern: class("re", "Pattern")?,
            mapping: object("collections.abc", "Mapping")?,
            codec_options: class("bson.codec_options", "CodecOptions")?,
            utc: object("bson.tz_util", "utc")?,
            default_options: object("bson.codec_options", "DEFAULT_CODEC_OPTIONS")?,
            invalid_document: class("bson.errors", "InvalidDocument")?,
            invalid_bson: class("bson.errors", "InvalidBSON")?,
            encode: object("bson", "encode")?,
            decode: object("bson", "decode")?,
            dict_to_bson: object("bson", "_dict_to_bson")?,
            uuid_is_safe: py.import("uuid")?.getattr("SafeUUID")?.getattr("unknown")?.unbind(),
            object_id_slots: SlotClass::of_object_id(object_id.bind(py)),
            dbref_slots: SlotClass::of_dbref(dbref.bind(py)),
            decimal128_slots: SlotClass::of_decimal128(decimal128.bind(py)),
            timestamp_slots: SlotClass::of_timestamp(timestamp.bind(py)),
            uuid_slots: SlotClass::of_uuid(uuid.bind(py)),
            fast_son: false,
            kinds: [(0, Kind::Other); KINDS],
            object_id,
            dbref,
            decimal128,
            timestamp,
            uuid,
        };
        types.kinds = types.kind_table(py);
        Ok(types)
    }

    /// The most frequent types first.
    fn kind_table(&self, py: Python<'_>) -> [(usize, Kind); KINDS] {
        let of = |ty: &Py<PyType>| ty.bind(py).as_type_ptr() as usize;
        [
            (PyString::type_object_raw(py) as usize, Kind::Str),
            (PyInt::type_object_raw(py) as usize, Kind::Int),
            (of(&self.object_id), Kind::ObjectId),
            (PyBool::type_object_raw(py) as usize, Kind::Bool),
            (py.None().bind(py).get_type_ptr() as usize, Kind::None),
            (PyFloat::type_object_raw(py) as usize, Kind::Float),
            (PyDateTime::type_object_raw(py) as usize, Kind::DateTime),
            (PyDict::type_object_raw(py) as usize, Kind::Dict),
            (PyList::type_object_raw(py) as usize, Kind::List),
            (of(&self.son), Kind::Son),
            (PyBytes::type_object_raw(py) as usize, Kind::Bytes),
            (PyTuple::type_object_raw(py) as usize, Kind::Tuple),
            (of(&self.int64), Kind::Int64),
            (of(&self.decimal128), Kind::Decimal128),
            (of(&self.dbref), Kind::DbRef),
            (of(&self.uuid), Kind::Uuid),
            (of(&self.binary), Kind::Binary),
            (of(&self.timestamp), Kind::Timestamp),
            (of(&self.regex), Kind::Regex),
            (of(&self.pattern), Kind::Pattern),
            (of(&self.code), Kind::Code),
            (of(&self.datetime_ms), Kind::DatetimeMs),
            (of(&self.min_key), Kind::MinKey),
            (of(&self.max_key), Kind::MaxKey),
        ]
    }

    /// The kind of `value` by its exact type.
    #[inline]
    pub fn kind(&self, value: &Bound<'_, PyAny>) -> Kind {
        let ty = value.get_type_ptr() as usize;
        for (known, kind) in &self.kinds {
            if *known == ty {
                return *kind;
            }
        }
        Kind::Other
    }
}
