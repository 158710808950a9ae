//! Any Python value to BSON bytes and back, as pymongo's `bson` does it.
use pyo3::prelude::*;

pub fn register(_m: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
