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
/// What stands between two documents.
const SEPARATOR: &[u8] = b", ";

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

/// The text of a JSON array, to which documents are appended as they arrive.
pub struct Text {
    out: Vec<u8>,
    style: Style,
    declined: bool,
}

impl Text {
    pub fn new(style: Style) -> Self {
        Text { out: vec![b'['], style, declined: false }
    }

    /// Appends documents, converted by several threads where that pays.
    pub fn append(&mut self, documents: &[&[u8]]) {
        let pool = if size(documents) >= WORTH_SHARING { parallel::pool() } else { None };
        let Some(pool) = pool else { return self.append_here(documents) };
        let style = &self.style;
        let convert = |chunk: &[&[u8]]| {
            let mut part = Vec::new();
            items(&mut part, chunk, style).map(|()| part)
        };
        match pool.install(|| documents.par_chunks(CHUNK).map(convert).collect::<Result<Vec<_>>>()) {
            Ok(parts) => {
                self.out.reserve(parts.iter().map(|part| part.len() + SEPARATOR.len()).sum());
                for part in parts {
                    self.separate();
                    self.out.extend_from_slice(&part);
                }
            }
            Err(Declined) => self.declined = true,
        }
    }

    /// Appends documents in steps, so that whoever else is polled with this comes to his turn.
    pub async fn append_in_steps(&mut self, documents: &[&[u8]]) {
        for chunk in documents.chunks(CHUNK) {
            self.append_here(chunk);
            tokio::task::yield_now().await;
        }
    }

    fn append_here(&mut self, documents: &[&[u8]]) {
        if !self.declined && !documents.is_empty() {
            self.separate();
            self.declined = items(&mut self.out, documents, &self.style).is_err();
        }
    }

    fn separate(&mut self) {
        if self.out.len() > 1 {
            self.out.extend_from_slice(SEPARATOR);
        }
    }

    /// Returns the whole text.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        self.out.push(b']');
        if self.declined {
            Err(Declined)
        } else {
            Ok(self.out)
        }
    }
}

/// Returns the JSON array of `documents`.
pub fn array(documents: &[&[u8]], style: &Style) -> Result<Vec<u8>> {
    let mut text = Text::new(*style);
    text.append(documents);
    text.finish()
}

fn size(documents: &[&[u8]]) -> usize {
    documents.iter().map(|document| document.len()).sum()
}

fn items(out: &mut Vec<u8>, documents: &[&[u8]], style: &Style) -> Result<()> {
    // Names and punctuation make text longer than bytes, most often less than twice as long.
    out.reserve(size(documents) * 2);
    for (number, document) in documents.iter().enumerate() {
        if number > 0 {
            out.extend_from_slice(SEPARATOR);
        }
        value::document(out, document, style)?;
    }
    Ok(())
}
