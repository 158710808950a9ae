//! Write commands with many statements inline (documents to insert, updates, deletes), cut where the server's limits are.
use bson::RawDocumentBuf;

use super::command::Builder;
use super::run::Retry;
use crate::error::Result;

/// Room the rest of a command may take beside its statements.
const COMMAND_ROOM: usize = 8 * 1024;

/// Statements encoded one after another, each a BSON document, with what is needed to cut them into commands.
#[derive(Default)]
pub struct Statements {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Statements {
    pub fn with_capacity(statements: usize, bytes: usize) -> Self {
        Statements { bytes: Vec::with_capacity(bytes), ends: Vec::with_capacity(statements) }
    }

    /// The buffer to encode the next statement into; [`Statements::close`] ends it.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Where the next statement starts.
    pub fn start(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Ends the statement that was appended to the buffer, and returns its length.
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

    /// The bytes of statement `index`.
    pub fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    /// About as many bytes as the statements from `first` to before `end` take in a command.
    fn size(&self, first: usize, end: usize) -> usize {
        let start = if first == 0 { 0 } else { self.ends[first - 1] };
        self.ends[..end].last().map_or(0, |last| last - start)
            + (end - first) * (decimal_digits(end) + 2)
            + COMMAND_ROOM
    }

    /// Returns the end of the command that starts at statement `first`: as many as fit.
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

/// What the statements of a command do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Insert,
    Update,
    Delete,
}

impl Verb {
    /// The verb of a command's name.
    pub fn named(name: &str) -> Option<Self> {
        [Verb::Insert, Verb::Update, Verb::Delete].into_iter().find(|verb| verb.command() == name)
    }

    fn command(self) -> &'static str {
        match self {
            Verb::Insert => "insert",
            Verb::Update => "update",
            Verb::Delete => "delete",
        }
    }

    fn statements(self) -> &'static str {
        match self {
            Verb::Insert => "documents",
            Verb::Update => "updates",
            Verb::Delete => "deletes",
        }
    }
}

/// The constant parts of the commands of a bulk write.
pub struct Bulk<'a> {
    pub verb: Verb,
    pub collection: &'a str,
    pub ordered: bool,
    /// `comment`, `let`, `bypassDocumentValidation`, as elements.
    pub options: &'a [u8],
    pub write_concern: Option<&'a [u8]>,
    /// `Retry::Never` where a statement is about more than one document.
    pub retry: Retry,
}

impl Bulk<'_> {
    /// Builds the command of the statements from `first` to before `end`.
    pub fn command(&self, statements: &Statements, first: usize, end: usize) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command(self.verb.command(), self.collection);
        builder.boolean("ordered", self.ordered);
        builder.reserve(statements.size(first, end));
        builder.begin_array(self.verb.statements());
        let mut index = Counter::default();
        for position in first..end {
            builder.document(index.text(), statements.get(position));
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

    fn documents(number: i32) -> Statements {
        let mut documents = Statements::default();
        for value in 0..number {
            let bytes = doc! {"v": value}.to_vec().expect("document");
            documents.buffer().extend_from_slice(&bytes);
            assert_eq!(documents.close(), bytes.len());
        }
        documents
    }

    fn bulk(verb: Verb) -> Bulk<'static> {
        Bulk { verb, collection: "c", ordered: true, options: &[], write_concern: None, retry: Retry::Write }
    }

    #[test]
    fn each_verb_has_its_command() {
        for (name, list) in [("insert", "documents"), ("update", "updates"), ("delete", "deletes")] {
            let verb = Verb::named(name).expect("verb");
            let command = bulk(verb).command(&documents(2), 1, 2).expect("command");
            let expected = doc! {name: "c", "ordered": true, list: [{"v": 1}]};
            assert_eq!(Document::try_from(command).expect("document"), expected);
        }
        assert_eq!(Verb::named("find"), None);
    }

    #[test]
    fn keys_count_up() {
        let insert = bulk(Verb::Insert);
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
