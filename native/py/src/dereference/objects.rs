//! What was fetched, by collection and id.
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::codec;

/// So many look-ups are quicker than an index.
const FEW: usize = 8;

/// The documents that were fetched.
pub struct Objects<'py> {
    all: Bound<'py, PyDict>,
    asked: Cell<usize>,
    index: OnceCell<Index<'py>>,
}

/// The documents of one id, each with its collection.
type Named<'py> = Vec<(Bound<'py, PyString>, Bound<'py, PyAny>)>;

/// Those under an ObjectId, found without asking Python to hash and compare.
struct Index<'py> {
    by_id: HashMap<[u8; 12], Named<'py>>,
    /// Every key is a plain name and a plain ObjectId.
    whole: bool,
}

impl<'py> Objects<'py> {
    pub fn new(all: &Bound<'py, PyDict>) -> Self {
        Self { all: all.clone(), asked: Cell::new(0), index: OnceCell::new() }
    }

    pub fn get(&self, collection: &Bound<'py, PyAny>, id: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() > FEW {
            if let (Ok(name), Some(bytes)) = (collection.cast_exact::<PyString>(), codec::objectid_bytes(id)) {
                let index = self.index.get_or_init(|| Index::of(&self.all));
                let found = index.get(name, &bytes);
                if found.is_some() || index.whole {
                    return Ok(found);
                }
            }
        }
        self.all.get_item((collection, id))
    }

    /// The document with an id that is not a Python object yet.
    pub fn get_stored(&self, collection: &Bound<'py, PyString>, id: &[u8; 12]) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.index.get() {
            Some(index) if index.whole => Ok(index.get(collection, id)),
            _ => self.get(collection, &codec::make_objectid(collection.py(), id)?),
        }
    }

    /// The document under a key of a mapping that happens to be such a pair.
    pub fn under(&self, key: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match key.is_instance_of::<PyString>() {
            true => Ok(None),
            false => self.all.get_item(key),
        }
    }
}

impl<'py> Index<'py> {
    fn of(all: &Bound<'py, PyDict>) -> Self {
        let mut index = Self { by_id: HashMap::with_capacity(all.len()), whole: true };
        for (key, document) in all.iter() {
            match plain_key(&key) {
                Some((collection, id)) => index.by_id.entry(id).or_default().push((collection, document)),
                None => index.whole = false,
            }
        }
        index
    }

    fn get(&self, collection: &Bound<'py, PyString>, id: &[u8; 12]) -> Option<Bound<'py, PyAny>> {
        let text = collection.to_str().ok();
        let same = |name: &Bound<'py, PyString>| name.is(collection) || (text.is_some() && name.to_str().ok() == text);
        self.by_id.get(id)?.iter().find(|(name, _)| same(name)).map(|(_, document)| document.clone())
    }
}

fn plain_key<'py>(key: &Bound<'py, PyAny>) -> Option<(Bound<'py, PyString>, [u8; 12])> {
    let pair = key.cast_exact::<PyTuple>().ok()?;
    let collection = pair.get_item(0).ok()?.cast_into_exact::<PyString>().ok()?;
    Some((collection, codec::objectid_bytes(&pair.get_item(1).ok()?)?))
}
