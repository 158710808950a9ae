//! BSON to Python values: documents, arrays and dispatch. Scalars are in `decode_scalar`.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use mongoengine_fast_core::bson::{tag, Elements, MAX_DEPTH};

use super::decode_scalar as scalar;
use super::fallback::{self, Outcome, Trouble};
use super::keys::intern_key;
use super::objects::make_dbref;
use super::options::{CodecOptions, DocumentKind};
use super::son::SonBuilder;
use super::types::types;

/// Decodes one whole document to the document class of `opts`.
///
/// Errors are pymongo's, and `bson.errors.InvalidBSON` beyond 200 levels.
pub fn decode_document<'py>(py: Python<'py>, bytes: &[u8], opts: &CodecOptions) -> PyResult<Bound<'py, PyAny>> {
    if opts.document_kind == DocumentKind::Raw {
        return fallback::decode_document(py, bytes, opts, Trouble::AskPymongo);
    }
    match document(py, bytes, opts, 1) {
        Ok(decoded) => Ok(decoded.into_any()),
        Err(trouble) => fallback::decode_document(py, bytes, opts, trouble),
    }
}

/// Decodes exactly the bytes of one value of type `tag`, a nested DBRef document becoming a `DBRef`.
///
/// Errors as [`decode_document`].
pub fn decode_value<'py>(py: Python<'py>, tag: u8, bytes: &[u8], opts: &CodecOptions) -> PyResult<Bound<'py, PyAny>> {
    decode_element(py, tag, bytes, b"", opts)
}

/// [`decode_value`] for a value whose key is known, which pymongo's messages name.
pub fn decode_element<'py>(
    py: Python<'py>,
    tag: u8,
    bytes: &[u8],
    key: &[u8],
    opts: &CodecOptions,
) -> PyResult<Bound<'py, PyAny>> {
    match value(py, tag, bytes, opts, 1) {
        Ok(decoded) => Ok(decoded),
        Err(trouble) => fallback::decode_value(py, tag, bytes, key, opts, trouble),
    }
}

/// One value, converted by the registered decoder of its type if there is one.
#[inline]
fn value<'py>(py: Python<'py>, tag: u8, bytes: &[u8], opts: &CodecOptions, depth: usize) -> Outcome<Bound<'py, PyAny>> {
    let decoded = match tag {
        tag::DOCUMENT => embedded(py, bytes, opts, depth + 1)?,
        tag::ARRAY => array(py, bytes, opts, depth + 1)?,
        tag::CODE_W_SCOPE => code_w_scope(py, bytes, opts, depth + 1)?,
        _ => scalar::value(py, tag, bytes, opts)?,
    };
    let Some(decoders) = &opts.decoder_map else {
        return Ok(decoded);
    };
    match decoders.bind(py).get_item(decoded.get_type())? {
        Some(decoder) => Ok(decoder.call1((decoded,))?),
        None => Ok(decoded),
    }
}

fn array<'py>(py: Python<'py>, bytes: &[u8], opts: &CodecOptions, depth: usize) -> Outcome<Bound<'py, PyAny>> {
    if depth > MAX_DEPTH {
        return Err(Trouble::TooDeep);
    }
    let list = PyList::empty(py);
    for element in Elements::new(bytes)? {
        let element = element?;
        list.append(value(py, element.tag, element.value, opts, depth)?)?;
    }
    Ok(list.into_any())
}

fn code_w_scope<'py>(py: Python<'py>, bytes: &[u8], opts: &CodecOptions, depth: usize) -> Outcome<Bound<'py, PyAny>> {
    let (code, scope) = mongoengine_fast_core::bson::reader::read_code_w_scope(bytes)?;
    if opts.document_kind == DocumentKind::Raw {
        return Err(Trouble::AskPymongo);
    }
    let scope = document(py, scope, opts, depth)?;
    Ok(types(py).code.bind(py).call1((scalar::text(py, code, opts)?, scope.into_any()))?)
}

/// A document under construction, by the class it is of.
enum Target<'py> {
    Dict(Bound<'py, PyDict>),
    Son(SonBuilder<'py>),
    Custom(Bound<'py, PyAny>),
}

impl<'py> Target<'py> {
    fn new(py: Python<'py>, opts: &CodecOptions) -> PyResult<Self> {
        match (opts.document_kind, &opts.document_class) {
            (DocumentKind::Dict, _) | (_, None) => Ok(Self::Dict(PyDict::new(py))),
            (DocumentKind::Son, _) => Ok(Self::Son(SonBuilder::new(py)?)),
            (_, Some(class)) => Ok(Self::Custom(class.bind(py).call0()?)),
        }
    }

    #[inline]
    fn set(&self, key: &Bound<'py, PyString>, value: &Bound<'py, PyAny>) -> PyResult<()> {
        match self {
            Self::Dict(dict) => dict.set_item(key, value),
            Self::Son(son) => son.append(key, value),
            Self::Custom(mapping) => mapping.set_item(key, value),
        }
    }

    fn into_any(self) -> Bound<'py, PyAny> {
        match self {
            Self::Dict(dict) => dict.into_any(),
            Self::Son(son) => son.finish(),
            Self::Custom(mapping) => mapping,
        }
    }
}

fn document<'py>(py: Python<'py>, bytes: &[u8], opts: &CodecOptions, depth: usize) -> Outcome<Target<'py>> {
    Ok(fill(py, bytes, opts, depth)?.0)
}

/// Decodes a document's elements; also whether any key starts with a dollar, as a DBRef's do.
fn fill<'py>(py: Python<'py>, bytes: &[u8], opts: &CodecOptions, depth: usize) -> Outcome<(Target<'py>, bool)> {
    if depth > MAX_DEPTH {
        return Err(Trouble::TooDeep);
    }
    let elements = Elements::new(bytes)?;
    let target = Target::new(py, opts)?;
    let mut dollar = false;
    for element in elements {
        let element = element?;
        let key = match intern_key(py, element.key) {
            Ok(key) => key,
            Err(error) if opts.unicode_strict => return Err(error.into()),
            Err(_) => scalar::text(py, element.key, opts)?,
        };
        dollar |= element.key.first() == Some(&b'$');
        target.set(&key, &value(py, element.tag, element.value, opts, depth)?)?;
    }
    Ok((target, dollar))
}

/// A nested document: a `DBRef` when it looks like one.
fn embedded<'py>(py: Python<'py>, bytes: &[u8], opts: &CodecOptions, depth: usize) -> Outcome<Bound<'py, PyAny>> {
    if opts.document_kind == DocumentKind::Raw {
        return Err(Trouble::AskPymongo);
    }
    let (target, dollar) = fill(py, bytes, opts, depth)?;
    match target {
        Target::Dict(dict) if dollar => dbref_from_dict(py, dict),
        Target::Son(son) if dollar => dbref_from_mapping(py, son.finish()),
        // Another class may answer for keys that were never set, so it is always asked, as pymongo does.
        Target::Custom(mapping) => dbref_from_mapping(py, mapping),
        target => Ok(target.into_any()),
    }
}

fn dbref_from_dict<'py>(py: Python<'py>, dict: Bound<'py, PyDict>) -> Outcome<Bound<'py, PyAny>> {
    let (ref_key, id_key, db_key) = (intern!(py, "$ref"), intern!(py, "$id"), intern!(py, "$db"));
    let (Some(collection), Some(id)) = (dict.get_item(ref_key)?, dict.get_item(id_key)?) else {
        return Ok(dict.into_any());
    };
    let database = dict.get_item(db_key)?;
    let named = database.as_ref().filter(|name| !name.is_none());
    let Ok(collection) = collection.cast_into::<PyString>() else {
        return Ok(dict.into_any());
    };
    let named = match named.map(|name| name.cast::<PyString>()) {
        None => None,
        Some(Ok(name)) => Some(name),
        Some(Err(_)) => return Ok(dict.into_any()),
    };
    dict.del_item(ref_key)?;
    dict.del_item(id_key)?;
    if database.is_some() {
        dict.del_item(db_key)?;
    }
    Ok(make_dbref(py, &collection, &id, named, Some(dict))?)
}

/// The same for documents of another class, through their own methods.
fn dbref_from_mapping<'py>(py: Python<'py>, document: Bound<'py, PyAny>) -> Outcome<Bound<'py, PyAny>> {
    let (ref_key, id_key, db_key) = (intern!(py, "$ref"), intern!(py, "$id"), intern!(py, "$db"));
    let Ok(collection) = document.get_item(ref_key) else {
        return Ok(document);
    };
    let Ok(id) = document.get_item(id_key) else {
        return Ok(document);
    };
    let database = document.get_item(db_key).ok();
    let name = database.clone().unwrap_or_else(|| py.None().into_bound(py));
    if !collection.is_instance_of::<PyString>() || !(name.is_none() || name.is_instance_of::<PyString>()) {
        return Ok(document);
    }
    document.del_item(ref_key)?;
    document.del_item(id_key)?;
    if database.is_some() {
        document.del_item(db_key)?;
    }
    Ok(types(py).dbref.bind(py).call1((collection, id, name, document))?)
}
