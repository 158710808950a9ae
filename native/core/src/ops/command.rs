//! A BSON document under construction: the body of a command.
use bson::RawDocumentBuf;

use crate::error::Result;

/// A borrowed BSON value: its type byte and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    pub tag: u8,
    pub bytes: &'a [u8],
}

/// Bytes of a document, open at the end.
#[derive(Debug)]
pub struct Builder {
    out: Vec<u8>,
    open: Vec<usize>,
}

const DOCUMENT: u8 = 0x03;
const ARRAY: u8 = 0x04;
const STRING: u8 = 0x02;
const BOOLEAN: u8 = 0x08;
const INT32: u8 = 0x10;
const INT64: u8 = 0x12;

impl Builder {
    /// Starts a command: its name with the collection it works on.
    pub fn command(name: &str, collection: &str) -> Self {
        let mut builder = Builder { out: Vec::with_capacity(256), open: Vec::with_capacity(4) };
        builder.begin();
        builder.string(name, collection);
        builder
    }

    /// Makes room for so many bytes at once.
    pub fn reserve(&mut self, bytes: usize) {
        self.out.reserve(bytes);
    }

    fn begin(&mut self) {
        self.open.push(self.out.len());
        self.out.extend_from_slice(&[0; 4]);
    }

    fn key(&mut self, tag: u8, key: &str) {
        self.out.push(tag);
        self.out.extend_from_slice(key.as_bytes());
        self.out.push(0);
    }

    pub fn string(&mut self, key: &str, value: &str) {
        self.key(STRING, key);
        self.out.extend_from_slice(&(value.len() as i32 + 1).to_le_bytes());
        self.out.extend_from_slice(value.as_bytes());
        self.out.push(0);
    }

    pub fn boolean(&mut self, key: &str, value: bool) {
        self.key(BOOLEAN, key);
        self.out.push(u8::from(value));
    }

    /// Appends a number the way pymongo does: 32 bits where they suffice.
    pub fn integer(&mut self, key: &str, value: i64) {
        if let Ok(small) = i32::try_from(value) {
            self.key(INT32, key);
            self.out.extend_from_slice(&small.to_le_bytes());
        } else {
            self.key(INT64, key);
            self.out.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// Appends a 64-bit number.
    pub fn long(&mut self, key: &str, value: i64) {
        self.key(INT64, key);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub fn value(&mut self, key: &str, value: Value<'_>) {
        self.key(value.tag, key);
        self.out.extend_from_slice(value.bytes);
    }

    /// Appends a whole BSON document.
    pub fn document(&mut self, key: &str, document: &[u8]) {
        self.value(key, Value { tag: DOCUMENT, bytes: document });
    }

    pub fn optional_document(&mut self, key: &str, document: Option<&[u8]>) {
        if let Some(document) = document {
            self.document(key, document);
        }
    }

    /// Appends elements (type byte, key, value, one after another) as they are.
    pub fn elements(&mut self, elements: &[u8]) {
        self.out.extend_from_slice(elements);
    }

    pub fn begin_document(&mut self, key: &str) {
        self.key(DOCUMENT, key);
        self.begin();
    }

    pub fn begin_array(&mut self, key: &str) {
        self.key(ARRAY, key);
        self.begin();
    }

    /// Closes the innermost open document or array.
    pub fn end(&mut self) {
        if let Some(start) = self.open.pop() {
            self.out.push(0);
            let length = (self.out.len() - start) as i32;
            self.out[start..start + 4].copy_from_slice(&length.to_le_bytes());
        }
    }

    /// Length so far, in bytes.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Closes everything and returns the command.
    pub fn finish(mut self) -> Result<RawDocumentBuf> {
        while !self.open.is_empty() {
            self.end();
        }
        Ok(RawDocumentBuf::from_bytes(self.out)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{doc, Document};

    #[test]
    fn a_command_reads_back() {
        let mut builder = Builder::command("find", "things");
        builder.begin_document("filter");
        builder.integer("a", 1);
        builder.integer("b", 1 << 40);
        builder.end();
        builder.begin_array("list");
        builder.boolean("0", true);
        builder.end();
        let command = Document::try_from(builder.finish().expect("command")).expect("document");
        let expected = doc! {"find": "things", "filter": {"a": 1, "b": 1_i64 << 40}, "list": [true]};
        assert_eq!(command, expected);
    }
}
