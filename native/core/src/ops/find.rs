//! The `find` command.
use bson::RawDocumentBuf;

use super::command::Builder;
use crate::error::Result;

/// A query, in the order pymongo writes it.
pub struct Find<'a> {
    pub collection: &'a str,
    pub filter: &'a [u8],
    /// `sort`, `hint`, `comment`, `maxTimeMS` and the like, as elements.
    pub modifiers: &'a [u8],
    pub projection: Option<&'a [u8]>,
    pub skip: i64,
    /// Negative: one batch of that many documents.
    pub limit: i64,
    pub batch_size: i64,
    pub read_concern: Option<&'a [u8]>,
    /// `collation`, `allowDiskUse`, `noCursorTimeout`, as elements.
    pub options: &'a [u8],
}

impl Find<'_> {
    pub fn command(&self) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command("find", self.collection);
        builder.document("filter", self.filter);
        builder.elements(self.modifiers);
        builder.optional_document("projection", self.projection);
        if self.skip != 0 {
            builder.integer("skip", self.skip);
        }
        if self.limit != 0 {
            builder.integer("limit", self.limit.saturating_abs());
            if self.limit < 0 {
                builder.boolean("singleBatch", true);
            }
        }
        if self.batch_size != 0 {
            // One more than the limit closes the cursor with its first batch.
            let closing = i64::from(self.limit == self.batch_size);
            builder.integer("batchSize", self.batch_size + closing);
        }
        builder.optional_document("readConcern", self.read_concern);
        builder.elements(self.options);
        builder.finish()
    }
}
