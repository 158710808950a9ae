//! A document class compiled: its fields in order, their database names, kinds and hooks.
mod fields;
pub mod stored_classes;
mod watch;

use pyo3::gc::PyVisit;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};
use pyo3::PyTraverseError;

pub use fields::{DefaultValue, FieldPlan, GetOp, SetOp, ToMongo, ToPython, Validate};
use stored_classes::StoredClasses;
pub use watch::{bump_epoch, class_attribute, Watch};

use rustc_hash::FxHashMap;

use crate::cell::GilCell;
use crate::typerefs;

/// Everything the native core knows of one document class.
#[pyclass(frozen, module = "mongoengine_fast._native")]
pub struct Plan {
    pub class: Py<PyType>,
    pub class_name: Py<PyString>,
    pub class_name_text: String,
    /// In the order of `_fields`, which keeps a base class's fields at the same place in its subclasses.
    pub fields: Vec<FieldPlan>,
    pub by_name: FxHashMap<String, usize>,
    pub by_db: FxHashMap<Box<[u8]>, usize>,
    /// Slots in the order of `_fields_ordered`.
    pub ordered: Vec<usize>,
    pub id_slot: Option<usize>,
    pub has_shard_key: bool,
    pub flags: Flags,
    /// Some field may have to be set while the document is loaded: Python hooks, callable defaults.
    pub may_need_eager: bool,
    /// New documents may be filled without Python seeing the assignments.
    pub sets_directly: bool,
    /// Slots whose stored values must be looked at while loading.
    pub judged: Vec<usize>,
    /// Slots that are set while loading when nothing is stored for them.
    pub wanted_at_once: Vec<usize>,
    watch: Watch,
    stored_classes: StoredClasses,
    /// Copies of the fields for documents loaded without dereferencing; made when the first one is.
    detached: GilCell<Option<Py<PyAny>>>,
    /// The fields dereference, as they do after a document of the class was loaded.
    aligned: GilCell<bool>,
    /// Of the dynamic document made last: declared fields, undeclared ones, and both.
    shape: GilCell<Option<[Py<PyTuple>; 3]>>,
    /// Whether validating runs code of the program, once somebody has asked.
    native_validation: GilCell<Option<bool>>,
}

/// What a class is and what it overrides.
#[derive(Default, Clone, Copy)]
pub struct Flags {
    pub is_document: bool,
    pub is_embedded: bool,
    pub dynamic: bool,
    /// It is dynamic, and no hook that undeclared attributes pass through is the user's.
    pub plain_dynamic: bool,
    /// Loading may skip `__init__`, `_from_son` and `__setattr__`: none of them is the user's.
    pub lazy_load: bool,
    pub own_setattr: bool,
    pub own_to_mongo: bool,
    pub own_validate: bool,
    pub own_clean: bool,
    pub own_mark: bool,
    pub own_changed: bool,
    pub own_clear: bool,
    /// It has a `__del__`, which says how many documents there were.
    pub own_del: bool,
}

impl Flags {
    fn from_spec(spec: &Bound<'_, PyDict>) -> PyResult<Self> {
        let flag = |name: &str| -> PyResult<bool> { spec.get_item(name)?.map_or(Ok(false), |value| value.is_truthy()) };
        Ok(Self {
            is_document: flag("is_document")?,
            is_embedded: flag("is_embedded")?,
            dynamic: flag("dynamic")?,
            plain_dynamic: flag("plain_dynamic")?,
            lazy_load: flag("lazy_load")?,
            own_setattr: flag("own_setattr")?,
            own_to_mongo: flag("own_to_mongo")?,
            own_validate: flag("own_validate")?,
            own_clean: flag("own_clean")?,
            own_mark: flag("own_mark")?,
            own_changed: flag("own_changed")?,
            own_clear: flag("own_clear")?,
            own_del: flag("own_del")?,
        })
    }
}

#[pymethods]
impl Plan {
    /// Build a plan from what `base.plan` found out about `class`.
    #[new]
    fn new(
        class: &Bound<'_, PyType>,
        fields: &Bound<'_, PyList>,
        ordered: Vec<String>,
        spec: &Bound<'_, PyDict>,
        watched: &Bound<'_, PyList>,
    ) -> PyResult<Self> {
        let py = class.py();
        let fields =
            fields.iter().map(|item| FieldPlan::from_spec(item.cast::<PyDict>()?)).collect::<PyResult<Vec<_>>>()?;
        let by_name: FxHashMap<String, usize> =
            fields.iter().enumerate().map(|(slot, field)| (field.name_text.clone(), slot)).collect();
        let by_db = fields.iter().enumerate().map(|(slot, field)| (field.db_bytes.clone(), slot)).collect();
        let ordered = ordered.iter().filter_map(|name| by_name.get(name).copied()).collect();
        let class_name = class.getattr(intern!(py, "_class_name"))?.cast_into::<PyString>()?;
        let id_field_name = match spec.get_item("id_field")? {
            Some(name) if !name.is_none() => Some(name.cast_into::<PyString>()?),
            _ => None,
        };
        let id_slot = match &id_field_name {
            Some(name) => by_name.get(name.to_str()?).copied(),
            None => None,
        };
        let slots_where = |wanted: fn(&FieldPlan) -> bool| {
            fields.iter().enumerate().filter(|(_, field)| wanted(field)).map(|(slot, _)| slot).collect()
        };
        let judged = slots_where(|field| !field.always_lazy);
        let wanted_at_once = slots_where(FieldPlan::wanted_at_once);
        let flags = Flags::from_spec(spec)?;
        let by_hooks = if flags.dynamic { !flags.plain_dynamic } else { flags.own_setattr };
        let sets_directly = !by_hooks && !fields.iter().any(FieldPlan::set_by_python);
        let may_need_eager = fields.iter().any(FieldPlan::may_need_eager_load);
        let has_shard_key = spec.get_item("shard_key")?.map_or(Ok(false), |value| value.is_truthy())?;
        Ok(Self {
            class_name_text: class_name.to_str()?.to_owned(),
            class_name: class_name.unbind(),
            flags,
            watch: Watch::new(watched, class.getattr(intern!(py, "_fields"))?.cast::<PyDict>()?)?,
            stored_classes: StoredClasses::new(),
            detached: GilCell::new(None),
            aligned: GilCell::new(false),
            shape: GilCell::new(None),
            native_validation: GilCell::new(None),
            class: class.clone().unbind(),
            fields,
            by_name,
            by_db,
            ordered,
            id_slot,
            has_shard_key,
            may_need_eager,
            sets_directly,
            judged,
            wanted_at_once,
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)?;
        self.watch.traverse(&visit)?;
        for field in &self.fields {
            field.traverse(&visit)?;
        }
        self.detached.with_in_traverse(|fields| visit.call(fields))?;
        self.stored_classes.traverse(&visit)
    }
}

impl Plan {
    /// The current plan of a class: compiled at first use, and again when a field or a hook has changed.
    pub fn of<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, Plan>> {
        let py = class.py();
        if let Some(known) = watch::class_attribute(class, intern!(py, "_native_plan")) {
            if let Ok(plan) = known.cast_into::<Plan>() {
                if plan.get().class.is(class) && plan.get().watch.is_current(py) {
                    return Ok(plan);
                }
            }
        }
        let plan = typerefs::compile_plan(py)?.call1((class,))?.cast_into::<Plan>()?;
        plan.get().watch.arm(py);
        for field in &plan.get().fields {
            field.mark_planned(py);
        }
        Ok(plan)
    }

    /// No field and no hook of the class changed since the plan was compiled.
    pub fn is_current(&self, py: Python<'_>) -> bool {
        self.watch.is_current(py)
    }

    /// The slot of a field object: the hint when it is right, else a search.
    #[inline]
    pub fn slot_of(&self, field: *mut pyo3::ffi::PyObject, hint: usize) -> Option<usize> {
        if let Some(candidate) = self.fields.get(hint) {
            if candidate.field.as_ptr() == field {
                return Some(hint);
            }
        }
        self.fields.iter().position(|candidate| candidate.field.as_ptr() == field)
    }

    /// Whether validating a document of this class runs none of the program's code, as far down as it goes.
    pub fn validates_natively(&self, py: Python<'_>) -> PyResult<bool> {
        if let Some(known) = self.native_validation.get(py) {
            return Ok(known);
        }
        // A class that contains itself is decided by its other fields.
        self.native_validation.set(py, Some(true));
        let mut native = !self.flags.own_clean && !self.flags.own_validate && !self.flags.dynamic;
        for field in &self.fields {
            native = native && field.validates_natively(py)?;
        }
        self.native_validation.set(py, Some(native));
        Ok(native)
    }

    pub fn last_shape(&self, py: Python<'_>) -> Option<[Py<PyTuple>; 3]> {
        self.shape.with(py, |shape| shape.as_ref().map(|known| known.each_ref().map(|tuple| tuple.clone_ref(py))))
    }

    pub fn note_shape(&self, py: Python<'_>, shape: [Py<PyTuple>; 3]) {
        let old = self.shape.with(py, |known| known.replace(shape));
        drop(old);
    }

    /// The `_fields` of documents that were loaded without dereferencing, shared by all of them.
    pub fn detached_fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let known = self.detached.with(py, |fields| fields.as_ref().map(|fields| fields.clone_ref(py)));
        if let Some(fields) = known {
            return Ok(fields.into_bound(py));
        }
        let fields = typerefs::detach_fields(py)?.call1((self.class.bind(py),))?;
        let entry = Some(fields.clone().unbind());
        let old = self.detached.with(py, |known| std::mem::replace(known, entry));
        drop(old);
        Ok(fields)
    }

    /// Loading turns automatic dereferencing on for every field of the class, as MongoEngine's does.
    pub fn align_dereferencing(&self, py: Python<'_>) {
        if self.aligned.get(py) {
            return;
        }
        self.aligned.set(py, true);
        for field in &self.fields {
            field.set_auto_dereference(py, true);
        }
    }

    /// Whether documents write `_cls`; read from `_meta` each time because programs change it after the fact.
    pub fn writes_cls(&self, py: Python<'_>) -> PyResult<bool> {
        let meta = self.class.bind(py).getattr(intern!(py, "_meta"))?;
        let value = match meta.cast::<PyDict>() {
            Ok(meta) => match meta.get_item(intern!(py, "allow_inheritance"))? {
                Some(value) => value,
                None => return Ok(false),
            },
            Err(_) => meta.call_method1(intern!(py, "get"), (intern!(py, "allow_inheritance"),))?,
        };
        value.is_truthy()
    }
}

/// The `_fields` that documents of a class have when they are loaded without dereferencing.
#[pyfunction]
fn detached_fields<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    Plan::of(class)?.get().detached_fields(class.py())
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Plan>()?;
    m.add_function(wrap_pyfunction!(detached_fields, m)?)
}
