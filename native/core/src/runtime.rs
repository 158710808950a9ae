//! The one tokio runtime of the process, driven by whichever thread waits for an answer.
//!
//! A thread that waits drives sockets and timers itself: one blocking wait an operation, no hand-over to a worker.
//! When several wait at once, one of them drives and wakes the others. While none does, a ticker thread lets server
//! monitoring go on. A forked child finds its process id changed and gets a runtime of its own; its parent's is
//! never dropped there, because dropping it would act on sockets and an epoll set which the parent still uses.
use std::future::Future;
use std::hint::black_box;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::{CoreError, Kind, Result};
use crate::spinning::Spinning;

/// How often an interruptible wait asks whether to go on.
const INTERRUPT_CHECK: Duration = Duration::from_millis(100);
/// How long the ticker sleeps between two looks at the sockets.
const TICK: Duration = Duration::from_millis(500);
/// How long the ticker drives the runtime each time.
const TICK_WORK: Duration = Duration::from_millis(10);

/// The runtime of one process.
pub struct Shared {
    tokio: tokio::runtime::Runtime,
    pid: u32,
    waiting: AtomicUsize,
    waits: AtomicU64,
    clients: AtomicUsize,
    spinning: Spinning,
}

static CURRENT: Mutex<Option<&'static Shared>> = Mutex::new(None);

/// Returns the runtime of this process, made when first asked for and after a fork.
///
/// The lock is held for the time of a comparison. Callers hold Python's GIL, and `os.fork` needs it too, so a child
/// never starts with the lock taken.
pub fn current() -> Result<&'static Shared> {
    let mut slot = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    let pid = std::process::id();
    match *slot {
        Some(shared) if shared.pid == pid => Ok(shared),
        _ => {
            let shared = Shared::start(pid)?;
            *slot = Some(shared);
            Ok(shared)
        }
    }
}

/// About two of the longest messages, and as much as glibc learns from.
const LONG_MESSAGES: usize = 31 * 1024 * 1024;

/// Has an allocator that learns from what is given back (glibc's does) keep pages for messages of megabytes, rather than
/// fetch them from the kernel, page by page, and return them for each of the copies that sending makes.
fn expect_long_messages() {
    let mut room = Vec::<u8>::new();
    // Where there is not that much memory there is nothing to learn.
    let _ = room.try_reserve_exact(LONG_MESSAGES);
    drop(black_box(room));
}

impl Shared {
    fn start(pid: u32) -> Result<&'static Shared> {
        expect_long_messages();
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| CoreError::new(Kind::Configuration, format!("cannot start the runtime: {error}")))?;
        let spinning = Spinning::from_environment()?;
        let shared: &'static Shared = Box::leak(Box::new(Shared {
            tokio,
            pid,
            waiting: AtomicUsize::new(0),
            waits: AtomicU64::new(0),
            clients: AtomicUsize::new(0),
            spinning,
        }));
        thread::Builder::new()
            .name("mongoengine-fast-ticker".to_owned())
            .spawn(move || shared.tick())
            .map_err(|error| CoreError::new(Kind::Configuration, format!("cannot start the ticker: {error}")))?;
        Ok(shared)
    }

    /// The process this runtime belongs to.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Makes this runtime the current one of the thread, for code that spawns tasks or drops what does.
    pub fn enter(&self) -> tokio::runtime::EnterGuard<'_> {
        self.tokio.enter()
    }

    /// Number of tasks that live now: monitors, pools, clean-up work.
    pub fn tasks(&self) -> usize {
        self.tokio.metrics().num_alive_tasks()
    }

    /// Notes that a client was made (`true`) or closed: without clients the ticker has nothing to do.
    pub fn count_client(&self, made: bool) {
        if made {
            self.clients.fetch_add(1, Ordering::Relaxed);
        } else {
            self.clients.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Waits for `future` on this thread.
    ///
    /// With `interrupted`, it is asked about ten times a second, outside of the runtime (it may run Python signal
    /// handlers, which may wait for other operations); when it answers true the future is dropped.
    pub fn wait<F, T>(&self, future: F, interrupted: Option<&dyn Fn() -> bool>) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let _entered = self.tokio.enter();
        let _waiting = Waiting::start(self);
        catch_unwind(AssertUnwindSafe(|| match interrupted {
            None => self.tokio.block_on(future),
            Some(interrupted) => self.wait_in_slices(future, interrupted),
        }))
        .unwrap_or_else(|panic| Err(CoreError::new(Kind::Panic, panic_message(panic.as_ref()))))
    }

    fn wait_in_slices<F, T>(&self, future: F, interrupted: &dyn Fn() -> bool) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut future = pin!(future);
        // With others waiting too, work goes on while this thread sleeps.
        if self.spinning.pays(self.waiting.load(Ordering::Relaxed) == 1) {
            if let Some(outcome) = self.tokio.block_on(self.spinning.spin(future.as_mut())) {
                return outcome;
            }
        }
        loop {
            let slice = async { tokio::time::timeout(INTERRUPT_CHECK, future.as_mut()).await };
            if let Ok(outcome) = self.tokio.block_on(slice) {
                return outcome;
            }
            if interrupted() {
                return Err(CoreError::new(Kind::Interrupted, "interrupted"));
            }
        }
    }

    fn tick(&self) {
        let mut seen = 0;
        loop {
            thread::sleep(TICK);
            let waits = self.waits.load(Ordering::Relaxed);
            let idle = waits == seen && self.waiting.load(Ordering::Relaxed) == 0;
            seen = waits;
            if idle && self.clients.load(Ordering::Relaxed) > 0 {
                let work = async { tokio::time::sleep(TICK_WORK).await };
                // A task that panics is tokio's to report; the ticker itself must live on.
                let _ = catch_unwind(AssertUnwindSafe(|| self.tokio.block_on(work)));
            }
        }
    }
}

/// Counts a thread as waiting for as long as it lives.
struct Waiting<'a>(&'a Shared);

impl<'a> Waiting<'a> {
    fn start(shared: &'a Shared) -> Self {
        shared.waits.fetch_add(1, Ordering::Relaxed);
        shared.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(shared)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned());
    format!("the native core panicked: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn waits_of_several_threads_overlap() {
        let shared = current().expect("runtime");
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let sleep = async {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        Ok(())
                    };
                    shared.wait(sleep, Some(&|| false)).expect("sleep");
                });
            }
        });
        assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    }

    #[test]
    fn an_interrupted_wait_ends_soon() {
        let shared = current().expect("runtime");
        let start = Instant::now();
        let never = std::future::pending::<Result<()>>();
        let error = shared.wait(never, Some(&|| true)).expect_err("interrupted");
        assert_eq!(error.kind, Kind::Interrupted);
        assert!(start.elapsed() < Duration::from_millis(500));
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let shared = current().expect("runtime");
        let error = shared.wait(async { panic!("boom") as Result<()> }, None).expect_err("panic");
        assert_eq!(error.kind, Kind::Panic);
        assert!(error.message.contains("boom"));
    }
}
