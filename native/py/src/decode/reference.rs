//! References: ids become `DBRef`s or lazy references, as `to_python` of their fields makes them.
use mongoengine_fast_core::bson::tag;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

use super::Stored;
use crate::codec::{self, SlotClass};
use crate::plan::{FieldPlan, Plan};
use crate::typerefs;

/// `None` for what Python has to judge: references stored as `DBRef`, ids of other types.
pub fn decode<'py>(py: Python<'py>, field: &FieldPlan, stored: &Stored<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if field.dbref {
        return stored.plain(py).map(Some);
    }
    let Some((plan, key)) = key(py, field, stored)? else { return Ok(None) };
    let collection = collection_of(&plan)?;
    match collection.cast::<PyString>() {
        Ok(name) => codec::make_dbref(py, name, &key, None, None).map(Some),
        // No name, or one that only `DBRef` itself can judge.
        Err(_) => codec::types(py).dbref.bind(py).call1((collection, key)).map(Some),
    }
}

/// The class that a stored ObjectId refers to a document of, and the key that it is there.
fn key<'py>(
    py: Python<'py>,
    field: &FieldPlan,
    stored: &Stored<'_>,
) -> PyResult<Option<(Bound<'py, Plan>, Bound<'py, PyAny>)>> {
    if stored.tag != tag::OBJECT_ID {
        return Ok(None);
    }
    let plan = field.document_plan(py)?;
    let Some(id) = plan.get().id_slot.map(|slot| &plan.get().fields[slot]) else { return Ok(None) };
    let key = super::value(py, id, stored)?;
    Ok(Some((plan, key)))
}

fn collection_of<'py>(plan: &Bound<'py, Plan>) -> PyResult<Bound<'py, PyAny>> {
    plan.get().class.bind(plan.py()).call_method0(intern!(plan.py(), "_get_collection_name"))
}

static LAZY_REFERENCE: PyOnceLock<SlotClass<7>> = PyOnceLock::new();

/// A `LazyReference`; `None` for what Python has to judge.
pub fn lazy<'py>(py: Python<'py>, field: &FieldPlan, stored: &Stored<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let class = typerefs::as_type(typerefs::lazy_reference(py)?)?;
    let slots = LAZY_REFERENCE.get_or_init(py, || SlotClass::of_lazy_reference(class));
    if !slots.is_known() {
        return Ok(None);
    }
    let Some((plan, key)) = key(py, field, stored)? else { return Ok(None) };
    let collection = collection_of(&plan)?;
    if !collection.is_exact_instance_of::<PyString>() {
        return Ok(None);
    }
    let none = || py.None().into_bound(py);
    let passthrough = field.field.bind(py).getattr(intern!(py, "passthrough"))?;
    let target = plan.get().class.bind(py).clone().into_any();
    let values = [collection, key, none(), PyDict::new(py).into_any(), target, none(), passthrough];
    slots.create(class, values).transpose()
}

/// What `LazyReferenceField.build_lazyref` would return as it is.
pub fn is_built(field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    let class = typerefs::lazy_reference(py)?;
    if value.is_none() || !value.get_type().is(class) {
        return Ok(value.is_none());
    }
    let name = intern!(py, "passthrough");
    Ok(value.getattr(name)?.is(&field.field.bind(py).getattr(name)?))
}
