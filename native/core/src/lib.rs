//! The part of mongoengine_fast that knows nothing of Python: BSON bytes, the driver client, wire operations.
#![forbid(unsafe_code)]

pub mod bson;
pub mod client;
pub mod config;
pub mod error;
pub mod json;
pub mod ops;
pub mod parallel;
pub mod runtime;
pub mod spinning;
