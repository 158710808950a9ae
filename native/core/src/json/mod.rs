//! BSON documents as MongoDB Extended JSON, in the very text that pymongo's `bson.json_util.dumps` gives for them.
//!
//! Format: <https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md>, and the older
//! one that pymongo calls legacy. Where that text depends on Python objects (UUIDs of other languages, dates outside of
//! Python's years, bytes that are no BSON) the answer is [`Declined`], and Python has to do it.
mod dates;
mod text;
mod value;

#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::parallel;

/// Documents that one thread converts at a time.
const CHUNK: usize = 64;
/// Bytes of BSON below which one thread is quicker than several.
const WORTH_SHARING: usize = 256 * 1024;

/// The form of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// `{"$date": milliseconds}`.
    Millis,
    /// `{"$date": {"$numberLong": "milliseconds"}}`.
    NumberLong,
    /// `{"$date": "2024-05-06T07:08:09.123Z"}` from 1970 on, before that as `NumberLong`.
    Iso,
}

/// What `bson.json_util.JSONOptions` and the collection's codec options ask for.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The older forms of binary data and regular expressions.
    pub legacy: bool,
    /// All numbers as objects that name their type.
    pub canonical: bool,
    /// 64-bit integers as `{"$numberLong": "..."}`.
    pub strict_longs: bool,
    pub dates: Dates,
    /// The binary subtype that is decoded as UUID and written as `{"$uuid": hex}`.
    pub uuid_subtype: Option<u8>,
    /// Binary subtypes 3 and 4 which are not that are UUIDs in a form that only Python knows.
    pub foreign_uuids: bool,
}

/// Something that is left to Python.
#[derive(Debug, PartialEq, Eq)]
pub struct Declined;

pub type Result<T> = std::result::Result<T, Declined>;

/// Returns the JSON array of `documents`, converted by several threads where that pays.
pub fn array(documents: &[&[u8]], style: &Style) -> Result<Vec<u8>> {
    let size: usize = documents.iter().map(|document| document.len()).sum();
    let pool = if size >= WORTH_SHARING { parallel::pool() } else { None };
    let parts: Vec<Vec<u8>> = match pool {
        Some(pool) => {
            pool.install(|| documents.par_chunks(CHUNK).map(|chunk| items(chunk, style)).collect::<Result<_>>())?
        }
        None => vec![items(documents, style)?],
    };
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 2).sum::<usize>() + 2);
    out.push(b'[');
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(part);
    }
    out.push(b']');
    Ok(out)
}

fn items(documents: &[&[u8]], style: &Style) -> Result<Vec<u8>> {
    let size: usize = documents.iter().map(|document| document.len()).sum();
    let mut out = Vec::with_capacity(size * 2);
    for (number, document) in documents.iter().enumerate() {
        if number > 0 {
            out.extend_from_slice(b", ");
        }
        value::document(&mut out, document, style)?;
    }
    Ok(out)
}
