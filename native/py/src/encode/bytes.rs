//! One pass from a document's slots to BSON.
use mongoengine_fast_core::bson::writer;
use mongoengine_fast_core::bson::MAX_DEPTH;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};

use super::{ask, ask_for_item, native_child, native_dict, native_list, refused, slot_value, stored_as_is, Fault};
use crate::codec::{self, CodecOptions, Kind};
use crate::document::state;
use crate::document::DocumentCore;
use crate::ffi_util::each_item;
use crate::plan::{FieldPlan, Plan, ToMongo, ToPython};
use crate::scalars;
use mongoengine_fast_core::bson::tag;

/// What one encoding needs to carry along.
pub(super) struct Pass<'a> {
    options: &'a CodecOptions,
    pub(super) out: &'a mut Vec<u8>,
    /// The program's own code raised.
    hook_raised: bool,
}

/// Append a top-level document; returns its `_id`, generated when `ensure_id` asks for one.
pub fn top_level<'py>(
    document: &Bound<'py, DocumentCore>,
    plan: &Bound<'py, Plan>,
    options: &CodecOptions,
    out: &mut Vec<u8>,
    ensure_id: bool,
) -> Result<Option<Bound<'py, PyAny>>, Fault> {
    let mut pass = Pass::new(options, out);
    let id = pass.whole(document, plan, ensure_id);
    let hook_raised = pass.hook_raised;
    id.map_err(|error| if hook_raised { Fault::Hook(error) } else { Fault::Value(error) })
}

impl<'a> Pass<'a> {
    pub(super) fn new(options: &'a CodecOptions, out: &'a mut Vec<u8>) -> Self {
        Pass { options, out, hook_raised: false }
    }

    fn whole<'py>(
        &mut self,
        document: &Bound<'py, DocumentCore>,
        plan: &Bound<'py, Plan>,
        ensure_id: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let start = writer::begin_document(self.out);
        let id = self.head(document, plan, ensure_id)?;
        self.fields(document, plan, 1)?;
        writer::end_document(self.out, start).map_err(refused)?;
        Ok(id)
    }

    /// What the program's code made, or remember that it raised.
    fn hook<T>(&mut self, made: PyResult<T>) -> PyResult<T> {
        self.hook_raised |= made.is_err();
        made
    }

    /// `_id` and `_cls`, which come first.
    fn head<'py>(
        &mut self,
        document: &Bound<'py, DocumentCore>,
        plan: &Bound<'py, Plan>,
        ensure_id: bool,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = document.py();
        let me = plan.get();
        let mut id = None;
        if let Some(&slot) = me.by_db.get(b"_id".as_slice()) {
            if let Some(value) = self.hook(slot_value(document, plan, slot))? {
                let before = self.out.len();
                self.field(&me.fields[slot], b"_id", &value, 1)?;
                // A value that the field cannot store is no id, and a new one has to be made.
                if self.out.len() > before {
                    id = Some(stored_id(&me.fields[slot], value)?);
                }
            }
        } else if me.flags.is_document && me.by_name.contains_key("id") {
            return Err(PyValueError::new_err("the field called id is stored under another name"));
        }
        if id.is_none() && ensure_id {
            let made = codec::new_objectid(py)?;
            self.value(b"_id", &made, 1)?;
            id = Some(made);
        }
        if me.writes_cls(py)? {
            match me.by_name.get("_cls") {
                Some(&slot) => match self.hook(slot_value(document, plan, slot))? {
                    Some(value) => self.field(&me.fields[slot], b"_cls", &value, 1)?,
                    None => self.class_name(me)?,
                },
                None => self.class_name(me)?,
            }
        }
        Ok(id)
    }

    pub(super) fn class_name(&mut self, plan: &Plan) -> PyResult<()> {
        writer::string(self.out, b"_cls", &plan.class_name_text).map_err(refused)
    }

    /// Every other field in its order.
    fn fields(&mut self, document: &Bound<'_, DocumentCore>, plan: &Bound<'_, Plan>, depth: usize) -> PyResult<()> {
        let me = plan.get();
        for &slot in &me.ordered {
            let field = &me.fields[slot];
            if &*field.db_bytes == b"_id" || &*field.db_bytes == b"_cls" {
                continue;
            }
            match self.hook(slot_value(document, plan, slot))? {
                Some(value) => self.field(field, &field.db_bytes, &value, depth)?,
                None if field.null => writer::null(self.out, &field.db_bytes).map_err(refused)?,
                None => {}
            }
        }
        Ok(())
    }

    fn value(&mut self, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
        codec::encode_value(value.py(), key, value, self.options, self.out, depth)
    }

    /// What Python's `to_mongo` made; `None` is stored only where the field says so.
    fn converted(&mut self, field: &FieldPlan, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
        if value.is_none() && !field.null {
            return Ok(());
        }
        self.value(key, value, depth)
    }

    fn field(&mut self, field: &FieldPlan, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
        if self.natively(field, key, value, depth)? {
            return Ok(());
        }
        let made = self.hook(ask(field, value))?;
        self.converted(field, key, &made, depth)
    }

    /// Append the value when its kind is plain; `false`, and nothing appended, when Python has to convert it.
    pub(super) fn natively(
        &mut self,
        field: &FieldPlan,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        depth: usize,
    ) -> PyResult<bool> {
        if depth > MAX_DEPTH {
            return Err(PyValueError::new_err("nested too deep"));
        }
        let start = self.out.len();
        let done = match field.to_mongo {
            ToMongo::Long if value.is_exact_instance_of::<PyInt>() => {
                writer::element(self.out, tag::INT64, key).map_err(refused)?;
                self.out.extend_from_slice(&value.extract::<i64>()?.to_le_bytes());
                true
            }
            ToMongo::Embedded | ToMongo::GenericEmbedded => match native_child(field, value)? {
                Some(child) => {
                    self.embedded(key, child, field.to_mongo == ToMongo::GenericEmbedded, depth)?;
                    true
                }
                None => false,
            },
            ToMongo::Complex => self.container(field.inner.as_deref(), key, value, depth)?,
            ToMongo::Reference => self.reference(field, key, value, depth)?,
            _ => false,
        };
        if done {
            return Ok(true);
        }
        self.out.truncate(start);
        if stored_as_is(field, value)? {
            self.value(key, value, depth)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn embedded(&mut self, key: &[u8], child: &Bound<'_, DocumentCore>, named: bool, depth: usize) -> PyResult<()> {
        let plan = state::current_plan(child)?;
        writer::element(self.out, tag::DOCUMENT, key).map_err(refused)?;
        let start = writer::begin_document(self.out);
        self.head(child, &plan, false)?;
        self.fields(child, &plan, depth + 1)?;
        if named && !plan.get().writes_cls(child.py())? {
            self.class_name(plan.get())?;
        }
        writer::end_document(self.out, start).map_err(refused)
    }

    /// A list or dict; `false` when something in it needs Python.
    pub(super) fn container(
        &mut self,
        inner: Option<&FieldPlan>,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        depth: usize,
    ) -> PyResult<bool> {
        if depth > MAX_DEPTH {
            return Err(PyValueError::new_err("nested too deep"));
        }
        if let Some(list) = native_list(value)? {
            writer::element(self.out, tag::ARRAY, key).map_err(refused)?;
            let start = writer::begin_document(self.out);
            let mut buffer = [0u8; 20];
            let mut index = 0;
            while let Some(item) = crate::ffi_util::list_item(list, index) {
                if !self.item(inner, writer::index_key(index, &mut buffer), &item, depth + 1)? {
                    return Ok(false);
                }
                index += 1;
            }
            writer::end_document(self.out, start).map_err(refused)?;
            return Ok(true);
        }
        let Some(dict) = native_dict(value)? else { return Ok(false) };
        writer::element(self.out, tag::DOCUMENT, key).map_err(refused)?;
        let start = writer::begin_document(self.out);
        let whole = each_item(dict, |name, item| {
            let Ok(name) = name.cast_exact::<PyString>() else { return Ok(false) };
            self.item(inner, name.to_str()?.as_bytes(), &item, depth + 1)
        })?;
        if !whole {
            return Ok(false);
        }
        writer::end_document(self.out, start).map_err(refused)?;
        Ok(true)
    }

    fn item(&mut self, inner: Option<&FieldPlan>, key: &[u8], item: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
        let Some(inner) = inner else {
            if item.is_none() || scalars::is_plain_scalar(item) {
                self.value(key, item, depth)?;
                return Ok(true);
            }
            return self.container(None, key, item, depth);
        };
        if item.is_none() && keeps_none(inner) {
            writer::null(self.out, key).map_err(refused)?;
            return Ok(true);
        }
        if self.natively(inner, key, item, depth)? {
            return Ok(true);
        }
        let made = self.hook(ask_for_item(inner, item))?;
        self.value(key, &made, depth)?;
        Ok(true)
    }

    /// A reference stored as the id of the document it names.
    fn reference(&mut self, field: &FieldPlan, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
        if field.dbref {
            return Ok(false);
        }
        let py = value.py();
        if codec::types(py).kind(value) == Kind::DbRef {
            let id = value.getattr(pyo3::intern!(py, "id"))?;
            self.value(key, &id, depth)?;
            return Ok(true);
        }
        Ok(false)
    }
}

/// `to_mongo(None)` is `None` for this kind.
fn keeps_none(inner: &FieldPlan) -> bool {
    match inner.to_mongo {
        ToMongo::ViaToPython => {
            matches!(inner.to_python, ToPython::Identity | ToPython::Str | ToPython::Int)
        }
        ToMongo::Embedded | ToMongo::DateTime | ToMongo::Complex => true,
        _ => false,
    }
}

/// The id as it is stored, which is what the server will be asked for later.
pub(super) fn stored_id<'py>(field: &FieldPlan, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if stored_as_is(field, &value)? {
        return Ok(value);
    }
    match field.to_mongo {
        ToMongo::Embedded | ToMongo::GenericEmbedded => super::son::field_value(field, &value),
        _ => ask(field, &value),
    }
}
