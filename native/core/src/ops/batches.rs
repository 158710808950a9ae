//! The documents of a batch, found in the server's reply without copying.
use std::ops::Range;

use mongodb::raw_batch_cursor::RawBatch;

use crate::error::{CoreError, Kind, Result};

const DOCUMENT: u8 = 0x03;

/// A batch of documents and how far it has been read.
pub struct Batch {
    reply: RawBatch,
    position: usize,
    end: usize,
    last: bool,
}

impl Batch {
    pub fn new(reply: RawBatch) -> Result<Self> {
        let whole = reply.as_raw_document().as_bytes();
        let array = reply.doc_slices()?.as_bytes();
        // Both slices are of one buffer, so the difference of their addresses is the offset.
        let start = (array.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
        let end = start + array.len();
        if end > whole.len() || array.len() < 5 {
            return Err(malformed());
        }
        let cursor = reply.as_raw_document().get_document("cursor")?;
        let last = cursor.get_i64("id").is_ok_and(|id| id == 0);
        Ok(Batch { reply, position: start + 4, end: end - 1, last })
    }

    /// Whether the server has closed its cursor with this batch.
    pub fn is_last(&self) -> bool {
        self.last
    }

    /// Whether every document has been read.
    pub fn is_read(&self) -> bool {
        self.position >= self.end
    }

    /// The bytes that ranges of [`Batch::next_ranges`] refer to.
    pub fn bytes(&self) -> &[u8] {
        self.reply.as_raw_document().as_bytes()
    }

    /// Finds up to `number` further documents and passes over them.
    pub fn next_ranges(&mut self, number: usize) -> Result<Vec<Range<usize>>> {
        let mut ranges = Vec::with_capacity(number.min(1024));
        while ranges.len() < number {
            let Some(range) = self.next_range()? else { break };
            ranges.push(range);
        }
        Ok(ranges)
    }

    /// Finds the next document and passes over it.
    pub fn next_range(&mut self) -> Result<Option<Range<usize>>> {
        if self.is_read() {
            return Ok(None);
        }
        let range = self.range_at(self.position)?;
        self.position = range.end;
        Ok(Some(range))
    }

    /// Where the next document is looked for.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Goes back to an earlier position, or to just after a document found before.
    pub fn resume_at(&mut self, end: usize) {
        self.position = end.clamp(4, self.end);
    }

    /// Reads the next document.
    pub fn next_document(&mut self) -> Result<Option<&[u8]>> {
        Ok(self.next_range()?.map(|range| &self.bytes()[range]))
    }

    fn range_at(&self, position: usize) -> Result<Range<usize>> {
        let bytes = &self.bytes()[..self.end];
        if bytes.get(position) != Some(&DOCUMENT) {
            return Err(malformed());
        }
        let key = bytes[position..].iter().position(|byte| *byte == 0).ok_or_else(malformed)?;
        let start = position + key + 1;
        let header = bytes.get(start..start + 4).and_then(|header| <[u8; 4]>::try_from(header).ok());
        let length = header.map(i32::from_le_bytes).and_then(|length| usize::try_from(length).ok());
        match length {
            Some(length) if length >= 5 && start + length <= self.end => Ok(start..start + length),
            _ => Err(malformed()),
        }
    }
}

fn malformed() -> CoreError {
    CoreError::new(Kind::InvalidReply, "the server's batch of documents is malformed")
}

/// Returns the type byte and the bytes of a field of a reply.
pub fn field<'a>(reply: &'a [u8], name: &str) -> Option<(u8, &'a [u8])> {
    let document = bson::RawDocument::from_bytes(reply).ok()?;
    for element in document.iter_elements().flatten() {
        if element.key().as_str() == name {
            let tag = element.element_type() as u8;
            return element.value().ok().and_then(|value| match value {
                bson::RawBsonRef::Document(document) => Some((tag, document.as_bytes())),
                bson::RawBsonRef::Array(array) => Some((tag, array.as_bytes())),
                bson::RawBsonRef::Null => Some((tag, &[][..])),
                _ => None,
            });
        }
    }
    None
}
