//! The `delete` command with one statement.
use bson::RawDocumentBuf;

use super::command::Builder;
use super::run::Retry;
use crate::error::Result;

/// A deletion of one document or of all that match.
pub struct Delete<'a> {
    pub collection: &'a str,
    pub filter: &'a [u8],
    pub many: bool,
    /// `collation`, `hint`, as elements.
    pub statement_options: &'a [u8],
    /// `comment`, `let`, as elements.
    pub options: &'a [u8],
    pub write_concern: Option<&'a [u8]>,
}

impl Delete<'_> {
    pub fn command(&self) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command("delete", self.collection);
        builder.boolean("ordered", true);
        builder.begin_array("deletes");
        builder.begin_document("0");
        builder.document("q", self.filter);
        builder.integer("limit", i64::from(!self.many));
        builder.elements(self.statement_options);
        builder.end();
        builder.end();
        builder.elements(self.options);
        builder.optional_document("writeConcern", self.write_concern);
        builder.finish()
    }

    /// A deletion of many documents is never sent twice.
    pub fn retry(&self) -> Retry {
        if self.many {
            Retry::Never
        } else {
            Retry::Write
        }
    }
}
