//! The whole-document check that runs before bytes are trusted: no recursion, and hardly ever an allocation.
use std::ops::RangeInclusive;

use super::error::{BsonError, Result};
use super::reader::{document_end, find_nul, read_binary, read_code_w_scope, read_db_pointer};
use super::reader::{read_bool, read_datetime, read_regex, read_str_bytes, utf8, value_len};
use super::{tag, MAX_DEPTH};

/// An open container: the index of its closing NUL, which fits 31 bits, and whether it is an array. Names of array
/// items carry nothing and are skipped unread, as pymongo does.
#[derive(Clone, Copy, Default)]
struct Frame(u32);

impl Frame {
    const ARRAY: u32 = 1 << 31;

    fn new(end: usize, array: bool) -> Self {
        Self(end as u32 | if array { Self::ARRAY } else { 0 })
    }

    fn end(self) -> usize {
        (self.0 & !Self::ARRAY) as usize
    }

    fn is_array(self) -> bool {
        self.0 & Self::ARRAY != 0
    }
}

/// The containers around the one that is being read. Most documents have few levels, and clearing room for the deepest
/// would take longer than to check a small one.
#[derive(Default)]
struct Around {
    near: [Frame; 8],
    far: Vec<Frame>,
}

impl Around {
    #[inline]
    fn push(&mut self, depth: usize, frame: Frame) {
        match self.near.get_mut(depth - 1) {
            Some(place) => *place = frame,
            None => self.far.push(frame),
        }
    }

    /// The container at `depth`, which was the last one pushed.
    #[inline]
    fn pop(&mut self, depth: usize) -> Frame {
        match self.near.get(depth - 1) {
            Some(frame) => *frame,
            None => self.far.pop().unwrap_or_default(),
        }
    }
}

/// What is asked of values beyond a sound structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checks {
    /// The datetimes that are allowed, in milliseconds since 1970 UTC.
    pub datetime: RangeInclusive<i64>,
    /// Whether the binary subtypes of UUIDs (3 and 4) must be sixteen bytes long.
    pub whole_uuids: bool,
}

impl Default for Checks {
    fn default() -> Self {
        Self { datetime: i64::MIN..=i64::MAX, whole_uuids: false }
    }
}

/// Checks lengths, terminators, type bytes, booleans and the UTF-8 of keys and strings at every level.
///
/// `max_depth` is capped at [`MAX_DEPTH`]; the outermost document is level one.
pub fn validate(bytes: &[u8], max_depth: usize) -> Result<()> {
    validate_with(bytes, max_depth, &Checks::default())
}

/// [`validate`], and the values that `checks` speak of.
pub fn validate_with(bytes: &[u8], max_depth: usize, checks: &Checks) -> Result<()> {
    validate_noting(bytes, max_depth, checks, |_, _, _| false)
}

/// [`validate_with`], and tells `note` the type, key and position of every value at the top level as it comes by.
///
/// `note` returns whether it knows the key, which is then taken for sound. What was noted is worth nothing if the check
/// fails after all.
#[inline]
pub fn validate_noting<'a>(
    bytes: &'a [u8],
    max_depth: usize,
    checks: &Checks,
    mut note: impl FnMut(u8, &'a [u8], usize) -> bool,
) -> Result<()> {
    let limit = max_depth.min(MAX_DEPTH);
    let mut around = Around::default();
    let mut frame = Frame::new(document_end(bytes)?, false);
    let mut depth = 1;
    let mut pos = 4;
    if limit == 0 {
        return Err(BsonError::TooDeep { limit });
    }
    loop {
        while pos == frame.end() {
            depth -= 1;
            if depth == 0 {
                return Ok(());
            }
            pos = frame.end() + 1;
            frame = around.pop(depth);
        }
        let (tag, offset) = key(bytes, pos, frame)?;
        let name = &bytes[pos + 1..offset - 1];
        let known = depth == 1 && note(tag, name, offset);
        if !known && !frame.is_array() {
            text(name, pos + 1)?;
        }
        let rest = &bytes[offset..frame.end()];
        let size = value_len(tag, rest, offset)?;
        let Some(inner) = descend(tag, &rest[..size], offset, checks)? else {
            pos = offset + size;
            continue;
        };
        if depth == limit {
            return Err(BsonError::TooDeep { limit });
        }
        around.push(depth, frame);
        depth += 1;
        frame = Frame::new(offset + size - 1, tag == tag::ARRAY);
        pos = inner + 4;
    }
}

/// [`validate`] with the deepest nesting allowed.
pub fn validate_document(bytes: &[u8]) -> Result<()> {
    validate(bytes, MAX_DEPTH)
}

/// Type byte of the element at `pos` and where its value starts.
#[inline]
fn key(bytes: &[u8], pos: usize, frame: Frame) -> Result<(u8, usize)> {
    let name = &bytes[pos + 1..frame.end()];
    let len = find_nul(name).ok_or(BsonError::MissingTerminator { offset: pos + 1 })?;
    Ok((bytes[pos], pos + len + 2))
}

#[inline]
fn text(bytes: &[u8], offset: usize) -> Result<()> {
    utf8(bytes, offset).map(|_| ())
}

/// Checks a value of known extent; for a container, where the contained document starts.
#[inline]
fn descend(tag: u8, value: &[u8], offset: usize, checks: &Checks) -> Result<Option<usize>> {
    let at = |_| BsonError::BadLength { offset };
    match tag {
        tag::STRING | tag::CODE | tag::SYMBOL => {
            text(read_str_bytes(value).map_err(at)?, offset + 4)?;
        }
        tag::BOOL => {
            read_bool(value).map_err(|_| BsonError::InvalidBool { value: value[0], offset })?;
        }
        tag::BINARY => {
            let (subtype, payload) = read_binary(value).map_err(at)?;
            if checks.whole_uuids && matches!(subtype, 3 | 4) && payload.len() != 16 {
                return Err(BsonError::OutOfRange { offset });
            }
        }
        tag::DATETIME if !checks.datetime.contains(&read_datetime(value).map_err(at)?) => {
            return Err(BsonError::OutOfRange { offset });
        }
        tag::REGEX => {
            let (pattern, flags) = read_regex(value).map_err(at)?;
            text(pattern, offset)?;
            text(flags, offset + pattern.len() + 1)?;
        }
        tag::DB_POINTER => {
            let (name, _) = read_db_pointer(value).map_err(at)?;
            text(name, offset + 4)?;
        }
        tag::CODE_W_SCOPE => {
            let (code, scope) = read_code_w_scope(value).map_err(at)?;
            text(code, offset + 8)?;
            return Ok(Some(offset + value.len() - scope.len()));
        }
        tag::DOCUMENT | tag::ARRAY => return Ok(Some(offset)),
        _ => {}
    }
    Ok(None)
}
