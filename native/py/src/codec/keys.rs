//! Key bytes to Python strings through a small cache, so that equal keys of many documents are one object.
use std::cell::RefCell;

use pyo3::prelude::*;
use pyo3::types::PyString;

const SLOTS: usize = 2048;
const LONGEST: usize = 32;

struct Entry {
    len: u8,
    bytes: [u8; LONGEST],
    text: Py<PyString>,
}

impl Entry {
    #[inline]
    fn is(&self, key: &[u8]) -> bool {
        usize::from(self.len) == key.len() && &self.bytes[..key.len()] == key
    }
}

thread_local! {
    /// One table a thread: no lock, and a thread's end releases its strings.
    static CACHE: RefCell<Vec<Option<Entry>>> = const { RefCell::new(Vec::new()) };
}

/// The Python string for a key. Errors when it is not UTF-8.
#[inline]
pub fn intern_key<'py>(py: Python<'py>, key: &[u8]) -> PyResult<Bound<'py, PyString>> {
    if key.len() > LONGEST {
        return PyString::from_bytes(py, key);
    }
    let slot = hash(key) % SLOTS;
    let found = CACHE.with_borrow(|cache| match cache.get(slot) {
        Some(Some(entry)) if entry.is(key) => Some(entry.text.bind(py).clone()),
        _ => None,
    });
    match found {
        Some(text) => Ok(text),
        None => remember(py, key, slot),
    }
}

#[cold]
fn remember<'py>(py: Python<'py>, key: &[u8], slot: usize) -> PyResult<Bound<'py, PyString>> {
    let text = match std::str::from_utf8(key) {
        // 3.12 keeps interned strings for ever; keys come from the database and have no end.
        Ok(key) if py.version_info() < (3, 12) || py.version_info() >= (3, 13) => PyString::intern(py, key),
        _ => PyString::from_bytes(py, key)?,
    };
    let mut bytes = [0; LONGEST];
    bytes[..key.len()].copy_from_slice(key);
    let entry = Entry { len: key.len() as u8, bytes, text: text.clone().unbind() };
    let replaced = CACHE.with_borrow_mut(|cache| {
        if cache.is_empty() {
            cache.resize_with(SLOTS, || None);
        }
        cache[slot].replace(entry)
    });
    drop(replaced);
    Ok(text)
}

#[inline]
fn hash(key: &[u8]) -> usize {
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut state = key.len() as u64;
    let mut chunks = key.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        state = (state.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER);
    }
    for &byte in chunks.remainder() {
        state = (state.rotate_left(5) ^ u64::from(byte)).wrapping_mul(MULTIPLIER);
    }
    (state >> 32) as usize
}
