//! An iterator over the elements of one document, and typed views of an element's bytes.
use super::error::{BsonError, Result};
use super::tag;

/// One key and value. Keys are handed out as bytes: whoever turns them into text checks them there, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    pub tag: u8,
    pub key: &'a [u8],
    /// Exactly the bytes of the value, without type byte and key.
    pub value: &'a [u8],
    /// Where the value starts, counted from the document's first byte.
    pub offset: usize,
}

impl<'a> Element<'a> {
    /// The key as text.
    pub fn name(&self) -> Result<&'a str> {
        utf8(self.key, self.offset)
    }

    /// Where the element's type byte is, counted from the document's first byte.
    pub fn start(&self) -> usize {
        self.offset - self.key.len() - 2
    }

    /// The first byte behind the element, counted from the document's first byte.
    pub fn end(&self) -> usize {
        self.offset + self.value.len()
    }
}

/// Elements of a document or array, one level deep. Ends after the first error.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    bytes: &'a [u8],
    pos: usize,
    end: usize,
}

impl<'a> Elements<'a> {
    /// `bytes` must be one whole document: length prefix, elements, NUL.
    pub fn new(bytes: &'a [u8]) -> Result<Self> {
        let end = document_end(bytes)?;
        Ok(Self { bytes, pos: 4, end })
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.pos
    }

    fn step(&mut self) -> Result<Element<'a>> {
        let tag = self.bytes[self.pos];
        let body = &self.bytes[self.pos + 1..self.end];
        let len = find_nul(body).ok_or(BsonError::MissingTerminator { offset: self.pos + 1 })?;
        let key = &body[..len];
        let rest = &body[len + 1..];
        let offset = self.pos + len + 2;
        let size = value_len(tag, rest, offset)?;
        self.pos = offset + size;
        Ok(Element { tag, key, value: &rest[..size], offset })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Element<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.pos >= self.end {
            return None;
        }
        let item = self.step();
        if item.is_err() {
            self.pos = self.end;
        }
        Some(item)
    }
}

/// Checks length prefix and terminator of a whole document; the index of the terminator.
pub fn document_end(bytes: &[u8]) -> Result<usize> {
    if bytes.len() < 5 {
        return Err(BsonError::TooShort { len: bytes.len() });
    }
    if length_prefix(bytes) != Some(bytes.len()) {
        return Err(BsonError::BadLength { offset: 0 });
    }
    let end = bytes.len() - 1;
    if bytes[end] != 0 {
        return Err(BsonError::MissingTerminator { offset: end });
    }
    Ok(end)
}

/// The value of a leading length prefix, if there are four bytes and it is not negative.
#[inline]
pub fn length_prefix(bytes: &[u8]) -> Option<usize> {
    let raw: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    usize::try_from(i32::from_le_bytes(raw)).ok()
}

/// How many bytes the value of type `tag` at the start of `rest` takes.
///
/// Checks lengths and closing NULs of this level, nothing inside. `offset` is for messages only.
#[inline]
pub fn value_len(tag: u8, rest: &[u8], offset: usize) -> Result<usize> {
    let size = match tag {
        tag::DOUBLE | tag::DATETIME | tag::TIMESTAMP | tag::INT64 => 8,
        tag::INT32 => 4,
        tag::BOOL => 1,
        tag::OBJECT_ID => 12,
        tag::DECIMAL128 => 16,
        tag::NULL | tag::UNDEFINED | tag::MIN_KEY | tag::MAX_KEY => 0,
        tag::STRING | tag::CODE | tag::SYMBOL => string_len(rest, offset)?,
        tag::DOCUMENT | tag::ARRAY => container_len(rest, offset)?,
        tag::BINARY => 5 + length_prefix(rest).ok_or(BsonError::BadLength { offset })?,
        tag::DB_POINTER => string_len(rest, offset)? + 12,
        tag::REGEX => regex_len(rest, offset)?,
        tag::CODE_W_SCOPE => code_w_scope_len(rest, offset)?,
        _ => return Err(BsonError::UnknownType { tag, offset }),
    };
    if size > rest.len() {
        return Err(BsonError::BadLength { offset });
    }
    Ok(size)
}

fn string_len(rest: &[u8], offset: usize) -> Result<usize> {
    let bad = BsonError::BadLength { offset };
    let len = length_prefix(rest).ok_or(bad.clone())?;
    if len < 1 || len > rest.len() - 4 {
        return Err(bad);
    }
    if rest[4 + len - 1] != 0 {
        return Err(BsonError::MissingTerminator { offset: offset + 4 + len - 1 });
    }
    Ok(4 + len)
}

fn container_len(rest: &[u8], offset: usize) -> Result<usize> {
    let len = length_prefix(rest).ok_or(BsonError::BadLength { offset })?;
    if len < 5 || len > rest.len() {
        return Err(BsonError::BadLength { offset });
    }
    if rest[len - 1] != 0 {
        return Err(BsonError::MissingTerminator { offset: offset + len - 1 });
    }
    Ok(len)
}

fn regex_len(rest: &[u8], offset: usize) -> Result<usize> {
    let missing = BsonError::MissingTerminator { offset };
    let pattern = find_nul(rest).ok_or(missing.clone())?;
    let flags = find_nul(&rest[pattern + 1..]).ok_or(missing)?;
    Ok(pattern + flags + 2)
}

fn code_w_scope_len(rest: &[u8], offset: usize) -> Result<usize> {
    let total = length_prefix(rest).ok_or(BsonError::BadLength { offset })?;
    if total < 14 || total > rest.len() {
        return Err(BsonError::BadLength { offset });
    }
    let code = string_len(&rest[4..total], offset + 4)?;
    let scope = container_len(&rest[4 + code..total], offset + 4 + code)?;
    if 4 + code + scope != total {
        return Err(BsonError::BadLength { offset });
    }
    Ok(total)
}

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Index of the first NUL, eight bytes at a step.
#[inline]
pub fn find_nul(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        let zeros = word.wrapping_sub(LOW_BITS) & !word & HIGH_BITS;
        if zeros != 0 {
            return Some(at + (zeros.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    bytes[at..].iter().position(|&b| b == 0).map(|i| at + i)
}

/// `bytes` as text; `offset` is for the message only.
#[inline]
pub fn utf8(bytes: &[u8], offset: usize) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| BsonError::InvalidUtf8 { offset })
}

fn fixed<const N: usize>(value: &[u8]) -> Result<[u8; N]> {
    value.try_into().map_err(|_| BsonError::WrongSize { expected: N, found: value.len() })
}

/// A double, type 0x01.
pub fn read_f64(value: &[u8]) -> Result<f64> {
    fixed(value).map(f64::from_le_bytes)
}

/// A 32-bit integer, type 0x10.
pub fn read_i32(value: &[u8]) -> Result<i32> {
    fixed(value).map(i32::from_le_bytes)
}

/// A 64-bit integer, type 0x12.
pub fn read_i64(value: &[u8]) -> Result<i64> {
    fixed(value).map(i64::from_le_bytes)
}

/// Milliseconds since 1970 UTC, type 0x09.
pub fn read_datetime(value: &[u8]) -> Result<i64> {
    read_i64(value)
}

/// A boolean, type 0x08.
pub fn read_bool(value: &[u8]) -> Result<bool> {
    match fixed::<1>(value)?[0] {
        0 => Ok(false),
        1 => Ok(true),
        value => Err(BsonError::InvalidBool { value, offset: 0 }),
    }
}

/// The twelve bytes of an ObjectId, type 0x07.
pub fn read_oid(value: &[u8]) -> Result<[u8; 12]> {
    fixed(value)
}

/// The sixteen bytes (binary integer decimal, little endian) of a Decimal128, type 0x13.
pub fn read_decimal128(value: &[u8]) -> Result<[u8; 16]> {
    fixed(value)
}

/// `(seconds, increment)` of a timestamp, type 0x11.
pub fn read_timestamp(value: &[u8]) -> Result<(u32, u32)> {
    let raw = u64::from_le_bytes(fixed(value)?);
    Ok(((raw >> 32) as u32, raw as u32))
}

/// The bytes of a string, code or symbol (0x02, 0x0D, 0x0E), without length and NUL, not checked for UTF-8.
pub fn read_str_bytes(value: &[u8]) -> Result<&[u8]> {
    let size = string_len(value, 0)?;
    if size != value.len() {
        return Err(BsonError::BadLength { offset: 0 });
    }
    Ok(&value[4..size - 1])
}

/// The text of a string, code or symbol.
pub fn read_str(value: &[u8]) -> Result<&str> {
    utf8(read_str_bytes(value)?, 4)
}

/// `(subtype, payload)` of a binary, type 0x05. The inner length of the old subtype 2 is checked and left off.
pub fn read_binary(value: &[u8]) -> Result<(u8, &[u8])> {
    let bad = BsonError::BadLength { offset: 0 };
    let len = length_prefix(value).ok_or(bad.clone())?;
    if value.len() < 5 || value.len() - 5 != len {
        return Err(bad);
    }
    let (subtype, payload) = (value[4], &value[5..]);
    if subtype != 2 {
        return Ok((subtype, payload));
    }
    match length_prefix(payload) {
        Some(inner) if inner + 4 == len => Ok((2, &payload[4..])),
        _ => Err(bad),
    }
}

/// `(pattern, flags)` of a regex, type 0x0B, not checked for UTF-8.
pub fn read_regex(value: &[u8]) -> Result<(&[u8], &[u8])> {
    let missing = BsonError::MissingTerminator { offset: 0 };
    let pattern = find_nul(value).ok_or(missing.clone())?;
    let rest = &value[pattern + 1..];
    let flags = find_nul(rest).ok_or(missing)?;
    if flags + 1 != rest.len() {
        return Err(BsonError::BadLength { offset: 0 });
    }
    Ok((&value[..pattern], &rest[..flags]))
}

/// `(code, scope document)` of code with scope, type 0x0F; the code is not checked for UTF-8.
pub fn read_code_w_scope(value: &[u8]) -> Result<(&[u8], &[u8])> {
    if code_w_scope_len(value, 0)? != value.len() {
        return Err(BsonError::BadLength { offset: 0 });
    }
    let code = string_len(&value[4..], 4)?;
    Ok((&value[8..4 + code - 1], &value[4 + code..]))
}

/// `(collection, id)` of a DBPointer, type 0x0C; the collection is not checked for UTF-8.
pub fn read_db_pointer(value: &[u8]) -> Result<(&[u8], [u8; 12])> {
    let name = string_len(value, 0)?;
    let id = fixed(&value[name..])?;
    Ok((&value[4..name - 1], id))
}
