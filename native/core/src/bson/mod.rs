//! Bytes to typed events and back, with depth and size limits.
