//! Python values to BSON: dispatch and containers. Scalars are in `encode_scalar`.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use mongoengine_fast_core::bson::{reader, tag, writer, MAX_DEPTH};

use super::encode_scalar as scalar;
use super::fallback::{self, Outcome, Trouble};
use super::objects::{dbref_parts, objectid_bytes};
use super::options::CodecOptions;
use super::raw::{self, DictCursor};
use super::types::{types, Kind};

/// Marker values of bson's classes (`_type_marker`).
const MARKER_DBREF: i64 = 100;
const MARKER_RAW: i64 = 101;
const MARKERS: [i64; 11] = [5, 7, 9, 11, 13, 17, 18, 19, MARKER_DBREF, 127, 255];

/// Appends one element: type byte, key, NUL, value.
///
/// `depth` is how many documents enclose the value. On an error `out` is left as it was. Errors are pymongo's
/// (without its "Invalid document:" prefix), and `bson.errors.InvalidDocument` beyond 200 levels.
pub fn encode_value(
    py: Python<'_>,
    key: &[u8],
    value: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
) -> PyResult<()> {
    let start = out.len();
    if reader::find_nul(key).is_none() {
        let Err(trouble) = write(key, value, opts, out, depth) else {
            return Ok(());
        };
        out.truncate(start);
        return fallback::encode_element(py, key, value, opts, out, trouble);
    }
    fallback::encode_element(py, key, value, opts, out, Trouble::AskPymongo)
}

/// Appends a whole document, `_id` first. Errors are pymongo's; on an error `out` is left as it was.
pub fn encode_document(
    py: Python<'_>,
    mapping: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let start = out.len();
    let Err(trouble) = write_top_level(mapping, opts, out) else {
        return Ok(());
    };
    out.truncate(start);
    fallback::encode_document(py, mapping, opts, out, trouble)
}

fn write_top_level(mapping: &Bound<'_, PyAny>, opts: &CodecOptions, out: &mut Vec<u8>) -> Outcome<()> {
    if let Ok(dict) = mapping.cast::<PyDict>() {
        if matches!(types(mapping.py()).kind(mapping), Kind::Dict | Kind::Son) || marker(mapping)?.is_none() {
            return write_dict(dict, opts, out, 1, true);
        }
        return Err(Trouble::AskPymongo);
    }
    if marker(mapping)?.is_some() || !is_mapping(mapping)? {
        return Err(Trouble::AskPymongo);
    }
    write_mapping(mapping, opts, out, 1, true)
}

/// Appends one element; on an error, part of it may be left in `out`.
pub(super) fn write(
    key: &[u8],
    value: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
) -> Outcome<()> {
    match types(value.py()).kind(value) {
        Kind::Str => scalar::string(key, value, out),
        Kind::Int => scalar::int(key, value, out),
        Kind::Bool => scalar::bool(key, value, out),
        Kind::None => scalar::empty(tag::NULL, key, out),
        Kind::Float => scalar::float(key, value, out),
        Kind::ObjectId => match objectid_bytes(value) {
            Some(id) => scalar::fixed(tag::OBJECT_ID, key, &id, out),
            None => Err(Trouble::AskPymongo),
        },
        Kind::DateTime => scalar::datetime(key, value, out),
        Kind::Dict | Kind::Son => {
            writer::element_unchecked(out, tag::DOCUMENT, key);
            write_dict(value.cast()?, opts, out, depth + 1, false)
        }
        Kind::List => write_list(key, value.cast()?, opts, out, depth + 1),
        Kind::Tuple => write_tuple(key, value.cast()?, opts, out, depth + 1),
        Kind::DbRef => write_dbref(key, value, opts, out, depth + 1),
        Kind::Code => write_code(key, value, opts, out, depth + 1),
        Kind::Bytes => scalar::bytes(key, value, out),
        Kind::Int64 => scalar::int64(key, value, out),
        Kind::Decimal128 => scalar::decimal128(key, value, out),
        Kind::Uuid => scalar::uuid(key, value, opts, out),
        Kind::Binary => scalar::binary(key, value, out),
        Kind::Timestamp => scalar::timestamp(key, value, out),
        Kind::Regex | Kind::Pattern => scalar::regex(key, value, out),
        Kind::DatetimeMs => scalar::datetime_ms(key, value, out),
        Kind::MinKey => scalar::empty(tag::MIN_KEY, key, out),
        Kind::MaxKey => scalar::empty(tag::MAX_KEY, key, out),
        Kind::Other => write_other(key, value, opts, out, depth),
    }
}

/// A type that is none of the known ones: first by bson's marker, then by base class, in pymongo's order.
fn write_other(
    key: &[u8],
    value: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
) -> Outcome<()> {
    match marker(value)? {
        Some(MARKER_RAW) => return write_raw(key, value, out),
        Some(MARKER_DBREF) => {
            let document = value.call_method0(intern!(value.py(), "as_doc"))?;
            return write_container(key, &document, opts, out, depth + 1);
        }
        Some(other) if MARKERS.contains(&other) => return ask_pymongo(key, value, opts, out),
        _ => {}
    }
    if value.is_instance_of::<PyInt>() {
        scalar::int(key, value, out)
    } else if value.is_instance_of::<PyFloat>() {
        scalar::float(key, value, out)
    } else if value.is_instance_of::<PyDict>() {
        write_container(key, value, opts, out, depth + 1)
    } else if let Ok(list) = value.cast::<PyList>() {
        write_list(key, list, opts, out, depth + 1)
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        write_tuple(key, tuple, opts, out, depth + 1)
    } else if value.is_instance_of::<PyBytes>() {
        scalar::bytes(key, value, out)
    } else if value.is_instance_of::<PyString>() {
        scalar::string(key, value, out)
    } else if value.is_instance_of::<pyo3::types::PyDateTime>() {
        scalar::datetime(key, value, out)
    } else if is_mapping(value)? {
        write_container(key, value, opts, out, depth + 1)
    } else {
        ask_pymongo(key, value, opts, out)
    }
}

/// One value that only pymongo can encode: UUID subclasses, registered type codecs, or an error.
fn ask_pymongo(key: &[u8], value: &Bound<'_, PyAny>, opts: &CodecOptions, out: &mut Vec<u8>) -> Outcome<()> {
    fallback::encode_element(value.py(), key, value, opts, out, Trouble::AskPymongo).map_err(Trouble::Raised)
}

/// bson's type marker of an object, if it has an integer one. Objects that invent attributes have no marker.
fn marker(value: &Bound<'_, PyAny>) -> Outcome<Option<i64>> {
    match value.getattr_opt(intern!(value.py(), "_type_marker")) {
        Ok(Some(marker)) if marker.is_exact_instance_of::<PyInt>() => {
            Ok(Some(marker.extract().map_err(|_| Trouble::AskPymongo)?).filter(|m| *m != 0))
        }
        Ok(_) => Ok(None),
        Err(_) => Err(Trouble::AskPymongo),
    }
}

fn is_mapping(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    value.is_instance(types(value.py()).mapping.bind(value.py()))
}

/// A nested document from a dict of any class or another mapping.
fn write_container(
    key: &[u8],
    value: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
) -> Outcome<()> {
    writer::element_unchecked(out, tag::DOCUMENT, key);
    match value.cast::<PyDict>() {
        Ok(dict) => write_dict(dict, opts, out, depth, false),
        Err(_) => write_mapping(value, opts, out, depth, false),
    }
}

fn check_depth(depth: usize) -> Outcome<()> {
    if depth > MAX_DEPTH {
        return Err(Trouble::TooDeep);
    }
    Ok(())
}

/// A dict of any class by its own storage, as pymongo does; `depth` counts this document.
fn write_dict(
    dict: &Bound<'_, PyDict>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
    top_level: bool,
) -> Outcome<()> {
    check_depth(depth)?;
    let start = writer::begin_document(out);
    if top_level {
        if let Some(id) = dict.get_item(intern!(dict.py(), "_id"))? {
            write(b"_id", &id, opts, out, depth)?;
        }
    }
    if raw::FREE_THREADED {
        for item in dict.items() {
            let (key, value) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            write_pair(&key, &value, opts, out, depth, top_level)?;
        }
    } else {
        let mut cursor = DictCursor::new(dict);
        while let Some((key, value)) = cursor.next() {
            write_pair(&key, &value, opts, out, depth, top_level)?;
            if cursor.resized() {
                return Err(Trouble::Mutated("dictionary"));
            }
        }
    }
    Ok(writer::end_document(out, start)?)
}

/// A mapping that is no dict, through its own `__iter__` and `__getitem__`; `depth` counts this document.
fn write_mapping(
    mapping: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
    top_level: bool,
) -> Outcome<()> {
    check_depth(depth)?;
    let start = writer::begin_document(out);
    if top_level {
        let id = intern!(mapping.py(), "_id");
        // pymongo takes any error of the look-up for absence.
        if let Ok(value) = mapping.get_item(id) {
            write(b"_id", &value, opts, out, depth)?;
        }
    }
    for key in mapping.try_iter()? {
        let key = key?;
        let value = mapping.get_item(&key)?;
        write_pair(&key, &value, opts, out, depth, top_level)?;
    }
    Ok(writer::end_document(out, start)?)
}

#[inline]
fn write_pair(
    key: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
    top_level: bool,
) -> Outcome<()> {
    let name = key.cast::<PyString>()?;
    scalar::with_utf8(name, |name| {
        if reader::find_nul(name).is_some() {
            return Err(Trouble::AskPymongo);
        }
        if top_level && name == b"_id" {
            return Ok(());
        }
        write(name, value, opts, out, depth)
    })
}

fn write_list(
    key: &[u8],
    list: &Bound<'_, PyList>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
) -> Outcome<()> {
    check_depth(depth)?;
    writer::element_unchecked(out, tag::ARRAY, key);
    let start = writer::begin_document(out);
    let (len, mut buffer) = (list.len(), [0; 20]);
    for index in 0..len {
        // Encoding an item may run Python code that shortens the list.
        let item = list.get_item(index).map_err(|_| Trouble::Mutated("list"))?;
        write(writer::index_key(index, &mut buffer), &item, opts, out, depth)?;
    }
    Ok(writer::end_document(out, start)?)
}

fn write_tuple(
    key: &[u8],
    tuple: &Bound<'_, PyTuple>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
) -> Outcome<()> {
    check_depth(depth)?;
    writer::element_unchecked(out, tag::ARRAY, key);
    let start = writer::begin_document(out);
    let mut buffer = [0; 20];
    for (index, item) in tuple.iter().enumerate() {
        write(writer::index_key(index, &mut buffer), &item, opts, out, depth)?;
    }
    Ok(writer::end_document(out, start)?)
}

fn write_dbref(
    key: &[u8],
    value: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
) -> Outcome<()> {
    let parts = dbref_parts(value);
    let Some(parts) = parts.filter(|parts| parts.extra.is_empty()) else {
        let document = value.call_method0(intern!(value.py(), "as_doc"))?;
        return write_container(key, &document, opts, out, depth);
    };
    check_depth(depth)?;
    writer::element_unchecked(out, tag::DOCUMENT, key);
    let start = writer::begin_document(out);
    write(b"$ref", &parts.collection, opts, out, depth)?;
    write(b"$id", &parts.id, opts, out, depth)?;
    if let Some(database) = &parts.database {
        write(b"$db", database, opts, out, depth)?;
    }
    Ok(writer::end_document(out, start)?)
}

fn write_code(
    key: &[u8],
    value: &Bound<'_, PyAny>,
    opts: &CodecOptions,
    out: &mut Vec<u8>,
    depth: usize,
) -> Outcome<()> {
    let scope = value.getattr(intern!(value.py(), "scope"))?;
    if scope.is_none() {
        return scalar::text(tag::CODE, key, value.cast()?, out);
    }
    writer::element_unchecked(out, tag::CODE_W_SCOPE, key);
    let start = writer::begin_document(out);
    scalar::with_utf8(value.cast()?, |code| Ok(writer::str_value(out, code)?))?;
    match scope.cast::<PyDict>() {
        Ok(dict) => write_dict(dict, opts, out, depth, false)?,
        Err(_) => return Err(Trouble::AskPymongo),
    }
    Ok(writer::patch_length(out, start)?)
}

/// The bytes of a `RawBSONDocument`, unchecked, as pymongo passes them on.
fn write_raw(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    let raw = value.getattr(intern!(value.py(), "raw"))?;
    let bytes = raw.cast::<PyBytes>()?;
    writer::element_unchecked(out, tag::DOCUMENT, key);
    out.extend_from_slice(bytes.as_bytes());
    Ok(())
}
