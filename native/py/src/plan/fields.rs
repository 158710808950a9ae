//! One field of a compiled class: which of its hooks the native core may short-cut, and its constraints.
use mongoengine_fast_core::bson::tag;
use pyo3::exceptions::PyValueError;
use pyo3::gc::PyVisit;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use pyo3::PyTraverseError;

use super::Plan;
use crate::cell::GilCell;
use crate::field::FieldCore;

macro_rules! ops {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($variant),* }

        impl $name {
            fn parse(text: &str) -> PyResult<Self> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    other => Err(PyValueError::new_err(format!(
                        "{other:?} is not a {} operation", stringify!($name)
                    ))),
                }
            }
        }
    };
}

ops!(
    /// How a field is read.
    GetOp {
        Plain = "plain", Complex = "complex", List = "list", Reference = "reference",
        LazyReference = "lazy_reference",
    }
);
ops!(
    /// How a field is assigned.
    SetOp { Plain = "plain", Complex = "complex" }
);
ops!(
    /// What `to_python` does; `Python` calls the hook.
    ToPython {
        Identity = "identity", Str = "string", Int = "int", Float = "float", Bool = "bool", ObjectId = "objectid",
        Uuid = "uuid", Embedded = "embedded", GenericEmbedded = "generic_embedded", Complex = "complex",
        Reference = "reference", LazyReference = "lazy_reference", Dynamic = "dynamic", Python = "python",
    }
);
ops!(
    /// What `to_mongo` does; `Python` calls the hook.
    ToMongo {
        ViaToPython = "via_to_python", Long = "long", ObjectId = "objectid", DateTime = "datetime", Uuid = "uuid",
        Embedded = "embedded", GenericEmbedded = "generic_embedded", Complex = "complex", Sorted = "sorted",
        Dynamic = "dynamic", Reference = "reference", Enum = "enum", Python = "python",
    }
);
ops!(
    /// What `validate` accepts without being asked; everything else goes to the Python hook.
    Validate {
        Nothing = "none", Str = "string", Int = "int", Float = "float", Bool = "bool", DateTime = "datetime",
        ObjectId = "objectid", Uuid = "uuid", Embedded = "embedded", GenericEmbedded = "generic_embedded",
        Complex = "complex", List = "list", Dict = "dict", Reference = "reference", Dynamic = "dynamic",
        Python = "python",
    }
);

/// What a field that got no value is given.
pub enum DefaultValue {
    Nothing,
    Static(Py<PyAny>),
    NewList,
    NewDict,
    Call(Py<PyAny>),
}

impl DefaultValue {
    fn from_object(default: Option<Bound<'_, PyAny>>) -> Self {
        let Some(default) = default.filter(|value| !value.is_none()) else {
            return Self::Nothing;
        };
        let py = default.py();
        if default.is(py.get_type::<pyo3::types::PyList>()) {
            Self::NewList
        } else if default.is(py.get_type::<PyDict>()) {
            Self::NewDict
        } else if default.is_callable() {
            Self::Call(default.unbind())
        } else {
            Self::Static(default.unbind())
        }
    }

    /// The value, called or created where it has to be; `None` for "no default".
    pub fn produce<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match self {
            Self::Nothing => None,
            Self::Static(value) => Some(value.bind(py).clone()),
            Self::NewList => Some(pyo3::types::PyList::empty(py).into_any()),
            Self::NewDict => Some(PyDict::new(py).into_any()),
            Self::Call(callable) => Some(callable.bind(py).call0()?),
        })
    }

    /// Whether producing it late cannot be noticed.
    pub fn is_lazy(&self) -> bool {
        !matches!(self, Self::Call(_))
    }
}

pub struct FieldPlan {
    pub field: Py<PyAny>,
    pub name: Py<PyString>,
    pub name_text: String,
    pub db: Py<PyString>,
    pub db_text: String,
    pub db_bytes: Box<[u8]>,
    pub get: GetOp,
    pub set: SetOp,
    /// `__get__` or `__set__` is not the native one: reading and writing go through Python.
    pub own_get: bool,
    pub own_set: bool,
    /// `_lazy_load_refs` is the user's.
    pub own_lazy_load: bool,
    pub to_python: ToPython,
    pub to_mongo: ToMongo,
    pub validate: Validate,
    /// `_validate` is the stock one and there are neither choices nor a validation callable.
    pub plain_validation: bool,
    pub required: bool,
    pub null: bool,
    pub auto_gen: bool,
    pub is_file: bool,
    /// `_validate` takes `clean`, as fields of embedded documents do.
    pub takes_clean: bool,
    pub is_reference: bool,
    pub is_generic_reference: bool,
    pub is_any_reference: bool,
    pub is_lazy_reference: bool,
    /// `build_lazyref` is the user's.
    pub own_build: bool,
    pub is_embedded_list: bool,
    pub is_enum: bool,
    pub sorted_by: bool,
    pub dbref: bool,
    pub binary: bool,
    pub default: DefaultValue,
    /// The default is called, but nobody can tell when, or how often.
    pub pure_default: bool,
    pub max_length: Option<usize>,
    pub min_length: Option<usize>,
    pub has_regex: bool,
    /// `match` of a compiled expression.
    pub regex_match: Option<Py<PyAny>>,
    pub min_value: Option<Py<PyAny>>,
    pub max_value: Option<Py<PyAny>>,
    pub inner: Option<Box<FieldPlan>>,
    /// The plan of `document_type`, once it was asked for.
    target: GilCell<Option<Py<Plan>>>,
    /// Whatever is stored can wait until it is read.
    pub always_lazy: bool,
}

fn truthy(spec: &Bound<'_, PyDict>, key: &str) -> PyResult<bool> {
    spec.get_item(key)?.map_or(Ok(false), |value| value.is_truthy())
}

fn text(spec: &Bound<'_, PyDict>, key: &str, fallback: &str) -> PyResult<String> {
    match spec.get_item(key)? {
        Some(value) if !value.is_none() => value.extract(),
        _ => Ok(fallback.to_owned()),
    }
}

fn object(spec: &Bound<'_, PyDict>, key: &str) -> PyResult<Option<Py<PyAny>>> {
    Ok(spec.get_item(key)?.filter(|value| !value.is_none()).map(Bound::unbind))
}

fn length(spec: &Bound<'_, PyDict>, key: &str) -> PyResult<Option<usize>> {
    match spec.get_item(key)? {
        Some(value) if !value.is_none() => Ok(Some(value.extract()?)),
        _ => Ok(None),
    }
}

impl FieldPlan {
    /// `spec`: the dict that `base.plan` builds for a field.
    pub fn from_spec(spec: &Bound<'_, PyDict>) -> PyResult<Self> {
        let py = spec.py();
        let field = object(spec, "field")?.ok_or_else(|| PyValueError::new_err("a field plan needs a field"))?;
        let name_text = text(spec, "name", "")?;
        let db_text = text(spec, "db_field", "")?;
        let inner = match spec.get_item("inner")? {
            Some(value) if !value.is_none() => Some(Box::new(Self::from_spec(value.cast::<PyDict>()?)?)),
            _ => None,
        };
        let mut plan = Self {
            field,
            name: PyString::intern(py, &name_text).unbind(),
            db: PyString::intern(py, &db_text).unbind(),
            db_bytes: db_text.as_bytes().into(),
            get: GetOp::parse(&text(spec, "get", "plain")?)?,
            set: SetOp::parse(&text(spec, "set", "plain")?)?,
            own_get: truthy(spec, "own_get")?,
            own_set: truthy(spec, "own_set")?,
            own_lazy_load: truthy(spec, "own_lazy_load")?,
            to_python: ToPython::parse(&text(spec, "to_python", "python")?)?,
            to_mongo: ToMongo::parse(&text(spec, "to_mongo", "python")?)?,
            validate: Validate::parse(&text(spec, "validate", "python")?)?,
            plain_validation: truthy(spec, "plain_validation")?,
            required: truthy(spec, "required")?,
            null: truthy(spec, "null")?,
            auto_gen: truthy(spec, "auto_gen")?,
            is_file: truthy(spec, "is_file")?,
            takes_clean: truthy(spec, "takes_clean")?,
            is_reference: truthy(spec, "is_reference")?,
            is_generic_reference: truthy(spec, "is_generic_reference")?,
            is_any_reference: truthy(spec, "is_any_reference")?,
            is_lazy_reference: truthy(spec, "is_lazy_reference")?,
            own_build: truthy(spec, "own_build")?,
            is_embedded_list: truthy(spec, "is_embedded_list")?,
            is_enum: truthy(spec, "is_enum")?,
            sorted_by: truthy(spec, "sorted_by")?,
            dbref: truthy(spec, "dbref")?,
            binary: truthy(spec, "binary")?,
            default: DefaultValue::from_object(spec.get_item("default")?),
            pure_default: truthy(spec, "pure_default")?,
            max_length: length(spec, "max_length")?,
            min_length: length(spec, "min_length")?,
            has_regex: truthy(spec, "has_regex")?,
            regex_match: object(spec, "regex_match")?,
            min_value: object(spec, "min_value")?,
            max_value: object(spec, "max_value")?,
            inner,
            target: GilCell::new(None),
            name_text,
            db_text,
            always_lazy: false,
        };
        plan.always_lazy = plan.is_always_lazy();
        Ok(plan)
    }

    /// There is more to check than the type.
    pub fn has_limits(&self) -> bool {
        self.has_regex
            || self.max_length.is_some()
            || self.min_length.is_some()
            || self.min_value.is_some()
            || self.max_value.is_some()
    }

    /// Reading or writing the field runs Python of its own.
    pub fn set_by_python(&self) -> bool {
        self.own_get || self.own_set || self.is_enum || self.inner.as_ref().is_some_and(|inner| inner.is_enum)
    }

    /// Must be set while the document is loaded, whatever is stored.
    pub fn needs_eager_load(&self) -> bool {
        self.set_by_python() || self.to_python_is_custom()
    }

    fn is_always_lazy(&self) -> bool {
        let plain = matches!(
            self.to_python,
            ToPython::Identity | ToPython::Str | ToPython::Bool | ToPython::ObjectId | ToPython::Uuid
        );
        plain && !self.needs_eager_load() && (self.default.is_lazy() || self.null)
    }

    /// Must be set while loading when nothing is stored: Python hooks, callable defaults.
    pub fn wanted_at_once(&self) -> bool {
        self.set_by_python() || (!self.default.is_lazy() && !self.null)
    }

    /// The same for some stored forms: embedded documents, dynamic values, absent callable defaults.
    pub fn may_need_eager_load(&self) -> bool {
        self.needs_eager_load()
            || !self.default.is_lazy()
            || matches!(
                self.to_python,
                ToPython::Embedded
                    | ToPython::GenericEmbedded
                    | ToPython::Dynamic
                    | ToPython::Reference
                    | ToPython::LazyReference
            )
            || self.inner.as_ref().is_some_and(|inner| inner.may_need_eager_load())
    }

    /// Values may be or contain embedded documents, which have to know their owner.
    pub fn may_hold_documents(&self) -> bool {
        match self.to_python {
            ToPython::Embedded | ToPython::GenericEmbedded | ToPython::Dynamic | ToPython::Python => true,
            ToPython::Complex => self.inner.as_ref().is_some_and(|inner| inner.may_hold_documents()),
            _ => false,
        }
    }

    /// Items decode to plain scalars without asking Python.
    pub fn is_plain_kind(&self) -> bool {
        matches!(self.to_python, ToPython::Str | ToPython::Int | ToPython::Float | ToPython::Bool | ToPython::ObjectId)
    }

    fn to_python_is_custom(&self) -> bool {
        self.to_python == ToPython::Python || self.inner.as_ref().is_some_and(|inner| inner.to_python_is_custom())
    }

    /// The class of embedded documents or references, resolved by the field itself.
    pub fn document_type<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyType>> {
        Ok(self.field.bind(py).getattr(intern!(py, "document_type"))?.cast_into::<PyType>()?)
    }

    /// The plan of the embedded document class.
    pub fn document_plan<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Plan>> {
        let known = self.target.with(py, |target| target.as_ref().map(|plan| plan.clone_ref(py)));
        if let Some(plan) = known {
            let plan = plan.into_bound(py);
            if plan.get().is_current(py) {
                return Ok(plan);
            }
        }
        let plan = Plan::of(&self.document_type(py)?)?;
        let entry = Some(plan.clone().unbind());
        let old = self.target.with(py, |target| std::mem::replace(target, entry));
        drop(old);
        Ok(plan)
    }

    /// `to_python(None)` is `None` for this kind.
    pub fn to_python_keeps_none(&self) -> bool {
        matches!(
            self.to_python,
            ToPython::Identity
                | ToPython::Str
                | ToPython::Int
                | ToPython::GenericEmbedded
                | ToPython::Complex
                | ToPython::Dynamic
        )
    }

    /// Whether validating a value runs none of the program's code.
    pub fn validates_natively(&self, py: Python<'_>) -> PyResult<bool> {
        if !self.plain_validation {
            return Ok(false);
        }
        match self.validate {
            Validate::Python | Validate::Complex | Validate::GenericEmbedded => Ok(false),
            Validate::Embedded => self.document_plan(py)?.get().validates_natively(py),
            _ => self.inner.as_ref().map_or(Ok(true), |inner| inner.validates_natively(py)),
        }
    }

    pub fn is_cached_reference(&self) -> bool {
        self.is_any_reference && !(self.is_reference || self.is_generic_reference || self.is_lazy_reference)
    }

    /// Whether `to_python` of a stored value of this type is a query.
    pub fn asks_the_server(&self, tag: u8) -> bool {
        tag == tag::DOCUMENT && self.is_cached_reference()
    }

    /// Whether dereferencing a list of documents with this field could find a reference in it.
    pub fn may_refer(&self) -> bool {
        match self.to_python {
            ToPython::Reference | ToPython::LazyReference | ToPython::Dynamic | ToPython::Python => true,
            ToPython::Complex => self.inner.as_ref().is_none_or(|inner| inner.may_refer()),
            _ => self.is_any_reference || self.own_get,
        }
    }

    /// Whether a document in which nothing is stored for the field could still refer to another.
    pub fn may_refer_by_default(&self) -> bool {
        let holds_references = self.inner.as_ref().is_some_and(|inner| inner.is_any_reference);
        matches!(self.default, DefaultValue::Static(_)) && (holds_references || self.may_refer())
    }

    /// The field may fetch what it refers to.
    pub fn auto_dereferences(&self, py: Python<'_>) -> bool {
        self.field.bind(py).cast::<FieldCore>().is_ok_and(|field| field.get().auto_dereferences())
    }

    pub fn set_auto_dereference(&self, py: Python<'_>, value: bool) {
        if let Ok(field) = self.field.bind(py).cast::<FieldCore>() {
            field.get().set_auto(value);
        }
        if let (Some(inner), true) = (&self.inner, self.get != GetOp::Plain) {
            inner.set_auto_dereference(py, value);
        }
    }

    /// The field, or the innermost one of nested containers, is one of references.
    pub fn holds_references(&self) -> bool {
        self.is_any_reference || self.inner.as_ref().is_some_and(|inner| inner.holds_references())
    }

    /// A container lets the field of its items fetch documents whenever it may itself.
    pub fn hand_down_dereferencing(&self, py: Python<'_>) {
        let Some(Ok(inner)) = self.inner.as_ref().map(|inner| inner.field.bind(py).cast::<FieldCore>()) else { return };
        inner.get().allow_dereferencing(self.auto_dereferences(py));
    }

    pub fn mark_planned(&self, py: Python<'_>) {
        if let Ok(field) = self.field.bind(py).cast::<FieldCore>() {
            field.get().mark_planned();
        }
        if let Some(inner) = &self.inner {
            inner.mark_planned(py);
        }
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.field)?;
        match &self.default {
            DefaultValue::Static(value) | DefaultValue::Call(value) => visit.call(value)?,
            _ => {}
        }
        self.target.with_in_traverse(|target| visit.call(target))?;
        match &self.inner {
            Some(inner) => inner.traverse(visit),
            None => Ok(()),
        }
    }
}
