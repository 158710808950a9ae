//! Any values through the writer: the same bytes as the `bson` crate's, sound, or refused for a NUL where none may be.
#![no_main]
use libfuzzer_sys::fuzz_target;
use mongoengine_fast_core::bson::{validate_document, BsonError};
use mongoengine_fast_fuzz::{expected, written, Value};

fuzz_target!(|members: Vec<(String, Value)>| {
    match written(&members) {
        Ok(bytes) => {
            if let Some(expected) = expected(&members) {
                assert_eq!(bytes, expected);
            }
            match validate_document(&bytes) {
                Ok(()) | Err(BsonError::TooDeep { .. }) => {}
                Err(error) => panic!("{error}: {members:?}"),
            }
        }
        Err(error) => {
            assert_eq!(error, BsonError::NulInCString);
            assert_eq!(expected(&members), None);
        }
    }
});
