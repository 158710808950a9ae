//! The `count` command: the number of documents by the collection's metadata.
use bson::RawDocumentBuf;

use super::command::Builder;
use crate::error::Result;

/// A count.
pub struct Count<'a> {
    pub collection: &'a str,
    /// `comment`, `maxTimeMS`, as elements.
    pub options: &'a [u8],
    pub read_concern: Option<&'a [u8]>,
}

impl Count<'_> {
    pub fn command(&self) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command("count", self.collection);
        builder.elements(self.options);
        builder.optional_document("readConcern", self.read_concern);
        builder.finish()
    }
}
