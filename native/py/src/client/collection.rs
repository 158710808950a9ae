//! The native side of a collection: its operations.
use std::sync::Arc;

use mongodb::options::SelectionCriteria;
use mongoengine_fast_core::client::Client as CoreClient;
use mongoengine_fast_core::error::{CoreError, Kind, Result};
use mongoengine_fast_core::ops::{
    aggregate::Aggregate, batches, bulk::Bulk, bulk::Statements, count::Count, delete::Delete, distinct::Distinct,
    find::Find, find_and_modify::FindAndModify, run, run::CursorOptions, run::Retry, update::Update,
};
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyList, PyType};
use pyo3::PyTraverseError;

use super::arguments::{self, OwnedValue};
use super::bulk::{Prepared, PreparedChanges};
use super::{wait, Client};
use crate::codec::{self, CodecOptions};
use crate::cursor::{Cursor, Rows};
use crate::document::DocumentCore;
use crate::encode::update::Changes;
use crate::errors::{self, Declined};
use crate::load::OptionsId;
use crate::{encode, load};

/// Greatest length of a command; the server allows a little more than a document of 16 MiB.
pub(super) const MAX_COMMAND: usize = 16 * 1024 * 1024 + 12 * 1024;
/// Greatest length of a document.
pub(super) const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// A collection with its codec options, concerns and read preference.
#[pyclass(frozen, module = "mongoengine_fast._native")]
pub struct Collection {
    client: Py<Client>,
    database: String,
    pub(super) name: String,
    /// Of the documents.
    pub(super) codec: Arc<CodecOptions>,
    /// Of the replies to writes: plain dicts.
    reply_codec: Arc<CodecOptions>,
    options: OptionsId,
    criteria: Option<SelectionCriteria>,
    read_concern: Option<Vec<u8>>,
    pub(super) write_concern: Option<Vec<u8>>,
}

/// What a command was built to and what it runs on.
pub(super) struct Target {
    pub client: Arc<CoreClient>,
    pub database: mongodb::Database,
}

impl Collection {
    pub fn new(
        client: Py<Client>,
        database: String,
        name: String,
        codecs: (&Bound<'_, PyAny>, &Bound<'_, PyAny>),
        read_preference: Option<&Bound<'_, PyDict>>,
        concerns: (Option<&Bound<'_, PyDict>>, Option<&Bound<'_, PyDict>>),
    ) -> PyResult<Self> {
        let codec = CodecOptions::cached(codecs.0)?;
        let concern = |concern: Option<&Bound<'_, PyDict>>| {
            arguments::optional_document(concern.map(|concern| concern.as_any()), &codec)
        };
        Ok(Collection {
            client,
            database,
            name,
            read_concern: concern(concerns.0)?,
            write_concern: concern(concerns.1)?,
            options: OptionsId::intern(codecs.0)?,
            reply_codec: CodecOptions::cached(codecs.1)?,
            criteria: arguments::selection(read_preference)?,
            codec,
        })
    }

    pub(super) fn target(&self, py: Python<'_>) -> PyResult<Target> {
        let client = self.client.get().live(py)?;
        let database = client.database(&self.database);
        Ok(Target { client, database })
    }

    pub(super) fn fail(&self, py: Python<'_>, error: CoreError) -> PyErr {
        errors::to_py(py, error, self.client.get().faults(py))
    }

    fn checked(&self, py: Python<'_>, command: Result<bson::RawDocumentBuf>) -> PyResult<bson::RawDocumentBuf> {
        let command = command.map_err(|error| self.fail(py, error))?;
        if command.as_bytes().len() > MAX_COMMAND {
            return Err(self.fail(py, CoreError::new(Kind::DocumentTooLarge, "too large")));
        }
        Ok(command)
    }

    pub(super) fn wait<T: Send>(
        &self,
        py: Python<'_>,
        target: &Target,
        future: impl std::future::Future<Output = Result<T>> + Send,
    ) -> PyResult<T> {
        wait(py, target.client.runtime(), self.client.get().faults(py), future)
    }

    fn read(&self, py: Python<'_>, command: Result<bson::RawDocumentBuf>) -> PyResult<Vec<u8>> {
        let command = self.checked(py, command)?;
        let target = self.target(py)?;
        let reading = run::read(&target.client, &target.database, command, self.criteria.as_ref());
        self.wait(py, &target, reading)
    }

    fn write(&self, py: Python<'_>, command: Result<bson::RawDocumentBuf>, retry: Retry) -> PyResult<Vec<u8>> {
        let command = self.checked(py, command)?;
        let target = self.target(py)?;
        let writing = run::write(&target.client, &target.database, command, retry);
        self.wait(py, &target, writing)
    }

    pub(super) fn reply<'py>(&self, py: Python<'py>, reply: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        codec::decode_document(py, reply, &self.reply_codec)
    }

    fn load_one<'py>(&self, loader: &Bound<'py, PyAny>, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        let out = PyList::empty(loader.py());
        load::load_batch(loader.py(), loader, self.options, &mut std::iter::once(bytes), &out)?;
        out.get_item(0)
    }
}

/// An item, if there is one, and the server's reply where it reports a write concern error.
type ItemAndConcern<'py> = (Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>);

#[pymethods]
impl Collection {
    /// Send a find; return a cursor with its first batch.
    #[allow(clippy::too_many_arguments)]
    fn find(
        slf: &Bound<'_, Self>,
        filter: &Bound<'_, PyAny>,
        modifiers: Option<&Bound<'_, PyDict>>,
        projection: Option<&Bound<'_, PyAny>>,
        skip: i64,
        limit: i64,
        batch_size: i64,
        options: Option<&Bound<'_, PyDict>>,
        comment: Option<&Bound<'_, PyAny>>,
        loader: &Bound<'_, PyAny>,
    ) -> PyResult<Cursor> {
        let me = slf.get();
        let command = me.find_command(filter, modifiers, projection, skip, limit, batch_size, options)?;
        me.open(command, true, batch_size, comment, loader)
    }

    /// Send a find for one document; return the item or None.
    fn find_one<'py>(
        &self,
        filter: &Bound<'py, PyAny>,
        modifiers: Option<&Bound<'py, PyDict>>,
        projection: Option<&Bound<'py, PyAny>>,
        skip: i64,
        options: Option<&Bound<'py, PyDict>>,
        loader: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = filter.py();
        let command = self.find_command(filter, modifiers, projection, skip, -1, 0, options)?;
        let command = self.checked(py, Ok(command))?;
        let target = self.target(py)?;
        let options = CursorOptions { is_find: true, batch_size: None, comment: None };
        let reading = run::open_cursor(&target.client, &target.database, command, self.criteria.as_ref(), &options);
        let (_, mut batch) = self.wait(py, &target, reading)?;
        match batch.next_document().map_err(|error| self.fail(py, error))? {
            Some(document) => self.load_one(loader, document).map(Some),
            None => Ok(None),
        }
    }

    /// Send an aggregate that only reads; return a cursor with its first batch.
    fn aggregate(
        &self,
        pipeline: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
        batch_size: i64,
        comment: Option<&Bound<'_, PyAny>>,
        loader: &Bound<'_, PyAny>,
    ) -> PyResult<Cursor> {
        let command = self.aggregate_command(pipeline, options)?;
        self.open(command, false, batch_size, comment, loader)
    }

    /// Send an aggregate and return its whole reply as a dict.
    fn aggregate_reply<'py>(
        &self,
        pipeline: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = pipeline.py();
        let command = self.aggregate_command(pipeline, options)?;
        let reply = self.read(py, Ok(command))?;
        self.reply(py, &reply)
    }

    /// Send a count and return its reply.
    fn count<'py>(&self, py: Python<'py>, options: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        let options = arguments::elements(options, &self.codec)?;
        let count = Count { collection: &self.name, options: &options, read_concern: self.read_concern.as_deref() };
        let reply = self.read(py, count.command())?;
        self.reply(py, &reply)
    }

    /// Send a distinct and return the list of values.
    fn distinct<'py>(
        &self,
        py: Python<'py>,
        key: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = arguments::elements(options, &self.codec)?;
        let distinct =
            Distinct { collection: &self.name, key, options: &options, read_concern: self.read_concern.as_deref() };
        let reply = self.read(py, distinct.command())?;
        match batches::field(&reply, "values") {
            Some((tag, values)) => codec::decode_value(py, tag, values, &self.codec),
            None => Err(self.fail(py, CoreError::new(Kind::InvalidReply, "distinct answered without values"))),
        }
    }

    /// Insert one document; append its id to *ids* before it is sent, and return the reply.
    fn insert_one<'py>(
        &self,
        document: &Bound<'py, PyAny>,
        ids: &Bound<'py, PyList>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = document.py();
        let options = arguments::elements(options, &self.codec)?;
        let mut encoded = Statements::with_capacity(1, 512);
        self.encode_insert(document, &mut encoded, ids)?;
        let command = self.inserts(true, &options).command(&encoded, 0, 1);
        let reply = self.write(py, command, Retry::Write)?;
        self.reply(py, &reply)
    }

    /// Encode documents to insert; append their ids to *ids*.
    fn prepare_inserts<'py>(&self, documents: &Bound<'py, PyList>, ids: &Bound<'py, PyList>) -> PyResult<Prepared> {
        self.encode_inserts(documents, ids)
    }

    /// Encode dicts of the names and values of fields, checked and with defaults, as documents of *cls* are.
    ///
    /// Returns what `prepare_inserts` takes for each, or None where a document has to be made; nothing at all for classes
    /// whose documents do things of their own.
    fn encode_rows<'py>(&self, cls: &Bound<'py, PyType>, rows: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyList>> {
        self.rows_of(cls, rows)
    }

    /// Encode statements of one command, "update" or "delete": mappings in the server's form, or their bytes.
    fn prepare_statements(&self, command: &str, statements: &Bound<'_, PyList>) -> PyResult<Prepared> {
        self.encode_statements(command, statements)
    }

    /// A statement in the server's form as bytes, which `prepare_statements` takes as well.
    fn statement_bytes<'py>(&self, statement: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = Vec::new();
        self.encode_statement(statement.py(), statement, &mut bytes)?;
        Ok(PyBytes::new(statement.py(), &bytes))
    }

    /// The statement of a bulk write that sends what changed in a stored document, as bytes.
    ///
    /// None when nothing has changed; the changes, and the paths of empty values among them, when some of these may have
    /// to be removed; False when Python has to find the changes.
    fn encode_changes<'py>(&self, document: &Bound<'py, DocumentCore>) -> PyResult<Bound<'py, PyAny>> {
        let py = document.py();
        let mut out = Vec::new();
        Ok(match encode::update::changes(document, &self.codec, &mut out)? {
            Changes::Nothing => py.None().into_bound(py),
            Changes::Appended => PyBytes::new(py, &out).into_any(),
            Changes::Undecided(changes, empty) => (changes, empty).into_pyobject(py)?.into_any(),
            Changes::Unknown => PyBool::new(py, false).to_owned().into_any(),
        })
    }

    /// `encode_changes` of many documents: what is to be sent, the positions of its documents, and those of unchanged ones.
    ///
    /// None when Python has to find the changes of one of them.
    fn prepare_changes(&self, documents: &Bound<'_, PyList>) -> PyResult<Option<PreparedChanges>> {
        self.encode_all_changes(documents)
    }

    /// Send what was prepared; append to *replies*, for each command, where its statements start and end, and the reply.
    ///
    /// With *ordered* the first command that reports a write error is the last one sent. When a command fails as a
    /// whole, the replies before it are in *replies*. *first* says that nothing of this bulk write was sent before.
    #[allow(clippy::too_many_arguments)]
    fn send_prepared<'py>(
        &self,
        py: Python<'py>,
        prepared: &Prepared,
        ordered: bool,
        retry: bool,
        first: bool,
        options: Option<&Bound<'py, PyDict>>,
        replies: &Bound<'py, PyList>,
    ) -> PyResult<()> {
        let options = arguments::elements(options, &self.codec)?;
        let retry = if retry { Retry::Write } else { Retry::Never };
        let bulk = Bulk { verb: prepared.verb, retry, ..self.inserts(ordered, &options) };
        self.send_all(py, &bulk, &prepared.statements, first, replies)
    }

    /// Send an update and return its reply.
    fn update<'py>(
        &self,
        filter: &Bound<'py, PyAny>,
        update: &Bound<'py, PyAny>,
        multi: bool,
        upsert: bool,
        statement_options: Option<&Bound<'py, PyDict>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = filter.py();
        let filter = arguments::document(filter, &self.codec)?;
        let update = OwnedValue::encode(update, &self.codec)?;
        self.send_update(py, &filter, &update, (multi, upsert), statement_options, options)
    }

    /// Send an update that replaces by a mapping or a Document instance, and return its reply.
    fn replace<'py>(
        &self,
        filter: &Bound<'py, PyAny>,
        replacement: &Bound<'py, PyAny>,
        upsert: bool,
        statement_options: Option<&Bound<'py, PyDict>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = filter.py();
        let filter = arguments::document(filter, &self.codec)?;
        let mut bytes = Vec::with_capacity(512);
        encode::encode_model(py, replacement, &self.codec, &mut bytes, false).map_err(|fault| fault.into_error(py))?;
        let replacement = OwnedValue::of_document(bytes);
        self.send_update(py, &filter, &replacement, (false, upsert), statement_options, options)
    }

    /// Send a delete and return its reply.
    fn delete<'py>(
        &self,
        filter: &Bound<'py, PyAny>,
        many: bool,
        statement_options: Option<&Bound<'py, PyDict>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = filter.py();
        let filter = arguments::document(filter, &self.codec)?;
        let statement_options = arguments::elements(statement_options, &self.codec)?;
        let options = arguments::elements(options, &self.codec)?;
        let delete = Delete {
            collection: &self.name,
            filter: &filter,
            many,
            statement_options: &statement_options,
            options: &options,
            write_concern: self.write_concern.as_deref(),
        };
        let reply = self.write(py, delete.command(), delete.retry())?;
        self.reply(py, &reply)
    }

    /// Send a findAndModify; return the item or None, and the reply where it reports a write concern error.
    fn find_and_modify<'py>(
        &self,
        query: &Bound<'py, PyAny>,
        return_after: bool,
        options: &Bound<'py, PyDict>,
        write_concern: bool,
        loader: &Bound<'py, PyAny>,
    ) -> PyResult<ItemAndConcern<'py>> {
        let py = query.py();
        let query = arguments::document(query, &self.codec)?;
        let options = arguments::elements(Some(options), &self.codec)?;
        let modify = FindAndModify {
            collection: &self.name,
            query: &query,
            return_after,
            options: &options,
            write_concern: self.write_concern.as_deref().filter(|_| write_concern),
        };
        let reply = self.write(py, modify.command(), Retry::Write)?;
        if batches::field(&reply, "writeConcernError").is_some() {
            return Ok((None, Some(self.reply(py, &reply)?)));
        }
        match batches::field(&reply, "value") {
            Some((0x03, document)) => Ok((Some(self.load_one(loader, document)?), None)),
            _ => Ok((None, None)),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        visit.call(&self.client)
    }
}

impl Collection {
    #[allow(clippy::too_many_arguments)]
    fn find_command(
        &self,
        filter: &Bound<'_, PyAny>,
        modifiers: Option<&Bound<'_, PyDict>>,
        projection: Option<&Bound<'_, PyAny>>,
        skip: i64,
        limit: i64,
        batch_size: i64,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<bson::RawDocumentBuf> {
        let py = filter.py();
        let filter = arguments::document(filter, &self.codec)?;
        let modifiers = arguments::elements(modifiers, &self.codec)?;
        let projection = arguments::optional_document(projection, &self.codec)?;
        let options = arguments::elements(options, &self.codec)?;
        let find = Find {
            collection: &self.name,
            filter: &filter,
            modifiers: &modifiers,
            projection: projection.as_deref(),
            skip,
            limit,
            batch_size,
            read_concern: self.read_concern.as_deref(),
            options: &options,
        };
        find.command().map_err(|error| self.fail(py, error))
    }

    fn aggregate_command(
        &self,
        pipeline: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<bson::RawDocumentBuf> {
        let py = pipeline.py();
        let pipeline = OwnedValue::encode(pipeline, &self.codec)?;
        let options = arguments::elements(options, &self.codec)?;
        let aggregate = Aggregate {
            collection: &self.name,
            pipeline: pipeline.as_value(),
            options: &options,
            read_concern: self.read_concern.as_deref(),
            write_concern: None,
        };
        aggregate.command().map_err(|error| self.fail(py, error))
    }

    fn open(
        &self,
        command: bson::RawDocumentBuf,
        is_find: bool,
        batch_size: i64,
        comment: Option<&Bound<'_, PyAny>>,
        loader: &Bound<'_, PyAny>,
    ) -> PyResult<Cursor> {
        let py = loader.py();
        let command = self.checked(py, Ok(command))?;
        let options = CursorOptions {
            is_find,
            batch_size: u32::try_from(batch_size).ok().filter(|size| *size > 0),
            comment: comment.map(|comment| self.driver_value(comment)).transpose()?,
        };
        let target = self.target(py)?;
        let opening = run::open_cursor(&target.client, &target.database, command, self.criteria.as_ref(), &options);
        let (batches, first) = self.wait(py, &target, opening)?;
        let rows = Rows::new(batches, first, loader.clone().unbind(), self.options);
        Ok(Cursor::new(rows, self.client.clone_ref(py)))
    }

    /// A value for an option of the driver, by way of its bytes.
    fn driver_value(&self, value: &Bound<'_, PyAny>) -> PyResult<bson::Bson> {
        let wrapper = PyDict::new(value.py());
        wrapper.set_item("v", value)?;
        let bytes = arguments::document(wrapper.as_any(), &self.codec)?;
        let mut document = bson::Document::from_reader(&mut bytes.as_slice())
            .map_err(|_| Declined::new_err("a comment the native lane does not encode"))?;
        Ok(document.remove("v").unwrap_or(bson::Bson::Null))
    }

    fn send_update<'py>(
        &self,
        py: Python<'py>,
        filter: &[u8],
        update: &OwnedValue,
        (multi, upsert): (bool, bool),
        statement_options: Option<&Bound<'py, PyDict>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let statement_options = arguments::elements(statement_options, &self.codec)?;
        let options = arguments::elements(options, &self.codec)?;
        let update = Update {
            collection: &self.name,
            filter,
            update: update.as_value(),
            multi,
            upsert,
            statement_options: &statement_options,
            options: &options,
            write_concern: self.write_concern.as_deref(),
        };
        let reply = self.write(py, update.command(), update.retry())?;
        self.reply(py, &reply)
    }
}
