//! The `insert` command, its documents inline, cut where the server's limits are.
use bson::RawDocumentBuf;

use super::command::Builder;
use crate::error::Result;

/// Room the rest of an insert command may take beside its documents.
const COMMAND_ROOM: usize = 8 * 1024;

/// Documents encoded one after another, with what is needed to cut them into commands.
#[derive(Default)]
pub struct Documents {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Documents {
    pub fn with_capacity(documents: usize, bytes: usize) -> Self {
        Documents { bytes: Vec::with_capacity(bytes), ends: Vec::with_capacity(documents) }
    }

    /// The buffer to encode the next document into; [`Documents::close`] ends it.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Where the next document starts.
    pub fn start(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Ends the document that was appended to the buffer, and returns its length.
    pub fn close(&mut self) -> usize {
        let start = self.start();
        self.ends.push(self.bytes.len());
        self.bytes.len() - start
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of document `index`.
    pub fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    /// Returns the end of the command that starts at document `first`: as many as fit.
    pub fn batch_end(&self, first: usize, max_bytes: usize, max_count: usize) -> usize {
        let mut size = COMMAND_ROOM;
        let mut end = first;
        while end < self.len() && end - first < max_count {
            // Type byte, index as text, NUL.
            size += self.get(end).len() + decimal_digits(end - first) + 2;
            if size > max_bytes + COMMAND_ROOM && end > first {
                break;
            }
            end += 1;
        }
        end
    }
}

/// The constant parts of an insert.
pub struct Insert<'a> {
    pub collection: &'a str,
    pub ordered: bool,
    /// `comment`, `bypassDocumentValidation`, as elements.
    pub options: &'a [u8],
    pub write_concern: Option<&'a [u8]>,
}

impl Insert<'_> {
    /// Builds the command that inserts the documents from `first` to before `end`.
    pub fn command(&self, documents: &Documents, first: usize, end: usize) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command("insert", self.collection);
        builder.boolean("ordered", self.ordered);
        builder.begin_array("documents");
        let mut index = Counter::default();
        for position in first..end {
            builder.document(index.text(), documents.get(position));
            index.next();
        }
        builder.end();
        builder.elements(self.options);
        builder.optional_document("writeConcern", self.write_concern);
        builder.finish()
    }
}

fn decimal_digits(number: usize) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// The keys of an array, "0", "1", ..., without formatting each.
struct Counter {
    digits: Vec<u8>,
}

impl Default for Counter {
    fn default() -> Self {
        Counter { digits: vec![b'0'] }
    }
}

impl Counter {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.digits).unwrap_or("0")
    }

    fn next(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        self.digits.insert(0, b'1');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{doc, Document};

    fn documents(number: i32) -> Documents {
        let mut documents = Documents::default();
        for value in 0..number {
            let bytes = doc! {"v": value}.to_vec().expect("document");
            documents.buffer().extend_from_slice(&bytes);
            assert_eq!(documents.close(), bytes.len());
        }
        documents
    }

    #[test]
    fn keys_count_up() {
        let insert = Insert { collection: "c", ordered: true, options: &[], write_concern: None };
        let documents = documents(112);
        let command = insert.command(&documents, 0, documents.len()).expect("command");
        let command = Document::try_from(command).expect("document");
        let sent = command.get_array("documents").expect("documents");
        assert_eq!(sent.len(), 112);
        assert_eq!(sent[111], bson::Bson::Document(doc! {"v": 111}));
        let raw = insert.command(&documents, 0, 112).expect("command");
        let keys: Vec<_> = raw.get_array("documents").expect("array").into_iter().collect();
        assert_eq!(keys.len(), 112);
    }

    #[test]
    fn batches_end_at_the_limits() {
        let documents = documents(10);
        assert_eq!(documents.batch_end(0, 1 << 20, 4), 4);
        assert_eq!(documents.batch_end(8, 1 << 20, 4), 10);
        let size = documents.get(0).len() + 3;
        assert_eq!(documents.batch_end(0, size * 3, 100), 3);
        assert_eq!(documents.batch_end(0, 1, 100), 1);
    }
}
