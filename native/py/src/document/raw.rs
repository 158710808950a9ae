//! The bytes that a loaded document decodes its fields from.
use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::load::OptionsId;

/// The bytes of one document, or of a part of one that shares its parent's.
#[derive(Clone)]
pub struct RawDoc {
    pub bytes: SharedBytes,
    pub start: u32,
    pub end: u32,
    pub options: OptionsId,
}

impl RawDoc {
    pub fn whole(py: Python<'_>, bytes: &[u8], options: OptionsId) -> Self {
        Self { bytes: SharedBytes::copy_of(py, bytes), start: 0, end: bytes.len() as u32, options }
    }

    /// The sub-document whose value starts at `at` and is `length` bytes long.
    pub fn part(&self, at: u32, length: usize) -> Self {
        Self { bytes: self.bytes.clone(), start: at, end: at + length as u32, options: self.options }
    }

    #[inline]
    pub fn slice(&self) -> &[u8] {
        &self.bytes.get()[self.start as usize..self.end as usize]
    }
}

/// Immutable bytes with several owners, in a Python `bytes` object: Python's allocator keeps small pieces of one size
/// together, so that those of documents that were read leave no holes behind.
///
/// Only touched with the GIL held. Letting go of the last reference runs no Python code.
pub struct SharedBytes(NonNull<ffi::PyObject>);

// SAFETY: as everything in a document, it is only touched with the GIL held.
unsafe impl Send for SharedBytes {}
// SAFETY: as above; the bytes themselves never change.
unsafe impl Sync for SharedBytes {}

impl SharedBytes {
    pub fn copy_of(py: Python<'_>, bytes: &[u8]) -> Self {
        let object = PyBytes::new(py, bytes).into_ptr();
        // SAFETY: `PyBytes::new` returns an object or panics.
        SharedBytes(unsafe { NonNull::new_unchecked(object) })
    }

    #[inline]
    pub fn get(&self) -> &[u8] {
        let object = self.0.as_ptr();
        // SAFETY: a `bytes` object that this owns a reference to; its content neither moves nor changes.
        unsafe {
            let length = ffi::Py_SIZE(object) as usize;
            std::slice::from_raw_parts(ffi::PyBytes_AS_STRING(object).cast::<u8>(), length)
        }
    }
}

impl Clone for SharedBytes {
    #[inline]
    fn clone(&self) -> Self {
        // SAFETY: a live object, with the GIL held.
        unsafe { ffi::Py_INCREF(self.0.as_ptr()) };
        SharedBytes(self.0)
    }
}

impl Drop for SharedBytes {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: gives back the one reference that this owns, with the GIL held.
        unsafe { ffi::Py_DECREF(self.0.as_ptr()) };
    }
}
