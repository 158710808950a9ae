//! One look at keys and type tags: what of a stored document can wait until it is read.
use mongoengine_fast_core::bson::reader::read_f64;
use mongoengine_fast_core::bson::{tag, Elements};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::finder::SlotFinder;
use super::places::{Places, StoredClass};
use crate::decode::container::has_key;
use crate::decode::embedded::stored_class;
use crate::decode::Stored;
use crate::document::slot::Content;
use crate::document::state::corrupt;
use crate::document::{has_receivers, RawDoc};
use crate::plan::{stored_classes, DefaultValue, FieldPlan, Plan, ToPython};
use crate::typerefs;

/// How a stored value has to be treated while its document is loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// It can wait until it is read.
    Lazy,
    /// It must be decoded now, because Python code must see it now.
    Now,
    /// Only Python knows what comes of it.
    Python,
}

/// The plan that a stored document follows: that of the class it names. None when only Python knows.
pub(super) fn resolve<'py>(
    py: Python<'py>,
    base: &Bound<'py, Plan>,
    class: &StoredClass<'_>,
) -> PyResult<Option<Bound<'py, Plan>>> {
    match class {
        StoredClass::None => Ok(Some(base.clone())),
        StoredClass::Name(name) if *name == base.get().class_name_text => Ok(Some(base.clone())),
        StoredClass::Name(name) => {
            let other = stored_classes::of_name(py, base, name)?;
            Ok(other.filter(|other| other.get().class_name_text == *name))
        }
        StoredClass::Other => Ok(None),
    }
}

/// The slots that must be set at once when a document is loaded; None when Python has to load it.
pub(super) fn eager_slots(
    py: Python<'_>,
    plan: &Bound<'_, Plan>,
    raw: &RawDoc,
    places: &Places<'_>,
    listened: bool,
) -> PyResult<Option<Vec<usize>>> {
    let me = plan.get();
    if !me.flags.lazy_load || me.flags.dynamic || (listened && has_listeners(py, me)?) {
        return Ok(None);
    }
    if places.has_unknown() && !tolerates_all(py, me, raw)? {
        return Ok(None);
    }
    let mut now = Vec::new();
    for &slot in &me.judged {
        let Content::Raw { tag, at } = places.content(slot) else { continue };
        match judge(py, &me.fields[slot], &Stored::find(raw, tag, at)?, listened)? {
            Verdict::Lazy => {}
            Verdict::Now => now.push((at, slot)),
            Verdict::Python => return Ok(None),
        }
    }
    // In the order in which they are stored, as the constructor gets them.
    now.sort_unstable();
    let absent = me.wanted_at_once.iter().copied().filter(|&slot| matches!(places.content(slot), Content::Absent));
    Ok(Some(now.into_iter().map(|(_, slot)| slot).chain(absent).collect()))
}

/// Somebody listens to documents being made, of whatever class.
pub fn anybody_listens(py: Python<'_>) -> PyResult<bool> {
    Ok(has_receivers(typerefs::pre_init(py)?)? || has_receivers(typerefs::post_init(py)?)?)
}

/// Somebody listens to documents of this class being made.
fn has_listeners(py: Python<'_>, plan: &Plan) -> PyResult<bool> {
    for signal in [typerefs::pre_init(py)?, typerefs::post_init(py)?] {
        if has_receivers(signal)?
            && signal.call_method1(intern!(py, "has_receivers_for"), (plan.class.bind(py),))?.is_truthy()?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All stored keys that are no fields can be kept as they are.
fn tolerates_all(py: Python<'_>, plan: &Plan, raw: &RawDoc) -> PyResult<bool> {
    let mut finder = SlotFinder::new(plan);
    for element in Elements::new(raw.slice()).map_err(corrupt)? {
        let key = element.map_err(corrupt)?.key;
        if finder.find(key).is_none() && !tolerates(py, plan, key)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A stored key that is no field can be kept as it is.
fn tolerates(py: Python<'_>, plan: &Plan, key: &[u8]) -> PyResult<bool> {
    if key == b"_cls" {
        return Ok(true);
    }
    let Ok(text) = std::str::from_utf8(key) else { return Ok(false) };
    if plan.by_name.contains_key(text) || matches!(text, "id" | "pk") {
        return Ok(false);
    }
    if text == "_text_score" {
        return Ok(true);
    }
    let meta = plan.class.bind(py).getattr(intern!(py, "_meta"))?;
    Ok(!meta.call_method1(intern!(py, "get"), (intern!(py, "strict"), true))?.is_truthy()?)
}

/// How the stored value of a field has to be treated.
fn judge(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>, listened: bool) -> PyResult<Verdict> {
    if field.asks_the_server(item.tag) {
        // A load that fails is repeated in Python, which must not ask again.
        return Ok(Verdict::Python);
    }
    if field.needs_eager_load() {
        return Ok(Verdict::Now);
    }
    if item.is_null() {
        let called = matches!(field.default, DefaultValue::Call(_)) && !field.null;
        return Ok(if called { Verdict::Now } else { Verdict::Lazy });
    }
    match field.to_python {
        ToPython::Int => Ok(match item.tag {
            tag::INT32 | tag::INT64 | tag::BOOL | tag::STRING => Verdict::Lazy,
            tag::DOUBLE if read_f64(item.bytes).map_err(corrupt)?.is_finite() => Verdict::Lazy,
            _ => Verdict::Python,
        }),
        ToPython::Float => Ok(match item.tag {
            tag::DOUBLE | tag::INT32 | tag::INT64 | tag::BOOL | tag::STRING => Verdict::Lazy,
            _ => Verdict::Python,
        }),
        ToPython::Embedded => match item.tag {
            tag::DOCUMENT => judge_embedded(py, field.document_plan(py)?, item, listened),
            _ => Ok(Verdict::Python),
        },
        ToPython::GenericEmbedded if item.tag == tag::DOCUMENT => match stored_class(item.bytes)? {
            Some(name) => {
                let class = typerefs::get_document(py)?.call1((name,))?.cast_into::<PyType>()?;
                judge_embedded(py, Plan::of(&class)?, item, listened)
            }
            None => Ok(Verdict::Python),
        },
        ToPython::Complex => judge_container(py, field, item, listened),
        ToPython::Reference | ToPython::LazyReference => judge_reference(py, field, item, listened),
        ToPython::Dynamic if item.tag == tag::DOCUMENT && has_key(item.bytes, b"_cls")? => {
            Ok(if has_key(item.bytes, b"_ref")? { Verdict::Python } else { Verdict::Now })
        }
        ToPython::Python => Ok(Verdict::Now),
        _ => Ok(Verdict::Lazy),
    }
}

fn judge_embedded<'py>(
    py: Python<'py>,
    base: Bound<'py, Plan>,
    item: &Stored<'_>,
    listened: bool,
) -> PyResult<Verdict> {
    if is_reference(item.bytes) {
        return Ok(Verdict::Python);
    }
    let part = item.raw.part(item.at, item.bytes.len());
    let mut places = Places::of(py, base.get(), &part)?;
    let Some(plan) = resolve(py, &base, &places.class(&part)?)? else { return Ok(Verdict::Python) };
    if !plan.is(&base) {
        places = Places::of(py, plan.get(), &part)?;
    }
    Ok(match eager_slots(py, &plan, &part, &places, listened)? {
        None => Verdict::Python,
        Some(now) if now.is_empty() => Verdict::Lazy,
        Some(_) => Verdict::Now,
    })
}

/// A document that pymongo decodes to a `DBRef`, which is no dict.
fn is_reference(document: &[u8]) -> bool {
    document.get(5..).is_some_and(|elements| elements.starts_with(b"$ref\0"))
}

fn judge_container(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>, listened: bool) -> PyResult<Verdict> {
    if !matches!(item.tag, tag::ARRAY | tag::DOCUMENT) {
        // Bytes are iterated, so the inner field sees numbers.
        let binary = item.tag == tag::BINARY && field.inner.is_some();
        return Ok(if binary { Verdict::Python } else { Verdict::Lazy });
    }
    let Some(inner) = &field.inner else { return Ok(Verdict::Lazy) };
    if inner.always_lazy && inner.to_python_keeps_none() {
        return Ok(Verdict::Lazy);
    }
    if inner.set_by_python() && inner.to_python == ToPython::Python && !inner.is_cached_reference() {
        return Ok(Verdict::Now);
    }
    let mut worst = Verdict::Lazy;
    for element in Elements::new(item.bytes).map_err(corrupt)? {
        let element = element.map_err(corrupt)?;
        let part =
            Stored { raw: item.raw, tag: element.tag, at: item.at + element.offset as u32, bytes: element.value };
        let verdict = if part.is_null() && !inner.to_python_keeps_none() {
            Verdict::Python
        } else {
            judge(py, inner, &part, listened)?
        };
        worst = worst.max(verdict);
    }
    Ok(worst)
}

/// What is no `DBRef` is the key of a document, and converted as that.
fn judge_reference(py: Python<'_>, field: &FieldPlan, item: &Stored<'_>, listened: bool) -> PyResult<Verdict> {
    if field.dbref {
        return Ok(Verdict::Lazy);
    }
    let plan = field.document_plan(py)?;
    let Some(id) = plan.get().id_slot.map(|slot| &plan.get().fields[slot]) else { return Ok(Verdict::Now) };
    let whole = item.tag == tag::DOCUMENT && is_reference(item.bytes) && has_key(item.bytes, b"$id")?;
    if whole && !id.needs_eager_load() {
        return Ok(Verdict::Lazy);
    }
    judge(py, id, item, listened)
}
