//! The client of one option set: a driver client for each process that uses it.
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mongoengine_fast_core::client::Client as CoreClient;
use mongoengine_fast_core::config::ClientConfig;
use mongoengine_fast_core::runtime;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::PyTraverseError;

use super::collection::Collection;
use super::{settings, wait};
use crate::errors::{self, Declined};

struct Live {
    pid: u32,
    client: Arc<CoreClient>,
}

enum State {
    New,
    Live(Live),
    Closed,
}

/// A native client. Made by `Client(settings, faults)`; it connects at its first operation.
#[pyclass(frozen, module = "mongoengine_fast._native")]
pub struct Client {
    config: ClientConfig,
    /// Makes pymongo's exceptions: `faults(kind, message, labels, reply)`.
    faults: Py<PyAny>,
    /// Locked for moments only and with the GIL held, so that a forked child never finds it locked.
    state: Mutex<State>,
}

impl Client {
    pub fn faults<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.faults.bind(py)
    }

    /// Returns the driver client of this process, made when it is first needed.
    pub fn live(&self, py: Python<'_>) -> PyResult<Arc<CoreClient>> {
        let runtime = runtime::current().map_err(|error| errors::to_py(py, error, self.faults(py)))?;
        if let Some(client) = self.of_process(runtime.pid())? {
            return Ok(client);
        }
        let config = self.config.clone();
        let connect = async move { CoreClient::connect(&config, runtime).await };
        let fresh = Arc::new(wait(py, runtime, self.faults(py), connect)?);
        // Another thread may have been faster while the GIL was released; its client is the one.
        if let Some(client) = self.of_process(runtime.pid())? {
            return Ok(client);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *state, State::Live(Live { pid: runtime.pid(), client: fresh.clone() }));
        // A client of the parent process: dropping it would act on the parent's sockets.
        std::mem::forget(old);
        Ok(fresh)
    }

    fn of_process(&self, pid: u32) -> PyResult<Option<Arc<CoreClient>>> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Live(live) if live.pid == pid => Ok(Some(live.client.clone())),
            State::Closed => Err(Declined::new_err("the client is closed")),
            _ => Ok(None),
        }
    }

    fn take(&self) -> Option<Arc<CoreClient>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Closed) {
            State::Live(live) if live.pid == std::process::id() => Some(live.client),
            State::Live(live) => {
                std::mem::forget(live);
                None
            }
            _ => None,
        }
    }
}

#[pymethods]
impl Client {
    #[new]
    fn new(settings: &Bound<'_, PyDict>, faults: Py<PyAny>) -> PyResult<Self> {
        Ok(Client { config: settings::read(settings)?, faults, state: Mutex::new(State::New) })
    }

    /// Return the native side of a collection.
    #[pyo3(signature = (database, name, codec_options, reply_options, read_preference, read_concern, write_concern))]
    #[allow(clippy::too_many_arguments)]
    fn collection(
        slf: &Bound<'_, Self>,
        database: String,
        name: String,
        codec_options: &Bound<'_, PyAny>,
        reply_options: &Bound<'_, PyAny>,
        read_preference: Option<&Bound<'_, PyDict>>,
        read_concern: Option<&Bound<'_, PyDict>>,
        write_concern: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Collection> {
        Collection::new(
            slf.clone().unbind(),
            database,
            name,
            (codec_options, reply_options),
            read_preference,
            (read_concern, write_concern),
        )
    }

    /// Say whether the primary answers within a number of seconds.
    fn probe(&self, py: Python<'_>, seconds: f64) -> PyResult<bool> {
        let client = self.live(py)?;
        let patience = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let asking = async { Ok(client.answers_within(patience).await) };
        wait(py, client.runtime(), self.faults(py), asking)
    }

    /// Close the connections. Later operations raise `Declined`.
    fn close(&self, py: Python<'_>) {
        if let Some(client) = self.take() {
            let runtime = client.runtime();
            py.detach(|| {
                let closing = async {
                    client.close().await;
                    Ok(())
                };
                // Closing is best effort: the server ends what it no longer hears of.
                let _ = runtime.wait(closing, None);
                drop(client);
            });
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.faults)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(client) = self.take() {
            let runtime = client.runtime();
            let _entered = runtime.enter();
            drop(client);
        }
    }
}
