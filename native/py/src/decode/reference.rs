//! References: ids become `DBRef`s, as `ReferenceField.to_python` makes them.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::Stored;
use crate::codec;
use crate::plan::FieldPlan;

/// `None` for what Python has to judge: references stored as `DBRef`, ids of other types.
pub fn decode<'py>(py: Python<'py>, field: &FieldPlan, stored: &Stored<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if field.dbref {
        return stored.plain(py).map(Some);
    }
    if stored.tag != mongoengine_fast_core::bson::tag::OBJECT_ID {
        return Ok(None);
    }
    let plan = field.document_plan(py)?;
    let Some(id) = plan.get().id_slot.map(|slot| &plan.get().fields[slot]) else { return Ok(None) };
    let key = super::value(py, id, stored)?;
    let collection = plan.get().class.bind(py).call_method0(intern!(py, "_get_collection_name"))?;
    match collection.cast::<PyString>() {
        Ok(name) => codec::make_dbref(py, name, &key, None, None).map(Some),
        // No name, or one that only `DBRef` itself can judge.
        Err(_) => codec::types(py).dbref.bind(py).call1((collection, key)).map(Some),
    }
}
