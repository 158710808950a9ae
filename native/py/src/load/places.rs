//! Where the fields of a stored document stand, found in one walk over its keys.
use mongoengine_fast_core::bson::reader::{read_str, value_len};
use mongoengine_fast_core::bson::{tag, Elements};
use pyo3::prelude::*;

use super::finder::SlotFinder;
use crate::document::slot::{Content, Slot, Slots};
use crate::document::state::corrupt;
use crate::document::RawDoc;
use crate::plan::Plan;

/// The slots of a document as they are before any field is read.
pub struct Places<'a> {
    finder: SlotFinder<'a>,
    slots: Slots,
    class: Option<(u8, usize)>,
    unknown: bool,
}

/// What a stored document says of its class.
pub enum StoredClass<'a> {
    None,
    Name(&'a str),
    /// `_cls` is no string.
    Other,
}

impl StoredClass<'_> {
    /// Whether this is the class of that name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, StoredClass::Name(found) if *found == name)
    }
}

/// The class that is named where MongoEngine puts it, right behind the id. Bytes that are not sound name none, or any.
pub fn named_class(bytes: &[u8]) -> Option<&str> {
    let mut elements = Elements::new(bytes).ok()?;
    let first = elements.next()?.ok()?;
    let second = elements.next()?.ok()?;
    let is_it = first.key == b"_id" && second.key == b"_cls" && second.tag == tag::STRING;
    read_str(second.value).ok().filter(|_| is_it)
}

impl<'a> Places<'a> {
    pub fn new(py: Python<'_>, plan: &'a Plan) -> Self {
        let slots = Slots::absent(py, plan.fields.len());
        Places { finder: SlotFinder::new(plan), slots, class: None, unknown: false }
    }

    /// Note a value of the document: its type, its key, and where its bytes start. Returns whether it is of a field.
    #[inline]
    pub fn note(&mut self, tag: u8, key: &[u8], at: usize) -> bool {
        let slot = self.finder.find(key);
        if key == b"_cls" {
            self.class = Some((tag, at));
        } else if slot.is_none() {
            self.unknown = true;
        }
        if let Some(slot) = slot {
            self.slots.replace(slot, Slot::raw(tag, at as u32));
        }
        slot.is_some()
    }

    /// Walk over sound bytes.
    pub fn of(py: Python<'_>, plan: &'a Plan, raw: &RawDoc) -> PyResult<Self> {
        let mut places = Self::new(py, plan);
        for element in Elements::new(raw.slice()).map_err(corrupt)? {
            let element = element.map_err(corrupt)?;
            places.note(element.tag, element.key, raw.start as usize + element.offset);
        }
        Ok(places)
    }

    /// The class that the document, of which these are the places, names.
    pub fn class<'b>(&self, raw: &'b RawDoc) -> PyResult<StoredClass<'b>> {
        let Some((tag, at)) = self.class else { return Ok(StoredClass::None) };
        if tag != tag::STRING {
            return Ok(StoredClass::Other);
        }
        let rest = &raw.bytes.get()[at..raw.end as usize];
        let length = value_len(tag, rest, at).map_err(corrupt)?;
        read_str(&rest[..length]).map(StoredClass::Name).map_err(corrupt)
    }

    /// Some key belongs to no field.
    pub fn has_unknown(&self) -> bool {
        self.unknown
    }

    pub fn content(&self, slot: usize) -> Content<'_> {
        self.slots.get(slot).map_or(Content::Absent, Slot::content)
    }

    /// The slots, and whether every field is stored. None where unknown keys have to be kept, too.
    pub fn into_slots(self) -> Option<(Slots, bool)> {
        if self.unknown {
            return None;
        }
        let complete = !self.slots.iter().any(Slot::is_absent);
        Some((self.slots, complete))
    }
}
