//! One field's place in a document, in a single machine word.
use std::alloc::{handle_alloc_error, Layout};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use mongoengine_fast_core::bson::tag;
use pyo3::ffi;
use pyo3::prelude::*;

use crate::ffi_util::is_atom;

/// Empty, a position in the document's bytes, or an owned reference to a Python object.
///
/// A null word is "absent from `_data`". Objects are aligned to eight bytes at least, which leaves the lowest bits of a
/// word to say more: [`RAW`] that it is no object but the type tag and the position of a value that was not decoded yet,
/// [`ATOM`] that the object is of a type whose instances refer to nothing, so that the garbage collector can pass it by
/// without touching it.
pub struct Slot(*mut ffi::PyObject);

const RAW: usize = 1;
const ATOM: usize = 2;

const _: () = assert!(usize::BITS == 64, "positions and tags are packed into one 64-bit word");

// SAFETY: a slot owns its reference exactly as `Py` does, and is only touched with the GIL held.
unsafe impl Send for Slot {}
// SAFETY: as above.
unsafe impl Sync for Slot {}

/// What a slot holds.
pub enum Content<'a> {
    Absent,
    Raw { tag: u8, at: u32 },
    Value(Held<'a>),
}

/// The object in a slot, borrowed from it.
pub struct Held<'a>(ManuallyDrop<Py<PyAny>>, PhantomData<&'a Slot>);

impl Deref for Held<'_> {
    type Target = Py<PyAny>;

    fn deref(&self) -> &Py<PyAny> {
        &self.0
    }
}

impl Slot {
    pub const ABSENT: Slot = Slot(std::ptr::null_mut());

    /// A value that stands at `at` in the document's bytes.
    pub fn raw(tag: u8, at: u32) -> Self {
        let word = (u64::from(tag) << 33) | (u64::from(at) << 1) | 1;
        Slot(std::ptr::without_provenance_mut(word as usize))
    }

    pub fn value(value: Bound<'_, PyAny>) -> Self {
        let mark = if is_atom(&value) { ATOM } else { 0 };
        Slot(value.into_ptr().map_addr(|address| address | mark))
    }

    fn object(&self) -> *mut ffi::PyObject {
        self.0.map_addr(|address| address & !ATOM)
    }

    #[inline]
    pub fn content(&self) -> Content<'_> {
        if self.0.is_null() {
            Content::Absent
        } else if self.is_raw() {
            let word = self.0.addr() as u64;
            Content::Raw { tag: (word >> 33) as u8, at: ((word >> 1) & 0xFFFF_FFFF) as u32 }
        } else {
            // SAFETY: a non-null word that is not raw is the pointer that `into_ptr` gave, but for the mark. The slot
            // owns the reference for as long as it is borrowed, and `Held` never gives it back.
            let object = unsafe { Bound::from_owned_ptr(Python::assume_attached(), self.object()) };
            Content::Value(Held(ManuallyDrop::new(object.unbind()), PhantomData))
        }
    }

    #[inline]
    pub fn is_raw(&self) -> bool {
        self.0.addr() & RAW != 0
    }

    /// The object in the slot, if it may refer to others.
    #[inline]
    pub fn collected(&self) -> Option<*mut ffi::PyObject> {
        (!self.0.is_null() && self.0.addr() & (RAW | ATOM) == 0).then_some(self.0)
    }

    pub fn is_absent(&self) -> bool {
        self.0.is_null()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Content::Value(held) = self.content() {
            drop(ManuallyDrop::into_inner(held.0));
        }
    }
}

/// The slots of a document, and how many of them still point into its bytes.
///
/// They live where Python's objects do: its allocator is quick with small pieces, and keeps those of one size together.
/// Only touched with the GIL held.
pub struct Slots {
    first: NonNull<Slot>,
    len: u32,
    raw: u32,
}

// SAFETY: as a slot itself.
unsafe impl Send for Slots {}
// SAFETY: as above.
unsafe impl Sync for Slots {}

impl Slots {
    /// So many slots with nothing in them.
    pub fn absent(_py: Python<'_>, len: usize) -> Self {
        // SAFETY: the GIL is held, as the token proves; zeroed words are `Slot::ABSENT`.
        let first = unsafe { ffi::PyObject_Calloc(len.max(1), size_of::<Slot>()) };
        match NonNull::new(first.cast::<Slot>()) {
            Some(first) => Slots { first, len: len as u32, raw: 0 },
            None => handle_alloc_error(Layout::new::<Slot>()),
        }
    }

    #[inline]
    fn entries(&self) -> &[Slot] {
        // SAFETY: `first` points to `len` slots that this owns.
        unsafe { std::slice::from_raw_parts(self.first.as_ptr(), self.len as usize) }
    }

    #[inline]
    fn entries_mut(&mut self) -> &mut [Slot] {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.first.as_ptr(), self.len as usize) }
    }

    #[inline]
    pub fn get(&self, place: usize) -> Option<&Slot> {
        self.entries().get(place)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Slot> {
        self.entries().iter()
    }

    /// Put something in a slot and return what was there; without such a slot, what was given.
    #[inline]
    pub fn replace(&mut self, place: usize, content: Slot) -> Slot {
        let added = u32::from(content.is_raw());
        let Some(entry) = self.entries_mut().get_mut(place) else { return content };
        let old = std::mem::replace(entry, content);
        self.raw = self.raw + added - u32::from(old.is_raw());
        old
    }

    /// How many values were not decoded yet.
    #[inline]
    pub fn raw(&self) -> usize {
        self.raw as usize
    }

    /// Take everything out, in order.
    pub fn into_entries(mut self) -> Vec<Slot> {
        self.entries_mut().iter_mut().map(|slot| std::mem::replace(slot, Slot::ABSENT)).collect()
    }

    /// The only value that was not decoded yet, if it is of fixed size: its place, type, position and size.
    pub fn last_small(&self) -> Option<(usize, u8, u32, usize)> {
        if self.raw != 1 {
            return None;
        }
        let place = self.iter().position(Slot::is_raw)?;
        let Content::Raw { tag, at } = self.get(place)?.content() else { return None };
        let size = match tag {
            tag::NULL => 0,
            tag::BOOL => 1,
            tag::INT32 => 4,
            tag::DOUBLE | tag::DATETIME | tag::INT64 => 8,
            tag::OBJECT_ID => 12,
            _ => return None,
        };
        Some((place, tag, at, size))
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        // SAFETY: the slots are this one's, and so is the memory, which came from the same allocator; the GIL is held.
        unsafe {
            std::ptr::drop_in_place(self.entries_mut());
            ffi::PyObject_Free(self.first.as_ptr().cast());
        }
    }
}
