//! Dicts that are inserted instead of documents: checked and encoded without making a document of each.
//!
//! Only what is plainly valid is done here. Anything else in a row (other types, errors, values that Python converts)
//! leaves the whole row to a document, which then does and says everything as if this had not been tried.
use mongoengine_fast_core::bson::{tag, writer};
use pyo3::exceptions::{
    PyAssertionError, PyAttributeError, PyOverflowError, PyRuntimeError, PyTypeError, PyValueError,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString};

use super::bytes::{stored_id, Pass};
use super::refused;
use crate::codec::{self, CodecOptions};
use crate::decode::convert;
use crate::ffi_util::{each_item, list_item, Level};
use crate::load;
use crate::plan::{FieldPlan, Plan, ToMongo, ToPython, Validate};
use crate::scalars;
use crate::typerefs;
use crate::validate;

/// What a field of a row holds.
enum Item<'py> {
    Nothing,
    Given(Bound<'py, PyAny>),
    Default(Bound<'py, PyAny>),
}

/// The `_id` of a row that was encoded, if it has one: else it is given one when it is sent.
type Key<'py> = Option<Bound<'py, PyAny>>;

/// Encodes rows of one class.
pub struct Rows<'a, 'py> {
    plan: Bound<'py, Plan>,
    options: &'a CodecOptions,
}

impl<'a, 'py> Rows<'a, 'py> {
    /// `None` for a class whose documents do things of their own.
    pub fn of(plan: Bound<'py, Plan>, options: &'a CodecOptions) -> PyResult<Option<Self>> {
        let plain = plan.get().flags.is_document && is_plain(plan.get()) && !load::anybody_listens(plan.py())?;
        Ok(plain.then_some(Rows { plan, options }))
    }

    /// Append a row as it is stored; `None`, and nothing appended, when a document has to do it.
    ///
    /// Raises what is no error of a value: a signal handler's exception, `KeyboardInterrupt`.
    pub fn encode(&self, row: &Bound<'py, PyAny>, out: &mut Vec<u8>) -> PyResult<Option<Key<'py>>> {
        let Ok(row) = row.cast_exact::<PyDict>() else { return Ok(None) };
        let start = out.len();
        let mut attempt = Attempt { pass: Pass::new(self.options, out), asked: false };
        let outcome = attempt.whole(&self.plan, row);
        let asked = attempt.asked;
        if !matches!(outcome, Ok(Some(_))) {
            out.truncate(start);
        }
        match outcome {
            // What an error says of a value the document says, too.
            Err(error) if is_about_a_value(row.py(), &error, asked)? => Ok(None),
            outcome => outcome,
        }
    }
}

/// Whether an error is none that the program raised: *asked* says that it comes from comparing with what a field allows.
fn is_about_a_value(py: Python<'_>, error: &PyErr, asked: bool) -> PyResult<bool> {
    if asked {
        return Ok(error.is_instance_of::<PyValueError>(py)
            || error.is_instance_of::<PyAttributeError>(py)
            || error.is_instance_of::<PyAssertionError>(py)
            || error.matches(py, typerefs::validation_error(py)?)?);
    }
    Ok(error.is_instance_of::<PyValueError>(py)
        || error.is_instance_of::<PyTypeError>(py)
        || error.is_instance_of::<PyOverflowError>(py)
        || error.is_instance_of::<PyRuntimeError>(py)
        || error.matches(py, &codec::types(py).invalid_document)?)
}

/// Making, validating and storing a document runs no code of its class.
fn is_plain(plan: &Plan) -> bool {
    let flags = plan.flags;
    let own = flags.own_setattr || flags.own_to_mongo || flags.own_validate || flags.own_clean || flags.dynamic;
    flags.lazy_load && plan.sets_directly && !own
}

/// One way through one row. Methods that return a `bool` return false when a document has to do it.
struct Attempt<'a> {
    pass: Pass<'a>,
    /// A field's limits were asked, and raised.
    asked: bool,
}

impl Attempt<'_> {
    fn whole<'py>(&mut self, plan: &Bound<'py, Plan>, row: &Bound<'py, PyDict>) -> PyResult<Option<Key<'py>>> {
        let py = row.py();
        let mut items = nothing(plan.get());
        for (key, value) in row.iter() {
            match slot_of_row(plan.get(), &key) {
                Some(slot) if matches!(items[slot], Item::Nothing) => items[slot] = Item::Given(value),
                _ => return Ok(None),
            }
        }
        if !fill(py, plan.get(), &mut items)? {
            return Ok(None);
        }
        let start = writer::begin_document(self.pass.out);
        let mut id = None;
        if let Some(&slot) = plan.get().by_db.get(b"_id".as_slice()) {
            let field = &plan.get().fields[slot];
            match &items[slot] {
                Item::Nothing if field.required || field.auto_gen => return Ok(None),
                Item::Nothing => {}
                Item::Given(value) | Item::Default(value) => {
                    let plain = scalars::is_plain_scalar(value) && self.item(field, b"_id", &items[slot], 1)?;
                    if !plain {
                        return Ok(None);
                    }
                    id = Some(stored_id(field, value.clone())?);
                }
            }
        } else if plan.get().by_name.contains_key("id") {
            return Ok(None);
        }
        if !self.rest(plan, &items, 1)? {
            return Ok(None);
        }
        writer::end_document(self.pass.out, start).map_err(refused)?;
        Ok(Some(id))
    }

    /// Everything but `_id`, in the order of the fields.
    fn rest<'py>(&mut self, plan: &Bound<'py, Plan>, items: &[Item<'py>], depth: usize) -> PyResult<bool> {
        let me = plan.get();
        if me.writes_cls(plan.py())? {
            self.pass.class_name(me)?;
        }
        for &slot in &me.ordered {
            let field = &me.fields[slot];
            if matches!(&*field.db_bytes, b"_id" | b"_cls") {
                continue;
            }
            if !self.item(field, &field.db_bytes, &items[slot], depth)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn item(&mut self, field: &FieldPlan, key: &[u8], item: &Item<'_>, depth: usize) -> PyResult<bool> {
        match item {
            Item::Given(value) => self.given(field, key, value, depth),
            Item::Default(value) => self.default(field, key, value, depth),
            // What is missing is an error, or to be generated.
            Item::Nothing if field.required || field.auto_gen => Ok(false),
            Item::Nothing if field.null => writer::null(self.pass.out, key).map_err(refused).map(|()| true),
            Item::Nothing => Ok(true),
        }
    }

    /// A default, which is not converted: one that is stored as it is, or an empty container.
    fn default(&mut self, field: &FieldPlan, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
        let empty = value.cast_exact::<PyList>().is_ok_and(|list| list.is_empty())
            || value.cast_exact::<PyDict>().is_ok_and(|dict| dict.is_empty());
        if !field.plain_validation || field.is_file || field.set_by_python() {
            return Ok(false);
        }
        let plain = empty || scalars::is_plain_scalar(value);
        Ok(plain && self.accepts(field, value)? && self.pass.natively(field, key, value, depth)?)
    }

    /// Whether the field finds a value valid, as far as that can be said here.
    fn accepts(&mut self, field: &FieldPlan, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let accepted = validate::accepts(field, value, true);
        self.asked |= accepted.is_err();
        accepted
    }

    /// A value of the row, or an item of a container in it, which is not None.
    fn given(&mut self, field: &FieldPlan, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
        if !field.plain_validation || field.is_file || field.set_by_python() || value.is_none() {
            return Ok(false);
        }
        match field.to_python {
            ToPython::Embedded => self.embedded(field, key, value, depth),
            ToPython::Complex => self.container(field, key, value, depth),
            ToPython::Float if value.is_exact_instance_of::<PyInt>() => {
                let value = PyFloat::new(value.py(), value.extract::<f64>()?);
                self.scalar(field, key, value.as_any(), depth)
            }
            _ if convert::passes(field, value)? => self.scalar(field, key, value, depth),
            _ => Ok(false),
        }
    }

    fn scalar(&mut self, field: &FieldPlan, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
        let is_plain = scalars::is_plain_scalar(value) && self.accepts(field, value)?;
        Ok(is_plain && self.pass.natively(field, key, value, depth)?)
    }

    /// A dict in the place of an embedded document: stored names, as `_from_son` takes them.
    fn embedded(&mut self, field: &FieldPlan, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
        let py = value.py();
        let Ok(stored) = value.cast_exact::<PyDict>() else { return Ok(false) };
        let plan = field.document_plan(py)?;
        let me = plan.get();
        let fits = field.validate == Validate::Embedded && field.to_mongo == ToMongo::Embedded && me.flags.is_embedded;
        if !fits || !is_plain(me) {
            return Ok(false);
        }
        let _level = Level::enter()?;
        if field.auto_dereferences(py) {
            me.align_dereferencing(py);
        }
        let mut items = nothing(me);
        for (key, value) in stored.iter() {
            let Some(slot) = load::slot_of(me, &key, &value)? else { return Ok(false) };
            items[slot] = Item::Given(value);
        }
        if !fill(py, me, &mut items)? {
            return Ok(false);
        }
        writer::element(self.pass.out, tag::DOCUMENT, key).map_err(refused)?;
        let start = writer::begin_document(self.pass.out);
        if let Some(&slot) = me.by_db.get(b"_id".as_slice()) {
            if !self.item(&me.fields[slot], b"_id", &items[slot], 1)? {
                return Ok(false);
            }
        }
        if !self.rest(&plan, &items, depth + 1)? {
            return Ok(false);
        }
        writer::end_document(self.pass.out, start).map_err(refused)?;
        Ok(true)
    }

    /// A list or a dict, of the very types that a list or map field makes of it.
    fn container(&mut self, field: &FieldPlan, key: &[u8], value: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
        if field.to_mongo != ToMongo::Complex || field.sorted_by {
            return Ok(false);
        }
        let _level = Level::enter()?;
        let list = value.cast_exact::<PyList>().ok().filter(|_| field.validate == Validate::List);
        let dict = value.cast_exact::<PyDict>().ok().filter(|_| field.validate == Validate::Dict);
        let Some(inner) = &field.inner else {
            // Without a kind of items they are encoded as they are, and validated as a whole.
            let plain = (list.is_some() || dict.is_some()) && self.accepts(field, value)?;
            return Ok(plain && self.pass.container(None, key, value, depth)?);
        };
        field.hand_down_dereferencing(value.py());
        if inner.is_any_reference || inner.to_python == ToPython::Python {
            return Ok(false);
        }
        match (list, dict) {
            (Some(list), _) => self.list(field, inner, key, list, depth),
            (_, Some(dict)) => self.map(field, inner, key, dict, depth),
            _ => Ok(false),
        }
    }

    fn list(
        &mut self,
        field: &FieldPlan,
        inner: &FieldPlan,
        key: &[u8],
        list: &Bound<'_, PyList>,
        depth: usize,
    ) -> PyResult<bool> {
        if !validate::length_is_fine(field, list) {
            return Ok(false);
        }
        writer::element(self.pass.out, tag::ARRAY, key).map_err(refused)?;
        let start = writer::begin_document(self.pass.out);
        let mut buffer = [0u8; 20];
        let mut index = 0;
        while let Some(item) = list_item(list, index) {
            if !self.given(inner, writer::index_key(index, &mut buffer), &item, depth + 1)? {
                return Ok(false);
            }
            index += 1;
        }
        writer::end_document(self.pass.out, start).map_err(refused)?;
        Ok(true)
    }

    fn map(
        &mut self,
        field: &FieldPlan,
        inner: &FieldPlan,
        key: &[u8],
        dict: &Bound<'_, PyDict>,
        depth: usize,
    ) -> PyResult<bool> {
        // Items may be documents, whose own keys are looked at with those of dicts.
        if !validate::entries_are_fine(field, dict)? {
            return Ok(false);
        }
        writer::element(self.pass.out, tag::DOCUMENT, key).map_err(refused)?;
        let start = writer::begin_document(self.pass.out);
        let whole = each_item(dict, |name, item| {
            let Ok(name) = name.cast_exact::<PyString>() else { return Ok(false) };
            self.given(inner, name.to_str()?.as_bytes(), &item, depth + 1)
        })?;
        if whole {
            writer::end_document(self.pass.out, start).map_err(refused)?;
        }
        Ok(whole)
    }
}

/// Put defaults in the place of what is missing; false for one that has to be asked of the program.
fn fill<'py>(py: Python<'py>, plan: &Plan, items: &mut [Item<'py>]) -> PyResult<bool> {
    for (field, item) in plan.fields.iter().zip(items) {
        if matches!(item, Item::Given(value) if !value.is_none()) || &*field.db_bytes == b"_cls" {
            continue;
        }
        *item = Item::Nothing;
        if field.null {
            continue;
        }
        if !(field.default.is_lazy() || field.pure_default) {
            return Ok(false);
        }
        if let Some(value) = field.default.produce(py)?.filter(|value| !value.is_none()) {
            *item = Item::Default(value);
        }
    }
    Ok(true)
}

fn nothing<'py>(plan: &Plan) -> Vec<Item<'py>> {
    plan.fields.iter().map(|_| Item::Nothing).collect()
}

/// The slot of a key of a row, which is the name of a field or its name in the database.
fn slot_of_row(plan: &Plan, key: &Bound<'_, PyAny>) -> Option<usize> {
    let text = key.cast_exact::<PyString>().ok()?.to_str().ok()?;
    if text == "_cls" {
        return None;
    }
    plan.by_name.get(text).or_else(|| plan.by_db.get(text.as_bytes())).copied()
}
