//! The walks of the dereferencer: what documents and containers refer to, and putting what was fetched in its place.
//!
//! What happens in between (which classes, which queries) is Python's: `mongoengine_fast.dereference`.
mod attach;
mod find;
mod objects;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::codec::{self, Kind};
use crate::document::{state, DataView, DocumentCore};
use crate::plan::{FieldPlan, Plan, ToPython};
use crate::{scalars, typerefs};

/// What the dereferencer makes of a value that is no document.
enum Reference<'py> {
    None,
    /// A `DBRef`. A lazy one is not fetched, but takes the document that was fetched for another.
    DbRef {
        collection: Bound<'py, PyAny>,
        id: Bound<'py, PyAny>,
        lazy: bool,
    },
    /// A generic reference as it is stored.
    Generic(Bound<'py, PyDict>),
    Container,
}

impl<'py> Reference<'py> {
    fn of(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = value.py();
        let types = codec::types(py);
        match types.kind(value) {
            Kind::List => return Ok(Reference::Container),
            Kind::DbRef => {
                if let Some(parts) = codec::dbref_parts(value) {
                    return Ok(Reference::DbRef { collection: parts.collection, id: parts.id, lazy: false });
                }
            }
            _ if is_plain(value) => return Ok(Reference::None),
            _ => {}
        }
        if let Ok(dict) = value.cast::<PyDict>() {
            let generic = dict.contains(intern!(py, "_ref"))?;
            return Ok(if generic { Reference::Generic(dict.clone()) } else { Reference::Container });
        }
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            return Ok(Reference::Container);
        }
        if !value.is_instance(types.dbref.bind(py))? {
            return Ok(Reference::None);
        }
        let lazy = value.is_instance(typerefs::lazy_reference(py)?)?;
        let (collection, id) = (value.getattr(intern!(py, "collection"))?, value.getattr(intern!(py, "id"))?);
        Ok(Reference::DbRef { collection, id, lazy })
    }
}

/// Nothing that could refer to anything.
fn is_plain(value: &Bound<'_, PyAny>) -> bool {
    value.is_none() || scalars::is_plain_scalar(value)
}

/// The document, embedded ones included, that a value is or is the weak proxy of.
fn any_document<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, DocumentCore>>> {
    let py = value.py();
    if let Ok(document) = value.cast::<DocumentCore>() {
        let flags = state::plan(document)?.get().flags;
        return Ok((flags.is_document || flags.is_embedded).then(|| document.clone()));
    }
    if is_plain(value) || matches!(codec::types(py).kind(value), Kind::List | Kind::Dict | Kind::DbRef) {
        return Ok(None);
    }
    let class = value.getattr(intern!(py, "__class__"))?;
    for role in [intern!(py, "_is_document"), intern!(py, "_is_embedded_document")] {
        if class.getattr_opt(role)?.map_or(Ok(false), |flag| flag.is_truthy())? {
            let data = value.getattr_opt(intern!(py, "_data"))?.and_then(|data| data.cast_into::<DataView>().ok());
            return Ok(data.map(|data| data.get().document(py).clone()));
        }
    }
    Ok(None)
}

/// Where a field of a document is by now: code of the program may have changed the class, and moved the document over.
fn place<'py>(
    document: &Bound<'py, DocumentCore>,
    held: &Bound<'py, Plan>,
    slot: usize,
) -> PyResult<Option<(Bound<'py, Plan>, usize)>> {
    let plan = state::plan(document)?;
    if plan.is(held) {
        return Ok(Some((plan, slot)));
    }
    let moved = plan.get().by_name.get(&held.get().fields[slot].name_text).copied();
    Ok(moved.map(|slot| (plan, slot)))
}

/// The field of references that a document's field is, or that the items of its list have, where the stored values are
/// nothing but the ids of documents of one class.
fn field_of_ids<'a>(py: Python<'_>, field: &'a FieldPlan, listed: bool) -> PyResult<Option<&'a FieldPlan>> {
    let inner = match (listed, field.to_python, &field.inner) {
        (false, _, _) => field,
        (true, ToPython::Complex, Some(inner)) => inner,
        _ => return Ok(None),
    };
    let refers = matches!(inner.to_python, ToPython::Reference | ToPython::LazyReference);
    if !refers || inner.dbref || inner.own_get {
        return Ok(None);
    }
    let target = inner.document_plan(py)?;
    let id = target.get().id_slot.map(|slot| target.get().fields[slot].to_python);
    Ok((id == Some(ToPython::ObjectId)).then_some(inner))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(find::find_references, m)?)?;
    m.add_function(wrap_pyfunction!(attach::attach_objects, m)?)
}
