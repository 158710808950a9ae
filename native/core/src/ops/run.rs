//! Sending a command and getting its reply, once more where the specifications allow a retry.
use std::future::Future;
use std::ops::Range;
use std::sync::Arc;

use bson::{Bson, RawDocumentBuf};
use mongodb::options::SelectionCriteria;
use mongodb::{ClientSession, Database};

use super::batches::{self, Batch};
use super::bulk::{Bulk, Statements};
use super::cursor::Batches;
use crate::client::Client;
use crate::error::{CoreError, Result};

/// What the statements of one command may take together, in bytes.
const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Statements of one command, where the server has not told its limit.
const MAX_BATCH: usize = 100_000;

/// What may be done after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    Never,
    Read,
    Write,
}

/// Runs a command that reads and answers with one document. Returns the reply.
pub async fn read(
    client: &Client,
    database: &Database,
    command: RawDocumentBuf,
    criteria: Option<&SelectionCriteria>,
) -> Result<Vec<u8>> {
    let again = client.retries_reads().then(|| command.clone());
    let send = |command: RawDocumentBuf| async move {
        let mut action = database.run_raw_command(command);
        if let Some(criteria) = criteria {
            action = action.selection_criteria(criteria.clone());
        }
        let reply = action.await?;
        Ok(reply.to_vec()?)
    };
    retry_read(send, command, again).await
}

/// How a cursor is opened, and what its later batches are asked for with.
pub struct CursorOptions {
    /// MongoDB's drivers tell the errors of a find from those of an aggregation.
    pub is_find: bool,
    pub batch_size: Option<u32>,
    pub comment: Option<Bson>,
}

/// Runs a command that reads and answers with a cursor. Returns the cursor and its first batch.
pub async fn open_cursor(
    client: &Arc<Client>,
    database: &Database,
    command: RawDocumentBuf,
    criteria: Option<&SelectionCriteria>,
    options: &CursorOptions,
) -> Result<(Batches, Batch)> {
    let again = client.retries_reads().then(|| command.clone());
    let send = |command: RawDocumentBuf| async move {
        let mut session = client.take_session().await?;
        let mut action = database.run_raw_cursor_command(command).session(&mut session);
        if let Some(criteria) = criteria {
            action = action.selection_criteria(criteria.clone());
        }
        if let Some(batch_size) = options.batch_size {
            action = action.batch_size(batch_size);
        }
        if let Some(comment) = &options.comment {
            action = action.comment(comment.clone());
        }
        let cursor = action.batch().await.map_err(CoreError::from);
        let cursor = match cursor {
            Ok(cursor) => cursor,
            Err(error) => {
                if !error.is_network() {
                    client.give_session(session);
                }
                return Err(error);
            }
        };
        let mut batches = Batches::new(client.clone(), cursor, session);
        let first = batches.first().await?;
        Ok((batches, first))
    };
    let opened = retry_read(send, command, again).await;
    if options.is_find {
        opened.map_err(CoreError::of_cursor)
    } else {
        opened
    }
}

/// Sends statements by as many commands as the limits demand; adds the range and the reply of each to `replies`.
pub async fn write_all(
    client: &Client,
    database: &Database,
    bulk: &Bulk<'_>,
    statements: &Statements,
    replies: &mut Vec<(Range<usize>, Vec<u8>)>,
) -> Result<()> {
    let max_count = client.known_facts().map_or(MAX_BATCH, |facts| facts.max_batch);
    let mut first = 0;
    while first < statements.len() {
        let end = statements.batch_end(first, MAX_BATCH_BYTES, max_count);
        let command = bulk.command(statements, first, end)?;
        let reply = match write(client, database, command, bulk.retry).await {
            Ok(reply) => reply,
            Err(error) if replies.is_empty() => return Err(error),
            Err(error) => return Err(error.of_part()),
        };
        let stop = bulk.ordered && batches::field(&reply, "writeErrors").is_some();
        replies.push((first..end, reply));
        if stop {
            break;
        }
        first = end;
    }
    Ok(())
}

async fn retry_read<T, F>(
    send: impl Fn(RawDocumentBuf) -> F,
    command: RawDocumentBuf,
    again: Option<RawDocumentBuf>,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let first = match send(command).await {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    match again {
        Some(command) if first.is_retryable_read() => send(command).await.map_err(|second| better(first, second)),
        _ => Err(first),
    }
}

/// The error to report after two attempts: that of the second, unless it never reached a server.
fn better(first: CoreError, second: CoreError) -> CoreError {
    if second.was_not_sent() || second.has_label("NoWritesPerformed") {
        first
    } else {
        second
    }
}

/// Runs a command that writes. Returns the reply, in which write errors may be.
pub async fn write(client: &Client, database: &Database, command: RawDocumentBuf, retry: Retry) -> Result<Vec<u8>> {
    if retry != Retry::Write || !client.retries_writes() {
        return write_once(client, database, command).await;
    }
    let facts = client.facts().await.map_err(|mut error| {
        // pymongo labels it before it knows whether the server takes retries.
        error.label_retryable_write();
        error
    })?;
    if !facts.retryable_writes {
        return write_once(client, database, command).await;
    }
    let command = with_transaction_number(command, client.next_transaction_number())?;
    match write_twice(client, database, &command).await {
        // The topology changed since it was asked: the server is a standalone now.
        Err(error) if error.code == Some(20) && error.message.starts_with("Transaction numbers") => {
            client.learn(None);
            write_once(client, database, without_transaction_number(command)?).await
        }
        outcome => outcome,
    }
}

async fn write_once(client: &Client, database: &Database, command: RawDocumentBuf) -> Result<Vec<u8>> {
    let mut session = client.take_session().await?;
    let outcome = send_write(database, command, &mut session).await;
    if !outcome.as_ref().is_err_and(CoreError::is_network) {
        client.give_session(session);
    }
    outcome
}

async fn write_twice(client: &Client, database: &Database, command: &RawDocumentBuf) -> Result<Vec<u8>> {
    let mut session = client.take_session().await?;
    let first = send_write(database, command.clone(), &mut session).await;
    let outcome = match first {
        Ok(reply) if !asks_for_retry(&reply) => Ok(reply),
        Ok(reply) => write_after_change(database, command, &mut session).await.or(Ok(reply)),
        Err(error) if error.is_retryable_write() => {
            send_write(database, command.clone(), &mut session).await.map_err(|second| better(error, second))
        }
        Err(error) => Err(error),
    };
    // A session whose connection broke is dirty: it is not used again.
    if !outcome.as_ref().is_err_and(CoreError::is_network) {
        client.give_session(session);
    }
    outcome.map_err(|mut error| {
        error.label_retryable_write();
        error
    })
}

/// Sends a command again whose first reply says that the server is the primary no longer.
///
/// The driver does not look into such a reply and still takes that server for the primary. Its refusal tells the driver,
/// and as nothing was done it does not count as an attempt.
async fn write_after_change(
    database: &Database,
    command: &RawDocumentBuf,
    session: &mut ClientSession,
) -> Result<Vec<u8>> {
    match send_write(database, command.clone(), session).await {
        Err(error) if error.is_not_primary() => send_write(database, command.clone(), session).await,
        outcome => outcome,
    }
}

async fn send_write(database: &Database, command: RawDocumentBuf, session: &mut ClientSession) -> Result<Vec<u8>> {
    let reply = database.run_raw_command(command).session(session).await?;
    Ok(reply.to_vec()?)
}

/// Whether a reply with a write concern error carries the label that asks for a retry.
fn asks_for_retry(reply: &[u8]) -> bool {
    let Ok(reply) = bson::RawDocument::from_bytes(reply) else { return false };
    let Ok(labels) = reply.get_array("errorLabels") else { return false };
    labels.into_iter().flatten().any(|label| label.as_str() == Some("RetryableWriteError"))
}

const TRANSACTION_NUMBER: &[u8] = b"\x12txnNumber\0";

fn with_transaction_number(command: RawDocumentBuf, number: i64) -> Result<RawDocumentBuf> {
    let mut bytes = command.into_bytes();
    bytes.pop();
    bytes.extend_from_slice(TRANSACTION_NUMBER);
    bytes.extend_from_slice(&number.to_le_bytes());
    closed(bytes)
}

/// The command as it was before [`with_transaction_number`].
fn without_transaction_number(command: RawDocumentBuf) -> Result<RawDocumentBuf> {
    let mut bytes = command.into_bytes();
    bytes.truncate(bytes.len() - TRANSACTION_NUMBER.len() - size_of::<i64>() - 1);
    closed(bytes)
}

/// A document of its bytes up to the NUL at its end.
fn closed(mut bytes: Vec<u8>) -> Result<RawDocumentBuf> {
    bytes.push(0);
    let length = bytes.len() as i32;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    Ok(RawDocumentBuf::from_bytes(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{doc, Document};

    #[test]
    fn a_transaction_number_is_appended() {
        let command = RawDocumentBuf::try_from(&doc! {"insert": "c"}).expect("command");
        let command = with_transaction_number(command, 7).expect("command");
        let sent = Document::try_from(command.clone()).expect("document");
        assert_eq!(sent, doc! {"insert": "c", "txnNumber": 7_i64});
        let plain = without_transaction_number(command).expect("command");
        assert_eq!(Document::try_from(plain).expect("document"), doc! {"insert": "c"});
    }

    #[test]
    fn labels_of_a_reply_are_seen() {
        let labelled = doc! {"ok": 1, "errorLabels": ["RetryableWriteError"]}.to_vec().expect("reply");
        assert!(asks_for_retry(&labelled));
        assert!(!asks_for_retry(&doc! {"ok": 1}.to_vec().expect("reply")));
    }
}
