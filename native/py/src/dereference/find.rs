//! Which documents are referred to.
use std::collections::hash_map::Entry;
use std::collections::HashMap;

use mongoengine_fast_core::bson::tag;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySet};

use super::{any_document, field_of_ids, is_plain, place, Reference};
use crate::codec;
use crate::decode::{container, Stored};
use crate::document::state::{self, Peek};
use crate::document::{referring, DocumentCore};
use crate::encode::{native_dict, native_list};
use crate::ffi_util::{list_item, Level};
use crate::plan::{FieldPlan, Plan, ToPython};
use crate::typerefs;

type Id = [u8; 12];

/// Collects as MongoEngine does, down to which sets are made and merged: their order is that of the ids in the query.
struct Finder<'py> {
    max_depth: f64,
    /// One object for each id, which sets then compare by identity and not in Python.
    known: HashMap<Id, Bound<'py, PyAny>>,
}

/// Ids by document class or collection name.
type Found<'py> = Bound<'py, PyDict>;

/// The ids that documents, references and containers among *items* refer to, by document class or collection name.
#[pyfunction]
pub fn find_references<'py>(items: &Bound<'py, PyAny>, max_depth: f64, depth: f64) -> PyResult<Found<'py>> {
    Finder { max_depth, known: HashMap::new() }.items(items, depth)
}

impl<'py> Finder<'py> {
    fn items(&mut self, items: &Bound<'py, PyAny>, depth: f64) -> PyResult<Found<'py>> {
        let found = PyDict::new(items.py());
        if !items.is_truthy()? || depth >= self.max_depth {
            return Ok(found);
        }
        let _level = Level::enter()?;
        let depth = depth + 1.0;
        if let Some(list) = native_list(items)? {
            let mut index = 0;
            while let Some(item) = list_item(list, index) {
                self.item(&item, depth, &found)?;
                index += 1;
            }
            return Ok(found);
        }
        let values = match (native_dict(items)?, items.is_instance_of::<PyDict>()) {
            (Some(dict), _) => dict.values().into_any(),
            (None, true) => items.call_method0(intern!(items.py(), "values"))?,
            (None, false) => items.clone(),
        };
        for item in values.try_iter()? {
            self.item(&item?, depth, &found)?;
        }
        Ok(found)
    }

    fn item(&mut self, item: &Bound<'py, PyAny>, depth: f64, found: &Found<'py>) -> PyResult<()> {
        if is_plain(item) {
            return Ok(());
        }
        if let Some(document) = any_document(item)? {
            return self.document(&document, depth, found);
        }
        match Reference::of(item)? {
            Reference::None | Reference::DbRef { lazy: true, .. } => Ok(()),
            Reference::DbRef { collection, id, .. } => self.add(found, &collection, id),
            Reference::Generic(stored) => self.generic(&stored, found),
            Reference::Container => merge(found, None, &self.items(item, depth - 1.0)?),
        }
    }

    fn document(&mut self, document: &Bound<'py, DocumentCore>, depth: f64, found: &Found<'py>) -> PyResult<()> {
        let py = document.py();
        let held = state::plan(document)?;
        for slot in referring::slots(document, &held, true)? {
            let Some((plan, slot)) = place(document, &held, slot)? else { continue };
            if self.stored_ids(document, &plan, slot, depth, found)? {
                continue;
            }
            let Some((plan, slot)) = place(document, &plan, slot)? else { continue };
            let field = &plan.get().fields[slot];
            let Some(value) = state::value(document, &plan, slot)? else { continue };
            match Reference::of(&value)? {
                Reference::DbRef { id, lazy: false, .. } => {
                    self.add(found, &field.field.bind(py).getattr(intern!(py, "document_type"))?, id)?;
                }
                Reference::Generic(stored) => self.generic(&stored, found)?,
                Reference::Container if depth <= self.max_depth => {
                    let class = class_of_items(py, field)?;
                    merge(found, class.as_ref(), &self.items(&value, depth)?)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Note ids where they are stored, without making references of them; `false` for anything else.
    fn stored_ids(
        &mut self,
        document: &Bound<'py, DocumentCore>,
        plan: &Bound<'py, Plan>,
        slot: usize,
        depth: f64,
        found: &Found<'py>,
    ) -> PyResult<bool> {
        let py = document.py();
        let Peek::Raw { tag, at } = state::peek(document, plan, slot)? else { return Ok(false) };
        // Of the same moment: what follows may run code that lets go of the bytes.
        let raw = state::raw(document)?;
        let listed = tag == tag::ARRAY;
        if !listed && tag != tag::OBJECT_ID {
            return Ok(false);
        }
        let Some(field) = field_of_ids(py, &plan.get().fields[slot], listed)? else { return Ok(false) };
        let Some(ids) = ids(&Stored::find(&raw, tag, at)?)? else { return Ok(false) };
        if field.to_python == ToPython::LazyReference {
            return Ok(true);
        }
        if listed && (depth >= self.max_depth || ids.is_empty()) {
            return Ok(true);
        }
        let of_class = ids_of(found, field.document_plan(py)?.get().class.bind(py))?;
        if !listed {
            of_class.add(self.known_id(py, ids[0])?)?;
            return Ok(true);
        }
        let listed = PySet::empty(py)?;
        for id in ids {
            listed.add(self.known_id(py, id)?)?;
        }
        update(&of_class, listed.as_any())?;
        Ok(true)
    }

    fn known_id(&mut self, py: Python<'py>, id: Id) -> PyResult<&Bound<'py, PyAny>> {
        Ok(match self.known.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(codec::make_objectid(py, &id)?),
        })
    }

    fn generic(&mut self, stored: &Bound<'py, PyDict>, found: &Found<'py>) -> PyResult<()> {
        let py = stored.py();
        let named = typerefs::get_document(py)?.call1((stored.as_any().get_item(intern!(py, "_cls"))?,))?;
        let id = stored.as_any().get_item(intern!(py, "_ref"))?.getattr(intern!(py, "id"))?;
        self.add(found, &named, id)
    }

    fn add(&mut self, found: &Found<'py>, target: &Bound<'py, PyAny>, id: Bound<'py, PyAny>) -> PyResult<()> {
        let ids = ids_of(found, target)?;
        match codec::objectid_bytes(&id) {
            Some(bytes) => ids.add(&*self.known.entry(bytes).or_insert(id)),
            None => ids.add(id),
        }
    }
}

fn ids_of<'py>(found: &Found<'py>, target: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
    match found.get_item(target)? {
        Some(ids) => Ok(ids.cast_into()?),
        None => {
            let ids = PySet::empty(target.py())?;
            found.set_item(target, &ids)?;
            Ok(ids)
        }
    }
}

/// Add what was found in a container; all of it counts for `class` where that is given.
fn merge<'py>(found: &Found<'py>, class: Option<&Bound<'py, PyAny>>, more: &Found<'py>) -> PyResult<()> {
    for (target, ids) in more.iter() {
        update(&ids_of(found, class.unwrap_or(&target))?, &ids)?;
    }
    Ok(())
}

fn update<'py>(ids: &Bound<'py, PySet>, more: &Bound<'py, PyAny>) -> PyResult<()> {
    ids.call_method1(intern!(ids.py(), "update"), (more,)).map(drop)
}

/// One stored id, or a list of nothing but ids.
pub fn ids(stored: &Stored<'_>) -> PyResult<Option<Vec<Id>>> {
    if stored.tag == tag::OBJECT_ID {
        return Ok(stored.bytes.get(..12).and_then(|id| id.try_into().ok()).map(|id| vec![id]));
    }
    let mut ids = Vec::new();
    let whole = container::all(stored, &mut |_, item| match (item.tag, item.bytes.get(..12)) {
        (tag::OBJECT_ID, Some(id)) => {
            ids.extend(<Id>::try_from(id));
            Ok(true)
        }
        _ => Ok(false),
    })?;
    Ok(whole.then_some(ids))
}

/// The class of documents that the items of a container field are declared to refer to.
fn class_of_items<'py>(py: Python<'py>, field: &FieldPlan) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(inner) = field.field.bind(py).getattr_opt(intern!(py, "field"))? else { return Ok(None) };
    let Some(class) = inner.getattr_opt(intern!(py, "document_type"))? else { return Ok(None) };
    let metaclass = typerefs::top_level_metaclass(py)?;
    Ok((class.is_instance(metaclass)? || any_document(&class)?.is_some()).then_some(class))
}
