//! The classes that stored documents name in `_cls`.
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use pyo3::PyTraverseError;
use rustc_hash::FxHashMap;

use super::Plan;
use crate::cell::GilCell;
use crate::typerefs;

/// What the documents asked of one class were found to be, by name.
pub struct StoredClasses(GilCell<FxHashMap<Box<str>, Known>>);

struct Known {
    name: Py<PyString>,
    plan: Py<Plan>,
    /// Whether its keys are those of the class that was asked.
    same_keys: bool,
}

impl StoredClasses {
    pub fn new() -> Self {
        StoredClasses(GilCell::new(FxHashMap::default()))
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.with_in_traverse(|known| known.values().try_for_each(|known| visit.call(&known.plan)))
    }
}

/// The plan for a stored `_cls`, through the registry of document classes.
///
/// None where that class has another key for a field of `asked`: MongoEngine translates names to keys by the class that
/// was asked, and reads by the other.
pub fn of_name<'py>(py: Python<'py>, asked: &Bound<'py, Plan>, name: &str) -> PyResult<Option<Bound<'py, Plan>>> {
    let me = asked.get();
    if name == me.class_name_text {
        return Ok(Some(asked.clone()));
    }
    let known = me.stored_classes.0.with(py, |known| {
        known.get(name).map(|known| (known.name.clone_ref(py), known.plan.clone_ref(py), known.same_keys))
    });
    let Some((text, plan, same_keys)) = known else { return find(py, asked, PyString::new(py, name), name) };
    let (text, plan) = (text.into_bound(py), plan.into_bound(py));
    // A class may be defined anew under the name of another.
    let registered = typerefs::document_registry(py)?.cast::<PyDict>()?.get_item(&text)?;
    if registered.is_some_and(|class| class.is(&plan.get().class)) && plan.get().is_current(py) {
        return Ok(same_keys.then_some(plan));
    }
    find(py, asked, text, name)
}

fn find<'py>(
    py: Python<'py>,
    asked: &Bound<'py, Plan>,
    text: Bound<'py, PyString>,
    name: &str,
) -> PyResult<Option<Bound<'py, Plan>>> {
    let class = typerefs::get_document(py)?.call1((&text,))?.cast_into::<PyType>()?;
    let plan = Plan::of(&class)?;
    let same_keys = has_the_keys(asked.get(), plan.get());
    let entry = Known { name: text.unbind(), plan: plan.clone().unbind(), same_keys };
    let old = asked.get().stored_classes.0.with(py, |known| known.insert(name.into(), entry));
    drop(old);
    Ok(same_keys.then_some(plan))
}

/// Every field of one class whose key is not its name has the same key in the other.
fn has_the_keys(one: &Plan, other: &Plan) -> bool {
    let mut renamed = one.fields.iter().filter(|field| field.name_text.as_bytes() != &*field.db_bytes);
    renamed.all(|field| {
        let slot = other.by_name.get(&field.name_text);
        slot.is_some_and(|&slot| other.fields[slot].db_bytes == field.db_bytes)
    })
}
