//! The `findAndModify` command.
use bson::RawDocumentBuf;

use super::command::Builder;
use crate::error::Result;

/// Update, replace or delete one document and get it back.
pub struct FindAndModify<'a> {
    pub collection: &'a str,
    pub query: &'a [u8],
    pub return_after: bool,
    /// `update` or `remove`, `fields`, `sort`, `upsert`, `arrayFilters`, `hint`, `collation`, ..., as elements.
    pub options: &'a [u8],
    pub write_concern: Option<&'a [u8]>,
}

impl FindAndModify<'_> {
    pub fn command(&self) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command("findAndModify", self.collection);
        builder.document("query", self.query);
        builder.boolean("new", self.return_after);
        builder.elements(self.options);
        builder.optional_document("writeConcern", self.write_concern);
        builder.finish()
    }
}
