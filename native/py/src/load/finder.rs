//! Stored keys to slots.
use crate::plan::Plan;

/// Which slot a stored key belongs to, trying the field that usually comes next before searching.
pub struct SlotFinder<'a> {
    plan: &'a Plan,
    expected: usize,
}

impl<'a> SlotFinder<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, expected: 0 }
    }

    #[inline]
    pub fn find(&mut self, key: &[u8]) -> Option<usize> {
        if let Some(&slot) = self.plan.ordered.get(self.expected) {
            if *self.plan.fields[slot].db_bytes == *key {
                self.expected += 1;
                return Some(slot);
            }
        }
        let slot = *self.plan.by_db.get(key)?;
        if let Some(place) = self.plan.ordered.iter().position(|&other| other == slot) {
            self.expected = place + 1;
        }
        Some(slot)
    }
}

/// A small set of slots.
pub(super) struct Seen {
    low: u128,
    high: Vec<bool>,
}

impl Seen {
    pub(super) fn new(slots: usize) -> Self {
        Self { low: 0, high: vec![false; slots.saturating_sub(128)] }
    }

    pub(super) fn set(&mut self, slot: usize) {
        match slot.checked_sub(128) {
            None => self.low |= 1 << slot,
            Some(place) => self.high[place] = true,
        }
    }

    pub(super) fn get(&self, slot: usize) -> bool {
        match slot.checked_sub(128) {
            None => self.low & (1 << slot) != 0,
            Some(place) => self.high[place],
        }
    }
}
