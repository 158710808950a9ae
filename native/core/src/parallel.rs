//! Threads for work that touches no Python object, shared by the whole process.
//!
//! rayon's global pool does not survive a fork: in a child its threads are gone and work given to it never ends. This
//! one belongs to a process; a child makes its own and leaves its parent's alone.
use std::sync::{Mutex, PoisonError};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

static CURRENT: Mutex<Option<(u32, Option<&'static ThreadPool>)>> = Mutex::new(None);

/// The pool of this process; None where there is one processor, or threads cannot be had.
///
/// The caller holds no lock of Python's, but forks need the GIL and the lock below is held for a moment only; a child
/// that is born in that moment is guarded against by trying.
pub fn pool() -> Option<&'static ThreadPool> {
    let mut slot = match CURRENT.try_lock() {
        Ok(slot) => slot,
        Err(std::sync::TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
        Err(std::sync::TryLockError::WouldBlock) => return None,
    };
    let pid = std::process::id();
    if let Some((owner, pool)) = *slot {
        if owner == pid {
            return pool;
        }
    }
    let pool = start();
    *slot = Some((pid, pool));
    pool
}

fn start() -> Option<&'static ThreadPool> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    if threads < 2 {
        return None;
    }
    let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("mongoengine-fast-{n}")).build();
    // It lives as long as its process.
    pool.ok().map(|pool| &*Box::leak(Box::new(pool)))
}
