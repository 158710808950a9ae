//! Interior mutability guarded by the GIL: the state of native objects that Python may re-enter.
use std::cell::UnsafeCell;

use pyo3::Python;

/// A value that may be touched only while the GIL is held, and only by closures that run no Python code.
///
/// Values that own Python references must be moved out of the closure and dropped after it, because dropping one can
/// run `__del__`, which may come back to the same cell.
pub struct GilCell<T>(UnsafeCell<T>);

// SAFETY: every access needs a `Python` token, so the GIL serialises them; the module declares that it needs the GIL.
unsafe impl<T: Send> Sync for GilCell<T> {}

impl<T> GilCell<T> {
    pub const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// Run `f` on the value. `f` must not call into Python nor drop a Python reference.
    #[inline]
    pub fn with<R>(&self, _py: Python<'_>, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the token proves the GIL is held, and by the rule above `f` cannot reach this cell again, so the
        // mutable borrow is the only one while it lives.
        unsafe { f(&mut *self.0.get()) }
    }

    /// Run `f` on the value during garbage collection, where no `Python` token exists.
    #[inline]
    pub fn with_in_traverse<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        // SAFETY: tp_traverse runs with the GIL held and every other thread stopped, and runs no Python code.
        unsafe { f(&*self.0.get()) }
    }
}

impl<T: Copy> GilCell<T> {
    #[inline]
    pub fn get(&self, py: Python<'_>) -> T {
        self.with(py, |value| *value)
    }

    #[inline]
    pub fn set(&self, py: Python<'_>, value: T) {
        self.with(py, |slot| *slot = value);
    }
}
