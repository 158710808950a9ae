//! One field's place in a document, in a single machine word.
use mongoengine_fast_core::bson::tag;
use pyo3::ffi;
use pyo3::prelude::*;

/// Empty, a position in the document's bytes, or an owned reference to a Python object.
///
/// A null word is "absent from `_data`". Objects are aligned, so an odd word cannot be one: it holds the type tag and the
/// position of a value that was not decoded yet.
pub struct Slot(*mut ffi::PyObject);

const _: () = assert!(usize::BITS == 64, "positions and tags are packed into one 64-bit word");

// SAFETY: a slot owns its reference exactly as `Py` does, and is only touched with the GIL held.
unsafe impl Send for Slot {}
// SAFETY: as above.
unsafe impl Sync for Slot {}

/// What a slot holds.
pub enum Content<'a> {
    Absent,
    Raw { tag: u8, at: u32 },
    Value(&'a Py<PyAny>),
}

impl Slot {
    pub const ABSENT: Slot = Slot(std::ptr::null_mut());

    /// A value that stands at `at` in the document's bytes.
    pub fn raw(tag: u8, at: u32) -> Self {
        let word = (u64::from(tag) << 33) | (u64::from(at) << 1) | 1;
        Slot(std::ptr::without_provenance_mut(word as usize))
    }

    pub fn value(value: Py<PyAny>) -> Self {
        Slot(value.into_ptr())
    }

    #[inline]
    pub fn content(&self) -> Content<'_> {
        if self.0.is_null() {
            Content::Absent
        } else if self.0.addr() & 1 == 1 {
            let word = self.0.addr() as u64;
            Content::Raw { tag: (word >> 33) as u8, at: ((word >> 1) & 0xFFFF_FFFF) as u32 }
        } else {
            // SAFETY: a non-null even word is the pointer that `into_ptr` gave, still owned by this slot; `Py` is a
            // transparent wrapper of such a pointer, so a reference to one is a reference to the other.
            Content::Value(unsafe { &*(&raw const self.0).cast::<Py<PyAny>>() })
        }
    }

    pub fn is_raw(&self) -> bool {
        matches!(self.content(), Content::Raw { .. })
    }

    /// A value of fixed size, which takes less as an object than the document's bytes do.
    pub fn is_small_raw(&self) -> bool {
        matches!(self.content(), Content::Raw { tag, .. } if matches!(
            tag,
            tag::DOUBLE | tag::OBJECT_ID | tag::BOOL | tag::DATETIME | tag::INT32 | tag::INT64 | tag::NULL
        ))
    }

    pub fn is_absent(&self) -> bool {
        self.0.is_null()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Content::Value(_) = self.content() {
            // SAFETY: gives back the reference that `value` took over, once.
            drop(unsafe { std::ptr::read((&raw const self.0).cast::<Py<PyAny>>()) });
        }
    }
}
