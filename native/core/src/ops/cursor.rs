//! A server cursor read batch by batch; the reply's bytes are handed on as they came.
use std::time::Duration;

use futures_util::StreamExt;
use mongodb::raw_batch_cursor::RawBatchCursor;

use super::batches::Batch;
use crate::error::Result;
use crate::runtime::Shared;

/// How long closing waits for the server to confirm.
const KILL_WAIT: Duration = Duration::from_millis(500);

/// The batches of a cursor.
pub struct Batches {
    cursor: Option<RawBatchCursor>,
}

impl Batches {
    pub fn new(cursor: RawBatchCursor) -> Self {
        Batches { cursor: Some(cursor) }
    }

    /// Returns the next batch, by a `getMore` where the server has to be asked; None at the end.
    pub async fn next(&mut self) -> Result<Option<Batch>> {
        let Some(cursor) = self.cursor.as_mut() else { return Ok(None) };
        match cursor.next().await {
            Some(Ok(reply)) => Ok(Some(Batch::new(reply)?)),
            Some(Err(error)) => Err(error.into()),
            None => {
                self.cursor = None;
                Ok(None)
            }
        }
    }

    pub fn is_open(&self) -> bool {
        self.cursor.is_some()
    }

    /// Drops the cursor; one the server still keeps is killed, and that is waited for briefly.
    pub fn close(&mut self, runtime: &Shared) {
        let Some(cursor) = self.cursor.take() else { return };
        let before = runtime.tasks();
        let entered = runtime.enter();
        drop(cursor);
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
        self.cursor = None;
    }

    /// Forgets the cursor of another process without touching its connection.
    pub fn leak(&mut self) {
        std::mem::forget(self.cursor.take());
    }
}
