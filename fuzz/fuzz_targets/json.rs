//! Any document as JSON in every style: declined, or the text that the `bson` crate's JSON is equal to.
#![no_main]
use bson::{Bson, DateTime, Document};
use libfuzzer_sys::fuzz_target;
use mongoengine_fast_core::bson::reader::{read_f64, Elements};
use mongoengine_fast_core::bson::{tag, validate};
use mongoengine_fast_core::json::{array, Dates, Style};
use serde_json::Value;

/// Levels that the JSON parser goes down.
const DEPTH: usize = 50;
const RELAXED: Style = Style {
    legacy: false,
    canonical: false,
    strict_longs: false,
    dates: Dates::Iso,
    uuid_subtype: None,
    foreign_uuids: false,
};
const CANONICAL: Style = Style { canonical: true, strict_longs: true, dates: Dates::NumberLong, ..RELAXED };

fuzz_target!(|data: &[u8]| {
    for style in styles() {
        if let Ok(text) = array(&[data, data], &style) {
            assert!(text.is_ascii());
            if validate(data, DEPTH).is_ok() {
                parsed(&text);
            }
        }
    }
    if validate(data, DEPTH).is_err() || is_python_s_own(data) {
        return;
    }
    let Ok(document) = Document::from_reader(data) else { return };
    let document = Bson::Document(document);
    for (style, theirs) in
        [(CANONICAL, document.clone().into_canonical_extjson()), (RELAXED, document.into_relaxed_extjson())]
    {
        if let Ok(text) = array(&[data], &style) {
            let ours = &parsed(&text)[0];
            assert!(alike(ours, &theirs), "ours {ours}, theirs {theirs}");
        }
    }
});

fn styles() -> impl Iterator<Item = Style> {
    let dates = [Dates::Millis, Dates::NumberLong, Dates::Iso];
    (0..16_u8).flat_map(move |bits| {
        dates.map(|dates| Style {
            legacy: bits & 1 != 0,
            canonical: bits & 2 != 0,
            strict_longs: bits & 4 != 0,
            dates,
            uuid_subtype: (bits & 8 != 0).then_some(4),
            foreign_uuids: bits & 8 != 0,
        })
    })
}

/// The text as JSON. Python writes infinities and NaN in the older styles as no JSON has them.
fn parsed(text: &[u8]) -> Value {
    match serde_json::from_slice(text) {
        Ok(value) => value,
        Err(_) if text.windows(3).any(|part| part == b"NaN" || part == b"Inf") => Value::Null,
        Err(error) => panic!("{error}: {}", String::from_utf8_lossy(text)),
    }
}

/// Whether pymongo decodes or writes a value otherwise than the `bson` crate: what is deprecated, patterns, and the
/// smallest doubles, which the crate writes in the wrong form.
fn is_python_s_own(data: &[u8]) -> bool {
    Elements::new(data).into_iter().flatten().flatten().any(|element| match element.tag {
        tag::SYMBOL | tag::UNDEFINED | tag::DB_POINTER | tag::CODE_W_SCOPE | tag::REGEX => true,
        tag::DOUBLE => read_f64(element.value).is_ok_and(f64::is_subnormal),
        tag::DOCUMENT | tag::ARRAY => is_python_s_own(element.value),
        _ => false,
    })
}

/// Equality but for the text of numbers and the zeros of fractions of seconds, which differ between Python and Rust.
fn alike(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(key, value)| match theirs.get(key) {
                    Some(other) if key == "$numberDouble" => number(value) == number(other),
                    Some(other) if key == "$date" => when(value) == when(other),
                    Some(other) => alike(value, other),
                    None => false,
                })
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| alike(ours, theirs))
        }
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        _ => ours == theirs,
    }
}

/// A double by its text, in which NaN has no sign; any text that is no number is itself.
fn number(text: &Value) -> Result<u64, &Value> {
    let number = text.as_str().and_then(|text| text.parse::<f64>().ok()).ok_or(text)?;
    Ok(if number.is_nan() { f64::NAN } else { number }.to_bits())
}

/// A time by its text; anything else is itself.
fn when(text: &Value) -> Result<DateTime, &Value> {
    text.as_str().and_then(|text| DateTime::parse_rfc3339_str(text).ok()).ok_or(text)
}
