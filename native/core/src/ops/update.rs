//! The `update` command with one statement.
use bson::RawDocumentBuf;

use super::command::{Builder, Value};
use super::run::Retry;
use crate::error::Result;

/// An update or a replacement.
pub struct Update<'a> {
    pub collection: &'a str,
    pub filter: &'a [u8],
    /// A document of operators, a replacement, or a pipeline.
    pub update: Value<'a>,
    pub multi: bool,
    pub upsert: bool,
    /// `collation`, `arrayFilters`, `hint`, `sort`, as elements.
    pub statement_options: &'a [u8],
    /// `comment`, `let`, `bypassDocumentValidation`, as elements.
    pub options: &'a [u8],
    pub write_concern: Option<&'a [u8]>,
}

impl Update<'_> {
    pub fn command(&self) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command("update", self.collection);
        builder.boolean("ordered", true);
        builder.begin_array("updates");
        builder.begin_document("0");
        builder.document("q", self.filter);
        builder.value("u", self.update);
        builder.boolean("multi", self.multi);
        builder.boolean("upsert", self.upsert);
        builder.elements(self.statement_options);
        builder.end();
        builder.end();
        builder.elements(self.options);
        builder.optional_document("writeConcern", self.write_concern);
        builder.finish()
    }

    /// An update of many documents is never sent twice.
    pub fn retry(&self) -> Retry {
        if self.multi {
            Retry::Never
        } else {
            Retry::Write
        }
    }
}
