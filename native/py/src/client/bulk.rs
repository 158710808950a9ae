//! Bulk writes of a collection: statements to bytes, commands, replies.
use mongoengine_fast_core::ops::bulk::{Bulk, Statements, Verb};
use mongoengine_fast_core::ops::run::{self, Retry};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use super::collection::{Collection, MAX_COMMAND, MAX_DOCUMENT};
use super::rows::EncodedRow;
use crate::encode::update::Changes;
use crate::errors::{self, Declined};
use crate::{codec, encode};

/// Bytes that are set aside for a statement.
const USUAL_LENGTH: usize = 256;

/// Statements as bytes, ready to be sent.
#[pyclass(frozen, module = "mongoengine_fast._native")]
pub struct Prepared {
    pub(super) verb: Verb,
    pub(super) statements: Statements,
}

/// What is to be sent of many documents, the positions of these, and those of unchanged ones.
pub(super) type PreparedChanges = (Prepared, Vec<usize>, Vec<usize>);

#[pymethods]
impl Prepared {
    /// The bytes of one statement.
    fn statement<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyBytes>> {
        if index >= self.statements.len() {
            return Err(PyIndexError::new_err("there is no such statement"));
        }
        Ok(PyBytes::new(py, self.statements.get(index)))
    }
}

impl Collection {
    pub(super) fn encode_inserts<'py>(
        &self,
        documents: &Bound<'py, PyList>,
        ids: &Bound<'py, PyList>,
    ) -> PyResult<Prepared> {
        let mut statements = Statements::with_capacity(documents.len(), documents.len() * USUAL_LENGTH);
        for document in documents {
            let length = self.encode_insert(&document, &mut statements, ids)?;
            if statements.len() == 1 {
                // The others will hardly be much longer.
                statements.buffer().reserve(length.saturating_mul(documents.len().saturating_sub(1)).min(MAX_COMMAND));
            }
        }
        Ok(Prepared { verb: Verb::Insert, statements })
    }

    /// Adds one document to the statements and its id to *ids*. Returns its length in bytes.
    pub(super) fn encode_insert(
        &self,
        document: &Bound<'_, PyAny>,
        statements: &mut Statements,
        ids: &Bound<'_, PyList>,
    ) -> PyResult<usize> {
        let py = document.py();
        let id = match document.cast_exact::<EncodedRow>() {
            Ok(row) => Some(row.get().write(py, statements)?),
            Err(_) => encode::encode_model(py, document, &self.codec, statements.buffer(), true)
                .map_err(|fault| fault.into_error(py))?,
        };
        let length = statements.close();
        if length > MAX_DOCUMENT {
            return Err(Declined::new_err("too large for one command"));
        }
        ids.append(id)?;
        Ok(length)
    }

    pub(super) fn encode_statements(&self, command: &str, rows: &Bound<'_, PyList>) -> PyResult<Prepared> {
        let py = rows.py();
        let verb = Verb::named(command)
            .ok_or_else(|| PyValueError::new_err(format!("{command} is no command of bulk writes")))?;
        let mut statements = Statements::with_capacity(rows.len(), rows.len() * USUAL_LENGTH);
        for row in rows {
            self.encode_statement(py, &row, statements.buffer())?;
            if statements.close() > MAX_COMMAND {
                return Err(Declined::new_err("too large for one command"));
            }
        }
        Ok(Prepared { verb, statements })
    }

    pub(super) fn encode_all_changes(&self, documents: &Bound<'_, PyList>) -> PyResult<Option<PreparedChanges>> {
        let documents: Vec<_> = documents.iter().collect();
        for document in &documents {
            if !document.cast().map_or(Ok(false), encode::update::is_plainly_stored)? {
                return Ok(None);
            }
        }
        let mut statements = Statements::with_capacity(documents.len(), documents.len() * USUAL_LENGTH);
        let (mut positions, mut unchanged) = (Vec::with_capacity(documents.len()), Vec::new());
        for (position, document) in documents.iter().enumerate() {
            match encode::update::changes(document.cast()?, &self.codec, statements.buffer())? {
                Changes::Nothing => {
                    unchanged.push(position);
                    continue;
                }
                Changes::Appended => {}
                Changes::Undecided(changes, empty) => {
                    let statement = document.call_method1("_undecided_statement", (changes, empty))?;
                    let body = statement.call_method0("body")?;
                    if self.encode_statement(document.py(), &body, statements.buffer()).is_err() {
                        return Ok(None);
                    }
                }
                Changes::Unknown => return Ok(None),
            }
            if statements.close() > MAX_COMMAND {
                return Ok(None);
            }
            positions.push(position);
        }
        Ok(Some((Prepared { verb: Verb::Update, statements }, positions, unchanged)))
    }

    /// A mapping in the server's form, or its bytes.
    pub(super) fn encode_statement(&self, py: Python<'_>, row: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> PyResult<()> {
        if let Ok(encoded) = row.cast::<PyBytes>() {
            out.extend_from_slice(encoded.as_bytes());
            return Ok(());
        }
        codec::encode_document(py, row, &self.codec, out).map_err(|error| errors::decline(py, error))
    }

    /// The constant parts of inserts; other commands differ in verb and retry.
    pub(super) fn inserts<'a>(&'a self, ordered: bool, options: &'a [u8]) -> Bulk<'a> {
        Bulk {
            verb: Verb::Insert,
            collection: &self.name,
            ordered,
            options,
            write_concern: self.write_concern.as_deref(),
            retry: Retry::Write,
        }
    }

    pub(super) fn send_all<'py>(
        &self,
        py: Python<'py>,
        bulk: &Bulk<'_>,
        statements: &Statements,
        first: bool,
        replies: &Bound<'py, PyList>,
    ) -> PyResult<()> {
        let target = self.target(py)?;
        let mut sent = Vec::new();
        let writing = run::write_all(&target.client, &target.database, bulk, statements, &mut sent);
        let outcome = self
            .wait(py, &target, async { writing.await.map_err(|error| if first { error } else { error.of_part() }) });
        for (range, reply) in sent {
            let reply = self.reply(py, &reply)?;
            replies.append((range.start, range.end, reply).into_pyobject(py)?)?;
        }
        outcome
    }
}
