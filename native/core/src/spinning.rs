//! Whether a thread that waits for a server should look for the answer a few times before it sleeps.
//!
//! Putting a thread to sleep and waking it costs more than a nearby server takes to answer (on virtual machines often
//! twice as much). Spinning for about what that costs is never much worse than the best choice, and no help at all
//! where the server is far: see Karlin, Li, Manasse and Owicki, "Empirical studies of competitive spinning for a
//! shared-memory multiprocessor" (SOSP 1991), for both the limit and the learning from earlier waits.
use std::env;
use std::future::{poll_fn, Future};
use std::pin::{pin, Pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{CoreError, Kind, Result};

/// How long one wait may spin, in microseconds, unless [`VARIABLE`] says otherwise.
const WINDOW: u64 = 250;
/// What another limit is cut down to: meanwhile nobody looks for signals.
const MOST_WINDOW: u64 = 10_000;
/// The environment variable with another limit in microseconds; 0 never spins.
const VARIABLE: &str = "MONGOENGINE_FAST_SPIN_US";
/// What a wait that was answered while spinning earns, and what one that was not costs.
const GAIN: u32 = 1;
const LOSS: u32 = 2;
/// As much as can be earned; a spell of slow answers then ends the spinning after half as many.
const MOST: u32 = 32;
/// While nothing is left, one wait in so many tries again, and success is credited with this much.
const TRIAL: u32 = 64;
const FRESH_START: u32 = 8;
/// After several threads have waited at once, so many waits go by without spinning: threads that take turns have work
/// for the processors, even if one of them is found alone now and then.
const CALM: u32 = 32;

/// Learns from earlier waits whether spinning pays.
pub struct Spinning {
    /// 0 where there is no second processor for the server, or another thread, to work on meanwhile.
    most: u32,
    window: Duration,
    credit: AtomicU32,
    skipped: AtomicU32,
    /// How many waits are still to go by.
    crowded: AtomicU32,
}

impl Spinning {
    /// Spins where there is more than one processor, as long as the environment allows.
    pub fn from_environment() -> Result<Self> {
        let limit = env::var_os(VARIABLE).map_or(Ok(WINDOW), |value| {
            let number = value.to_str().and_then(|text| text.parse().ok());
            number.ok_or_else(|| {
                let message = format!("{VARIABLE} must be a number of microseconds, not {value:?}");
                CoreError::new(Kind::Configuration, message)
            })
        })?;
        let parallel = thread::available_parallelism().is_ok_and(|number| number.get() > 1);
        Ok(Self::with(if parallel && limit > 0 { MOST } else { 0 }, Duration::from_micros(limit.min(MOST_WINDOW))))
    }

    fn with(most: u32, window: Duration) -> Self {
        Spinning { most, window, credit: AtomicU32::new(most), skipped: AtomicU32::new(0), crowded: AtomicU32::new(0) }
    }

    /// Whether the next wait should spin. `alone`: no other thread waits now.
    pub fn pays(&self, alone: bool) -> bool {
        if !alone {
            self.crowded.store(CALM, Ordering::Relaxed);
            return false;
        }
        let crowded = self.crowded.load(Ordering::Relaxed);
        if crowded > 0 {
            self.crowded.store(crowded - 1, Ordering::Relaxed);
            return false;
        }
        if self.credit.load(Ordering::Relaxed) > 0 {
            return true;
        }
        self.most > 0 && self.skipped.fetch_add(1, Ordering::Relaxed) % TRIAL == TRIAL - 1
    }

    /// Polls `future` over and over, driving the runtime between, until it is ready or the window has passed.
    ///
    /// To be awaited on the runtime's own thread only.
    pub async fn spin<F: Future>(&self, mut future: Pin<&mut F>) -> Option<F::Output> {
        // What is to be done before there is something to wait for does not count.
        let mut deadline = None;
        let outcome = poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            if Instant::now() >= *deadline.get_or_insert_with(|| Instant::now() + self.window) {
                return Poll::Ready(None);
            }
            // On a busy machine somebody else has better use for the processor.
            thread::yield_now();
            // Asks to be polled again after one look at the sockets, without sleeping.
            let _ = pin!(tokio::task::yield_now()).poll(context);
            Poll::Pending
        })
        .await;
        // What was there at once says nothing about the server. An answer after the window, because others had the
        // processor meanwhile, would have come sooner to a thread that sleeps.
        if let Some(deadline) = deadline {
            self.learn(outcome.is_some() && Instant::now() < deadline);
        }
        outcome
    }

    fn learn(&self, answered: bool) {
        let credit = self.credit.load(Ordering::Relaxed);
        let credit = match (answered, credit) {
            (true, 0) => FRESH_START.min(self.most),
            (true, credit) => (credit + GAIN).min(self.most),
            (false, credit) => credit.saturating_sub(LOSS),
        };
        self.credit.store(credit, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime")
    }

    #[test]
    fn slow_answers_end_the_spinning_and_fast_ones_bring_it_back() {
        let spinning = Spinning::with(MOST, LONG);
        for _ in 0..MOST / LOSS {
            assert!(spinning.pays(true));
            spinning.learn(false);
        }
        let trials = (0..TRIAL * 3).filter(|_| spinning.pays(true)).count();
        assert_eq!(trials, 3);
        spinning.learn(true);
        assert!(spinning.pays(true));
    }

    #[test]
    fn a_single_processor_is_left_to_others() {
        let spinning = Spinning::with(0, LONG);
        spinning.learn(true);
        assert!((0..TRIAL * 2).all(|_| !spinning.pays(true)));
    }

    #[test]
    fn threads_that_take_turns_do_not_spin() {
        let spinning = Spinning::with(MOST, LONG);
        assert!(!spinning.pays(false));
        assert_eq!((0..CALM * 2).filter(|_| spinning.pays(true)).count(), CALM as usize);
        assert!(!spinning.pays(false));
        assert!(!spinning.pays(true));
    }

    #[test]
    fn what_becomes_ready_in_time_is_returned_and_what_does_not_goes_on() {
        let spinning = Spinning::with(MOST, LONG);
        let runtime = runtime();
        let mut turns = 0;
        let mut soon = pin!(poll_fn(|_| {
            turns += 1;
            if turns > 3 {
                Poll::Ready(7)
            } else {
                Poll::Pending
            }
        }));
        assert_eq!(runtime.block_on(spinning.spin(soon.as_mut())), Some(7));
        let spinning = Spinning::with(MOST, Duration::ZERO);
        let mut never = pin!(std::future::pending::<()>());
        assert_eq!(runtime.block_on(spinning.spin(never.as_mut())), None);
    }

    #[test]
    fn an_answer_after_the_window_counts_as_none() {
        let spinning = Spinning::with(MOST, Duration::from_millis(1));
        let runtime = runtime();
        let mut asked = false;
        let mut late = pin!(poll_fn(|_| {
            if asked {
                // As if somebody else had had the processor.
                thread::sleep(Duration::from_millis(5));
                return Poll::Ready(7);
            }
            asked = true;
            Poll::Pending
        }));
        let _ = runtime.block_on(spinning.spin(late.as_mut()));
        assert_eq!(spinning.credit.load(Ordering::Relaxed), MOST - LOSS);
    }

    #[test]
    fn spawned_tasks_go_on_meanwhile() {
        let spinning = Spinning::with(MOST, LONG);
        let runtime = runtime();
        let outcome = runtime.block_on(async {
            let mut task = pin!(tokio::spawn(async { 7 }));
            spinning.spin(task.as_mut()).await
        });
        assert_eq!(outcome.expect("in time").expect("task"), 7);
    }
}
