//! Bytes to typed events and back, with depth and size limits.
//!
//! Nothing here allocates for reading, recurses without a bound or knows of Python.
pub mod error;
pub mod oid;
pub mod reader;
pub mod validate;
pub mod writer;

#[cfg(test)]
mod tests;

pub use error::{BsonError, Result};
pub use reader::{Element, Elements};
pub use validate::{validate, validate_document, validate_noting, validate_with, Checks};

/// Levels of nesting that are read and written. MongoDB stores at most 100; twice that is a margin.
pub const MAX_DEPTH: usize = 200;

/// The longest document a length prefix can express.
pub const MAX_SIZE: usize = i32::MAX as usize;

/// Element type bytes of the BSON specification.
pub mod tag {
    pub const DOUBLE: u8 = 0x01;
    pub const STRING: u8 = 0x02;
    pub const DOCUMENT: u8 = 0x03;
    pub const ARRAY: u8 = 0x04;
    pub const BINARY: u8 = 0x05;
    pub const UNDEFINED: u8 = 0x06;
    pub const OBJECT_ID: u8 = 0x07;
    pub const BOOL: u8 = 0x08;
    pub const DATETIME: u8 = 0x09;
    pub const NULL: u8 = 0x0A;
    pub const REGEX: u8 = 0x0B;
    pub const DB_POINTER: u8 = 0x0C;
    pub const CODE: u8 = 0x0D;
    pub const SYMBOL: u8 = 0x0E;
    pub const CODE_W_SCOPE: u8 = 0x0F;
    pub const INT32: u8 = 0x10;
    pub const TIMESTAMP: u8 = 0x11;
    pub const INT64: u8 = 0x12;
    pub const DECIMAL128: u8 = 0x13;
    pub const MAX_KEY: u8 = 0x7F;
    pub const MIN_KEY: u8 = 0xFF;
}
