//! `document._data`: a live mapping over the slots and the extra keys of a document.
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyKeyError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PyMapping, PyString, PyTuple};
use pyo3::PyTraverseError;

use super::slot::{Slot, Slots};
use super::state;
use super::DocumentCore;

/// A mapping that always shows what the document holds now.
#[pyclass(frozen, mapping, module = "mongoengine_fast._native")]
pub struct DataView {
    document: Py<DocumentCore>,
}

impl DataView {
    pub fn over(document: &Bound<'_, DocumentCore>) -> Self {
        Self { document: document.clone().unbind() }
    }

    pub fn document<'py>(&self, py: Python<'py>) -> &Bound<'py, DocumentCore> {
        self.document.bind(py)
    }

    /// A plain dict of the present content.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let document = self.document.bind(py);
        let plan = state::plan(document)?;
        let copy = PyDict::new(py);
        for slot in order(&plan) {
            if let Some(value) = state::value(document, &plan, slot)? {
                copy.set_item(&plan.get().fields[slot].name, value)?;
            }
        }
        if let Some(extra) = state::known_extra(document) {
            copy.update(extra.as_mapping())?;
        }
        Ok(copy)
    }

    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let document = self.document.bind(py);
        let plan = state::plan(document)?;
        state::ensure_slots(document, &plan)?;
        let names = PyList::empty(py);
        for slot in order(&plan) {
            let present = document.get().state.with(py, |state| {
                state.slots.as_ref().is_some_and(|slots| slots.get(slot).is_some_and(|slot| !slot.is_absent()))
            });
            if present {
                names.append(&plan.get().fields[slot].name)?;
            }
        }
        if let Some(extra) = state::known_extra(document) {
            for key in extra.keys().iter() {
                names.append(key)?;
            }
        }
        Ok(names)
    }
}

fn order(plan: &Bound<'_, crate::plan::Plan>) -> std::ops::Range<usize> {
    0..plan.get().fields.len()
}

/// `_data.get(name)`.
pub fn get<'py>(
    document: &Bound<'py, DocumentCore>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let plan = state::plan(document)?;
    // No field has a name that is no Unicode, but what a dynamic document holds may.
    if let Some(&slot) = name.to_str().ok().and_then(|name| plan.get().by_name.get(name)) {
        return state::value(document, &plan, slot);
    }
    state::ensure_slots(document, &plan)?;
    match state::known_extra(document) {
        Some(extra) => extra.get_item(name),
        None => Ok(None),
    }
}

fn set(document: &Bound<'_, DocumentCore>, name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let plan = state::plan(document)?;
    if let Ok(text) = name.cast::<PyString>() {
        if let Some(&slot) = text.to_str().ok().and_then(|text| plan.get().by_name.get(text)) {
            return state::store(document, &plan, slot, value);
        }
    }
    state::ensure_slots(document, &plan)?;
    state::extra(document).set_item(name, value)
}

/// `document._data = mapping`.
pub fn replace_all(document: &Bound<'_, DocumentCore>, values: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = document.py();
    let plan = state::plan(document)?;
    let content = match values.cast::<DataView>() {
        Ok(view) => view.get().snapshot(py)?,
        Err(_) => {
            let content = PyDict::new(py);
            content.update(values.cast::<PyMapping>()?)?;
            content
        }
    };
    let slots = Slots::absent(py, plan.get().fields.len());
    let old = document.get().state.with(py, |state| {
        state.unfilled = false;
        (state.raw.take(), state.slots.replace(slots), state.extra.take())
    });
    drop(old);
    for (key, value) in content.iter() {
        set(document, &key, &value)?;
    }
    Ok(())
}

/// The values, by field name, that are Python objects by now; what was loaded and not read yet is still bytes.
#[pyfunction]
fn decoded_values<'py>(document: &Bound<'py, DocumentCore>) -> PyResult<Bound<'py, PyDict>> {
    let plan = state::plan(document)?;
    let values = PyDict::new(document.py());
    for (slot, field) in plan.get().fields.iter().enumerate() {
        if let Some(value) = state::decoded(document, slot) {
            values.set_item(&field.name, value)?;
        }
    }
    Ok(values)
}

#[pymethods]
impl DataView {
    fn __getitem__<'py>(&self, py: Python<'py>, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let found = match name.cast::<PyString>() {
            Ok(text) => get(self.document.bind(py), text)?,
            Err(_) => None,
        };
        found.ok_or_else(|| PyKeyError::new_err(name.clone().unbind()))
    }

    fn __setitem__(&self, py: Python<'_>, name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        set(self.document.bind(py), name, value)
    }

    fn __delitem__(&self, py: Python<'_>, name: &Bound<'_, PyAny>) -> PyResult<()> {
        self.take(py, name)?.map(drop).ok_or_else(|| PyKeyError::new_err(name.clone().unbind()))
    }

    fn __contains__(&self, py: Python<'_>, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        match name.cast::<PyString>() {
            Ok(text) => Ok(get(self.document.bind(py), text)?.is_some()),
            Err(_) => Ok(false),
        }
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.names(py)?.len())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.names(py)?.try_iter()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.snapshot(py)?.repr()?.to_str()?.to_owned())
    }

    fn __richcmp__<'py>(
        &self,
        py: Python<'py>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        let other = match other.cast::<DataView>() {
            Ok(view) => view.get().snapshot(py)?.into_any(),
            Err(_) => other.clone(),
        };
        self.snapshot(py)?.rich_compare(other, op)
    }

    fn __copy__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.snapshot(py)
    }

    fn __deepcopy__<'py>(&self, py: Python<'py>, memo: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        py.import("copy")?.call_method1("deepcopy", (self.snapshot(py)?, memo))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyDict>,))> {
        Ok((py.get_type::<PyDict>().into_any(), (self.snapshot(py)?,)))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.document)
    }

    fn __ror__<'py>(&self, py: Python<'py>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let merged = PyDict::new(py);
        merged.update(other.cast::<PyMapping>()?)?;
        merged.update(self.snapshot(py)?.as_mapping())?;
        Ok(merged)
    }

    fn __or__<'py>(&self, py: Python<'py>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let merged = self.snapshot(py)?;
        merged.update(other.cast::<PyMapping>()?)?;
        Ok(merged)
    }

    fn copy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.snapshot(py)
    }

    #[pyo3(signature = (name, default = None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match name.cast::<PyString>() {
            Ok(text) => Ok(get(self.document.bind(py), text)?.or(default)),
            Err(_) => Ok(default),
        }
    }

    #[pyo3(signature = (name, *default))]
    fn pop<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        default: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self.take(py, name)? {
            Some(value) => Ok(value),
            None => default.get_item(0).map_err(|_| PyKeyError::new_err(name.clone().unbind())),
        }
    }

    #[pyo3(signature = (name, default = None))]
    fn setdefault<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if self.__contains__(py, name)? {
            return self.__getitem__(py, name);
        }
        let value = default.unwrap_or_else(|| py.None().into_bound(py));
        set(self.document.bind(py), name, &value)?;
        Ok(value)
    }

    #[pyo3(signature = (*others, **values))]
    fn update(&self, py: Python<'_>, others: &Bound<'_, PyTuple>, values: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        let merged = py.get_type::<PyDict>().call(others, values)?.cast_into::<PyDict>()?;
        for (key, value) in merged.iter() {
            set(self.document.bind(py), &key, &value)?;
        }
        Ok(())
    }

    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        replace_all(self.document.bind(py), PyDict::new(py).as_any())
    }

    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.snapshot(py)?.call_method0("keys")
    }

    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.snapshot(py)?.call_method0("values")
    }

    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.snapshot(py)?.call_method0("items")
    }
}

impl DataView {
    /// Remove a key and return what it held.
    fn take<'py>(&self, py: Python<'py>, name: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Ok(text) = name.cast::<PyString>() else { return Ok(None) };
        let document = self.document.bind(py);
        let plan = state::plan(document)?;
        if let Some(&slot) = text.to_str().ok().and_then(|text| plan.get().by_name.get(text)) {
            let held = state::value(document, &plan, slot)?;
            state::replace(document, slot, Slot::ABSENT);
            return Ok(held);
        }
        state::ensure_slots(document, &plan)?;
        let Some(extra) = state::known_extra(document) else { return Ok(None) };
        let held = extra.get_item(text)?;
        if held.is_some() {
            extra.del_item(text)?;
        }
        Ok(held)
    }
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<DataView>()?;
    m.add_function(wrap_pyfunction!(decoded_values, m)?)?;
    m.py()
        .import("collections.abc")?
        .getattr("MutableMapping")?
        .call_method1("register", (m.py().get_type::<DataView>(),))?;
    Ok(())
}
