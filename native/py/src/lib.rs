//! The extension module `mongoengine_fast._native`: exports only, one line a module.
#![deny(clippy::undocumented_unsafe_blocks)]

use pyo3::prelude::*;

mod cell;
mod client;
mod codec;
mod cursor;
mod decode;
mod dereference;
mod document;
mod encode;
mod errors;
mod ffi_util;
mod field;
mod load;
mod plan;
mod scalars;
mod slot_default;
mod typerefs;
mod validate;

#[pymodule(gil_used = true)]
pub fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("__debug_build__", cfg!(debug_assertions))?;
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    client::register(m)?;
    codec::register(m)?;
    m.add_class::<cursor::Cursor>()?;
    dereference::register(m)?;
    document::register(m)?;
    errors::register(m)?;
    field::register(m)?;
    load::register(m)?;
    plan::register(m)?;
    slot_default::register(m)?;
    typerefs::register(m)
}
