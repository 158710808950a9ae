//! Putting documents in the place of the references to them.
use mongoengine_fast_core::bson::tag;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::objects::Objects;
use super::{any_document, field_of_ids, find, is_plain, place, Reference};
use crate::decode::{tracked, Stored};
use crate::document::state::{self, Peek};
use crate::document::{referring, DocumentCore};
use crate::encode::native_list;
use crate::ffi_util::{list_item, Level};
use crate::plan::{FieldPlan, Plan};
use crate::typerefs;

struct Attacher<'a, 'py> {
    objects: Objects<'py>,
    max_depth: f64,
    /// What containers are told to belong to.
    instance: Option<&'a Bound<'py, PyAny>>,
    /// Makes a document of stored data that tells its class.
    attach_document: &'a Bound<'py, PyAny>,
}

type Name<'py> = Option<Bound<'py, PyAny>>;

/// *items* with references replaced by the documents in *objects*, which has them by collection name and id.
#[pyfunction]
pub fn attach_objects<'py>(
    items: &Bound<'py, PyAny>,
    objects: &Bound<'py, PyDict>,
    max_depth: f64,
    depth: f64,
    instance: &Bound<'py, PyAny>,
    name: Name<'py>,
    attach_document: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let instance = instance.is_truthy()?.then_some(instance);
    let objects = Objects::new(objects);
    Attacher { objects, max_depth, instance, attach_document }.items(items, depth, name)
}

impl<'py> Attacher<'_, 'py> {
    fn items(&self, items: &Bound<'py, PyAny>, depth: f64, name: Name<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = items.py();
        let _level = Level::enter()?;
        let stored = items.cast::<PyDict>().ok();
        if !items.is_truthy()? {
            if tracked::is_tracked(items)? {
                return Ok(items.clone());
            }
            if let Some(instance) = self.instance {
                let class = if stored.is_some() { typerefs::base_dict(py)? } else { typerefs::base_list(py)? };
                return class.call1((items, instance, name));
            }
        }
        if let Some(stored) = stored {
            if stored.contains(intern!(py, "_ref"))? {
                return self.generic(stored);
            }
            if stored.contains(intern!(py, "_cls"))? {
                return self.attach_document.call1((items, depth));
            }
        }
        if stored.is_some() || items.hasattr(intern!(py, "items"))? {
            return self.mapping(items, depth, name);
        }
        self.sequence(items, depth, name)
    }

    fn generic(&self, stored: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
        let py = stored.py();
        let reference = stored.as_any().get_item(intern!(py, "_ref"))?;
        let (collection, id) = (reference.getattr(intern!(py, "collection"))?, reference.getattr(intern!(py, "id"))?);
        Ok(self.objects.get(&collection, &id)?.unwrap_or_else(|| stored.clone().into_any()))
    }

    fn mapping(&self, items: &Bound<'py, PyAny>, depth: f64, name: Name<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = items.py();
        let data = PyDict::new(py);
        for pair in items.call_method0(intern!(py, "items"))?.try_iter()? {
            let (key, value): (Bound<'py, PyAny>, Bound<'py, PyAny>) = pair?.extract()?;
            let value = match self.objects.under(&key)? {
                Some(document) => document,
                None => self.value(&key, value, depth, &name)?,
            };
            data.set_item(key, value)?;
        }
        match (self.instance, name) {
            (Some(instance), Some(name)) if name.is_truthy()? => typerefs::base_dict(py)?.call1((data, instance, name)),
            _ => Ok(data.into_any()),
        }
    }

    fn sequence(&self, items: &Bound<'py, PyAny>, depth: f64, name: Name<'py>) -> PyResult<Bound<'py, PyAny>> {
        let py = items.py();
        let values = PyList::empty(py);
        let mut index = 0;
        if let Some(list) = native_list(items)? {
            while let Some(item) = list_item(list, index) {
                values.append(self.listed(index, item, depth, &name)?)?;
                index += 1;
            }
        } else {
            for item in items.try_iter()? {
                values.append(self.listed(index, item?, depth, &name)?)?;
                index += 1;
            }
        }
        let (Some(instance), Some(name)) = (self.instance, name) else { return Ok(values.into_any()) };
        if !name.is_truthy()? {
            return Ok(values.into_any());
        }
        if items.is_instance_of::<PyTuple>() {
            return Ok(values.to_tuple().into_any());
        }
        let embedded = typerefs::embedded_document_list(py)?;
        let class = if items.is_instance(embedded)? { embedded } else { typerefs::base_list(py)? };
        class.call1((values, instance, name))
    }

    fn listed(
        &self,
        index: usize,
        item: Bound<'py, PyAny>,
        depth: f64,
        name: &Name<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if is_plain(&item) {
            return Ok(item);
        }
        let index = index.into_pyobject(item.py())?.into_any();
        self.value(&index, item, depth, name)
    }

    /// A value of a container.
    fn value(
        &self,
        key: &Bound<'py, PyAny>,
        value: Bound<'py, PyAny>,
        depth: f64,
        name: &Name<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if is_plain(&value) {
            return Ok(value);
        }
        if let Some(document) = any_document(&value)? {
            self.document(&document, depth + 1.0, key, name)?;
            return Ok(value);
        }
        match Reference::of(&value)? {
            Reference::None => Ok(value),
            Reference::DbRef { collection, id, .. } => Ok(self.objects.get(&collection, &id)?.unwrap_or(value)),
            // Under a key of its own the whole of it is looked through again, which finds out what it is.
            Reference::Generic(_) | Reference::Container if depth + 1.0 <= self.max_depth => {
                let name = match name {
                    Some(name) if self.instance.is_some() && name.is_truthy()? => Some(self.path(name, &[key])?),
                    other => other.clone(),
                };
                self.items(&value, depth, name)
            }
            Reference::Generic(_) | Reference::Container => Ok(value),
        }
    }

    /// Replace the references in a document's fields, which does not count as a change.
    fn document(
        &self,
        document: &Bound<'py, DocumentCore>,
        depth: f64,
        key: &Bound<'py, PyAny>,
        name: &Name<'py>,
    ) -> PyResult<()> {
        let py = document.py();
        let held = state::plan(document)?;
        // Containers are rebuilt to belong to the instance, whatever is in them; without one they stay as they are.
        for slot in referring::slots(document, &held, self.instance.is_none())? {
            let Some((plan, slot)) = place(document, &held, slot)? else { continue };
            if self.stored_ids(document, &plan, slot, depth)? {
                continue;
            }
            let Some((plan, slot)) = place(document, &plan, slot)? else { continue };
            let field = &plan.get().fields[slot];
            let Some(value) = state::value(document, &plan, slot)? else { continue };
            let attached = match Reference::of(&value)? {
                Reference::DbRef { collection, id, .. } => self.objects.get(&collection, &id)?.unwrap_or(value),
                Reference::Generic(stored) => self.generic(&stored)?,
                Reference::Container if depth <= self.max_depth => {
                    let path = if self.instance.is_some() {
                        let name = name.clone().unwrap_or_else(|| py.None().into_bound(py));
                        Some(self.path(&name, &[key, field.name.bind(py).as_any()])?)
                    } else {
                        None
                    };
                    self.items(&value, depth, path)?
                }
                Reference::None | Reference::Container => continue,
            };
            if let Some((plan, slot)) = place(document, &plan, slot)? {
                state::store(document, &plan, slot, &attached)?;
            }
        }
        Ok(())
    }

    /// Put documents where their ids are stored; `false` when that is not all there is to it.
    fn stored_ids(
        &self,
        document: &Bound<'py, DocumentCore>,
        plan: &Bound<'py, Plan>,
        slot: usize,
        depth: f64,
    ) -> PyResult<bool> {
        let py = document.py();
        let Peek::Raw { tag, at } = state::peek(document, plan, slot)? else { return Ok(false) };
        // Of the same moment: what follows may run code that lets go of the bytes.
        let raw = state::raw(document)?;
        let listed = tag == tag::ARRAY;
        if self.instance.is_some() || (!listed && tag != tag::OBJECT_ID) || (listed && depth > self.max_depth) {
            return Ok(false);
        }
        let Some(field) = field_of_ids(py, &plan.get().fields[slot], listed)? else { return Ok(false) };
        let Some(ids) = find::ids(&Stored::find(&raw, tag, at)?)? else { return Ok(false) };
        let Some(mut documents) = self.all_of(py, field, &ids)? else { return Ok(false) };
        let value = match (listed, documents.len()) {
            (_, 0) => return Ok(false),
            (true, _) => PyList::new(py, documents)?.into_any(),
            (false, _) => documents.swap_remove(0),
        };
        if !state::plan(document)?.is(plan) {
            return Ok(false);
        }
        state::exchange(document, slot, None, value);
        Ok(true)
    }

    /// The documents with these ids, when all of them were fetched.
    fn all_of(&self, py: Python<'py>, field: &FieldPlan, ids: &[[u8; 12]]) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
        let class = field.document_plan(py)?.get().class.bind(py).clone();
        let collection = class.call_method0(intern!(py, "_get_collection_name"))?;
        let Ok(collection) = collection.cast::<PyString>() else { return Ok(None) };
        ids.iter().map(|id| self.objects.get_stored(collection, id)).collect()
    }

    /// `name.part.part`
    fn path(&self, name: &Bound<'py, PyAny>, parts: &[&Bound<'py, PyAny>]) -> PyResult<Bound<'py, PyAny>> {
        let mut path = name.str()?.into_any();
        for part in parts {
            path = path.add(intern!(path.py(), "."))?.add(part.str()?)?;
        }
        Ok(path)
    }
}
