//! The `distinct` command.
use bson::RawDocumentBuf;

use super::command::Builder;
use crate::error::Result;

/// The distinct values of a key.
pub struct Distinct<'a> {
    pub collection: &'a str,
    pub key: &'a str,
    /// `query`, `hint`, `comment`, `collation`, as elements.
    pub options: &'a [u8],
    pub read_concern: Option<&'a [u8]>,
}

impl Distinct<'_> {
    pub fn command(&self) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command("distinct", self.collection);
        builder.string("key", self.key);
        builder.elements(self.options);
        builder.optional_document("readConcern", self.read_concern);
        builder.finish()
    }
}
