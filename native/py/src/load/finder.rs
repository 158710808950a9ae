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
