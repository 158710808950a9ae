//! What can go wrong between a call and its answer, with everything a caller needs to report it exactly.
use std::fmt;

use mongodb::error::{Error as DriverError, ErrorKind as DriverKind, RETRYABLE_WRITE_ERROR};

pub type Result<T> = std::result::Result<T, CoreError>;

/// Codes by which a server says that it does not take writes now.
const NOT_PRIMARY_CODES: [i32; 8] = [10107, 13435, 13436, 10058, 11600, 11602, 189, 91];

/// Codes after which a read is sent once more (retryable reads specification).
const RETRYABLE_READ_CODES: [i32; 13] = [11600, 11602, 10107, 13435, 13436, 189, 91, 7, 6, 89, 9001, 134, 262];

/// The kind of a failure; the caller's exception class follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The server answered `ok: 0`; the reply is kept.
    Server,
    /// The connection broke.
    Network,
    /// No answer within the time allowed to the network.
    NetworkTimeout,
    /// No suitable server within the server selection timeout.
    ServerSelection,
    /// The credentials were refused, or could not be used.
    Authentication,
    /// The settings cannot be used: TLS files, DNS, contradictory options.
    Configuration,
    /// The answer could not be understood.
    InvalidReply,
    /// The client was closed.
    Shutdown,
    /// A document or command exceeds the server's limit.
    DocumentTooLarge,
    /// The caller asked to stop waiting.
    Interrupted,
    /// A panic was caught; a bug of ours or of a library.
    Panic,
}

/// A failed operation.
#[derive(Clone, Debug)]
pub struct CoreError {
    pub kind: Kind,
    /// The server's error code, where there is one.
    pub code: Option<i32>,
    /// The server's name of that code.
    pub code_name: String,
    pub message: String,
    /// Error labels, the server's and the driver's.
    pub labels: Vec<String>,
    /// The whole reply of the server as BSON.
    pub reply: Option<Vec<u8>>,
    /// Part of the operation was done before the failure: it must not be done again as a whole.
    pub partial: bool,
    /// The command was one of a query's cursor: a find, or a getMore.
    pub of_cursor: bool,
}

impl CoreError {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        CoreError {
            kind,
            code: None,
            code_name: String::new(),
            message: message.into(),
            labels: Vec::new(),
            reply: None,
            partial: false,
            of_cursor: false,
        }
    }

    /// The same failure, of an operation that was done in part.
    pub fn of_part(mut self) -> Self {
        self.partial = true;
        self
    }

    /// The same failure, of a find or a getMore, in whose texts pymongo has more.
    pub fn of_cursor(mut self) -> Self {
        self.of_cursor = true;
        self
    }

    /// Whether the failed attempt certainly did not reach a server.
    pub fn was_not_sent(&self) -> bool {
        matches!(
            self.kind,
            Kind::ServerSelection
                | Kind::Authentication
                | Kind::Configuration
                | Kind::Shutdown
                | Kind::DocumentTooLarge
        )
    }

    pub fn has_label(&self, label: &str) -> bool {
        self.labels.iter().any(|have| have == label)
    }

    pub fn is_network(&self) -> bool {
        matches!(self.kind, Kind::Network | Kind::NetworkTimeout)
    }

    /// Whether a read that failed so is sent once more.
    pub fn is_retryable_read(&self) -> bool {
        self.is_network() || self.code.is_some_and(|code| RETRYABLE_READ_CODES.contains(&code))
    }

    /// Whether a write with a transaction number that failed so is sent once more.
    pub fn is_retryable_write(&self) -> bool {
        self.is_network() || self.has_label(RETRYABLE_WRITE_ERROR)
    }

    /// Whether a server refused because it is not the primary, or is about to go.
    pub fn is_not_primary(&self) -> bool {
        self.kind == Kind::Server && self.code.is_some_and(|code| NOT_PRIMARY_CODES.contains(&code))
    }

    /// Notes that the failed write could have been retried, as the specification wants it reported.
    pub fn label_retryable_write(&mut self) {
        let concerns_network = self.is_network() || self.kind == Kind::ServerSelection;
        if concerns_network && !self.has_label(RETRYABLE_WRITE_ERROR) {
            self.labels.push(RETRYABLE_WRITE_ERROR.to_owned());
        }
    }
}

impl fmt::Display for CoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CoreError {}

impl From<DriverError> for CoreError {
    fn from(error: DriverError) -> Self {
        let kind = kind_of(&error);
        let (code, code_name, message) = match error.kind.as_ref() {
            DriverKind::Command(command) => (Some(command.code), command.code_name.clone(), command.message.clone()),
            other => (None, String::new(), other.to_string()),
        };
        CoreError {
            kind,
            code,
            code_name,
            message,
            labels: error.labels().iter().cloned().collect(),
            reply: error.server_response().map(|reply| reply.as_bytes().to_vec()),
            partial: false,
            of_cursor: false,
        }
    }
}

fn kind_of(error: &DriverError) -> Kind {
    match error.kind.as_ref() {
        DriverKind::Command(_) => Kind::Server,
        DriverKind::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => Kind::NetworkTimeout,
        DriverKind::Io(_) | DriverKind::ConnectionPoolCleared { .. } => Kind::Network,
        DriverKind::ServerSelection { .. } => Kind::ServerSelection,
        DriverKind::Authentication { .. } => Kind::Authentication,
        DriverKind::Shutdown => Kind::Shutdown,
        DriverKind::InvalidArgument { .. }
        | DriverKind::InvalidTlsConfig { .. }
        | DriverKind::DnsResolve { .. }
        | DriverKind::IncompatibleServer { .. }
        | DriverKind::SessionsNotSupported => Kind::Configuration,
        _ => Kind::InvalidReply,
    }
}

impl From<bson::error::Error> for CoreError {
    fn from(error: bson::error::Error) -> Self {
        CoreError::new(Kind::InvalidReply, error.to_string())
    }
}
