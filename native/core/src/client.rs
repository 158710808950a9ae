//! A driver client with what the wire operations add to it: private sessions, transaction numbers, server facts.
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bson::{doc, Document, RawDocumentBuf};
use mongodb::options::{ReadPreference, SelectionCriteria};
use mongodb::ClientSession;

use crate::config::ClientConfig;
use crate::error::{Kind, Result};
use crate::runtime::Shared;

/// Sessions idle for longer are forgotten: servers end them after 30 minutes.
const SESSION_LIFE: Duration = Duration::from_secs(29 * 60);

/// Grows over all sessions, so that a server session that changes hands never sees a number twice.
static TRANSACTION_NUMBER: AtomicI64 = AtomicI64::new(1);

/// What the server that takes the writes says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// A member of a replica set or a mongos, with sessions.
    pub retryable_writes: bool,
    /// Greatest size of a document, in bytes.
    pub max_document: usize,
    /// Greatest number of documents of an insert command.
    pub max_batch: usize,
}

struct IdleSession {
    session: ClientSession,
    since: Instant,
}

/// A client of one deployment, of one process.
pub struct Client {
    driver: mongodb::Client,
    runtime: &'static Shared,
    retry_reads: bool,
    retry_writes: bool,
    sessions: Mutex<Vec<IdleSession>>,
    facts: Mutex<Option<ServerFacts>>,
}

impl Client {
    /// Makes a client; nothing is sent before the first operation, except what monitoring sends.
    pub async fn connect(config: &ClientConfig, runtime: &'static Shared) -> Result<Self> {
        let options = config.driver_options().await?;
        let driver = mongodb::Client::with_options(options)?;
        runtime.count_client(true);
        Ok(Client {
            driver,
            runtime,
            retry_reads: config.retry_reads,
            retry_writes: config.retry_writes,
            sessions: Mutex::new(Vec::new()),
            facts: Mutex::new(None),
        })
    }

    pub fn runtime(&self) -> &'static Shared {
        self.runtime
    }

    pub fn database(&self, name: &str) -> mongodb::Database {
        self.driver.database(name)
    }

    pub fn retries_reads(&self) -> bool {
        self.retry_reads
    }

    pub fn retries_writes(&self) -> bool {
        self.retry_writes
    }

    /// Returns what the primary said of itself, asking it when it has not been asked.
    pub async fn facts(&self) -> Result<ServerFacts> {
        if let Some(facts) = self.known_facts() {
            return Ok(facts);
        }
        let reply = match self.ask_primary("hello").await {
            // Servers of before 4.4.2 know it by its old name only.
            Err(error) if error.kind == Kind::Server => self.ask_primary("isMaster").await?,
            Err(error) if error.is_network() => self.ask_primary("hello").await?,
            outcome => outcome?,
        };
        let number = |key: &str, default: usize| {
            let value = reply.get(key);
            value
                .and_then(|value| value.as_i32().map(i64::from).or_else(|| value.as_i64()))
                .and_then(|value| usize::try_from(value).ok())
                .unwrap_or(default)
        };
        let mongos = matches!(reply.get_str("msg"), Ok("isdbgrid"));
        let sessions = reply.get("logicalSessionTimeoutMinutes").is_some_and(|value| value.as_null().is_none());
        let facts = ServerFacts {
            retryable_writes: sessions && (mongos || reply.contains_key("setName")),
            max_document: number("maxBsonObjectSize", 16 * 1024 * 1024),
            max_batch: number("maxWriteBatchSize", 100_000),
        };
        self.learn(Some(facts));
        Ok(facts)
    }

    /// Whether the primary answers in time.
    pub async fn answers_within(&self, patience: Duration) -> bool {
        let asked = tokio::time::timeout(patience, self.facts()).await;
        asked.is_ok_and(|facts| facts.is_ok())
    }

    async fn ask_primary(&self, command: &str) -> Result<Document> {
        let primary = SelectionCriteria::ReadPreference(ReadPreference::Primary);
        let command = RawDocumentBuf::try_from(&doc! {command: 1})?;
        let database = self.driver.database("admin");
        Ok(database.run_raw_command(command).selection_criteria(primary).await?)
    }

    /// Returns what the primary said of itself, if it has been asked.
    pub fn known_facts(&self) -> Option<ServerFacts> {
        *self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces what is known of the primary; `None` asks it again at the next need.
    pub fn learn(&self, facts: Option<ServerFacts>) {
        *self.facts.lock().unwrap_or_else(PoisonError::into_inner) = facts;
    }

    /// Takes a private session: one of the idle ones, or a new one.
    pub async fn take_session(&self) -> Result<ClientSession> {
        let now = Instant::now();
        {
            let mut idle = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            while let Some(found) = idle.pop() {
                if now.duration_since(found.since) < SESSION_LIFE {
                    return Ok(found.session);
                }
            }
        }
        Ok(self.driver.start_session().causal_consistency(false).await?)
    }

    /// Gives a session back for the next write. One whose connection broke is dropped instead.
    pub fn give_session(&self, session: ClientSession) {
        let mut idle = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(IdleSession { session, since: Instant::now() });
    }

    /// Returns a transaction number no session of this process has used.
    pub fn next_transaction_number(&self) -> i64 {
        TRANSACTION_NUMBER.fetch_add(1, Ordering::Relaxed)
    }

    /// Ends the sessions and closes the connections.
    pub async fn close(&self) {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.driver.clone().shutdown().immediate(true).await;
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.runtime.count_client(false);
    }
}
