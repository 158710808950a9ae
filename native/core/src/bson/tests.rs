//! Unit tests of reader, validator and writer, with MongoDB's conformance corpus when it is at hand.
use super::reader::{self, find_nul, Elements};
use super::{tag, validate, validate_document, validate_with, writer, BsonError, Checks, MAX_DEPTH};

fn document(fill: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    let start = writer::begin_document(&mut out);
    fill(&mut out);
    writer::end_document(&mut out, start).unwrap();
    out
}

/// A document nested `levels` deep, itself included.
fn nested(levels: usize, tag: u8) -> Vec<u8> {
    (1..levels).fold(document(|_| ()), |inner, _| document(|out| writer::raw_document(out, tag, b"0", &inner).unwrap()))
}

fn full() -> Vec<u8> {
    document(|out| {
        writer::f64(out, b"double", 1.5).unwrap();
        writer::string(out, b"string", "h\u{e9}llo").unwrap();
        writer::raw_document(out, tag::DOCUMENT, b"doc", &nested(3, tag::DOCUMENT)).unwrap();
        writer::raw_document(out, tag::ARRAY, b"array", &nested(3, tag::ARRAY)).unwrap();
        writer::binary(out, b"bin", 0, b"\x00\x01").unwrap();
        writer::binary(out, b"old", 2, b"xyz").unwrap();
        writer::oid(out, b"oid", b"abcdefghijkl").unwrap();
        writer::bool(out, b"bool", true).unwrap();
        writer::datetime(out, b"date", -1).unwrap();
        writer::null(out, b"null").unwrap();
        writer::regex(out, b"regex", "a.*", "im").unwrap();
        writer::i32(out, b"i32", -7).unwrap();
        writer::timestamp(out, b"ts", 5, 6).unwrap();
        writer::i64(out, b"i64", i64::MIN).unwrap();
        writer::decimal128(out, b"dec", &[9; 16]).unwrap();
        writer::element(out, tag::CODE, b"code").unwrap();
        writer::str_value(out, b"f()").unwrap();
        writer::element(out, tag::CODE_W_SCOPE, b"cws").unwrap();
        let start = writer::begin_document(out);
        writer::str_value(out, b"g()").unwrap();
        out.extend_from_slice(&nested(2, tag::DOCUMENT));
        writer::patch_length(out, start).unwrap();
        writer::element(out, tag::DB_POINTER, b"ptr").unwrap();
        writer::str_value(out, b"coll").unwrap();
        out.extend_from_slice(b"abcdefghijkl");
        writer::element(out, tag::MIN_KEY, b"min").unwrap();
        writer::element(out, tag::MAX_KEY, b"max").unwrap();
    })
}

fn value<'a>(bytes: &'a [u8], key: &str) -> &'a [u8] {
    let found = Elements::new(bytes).unwrap().map(Result::unwrap).find(|e| e.key == key.as_bytes());
    found.unwrap().value
}

#[test]
fn every_type_is_written_and_read_back() {
    let bytes = full();
    validate_document(&bytes).unwrap();
    assert_eq!(reader::read_f64(value(&bytes, "double")), Ok(1.5));
    assert_eq!(reader::read_str(value(&bytes, "string")), Ok("h\u{e9}llo"));
    assert_eq!(reader::read_binary(value(&bytes, "bin")), Ok((0, &b"\x00\x01"[..])));
    assert_eq!(reader::read_binary(value(&bytes, "old")), Ok((2, &b"xyz"[..])));
    assert_eq!(reader::read_oid(value(&bytes, "oid")), Ok(*b"abcdefghijkl"));
    assert_eq!(reader::read_bool(value(&bytes, "bool")), Ok(true));
    assert_eq!(reader::read_datetime(value(&bytes, "date")), Ok(-1));
    assert_eq!(reader::read_regex(value(&bytes, "regex")), Ok((&b"a.*"[..], &b"im"[..])));
    assert_eq!(reader::read_i32(value(&bytes, "i32")), Ok(-7));
    assert_eq!(reader::read_timestamp(value(&bytes, "ts")), Ok((5, 6)));
    assert_eq!(reader::read_i64(value(&bytes, "i64")), Ok(i64::MIN));
    assert_eq!(reader::read_decimal128(value(&bytes, "dec")), Ok([9; 16]));
    assert_eq!(reader::read_str(value(&bytes, "code")), Ok("f()"));
    let (code, scope) = reader::read_code_w_scope(value(&bytes, "cws")).unwrap();
    assert_eq!((code, scope), (&b"g()"[..], &nested(2, tag::DOCUMENT)[..]));
    assert_eq!(reader::read_db_pointer(value(&bytes, "ptr")), Ok((&b"coll"[..], *b"abcdefghijkl")));
}

#[test]
fn elements_know_their_place() {
    let bytes = full();
    let mut at = 4;
    for element in Elements::new(&bytes).unwrap().map(Result::unwrap) {
        assert_eq!(element.start(), at);
        assert_eq!(bytes[element.start()], element.tag);
        assert_eq!(&bytes[element.offset..element.end()], element.value);
        assert!(element.name().is_ok());
        at = element.end();
    }
    assert_eq!(at, bytes.len() - 1);
}

#[test]
fn every_cut_and_every_changed_byte_is_survived() {
    let bytes = full();
    for len in 0..bytes.len() {
        assert!(validate_document(&bytes[..len]).is_err(), "cut at {len}");
    }
    for at in 0..bytes.len() {
        for change in [0x01, 0x7F, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= change;
            let valid = validate_document(&damaged).is_ok();
            let read = Elements::new(&damaged).map(|elements| elements.filter_map(Result::ok).count());
            assert!(!valid || read.is_ok(), "byte {at}");
        }
    }
}

#[test]
fn nesting_is_capped_at_any_depth_of_input() {
    for tag in [tag::DOCUMENT, tag::ARRAY] {
        validate_document(&nested(MAX_DEPTH, tag)).unwrap();
        let too_deep = BsonError::TooDeep { limit: MAX_DEPTH };
        assert_eq!(validate_document(&nested(MAX_DEPTH + 1, tag)), Err(too_deep.clone()));
        assert_eq!(validate(&nested(5000, tag), usize::MAX), Err(too_deep));
        validate(&nested(3, tag), 3).unwrap();
        assert_eq!(validate(&nested(4, tag), 3), Err(BsonError::TooDeep { limit: 3 }));
    }
}

#[test]
fn values_out_of_range_are_found_at_any_level() {
    let inner = document(|out| {
        writer::datetime(out, b"d", 11).unwrap();
        writer::binary(out, b"u", 4, b"short").unwrap();
    });
    let bytes = document(|out| writer::raw_document(out, tag::DOCUMENT, b"o", &inner).unwrap());
    let judge = |datetime, whole_uuids| {
        let checks = Checks { datetime, whole_uuids };
        validate_with(&bytes, MAX_DEPTH, &checks)
    };
    assert_eq!(judge(11..=11, false), Ok(()));
    assert!(matches!(judge(0..=10, false), Err(BsonError::OutOfRange { .. })));
    assert!(matches!(judge(0..=20, true), Err(BsonError::OutOfRange { .. })));
}

#[test]
fn text_must_be_utf8_except_for_names_of_array_items() {
    let bad = b"\xff\xfe";
    let key = document(|out| {
        writer::element_unchecked(out, tag::NULL, bad);
    });
    assert!(matches!(validate_document(&key), Err(BsonError::InvalidUtf8 { .. })));
    let array = document(|out| writer::raw_document(out, tag::ARRAY, b"a", &key).unwrap());
    validate_document(&array).unwrap();
    for tag in [tag::STRING, tag::CODE, tag::SYMBOL] {
        let text = document(|out| {
            writer::element_unchecked(out, tag, b"t");
            writer::str_value(out, bad).unwrap();
        });
        assert!(matches!(validate_document(&text), Err(BsonError::InvalidUtf8 { .. })));
    }
}

#[test]
fn a_nul_in_a_key_or_regex_is_refused() {
    let mut out = Vec::new();
    assert_eq!(writer::i32(&mut out, b"a\0b", 1), Err(BsonError::NulInCString));
    assert_eq!(writer::regex(&mut out, b"r", "a\0", ""), Err(BsonError::NulInCString));
}

#[test]
fn a_nul_is_found_wherever_it_is() {
    for len in 0..40 {
        for at in 0..len {
            let mut bytes = vec![0x80; len];
            bytes[at] = 0;
            assert_eq!(find_nul(&bytes), Some(at));
            bytes[at] = 1;
            assert_eq!(find_nul(&bytes), None);
        }
    }
}

#[test]
fn array_names_count_up() {
    let mut buffer = [0; 20];
    for index in [0, 9, 10, 99, 100, 12_345, usize::MAX] {
        assert_eq!(writer::index_key(index, &mut buffer), index.to_string().as_bytes());
    }
}

#[test]
fn errors_say_what_and_where() {
    let error = validate_document(&[6, 0, 0, 0, 0x55, 0]).unwrap_err();
    assert_eq!(error.to_string(), "missing NUL terminator in BSON at byte 5");
    let error = validate_document(&[7, 0, 0, 0, 0x55, 0, 0]).unwrap_err();
    assert_eq!(error.to_string(), "unknown BSON type 0x55 at byte 6");
}

/// Values of `"name": "HEX"` in a corpus file; the corpus writes all its BSON that way.
fn hex_values(json: &str, name: &str) -> Vec<Vec<u8>> {
    let needle = format!("\"{name}\"");
    let texts = json.split(&needle).skip(1).filter_map(|rest| {
        let text = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        text.split('"').next()
    });
    texts
        .map(|hex| {
            let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            (0..hex.len()).step_by(2).map(digit).collect()
        })
        .collect()
}

#[test]
fn the_conformance_corpus_is_judged_as_it_says() {
    let Some(data) = std::env::var_os("MONGOENGINE_FAST_DATA") else {
        eprintln!("MONGOENGINE_FAST_DATA is not set: the BSON corpus was not read");
        return;
    };
    let mut valid = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&data).join("bson-corpus")).unwrap() {
        let path = entry.unwrap().path();
        let json = std::fs::read_to_string(&path).unwrap();
        for name in ["canonical_bson", "degenerate_bson", "converted_bson"] {
            for bytes in hex_values(&json, name) {
                assert_eq!(validate_document(&bytes), Ok(()), "{} {bytes:02x?}", path.display());
                valid += 1;
            }
        }
        for bytes in hex_values(&json, "bson") {
            assert!(validate_document(&bytes).is_err(), "{} {bytes:02x?}", path.display());
        }
    }
    assert!(valid > 100);
}
