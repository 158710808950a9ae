//! `Document.validate`: what is plainly valid passes here, everything else is judged by the field itself.
mod kinds;
mod stored;

use pyo3::exceptions::{PyAssertionError, PyAttributeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::document::state::{self, Peek};
use crate::document::{data_view, DocumentCore};
use crate::ffi_util::{instance_dict, Level};
use crate::plan::FieldPlan;
use crate::typerefs;
pub use kinds::{accepts, entries_are_fine, length_is_fine};

/// Check every field of a document; raises `ValidationError` with an entry per failing field.
pub fn document(document: &Bound<'_, DocumentCore>, clean: bool) -> PyResult<()> {
    let py = document.py();
    let plan = state::current_plan(document)?;
    let me = plan.get();
    let _level = Level::enter()?;
    let mut errors = Errors { found: None };
    let patched =
        || instance_dict(document.as_any()).is_some_and(|own| own.contains(intern!(py, "clean")).unwrap_or(true));
    if clean && (me.flags.own_clean || patched()) {
        if let Err(error) = document.call_method0(intern!(py, "clean")) {
            if !error.matches(py, typerefs::validation_error(py)?)? {
                return Err(error);
            }
            errors.add(intern!(py, "__all__"), error.value(py).as_any())?;
        }
    }
    for &slot in &me.ordered {
        let field = &me.fields[slot];
        let value = match state::peek(document, &plan, slot)? {
            Peek::Raw { tag, at } if stored::slot_is_valid(document, field, tag, at)? => continue,
            Peek::Value(value) => Some(value),
            _ => state::value(document, &plan, slot)?,
        };
        let name = field.name.bind(py);
        match value.filter(|value| !value.is_none()) {
            Some(value) => check(&mut errors, field, name, &value, clean)?,
            None if field.required && !field.auto_gen => errors.missing(name)?,
            None => {}
        }
    }
    if me.flags.dynamic {
        check_dynamic(document, &mut errors, clean)?;
    }
    errors.raise(document, &me.class_name_text)
}

fn check<'py>(
    errors: &mut Errors<'py>,
    field: &FieldPlan,
    name: &Bound<'py, PyString>,
    value: &Bound<'_, PyAny>,
    clean: bool,
) -> PyResult<()> {
    let outcome = match kinds::accepts(field, value, clean) {
        Ok(true) => return Ok(()),
        Ok(false) => ask(field.field.bind(value.py()), field.takes_clean, value, clean),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(()),
        Err(error) => errors.take(name, error),
    }
}

/// `field._validate(value)`, with `clean` for fields of embedded documents.
fn ask(field: &Bound<'_, PyAny>, takes_clean: bool, value: &Bound<'_, PyAny>, clean: bool) -> PyResult<()> {
    let py = value.py();
    if takes_clean {
        let keywords = PyDict::new(py);
        keywords.set_item(intern!(py, "clean"), clean)?;
        field.call_method(intern!(py, "_validate"), (value,), Some(&keywords))?;
    } else {
        field.call_method1(intern!(py, "_validate"), (value,))?;
    }
    Ok(())
}

/// The undeclared fields of a dynamic document, each with its own field object.
fn check_dynamic<'py>(document: &Bound<'py, DocumentCore>, errors: &mut Errors<'py>, clean: bool) -> PyResult<()> {
    let py = document.py();
    let fields = document.getattr(intern!(py, "_dynamic_fields"))?;
    for name in document.getattr(intern!(py, "_fields_ordered"))?.try_iter()? {
        let name = name?.cast_into::<PyString>()?;
        if state::plan(document)?.get().by_name.contains_key(&*name.to_string_lossy()) {
            continue;
        }
        let field = fields.call_method1(intern!(py, "get"), (&name,))?;
        let value = data_view::get(document, &name)?.filter(|value| !value.is_none());
        match value {
            _ if field.is_none() => {}
            Some(value) => {
                if let Err(error) = ask(&field, false, &value, clean) {
                    errors.take(&name, error)?;
                }
            }
            None if field.getattr(intern!(py, "required"))?.is_truthy()? => errors.missing(&name)?,
            None => {}
        }
    }
    Ok(())
}

/// The errors of one document, by field.
struct Errors<'py> {
    found: Option<Bound<'py, PyDict>>,
}

impl<'py> Errors<'py> {
    fn add(&mut self, name: &Bound<'py, PyString>, error: &Bound<'py, PyAny>) -> PyResult<()> {
        self.found.get_or_insert_with(|| PyDict::new(name.py())).set_item(name, error)
    }

    fn missing(&mut self, name: &Bound<'py, PyString>) -> PyResult<()> {
        let py = name.py();
        let keywords = PyDict::new(py);
        keywords.set_item(intern!(py, "field_name"), name)?;
        let error = typerefs::validation_error(py)?.call(("Field is required",), Some(&keywords))?;
        self.add(name, &error)
    }

    /// Keep what a field may raise to say "invalid"; anything else goes on to the caller.
    fn take(&mut self, name: &Bound<'py, PyString>, error: PyErr) -> PyResult<()> {
        let py = name.py();
        if error.matches(py, typerefs::validation_error(py)?)? {
            let value = error.value(py);
            let nested = value.getattr(intern!(py, "errors"))?;
            return if nested.is_truthy()? { self.add(name, &nested) } else { self.add(name, value.as_any()) };
        }
        if error.is_instance_of::<PyValueError>(py)
            || error.is_instance_of::<PyAttributeError>(py)
            || error.is_instance_of::<PyAssertionError>(py)
        {
            return self.add(name, error.value(py).as_any());
        }
        Err(error)
    }

    fn raise(self, document: &Bound<'py, DocumentCore>, class_name: &str) -> PyResult<()> {
        let py = document.py();
        let Some(found) = self.found else { return Ok(()) };
        let mut pk = document.getattr_opt(intern!(py, "pk"))?;
        if pk.is_none() {
            let owner = document.getattr(intern!(py, "_instance"))?;
            if owner.is_truthy()? {
                pk = owner.getattr_opt(intern!(py, "pk"))?;
            }
        }
        let pk = match pk {
            Some(pk) => pk.str()?,
            None => PyString::new(py, "None"),
        };
        let keywords = PyDict::new(py);
        keywords.set_item(intern!(py, "errors"), found)?;
        // Put together by Python, since a key may hold lone surrogates.
        let message = PyString::new(py, &format!("ValidationError ({class_name}:")).add(pk)?.add(") ")?;
        Err(PyErr::from_value(typerefs::validation_error(py)?.call((message,), Some(&keywords))?))
    }
}
