//! Any bytes through the check and the readers; what passes the check is read to the last value, by us and by the `bson`
//! crate alike.
#![no_main]
use bson::raw::RawDocument;
use libfuzzer_sys::fuzz_target;
use mongoengine_fast_core::bson::reader::{self, Element, Elements};
use mongoengine_fast_core::bson::{tag, validate_document, validate_noting, Checks, MAX_DEPTH};

fuzz_target!(|data: &[u8]| {
    let outcome = validate_document(data);
    let mut noted = Vec::new();
    let noting = validate_noting(data, MAX_DEPTH, &Checks::default(), |tag, key, at| {
        noted.push((tag, key, at));
        false
    });
    assert_eq!(outcome, noting);
    if outcome.is_err() {
        // Nobody reads on behind an error, but it must be harmless.
        look(data);
        return;
    }
    let top: Vec<_> = elements(data).iter().map(|element| (element.tag, element.key, element.offset)).collect();
    assert_eq!(noted, top);
    sound(data, false);
});

fn look(data: &[u8]) {
    let Ok(elements) = Elements::new(data) else { return };
    for element in elements.map_while(Result::ok) {
        let _ = element.name();
        read(&element);
        inner(&element).into_iter().for_each(look);
    }
}

fn elements(data: &[u8]) -> Vec<Element<'_>> {
    Elements::new(data).and_then(Iterator::collect).expect("it passed the check")
}

/// All levels of a document that passed the check. The names of array items are nobody's business, as in pymongo.
fn sound(data: &[u8], is_array: bool) {
    let ours = elements(data);
    for element in &ours {
        assert!(read(element), "{element:?}");
        inner(element).into_iter().for_each(|inner| sound(inner, element.tag == tag::ARRAY));
    }
    if is_array {
        return;
    }
    let theirs: Vec<_> = RawDocument::from_bytes(data).expect("a document").iter().collect();
    assert_eq!(ours.len(), theirs.len());
    for (element, theirs) in ours.iter().zip(theirs) {
        let (key, value) = theirs.expect("a value");
        assert_eq!(element.key, key.as_str().as_bytes());
        assert_eq!(element.tag, value.element_type() as u8);
    }
}

/// Whether the value can be read as what it is.
fn read(element: &Element<'_>) -> bool {
    let value = element.value;
    match element.tag {
        tag::DOUBLE => reader::read_f64(value).is_ok(),
        tag::STRING | tag::CODE | tag::SYMBOL => reader::read_str(value).is_ok(),
        tag::BINARY => reader::read_binary(value).is_ok(),
        tag::OBJECT_ID => reader::read_oid(value).is_ok(),
        tag::BOOL => reader::read_bool(value).is_ok(),
        tag::DATETIME => reader::read_datetime(value).is_ok(),
        tag::REGEX => reader::read_regex(value).is_ok(),
        tag::DB_POINTER => reader::read_db_pointer(value).is_ok(),
        tag::CODE_W_SCOPE => reader::read_code_w_scope(value).is_ok(),
        tag::INT32 => reader::read_i32(value).is_ok(),
        tag::TIMESTAMP => reader::read_timestamp(value).is_ok(),
        tag::INT64 => reader::read_i64(value).is_ok(),
        tag::DECIMAL128 => reader::read_decimal128(value).is_ok(),
        tag::DOCUMENT | tag::ARRAY => Elements::new(value).is_ok(),
        _ => value.is_empty(),
    }
}

/// The document inside of a value.
fn inner<'a>(element: &Element<'a>) -> Option<&'a [u8]> {
    match element.tag {
        tag::DOCUMENT | tag::ARRAY => Some(element.value),
        tag::CODE_W_SCOPE => reader::read_code_w_scope(element.value).ok().map(|(_, scope)| scope),
        _ => None,
    }
}
