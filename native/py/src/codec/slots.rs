//! Classes whose whole state is a fixed set of `__slots__`: made and read without going through Python.
//!
//! Every layout is checked against an instance made the ordinary way; if anything differs from what is expected
//! (another pymongo, another interpreter) the class is called as usual instead.
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyType};
use pyo3::BoundObject;

use super::raw;

/// A class with `N` object slots, or the knowledge that its layout is not the expected one.
pub struct SlotClass<const N: usize> {
    offsets: Option<[usize; N]>,
}

impl<const N: usize> SlotClass<N> {
    /// `sample` must be an instance whose slots are expected to hold `values`, in the order of `names`.
    fn checked(
        ty: &Bound<'_, PyType>,
        names: [&str; N],
        sample: &Bound<'_, PyAny>,
        values: [Bound<'_, PyAny>; N],
    ) -> Option<[usize; N]> {
        if !raw::is_plain_layout(ty) || slot_count(ty)? != N || !sample.get_type().is(ty) {
            return None;
        }
        let mut offsets = [0; N];
        for ((offset, name), value) in offsets.iter_mut().zip(names).zip(values) {
            *offset = raw::slot_offset(ty, name)?;
            if !raw::read_slot(sample, *offset)?.eq(value).ok()? {
                return None;
            }
        }
        Some(offsets)
    }

    /// A new instance with these slot values; `None` if the class has to be called instead.
    #[inline]
    pub fn create<'py>(
        &self,
        ty: &Bound<'py, PyType>,
        values: [Bound<'py, PyAny>; N],
    ) -> Option<PyResult<Bound<'py, PyAny>>> {
        let offsets = self.offsets.as_ref()?;
        Some(raw::alloc_with_slots(ty, offsets, values))
    }

    /// Whether [`create`](Self::create) and [`read`](Self::read) work.
    pub fn is_known(&self) -> bool {
        self.offsets.is_some()
    }

    /// Slot `index` of an exact instance; `None` when it is unset or the layout is not known.
    #[inline]
    pub fn read<'py>(&self, object: &Bound<'py, PyAny>, index: usize) -> Option<Bound<'py, PyAny>> {
        raw::read_slot(object, self.offsets.as_ref()?[index])
    }
}

/// How many `__slots__` a class and its bases define, weak references aside.
fn slot_count(ty: &Bound<'_, PyType>) -> Option<usize> {
    let mut count = 0;
    for base in ty.mro() {
        let namespace = base.getattr("__dict__").ok()?;
        let Ok(slots) = namespace.get_item("__slots__") else {
            continue;
        };
        if slots.is_instance_of::<pyo3::types::PyString>() {
            count += 1;
            continue;
        }
        for name in slots.try_iter().ok()? {
            count += usize::from(!name.ok()?.eq("__weakref__").ok()?);
        }
    }
    Some(count)
}

impl SlotClass<1> {
    pub fn of_object_id(ty: &Bound<'_, PyType>) -> Self {
        let id = PyBytes::new(ty.py(), b"slot-checker").into_any();
        let offsets = ty.call1((&id,)).ok().and_then(|sample| Self::checked(ty, ["_ObjectId__id"], &sample, [id]));
        Self { offsets }
    }
}

impl SlotClass<4> {
    pub fn of_dbref(ty: &Bound<'_, PyType>) -> Self {
        Self { offsets: Self::dbref_offsets(ty).unwrap_or(None) }
    }

    fn dbref_offsets(ty: &Bound<'_, PyType>) -> PyResult<Option<[usize; 4]>> {
        let py = ty.py();
        let extra = PyDict::new(py);
        extra.set_item("x", 1)?;
        let sample = ty.call1(("c", 7, "d", &extra))?;
        let names = ["_DBRef__collection", "_DBRef__id", "_DBRef__database", "_DBRef__kwargs"];
        let values = [any(py, "c")?, any(py, 7)?, any(py, "d")?, extra.into_any()];
        Ok(Self::checked(ty, names, &sample, values))
    }
}

impl SlotClass<7> {
    /// `mongoengine_fast.base.LazyReference`: the slots of `DBRef`, then its own.
    pub fn of_lazy_reference(ty: &Bound<'_, PyType>) -> Self {
        let names = ["_DBRef__collection", "_DBRef__id", "_DBRef__database", "_DBRef__kwargs"];
        let names = [names.as_slice(), &["document_type", "_cached_doc", "passthrough"]].concat();
        let bases = ty.mro();
        let find = |name: &&str| bases.iter().find_map(|base| raw::slot_offset(base.cast().ok()?, name));
        let offsets: Option<Vec<usize>> = names.iter().map(find).collect();
        let plain = raw::is_plain_layout(ty) && slot_count(ty) == Some(names.len());
        Self { offsets: offsets.filter(|_| plain).and_then(|offsets| offsets.try_into().ok()) }
    }
}

impl SlotClass<2> {
    pub fn of_decimal128(ty: &Bound<'_, PyType>) -> Self {
        Self::of_pair(ty, ["_Decimal128__high", "_Decimal128__low"], true)
    }

    pub fn of_timestamp(ty: &Bound<'_, PyType>) -> Self {
        Self::of_pair(ty, ["_Timestamp__time", "_Timestamp__inc"], false)
    }

    /// A class made from two integers that it keeps as they are, given as one tuple or as two arguments.
    fn of_pair(ty: &Bound<'_, PyType>, names: [&str; 2], as_tuple: bool) -> Self {
        let check = || -> PyResult<Option<[usize; 2]>> {
            let py = ty.py();
            let sample = if as_tuple { ty.call1(((11, 22),))? } else { ty.call1((11, 22))? };
            Ok(Self::checked(ty, names, &sample, [any(py, 11)?, any(py, 22)?]))
        };
        Self { offsets: check().unwrap_or(None) }
    }

    pub fn of_uuid(ty: &Bound<'_, PyType>) -> Self {
        let check = || -> PyResult<Option<[usize; 2]>> {
            let py = ty.py();
            let unknown = py.import("uuid")?.getattr("SafeUUID")?.getattr("unknown")?;
            let sample = ty.call1(("00000000-0000-0000-0000-000000000005",))?;
            Ok(Self::checked(ty, ["int", "is_safe"], &sample, [any(py, 5)?, unknown]))
        };
        Self { offsets: check().unwrap_or(None) }
    }
}

fn any<'py, T: IntoPyObject<'py>>(py: Python<'py>, value: T) -> PyResult<Bound<'py, PyAny>> {
    Ok(value.into_pyobject(py).map_err(Into::into)?.into_any().into_bound())
}
