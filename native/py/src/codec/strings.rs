//! UTF-8 to Python strings.
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// The string that UTF-8 bytes spell, if they are ASCII: most are, and then need no decoder.
///
/// `None` for other bytes, and for what Python has ready (the empty string, single characters).
#[inline]
pub fn ascii<'py>(py: Python<'py>, bytes: &[u8]) -> Option<Bound<'py, PyString>> {
    if bytes.len() < 2 || !bytes.is_ascii() {
        return None;
    }
    // SAFETY: a new string of one byte a character (none is above 127), not seen by anybody else yet, has room for
    // `len` bytes, which are written before it is handed on. Null means that there is no memory, with an error set.
    unsafe {
        let string = ffi::PyUnicode_New(bytes.len() as ffi::Py_ssize_t, 127);
        if string.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        let data = ffi::PyUnicode_1BYTE_DATA(string);
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), data, bytes.len());
        Some(Bound::from_owned_ptr(py, string).cast_into_unchecked())
    }
}
