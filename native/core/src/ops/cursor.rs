//! A server cursor read batch by batch; the reply's bytes are handed on as they came.
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use mongodb::raw_batch_cursor::SessionRawBatchCursor;
use mongodb::ClientSession;

use super::batches::Batch;
use crate::client::Client;
use crate::error::{CoreError, Kind, Result};
use crate::runtime::Shared;

/// How long closing waits for the server to confirm.
const KILL_WAIT: Duration = Duration::from_millis(500);

/// What a cursor holds while the server has more.
struct Open {
    cursor: SessionRawBatchCursor,
    session: ClientSession,
}

/// The batches of a cursor. It works in a private session, which goes back to its client with the last batch.
pub struct Batches {
    open: Option<Open>,
    client: Arc<Client>,
}

impl Batches {
    pub fn new(client: Arc<Client>, cursor: SessionRawBatchCursor, session: ClientSession) -> Self {
        Batches { open: Some(Open { cursor, session }), client }
    }

    pub fn runtime(&self) -> &'static Shared {
        self.client.runtime()
    }

    /// Returns the next batch, by a `getMore` where the server has to be asked; None at the end.
    pub async fn next(&mut self) -> Result<Option<Batch>> {
        let Some(open) = self.open.as_mut() else { return Ok(None) };
        let answer = open.cursor.stream(&mut open.session).next().await;
        match answer {
            Some(Ok(reply)) => {
                let batch = Batch::new(reply)?;
                if batch.is_last() {
                    self.finish();
                }
                Ok(Some(batch))
            }
            Some(Err(error)) => Err(CoreError::from(error).of_part().of_cursor()),
            None => {
                self.finish();
                Ok(None)
            }
        }
    }

    /// Returns the next batch; meanwhile `work` goes on, once the server has been asked.
    pub async fn next_beside(&mut self, work: impl Future<Output = ()>) -> Result<Option<Batch>> {
        let (answer, ()) = futures_util::join!(self.next(), work);
        answer
    }

    /// Returns the first batch, which came with the answer that opened the cursor.
    pub async fn first(&mut self) -> Result<Batch> {
        let first = self.next().await?;
        first.ok_or_else(|| CoreError::new(Kind::InvalidReply, "a cursor without a first batch"))
    }

    fn finish(&mut self) {
        if let Some(open) = self.open.take() {
            drop(open.cursor);
            self.client.give_session(open.session);
        }
    }

    /// Whether the server may have more.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Drops the cursor; one the server still keeps is killed, and that is waited for briefly.
    pub fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let runtime = self.runtime();
        let before = runtime.tasks();
        let entered = runtime.enter();
        drop(open.cursor);
        drop(entered);
        let waiting = async {
            let confirmed = async {
                // The kill runs in the clean-up task of the cursor, which ends with it.
                while runtime.tasks() >= before {
                    tokio::time::sleep(Duration::from_micros(200)).await;
                }
            };
            let _ = tokio::time::timeout(KILL_WAIT, confirmed).await;
            Ok(())
        };
        let _ = runtime.wait(waiting, None);
    }

    /// Drops the cursor without waiting; the server's is killed when the runtime runs next.
    pub fn abandon(&mut self) {
        let _entered = self.client.runtime().enter();
        self.open = None;
    }

    /// Forgets the cursor of another process without touching its connection.
    pub fn leak(self) {
        std::mem::forget(self);
    }
}
