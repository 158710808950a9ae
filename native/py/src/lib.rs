//! The extension module `mongoengine_fast._native`: exports only, one line a module.
#![deny(clippy::undocumented_unsafe_blocks)]

use pyo3::prelude::*;

mod codec;

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("__debug_build__", cfg!(debug_assertions))?;
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    codec::register(m)?;
    Ok(())
}
