//! New object ids, as the BSON specification makes them: seconds, five random bytes of the process, a counter.
//!
//! Source: <https://github.com/mongodb/specifications/blob/master/source/bson-objectid/objectid.md>.
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the ids of one process share.
struct Generator {
    pid: u32,
    process: [u8; 5],
    counter: u32,
}

static GENERATOR: Mutex<Option<Generator>> = Mutex::new(None);

impl Generator {
    fn new(pid: u32) -> Result<Self, getrandom::Error> {
        let mut process = [0; 5];
        getrandom::fill(&mut process)?;
        let mut start = [0; 4];
        getrandom::fill(&mut start)?;
        Ok(Self { pid, process, counter: u32::from_le_bytes(start) })
    }
}

/// A new id. A forked child draws its own random bytes, so that its ids are not its parent's.
///
/// # Errors
/// The operating system has no randomness to give.
pub fn generate() -> Result<[u8; 12], getrandom::Error> {
    let mut slot = GENERATOR.lock().unwrap_or_else(PoisonError::into_inner);
    let pid = std::process::id();
    let generator = match slot.as_mut().filter(|known| known.pid == pid) {
        Some(known) => known,
        None => slot.insert(Generator::new(pid)?),
    };
    generator.counter = generator.counter.wrapping_add(1);
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) as u32;
    let mut id = [0; 12];
    id[..4].copy_from_slice(&seconds.to_be_bytes());
    id[4..9].copy_from_slice(&generator.process);
    id[9..].copy_from_slice(&generator.counter.to_be_bytes()[1..]);
    Ok(id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_differ_and_grow_from_the_present() {
        let ids: Vec<_> = (0..1000).map(|_| generate().expect("randomness")).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        let process = &ids[0][4..9];
        assert!(ids.iter().all(|id| &id[4..9] == process));
    }
}
