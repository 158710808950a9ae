//! Appends BSON to a byte vector. A document's length is patched in when it is closed.
use super::error::{BsonError, Result};
use super::reader::find_nul;
use super::{tag, MAX_SIZE};

/// Starts a document or array; the returned position belongs to [`end_document`].
#[inline]
pub fn begin_document(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    start
}

/// Closes the document that [`begin_document`] started at `start`.
#[inline]
pub fn end_document(out: &mut Vec<u8>, start: usize) -> Result<()> {
    out.push(0);
    patch_length(out, start)
}

/// Writes the number of bytes since `start` over the four bytes at `start`.
pub fn patch_length(out: &mut [u8], start: usize) -> Result<()> {
    let len = out.len() - start;
    if len > MAX_SIZE {
        return Err(BsonError::TooLarge { len });
    }
    out[start..start + 4].copy_from_slice(&(len as i32).to_le_bytes());
    Ok(())
}

/// Type byte and key of an element. The key must be free of NULs.
#[inline]
pub fn element(out: &mut Vec<u8>, tag: u8, key: &[u8]) -> Result<()> {
    if find_nul(key).is_some() {
        return Err(BsonError::NulInCString);
    }
    element_unchecked(out, tag, key);
    Ok(())
}

/// [`element`] for a key that is known to be free of NULs.
#[inline]
pub fn element_unchecked(out: &mut Vec<u8>, tag: u8, key: &[u8]) {
    out.reserve(key.len() + 2);
    out.push(tag);
    out.extend_from_slice(key);
    out.push(0);
}

/// The decimal name of an array item, in a buffer of the caller.
#[inline]
pub fn index_key(index: usize, buffer: &mut [u8; 20]) -> &[u8] {
    let mut at = buffer.len();
    let mut rest = index;
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return &buffer[at..];
        }
    }
}

/// A NUL-terminated string; `text` must be free of NULs.
pub fn cstring(out: &mut Vec<u8>, text: &[u8]) -> Result<()> {
    if find_nul(text).is_some() {
        return Err(BsonError::NulInCString);
    }
    out.extend_from_slice(text);
    out.push(0);
    Ok(())
}

/// The value of a string, code or symbol: length, bytes, NUL.
#[inline]
pub fn str_value(out: &mut Vec<u8>, text: &[u8]) -> Result<()> {
    if text.len() >= MAX_SIZE {
        return Err(BsonError::TooLarge { len: text.len() });
    }
    out.extend_from_slice(&(text.len() as i32 + 1).to_le_bytes());
    out.extend_from_slice(text);
    out.push(0);
    Ok(())
}

/// The value of a binary. Subtype 2 gets its second, inner length.
pub fn binary_value(out: &mut Vec<u8>, subtype: u8, payload: &[u8]) -> Result<()> {
    if payload.len() > MAX_SIZE - 4 {
        return Err(BsonError::TooLarge { len: payload.len() });
    }
    let len = payload.len() as i32;
    let outer = if subtype == 2 { len + 4 } else { len };
    out.extend_from_slice(&outer.to_le_bytes());
    out.push(subtype);
    if subtype == 2 {
        out.extend_from_slice(&len.to_le_bytes());
    }
    out.extend_from_slice(payload);
    Ok(())
}

macro_rules! scalar {
    ($(#[$doc:meta] $name:ident, $tag:expr, $value:ident: $ty:ty => $bytes:expr;)*) => {$(
        #[$doc]
        #[inline]
        pub fn $name(out: &mut Vec<u8>, key: &[u8], $value: $ty) -> Result<()> {
            element(out, $tag, key)?;
            out.extend_from_slice($bytes);
            Ok(())
        }
    )*};
}

scalar! {
    /// A double element.
    f64, tag::DOUBLE, value: f64 => &value.to_le_bytes();
    /// A 32-bit integer element.
    i32, tag::INT32, value: i32 => &value.to_le_bytes();
    /// A 64-bit integer element.
    i64, tag::INT64, value: i64 => &value.to_le_bytes();
    /// A boolean element.
    bool, tag::BOOL, value: bool => &[u8::from(value)];
    /// A datetime element, milliseconds since 1970 UTC.
    datetime, tag::DATETIME, value: i64 => &value.to_le_bytes();
    /// An ObjectId element.
    oid, tag::OBJECT_ID, value: &[u8; 12] => value;
    /// A Decimal128 element, binary integer decimal in little endian.
    decimal128, tag::DECIMAL128, value: &[u8; 16] => value;
}

/// A null element.
pub fn null(out: &mut Vec<u8>, key: &[u8]) -> Result<()> {
    element(out, tag::NULL, key)
}

/// A string element.
pub fn string(out: &mut Vec<u8>, key: &[u8], text: &str) -> Result<()> {
    element(out, tag::STRING, key)?;
    str_value(out, text.as_bytes())
}

/// A binary element.
pub fn binary(out: &mut Vec<u8>, key: &[u8], subtype: u8, payload: &[u8]) -> Result<()> {
    element(out, tag::BINARY, key)?;
    binary_value(out, subtype, payload)
}

/// A timestamp element.
pub fn timestamp(out: &mut Vec<u8>, key: &[u8], seconds: u32, increment: u32) -> Result<()> {
    element(out, tag::TIMESTAMP, key)?;
    out.extend_from_slice(&increment.to_le_bytes());
    out.extend_from_slice(&seconds.to_le_bytes());
    Ok(())
}

/// A regex element.
pub fn regex(out: &mut Vec<u8>, key: &[u8], pattern: &str, flags: &str) -> Result<()> {
    element(out, tag::REGEX, key)?;
    cstring(out, pattern.as_bytes())?;
    cstring(out, flags.as_bytes())
}

/// A nested document (or array, by `tag`) that is already encoded.
pub fn raw_document(out: &mut Vec<u8>, tag: u8, key: &[u8], document: &[u8]) -> Result<()> {
    element(out, tag, key)?;
    out.extend_from_slice(document);
    Ok(())
}
