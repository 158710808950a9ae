//! Clients and collections of the native lane: Python values in, waits without the GIL, Python values out.
mod arguments;
mod bulk;
mod collection;
mod connection;
mod rows;
mod settings;
mod wait;

use pyo3::prelude::*;

pub use connection::Client;
pub use wait::wait;

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Client>()?;
    m.add_class::<rows::EncodedRow>()?;
    m.add_class::<collection::Collection>()
}
