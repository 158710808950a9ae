//! Python scalars to BSON elements. Keys given here are free of NULs.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyString};

use mongoengine_fast_core::bson::{reader, tag, writer};

use super::datetime::datetime_to_millis;
use super::fallback::{Outcome, Trouble};
use super::objects::{decimal128_bytes, uuid_bytes};
use super::options::CodecOptions;
use super::raw;

/// Regex flags as `re` numbers them, in the order BSON wants their letters.
const REGEX_FLAGS: [(i64, u8); 6] = [(2, b'i'), (4, b'l'), (8, b'm'), (16, b's'), (32, b'u'), (64, b'x')];

/// Runs `use_it` on the UTF-8 bytes of a str. Text that is not ASCII is converted for the moment: asking the
/// object for its UTF-8 form would keep a second copy of it alive as long as the object.
#[inline]
pub(super) fn with_utf8<T>(text: &Bound<'_, PyString>, use_it: impl FnOnce(&[u8]) -> Outcome<T>) -> Outcome<T> {
    if raw::is_ascii(text) {
        return use_it(text.to_str()?.as_bytes());
    }
    use_it(text.encode_utf8()?.as_bytes())
}

#[inline]
pub(super) fn empty(tag: u8, key: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
    writer::element_unchecked(out, tag, key);
    Ok(())
}

#[inline]
pub(super) fn fixed(tag: u8, key: &[u8], bytes: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
    writer::element_unchecked(out, tag, key);
    out.extend_from_slice(bytes);
    Ok(())
}

pub(super) fn text(tag: u8, key: &[u8], value: &Bound<'_, PyString>, out: &mut Vec<u8>) -> Outcome<()> {
    with_utf8(value, |bytes| {
        writer::element_unchecked(out, tag, key);
        Ok(writer::str_value(out, bytes)?)
    })
}

#[inline]
pub(super) fn string(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    text(tag::STRING, key, value.cast()?, out)
}

/// A Python integer of any class: 32 bits where they suffice.
#[inline]
pub(super) fn int(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    let value = value.extract::<i64>().map_err(|_| Trouble::AskPymongo)?;
    match i32::try_from(value) {
        Ok(small) => fixed(tag::INT32, key, &small.to_le_bytes(), out),
        Err(_) => fixed(tag::INT64, key, &value.to_le_bytes(), out),
    }
}

pub(super) fn int64(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    let value = value.extract::<i64>().map_err(|_| Trouble::AskPymongo)?;
    fixed(tag::INT64, key, &value.to_le_bytes(), out)
}

pub(super) fn bool(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    let truth = value.cast::<PyBool>()?.is_true();
    fixed(tag::BOOL, key, &[u8::from(truth)], out)
}

pub(super) fn float(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    fixed(tag::DOUBLE, key, &value.cast::<PyFloat>()?.value().to_le_bytes(), out)
}

pub(super) fn datetime(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    fixed(tag::DATETIME, key, &datetime_to_millis(value)?.to_le_bytes(), out)
}

pub(super) fn datetime_ms(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    let millis = value.call_method0(intern!(value.py(), "__int__"))?;
    let millis = millis.extract::<i64>().map_err(|_| Trouble::AskPymongo)?;
    fixed(tag::DATETIME, key, &millis.to_le_bytes(), out)
}

pub(super) fn bytes(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    writer::element_unchecked(out, tag::BINARY, key);
    Ok(writer::binary_value(out, 0, value.cast::<PyBytes>()?.as_bytes())?)
}

pub(super) fn binary(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    let subtype = value.getattr(intern!(value.py(), "subtype"))?;
    let subtype = subtype.extract::<u8>().map_err(|_| Trouble::AskPymongo)?;
    writer::element_unchecked(out, tag::BINARY, key);
    Ok(writer::binary_value(out, subtype, value.cast::<PyBytes>()?.as_bytes())?)
}

pub(super) fn uuid(key: &[u8], value: &Bound<'_, PyAny>, opts: &CodecOptions, out: &mut Vec<u8>) -> Outcome<()> {
    let (subtype, bytes) = uuid_bytes(value, opts.uuid).ok_or(Trouble::AskPymongo)?;
    writer::element_unchecked(out, tag::BINARY, key);
    Ok(writer::binary_value(out, subtype, &bytes)?)
}

pub(super) fn decimal128(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    fixed(tag::DECIMAL128, key, &decimal128_bytes(value)?, out)
}

pub(super) fn timestamp(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    let py = value.py();
    let seconds = value.getattr(intern!(py, "time"))?.extract::<u32>().map_err(|_| Trouble::AskPymongo)?;
    let increment = value.getattr(intern!(py, "inc"))?.extract::<u32>().map_err(|_| Trouble::AskPymongo)?;
    let both = u64::from(seconds) << 32 | u64::from(increment);
    fixed(tag::TIMESTAMP, key, &both.to_le_bytes(), out)
}

/// `bson.Regex` or a compiled pattern.
pub(super) fn regex(key: &[u8], value: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> Outcome<()> {
    let py = value.py();
    let flags = value.getattr(intern!(py, "flags"))?.extract::<i64>().map_err(|_| Trouble::AskPymongo)?;
    let pattern = value.getattr(intern!(py, "pattern"))?;
    writer::element_unchecked(out, tag::REGEX, key);
    match pattern.cast::<PyString>() {
        Ok(text) => with_utf8(text, |bytes| Ok(writer::cstring(out, bytes)?))?,
        Err(_) => {
            let bytes = pattern.cast::<PyBytes>()?.as_bytes();
            reader::utf8(bytes, 0)?;
            writer::cstring(out, bytes)?;
        }
    }
    out.extend(REGEX_FLAGS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, letter)| letter));
    out.push(0);
    Ok(())
}
