//! What can be wrong with BSON bytes, each with the place where it was seen.
use std::fmt;

pub type Result<T> = std::result::Result<T, BsonError>;

/// A structural fault. `offset` counts bytes from the start of the slice that was given to the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BsonError {
    /// Fewer bytes than the smallest document (five).
    TooShort { len: usize },
    /// A length prefix that disagrees with the bytes around it.
    BadLength { offset: usize },
    /// A document or string without its closing NUL.
    MissingTerminator { offset: usize },
    /// A type byte the specification does not know.
    UnknownType { tag: u8, offset: usize },
    /// A key, string or regex that is not UTF-8.
    InvalidUtf8 { offset: usize },
    /// A boolean byte other than 0 and 1.
    InvalidBool { value: u8, offset: usize },
    /// A datetime or UUID that the caller's [`Checks`](super::Checks) refuse.
    OutOfRange { offset: usize },
    /// More nested documents than allowed.
    TooDeep { limit: usize },
    /// A NUL inside a key or a regex, which a C string cannot hold.
    NulInCString,
    /// A document longer than a signed 32-bit length can say.
    TooLarge { len: usize },
    /// A value read as a type it does not have.
    WrongSize { expected: usize, found: usize },
}

impl fmt::Display for BsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { len } => {
                write!(f, "not enough data for a BSON document: {len} bytes")
            }
            Self::BadLength { offset } => write!(f, "invalid BSON length at byte {offset}"),
            Self::MissingTerminator { offset } => {
                write!(f, "missing NUL terminator in BSON at byte {offset}")
            }
            Self::UnknownType { tag, offset } => {
                write!(f, "unknown BSON type 0x{tag:02x} at byte {offset}")
            }
            Self::InvalidUtf8 { offset } => write!(f, "invalid UTF-8 in BSON at byte {offset}"),
            Self::InvalidBool { value, offset } => {
                write!(f, "invalid BSON boolean 0x{value:02x} at byte {offset}")
            }
            Self::OutOfRange { offset } => {
                write!(f, "BSON value out of range at byte {offset}")
            }
            Self::TooDeep { limit } => {
                write!(f, "document is nested more than {limit} levels deep")
            }
            Self::NulInCString => f.write_str("keys and regex patterns must not contain a NUL"),
            Self::TooLarge { len } => {
                write!(f, "document of {len} bytes exceeds the BSON limit of 2147483647")
            }
            Self::WrongSize { expected, found } => {
                write!(f, "BSON value of {found} bytes where {expected} were expected")
            }
        }
    }
}

impl std::error::Error for BsonError {}
