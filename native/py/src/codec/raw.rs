//! The few places where the codec leaves safe Rust: slot access, bare allocation, dict iteration, ASCII text.
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

/// Without a GIL another thread may store into a slot or dict at any time; the direct ways below are then off.
pub const FREE_THREADED: bool = std::mem::size_of::<ffi::PyObject>() > 2 * std::mem::size_of::<usize>();

/// The offset of an object slot (`__slots__` entry `name`, mangled) that `ty` itself defines.
pub fn slot_offset(ty: &Bound<'_, PyType>, name: &str) -> Option<usize> {
    member_offset(ty, &ty.getattr("__dict__").ok()?.get_item(name).ok()?)
}

/// The offset of the object slot that `descriptor` reads, if it is one that `ty` itself defines.
pub fn member_offset(ty: &Bound<'_, PyType>, descriptor: &Bound<'_, PyAny>) -> Option<usize> {
    if FREE_THREADED {
        return None;
    }
    // SAFETY: the exact type check makes the object a PyMemberDescrObject, whose member definition lives as
    // long as the type does; both are only read. Before 3.11 pyo3 gives the pointer another pointee type.
    let (owner, offset, code) = unsafe {
        if descriptor.get_type_ptr() != &raw mut ffi::PyMemberDescr_Type {
            return None;
        }
        let member = descriptor.as_ptr().cast::<ffi::PyMemberDescrObject>();
        let definition = (*member).d_member.cast::<ffi::PyMemberDef>();
        ((*member).d_common.d_type, (*definition).offset, (*definition).type_code)
    };
    // SAFETY: `ty` is a live type object.
    let size = unsafe { (*ty.as_type_ptr()).tp_basicsize };
    let word = std::mem::size_of::<usize>() as isize;
    let fits = offset >= 2 * word && offset % word == 0 && offset + word <= size;
    (owner == ty.as_type_ptr() && code == ffi::Py_T_OBJECT_EX && fits).then_some(offset as usize)
}

/// Whether instances of `ty` are only their slots: no `__dict__`, no variable part.
pub fn is_plain_layout(ty: &Bound<'_, PyType>) -> bool {
    // SAFETY: `ty` is a live type object and its fields are only read.
    unsafe {
        let raw = ty.as_type_ptr();
        (*raw).tp_dictoffset == 0 && (*raw).tp_itemsize == 0 && (*raw).tp_alloc.is_some()
    }
}

/// A new instance of `ty` with these slots filled, without running `__new__` or `__init__`.
///
/// The offsets must come from [`slot_offset`] for this very `ty` or its bases, and [`is_plain_layout`] must hold.
pub fn alloc_with_slots<'py, const N: usize>(
    ty: &Bound<'py, PyType>,
    offsets: &[usize; N],
    values: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyAny>> {
    let py = ty.py();
    // SAFETY: tp_alloc of a ready type returns a zeroed instance of tp_basicsize bytes, or NULL with an error.
    let object = unsafe {
        let raw = ty.as_type_ptr();
        let alloc = (*raw).tp_alloc.unwrap_or(ffi::PyType_GenericAlloc);
        Bound::from_owned_ptr_or_err(py, alloc(raw, 0))?
    };
    for (offset, value) in offsets.iter().zip(values) {
        // SAFETY: the offset is that of an object slot inside the instance (checked by slot_offset); the slot is
        // still NULL, so no reference is overwritten, and it takes over ours.
        unsafe { *slot_pointer(&object, *offset) = value.into_ptr() };
    }
    Ok(object)
}

/// The object in a slot, `None` when it is unset. `object` must be an exact instance of the slot's type.
#[inline]
pub fn read_slot<'py>(object: &Bound<'py, PyAny>, offset: usize) -> Option<Bound<'py, PyAny>> {
    // SAFETY: the offset is that of an object slot of this exact type; the slot holds NULL or a live object, and
    // with the GIL held nobody can change it before the new reference is taken.
    unsafe { Bound::from_borrowed_ptr_or_opt(object.py(), *slot_pointer(object, offset)) }
}

/// Fills a slot of an object that was just made.
///
/// The offset must come from [`slot_offset`] for the type of `object` or one of its bases.
#[inline]
pub fn store_in_fresh_slot(object: &Bound<'_, PyAny>, offset: usize, value: Bound<'_, PyAny>) {
    let slot = slot_pointer(object, offset);
    // SAFETY: the offset is that of an object slot inside the instance, because subclasses only append to the layout
    // of their bases; the old content is released after the new one is in place.
    unsafe {
        let old = std::ptr::replace(slot, value.into_ptr());
        drop(Bound::from_owned_ptr_or_opt(object.py(), old));
    }
}

#[inline]
fn slot_pointer(object: &Bound<'_, PyAny>, offset: usize) -> *mut *mut ffi::PyObject {
    object.as_ptr().cast::<u8>().wrapping_add(offset).cast()
}

/// An empty instance of a dict subclass, as `dict.__new__(ty)` makes it.
pub fn new_dict_subclass<'py>(ty: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyDict>> {
    let py = ty.py();
    let args = PyTuple::empty(py);
    // SAFETY: dict's own tp_new accepts any subtype of dict (checked here) with an empty tuple and no keywords,
    // and returns a new reference or NULL with an error.
    let object = unsafe {
        let base = &raw mut ffi::PyDict_Type;
        if ffi::PyType_IsSubtype(ty.as_type_ptr(), base) == 0 {
            return Err(pyo3::exceptions::PyTypeError::new_err("not a dict subclass"));
        }
        let new = (*base).tp_new.expect("dict can be instantiated");
        Bound::from_owned_ptr_or_err(py, new(ty.as_type_ptr(), args.as_ptr(), std::ptr::null_mut()))?
    };
    object.cast_into::<PyDict>().map_err(PyErr::from)
}

/// Cursor over the items of a dict that tolerates changes: strong references, bounds kept by CPython itself.
pub struct DictCursor<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    position: ffi::Py_ssize_t,
    size: usize,
}

impl<'a, 'py> DictCursor<'a, 'py> {
    pub fn new(dict: &'a Bound<'py, PyDict>) -> Self {
        Self { dict, position: 0, size: dict.len() }
    }

    /// Whether the dict has grown or shrunk since the start.
    pub fn resized(&self) -> bool {
        self.dict.len() != self.size
    }

    /// The next key and value, in dict order whatever a subclass overrides.
    #[inline]
    pub fn next(&mut self) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        let py = self.dict.py();
        // SAFETY: the dict is alive, PyDict_Next checks the position against the current table, and the borrowed
        // pair is turned into strong references before any other Python code can run (free-threaded builds do
        // not come here).
        unsafe {
            if ffi::PyDict_Next(self.dict.as_ptr(), &mut self.position, &mut key, &mut value) == 0 {
                return None;
            }
            Some((Bound::from_borrowed_ptr(py, key), Bound::from_borrowed_ptr(py, value)))
        }
    }
}

/// Whether the text is plain ASCII, so that its UTF-8 form is the object's own memory.
#[inline]
pub fn is_ascii(text: &Bound<'_, PyString>) -> bool {
    // SAFETY: the object is a str; PyUnicode_READY brings one of the old, lazy form into the form whose state
    // bits are read then.
    unsafe {
        if ffi::PyUnicode_READY(text.as_ptr()) != 0 {
            ffi::PyErr_Clear();
            return false;
        }
        ffi::PyUnicode_IS_COMPACT_ASCII(text.as_ptr()) != 0
    }
}
