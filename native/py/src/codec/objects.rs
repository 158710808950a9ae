//! Making and reading instances of bson's classes.
use mongoengine_fast_core::bson::oid;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use super::options::UuidRep;
use super::types::{types, Kind};

/// `bson.ObjectId` of twelve bytes.
pub fn make_objectid<'py>(py: Python<'py>, id: &[u8; 12]) -> PyResult<Bound<'py, PyAny>> {
    let types = types(py);
    let class = types.object_id.bind(py);
    let bytes = PyBytes::new(py, id).into_any();
    if !types.object_id_slots.is_known() {
        return class.call1((bytes,));
    }
    types.object_id_slots.create(class, [bytes]).expect("the layout is known")
}

/// A new `bson.ObjectId`.
pub fn new_objectid(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    match oid::generate() {
        Ok(id) => make_objectid(py, &id),
        Err(_) => types(py).object_id.bind(py).call0(),
    }
}

/// The twelve bytes of an exact `bson.ObjectId`; `None` for anything else, subclasses included.
#[inline]
pub fn objectid_bytes(value: &Bound<'_, PyAny>) -> Option<[u8; 12]> {
    let py = value.py();
    let types = types(py);
    if value.get_type_ptr() != types.object_id.bind(py).as_type_ptr() {
        return None;
    }
    let id = match types.object_id_slots.read(value, 0) {
        Some(id) => id,
        None => value.getattr(intern!(py, "binary")).ok()?,
    };
    id.cast::<PyBytes>().ok()?.as_bytes().try_into().ok()
}

/// `bson.DBRef`. `extra` is taken over, not copied, and must not be shared.
pub fn make_dbref<'py>(
    py: Python<'py>,
    collection: &Bound<'py, PyString>,
    id: &Bound<'py, PyAny>,
    database: Option<&Bound<'py, PyString>>,
    extra: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let types = types(py);
    let class = types.dbref.bind(py);
    let database = match database {
        Some(name) => name.clone().into_any(),
        None => py.None().into_bound(py),
    };
    let extra = extra.unwrap_or_else(|| PyDict::new(py));
    if !types.dbref_slots.is_known() {
        return class.call1((collection, id, database, extra));
    }
    let values = [collection.clone().into_any(), id.clone(), database, extra.into_any()];
    types.dbref_slots.create(class, values).expect("the layout is known")
}

/// The parts of an exact `bson.DBRef`.
pub struct DbRefParts<'py> {
    pub collection: Bound<'py, PyAny>,
    pub id: Bound<'py, PyAny>,
    /// `None` when the DBRef names no database.
    pub database: Option<Bound<'py, PyAny>>,
    /// Additional fields; mostly empty.
    pub extra: Bound<'py, PyDict>,
}

/// Takes an exact `bson.DBRef` apart; `None` for anything else, or when its layout is not the known one.
pub fn dbref_parts<'py>(value: &Bound<'py, PyAny>) -> Option<DbRefParts<'py>> {
    let types = types(value.py());
    if types.kind(value) != Kind::DbRef {
        return None;
    }
    let read = |index| types.dbref_slots.read(value, index);
    Some(DbRefParts {
        collection: read(0)?,
        id: read(1)?,
        database: Some(read(2)?).filter(|name| !name.is_none()),
        extra: read(3)?.cast_into_exact::<PyDict>().ok()?,
    })
}

/// `bson.Int64`.
pub fn make_int64(py: Python<'_>, value: i64) -> PyResult<Bound<'_, PyAny>> {
    types(py).int64.bind(py).call1((value,))
}

/// `bson.Decimal128` of its sixteen stored bytes.
pub fn make_decimal128<'py>(py: Python<'py>, bid: &[u8; 16]) -> PyResult<Bound<'py, PyAny>> {
    let types = types(py);
    let class = types.decimal128.bind(py);
    let whole = u128::from_le_bytes(*bid);
    let high = ((whole >> 64) as u64).into_pyobject(py)?.into_any();
    let low = (whole as u64).into_pyobject(py)?.into_any();
    match types.decimal128_slots.create(class, [high, low]) {
        Some(made) => made,
        None => class.call_method1(intern!(py, "from_bid"), (PyBytes::new(py, bid),)),
    }
}

/// The sixteen stored bytes of a `bson.Decimal128`.
pub fn decimal128_bytes(value: &Bound<'_, PyAny>) -> PyResult<[u8; 16]> {
    let py = value.py();
    let types = types(py);
    if types.kind(value) == Kind::Decimal128 {
        let part = |index| types.decimal128_slots.read(value, index).and_then(|v| v.extract::<u64>().ok());
        if let (Some(high), Some(low)) = (part(0), part(1)) {
            return Ok((u128::from(high) << 64 | u128::from(low)).to_le_bytes());
        }
    }
    value.getattr(intern!(py, "bid"))?.extract()
}

/// `bson.Timestamp` of seconds and increment.
pub fn make_timestamp(py: Python<'_>, seconds: u32, increment: u32) -> PyResult<Bound<'_, PyAny>> {
    let types = types(py);
    let class = types.timestamp.bind(py);
    let values = [seconds.into_pyobject(py)?.into_any(), increment.into_pyobject(py)?.into_any()];
    match types.timestamp_slots.create(class, values) {
        Some(made) => made,
        None => class.call1((seconds, increment)),
    }
}

/// `bson.Binary`.
pub fn make_binary<'py>(py: Python<'py>, subtype: u8, payload: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    types(py).binary.bind(py).call1((PyBytes::new(py, payload), subtype))
}

/// Sixteen bytes in the order of a representation, to or from the order of `UUID.bytes`.
fn reorder(mut bytes: [u8; 16], rep: UuidRep) -> [u8; 16] {
    match rep {
        UuidRep::JavaLegacy => {
            bytes[..8].reverse();
            bytes[8..].reverse();
        }
        UuidRep::CsharpLegacy => {
            bytes[..4].reverse();
            bytes[4..6].reverse();
            bytes[6..8].reverse();
        }
        _ => {}
    }
    bytes
}

/// `uuid.UUID` of stored bytes; `None` when subtype and representation do not belong together and the value
/// stays a `Binary`.
pub fn make_uuid<'py>(
    py: Python<'py>,
    subtype: u8,
    stored: &[u8; 16],
    rep: UuidRep,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let fits = match rep {
        UuidRep::Unspecified => false,
        UuidRep::Standard => subtype == 4,
        _ => subtype == 3,
    };
    if !fits {
        return Ok(None);
    }
    let types = types(py);
    let class = types.uuid.bind(py);
    let bytes = reorder(*stored, rep);
    let int = u128::from_be_bytes(bytes).into_pyobject(py)?.into_any();
    let unknown = types.uuid_is_safe.bind(py).clone();
    match types.uuid_slots.create(class, [int, unknown]) {
        Some(made) => made.map(Some),
        None => {
            let keywords = PyDict::new(py);
            keywords.set_item(intern!(py, "bytes"), PyBytes::new(py, &bytes))?;
            class.call((), Some(&keywords)).map(Some)
        }
    }
}

/// Subtype and stored bytes of an exact `uuid.UUID`; `None` when `rep` refuses it or it is something else.
pub fn uuid_bytes(value: &Bound<'_, PyAny>, rep: UuidRep) -> Option<(u8, [u8; 16])> {
    let py = value.py();
    let types = types(py);
    if rep == UuidRep::Unspecified || types.kind(value) != Kind::Uuid {
        return None;
    }
    let int = match types.uuid_slots.read(value, 0) {
        Some(int) => int,
        None => value.getattr(intern!(py, "int")).ok()?,
    };
    let bytes = int.extract::<u128>().ok()?.to_be_bytes();
    let subtype = if rep == UuidRep::Standard { 4 } else { 3 };
    Some((subtype, reorder(bytes, rep)))
}
