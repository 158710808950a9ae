//! The `aggregate` command.
use bson::RawDocumentBuf;

use super::command::{Builder, Value};
use crate::error::Result;

/// A pipeline to run.
pub struct Aggregate<'a> {
    pub collection: &'a str,
    /// An array.
    pub pipeline: Value<'a>,
    /// `cursor` and every other option, as elements.
    pub options: &'a [u8],
    pub read_concern: Option<&'a [u8]>,
    /// Only where the pipeline writes.
    pub write_concern: Option<&'a [u8]>,
}

impl Aggregate<'_> {
    pub fn command(&self) -> Result<RawDocumentBuf> {
        let mut builder = Builder::command("aggregate", self.collection);
        builder.value("pipeline", self.pipeline);
        builder.elements(self.options);
        builder.optional_document("readConcern", self.read_concern);
        builder.optional_document("writeConcern", self.write_concern);
        builder.finish()
    }
}
