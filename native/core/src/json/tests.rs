use bson::{doc, oid::ObjectId, Binary, Bson, DateTime, Regex, Timestamp};

use super::*;

const LEGACY: Style = Style {
    legacy: true,
    canonical: false,
    strict_longs: false,
    dates: Dates::Millis,
    uuid_subtype: Some(4),
    foreign_uuids: false,
};
const RELAXED: Style = Style { legacy: false, dates: Dates::Iso, ..LEGACY };
const CANONICAL: Style =
    Style { canonical: true, strict_longs: true, dates: Dates::NumberLong, uuid_subtype: None, ..RELAXED };

fn json(value: impl Into<Bson>, style: &Style) -> Result<String> {
    let bytes = doc! {"v": value.into()}.to_vec().expect("document");
    let text = String::from_utf8(array(&[&bytes], style)?).expect("ASCII");
    Ok(text.strip_prefix("[{\"v\": ").and_then(|text| text.strip_suffix("}]")).expect("one document").to_owned())
}

#[test]
fn floats_are_written_as_python_does() {
    for (number, text) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (123456.789, "123456.789"),
        (1e15, "1000000000000000.0"),
        (1234567890123456.0, "1234567890123456.0"),
        (1e16, "1e+16"),
        (1.5e16, "1.5e+16"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1.25e-7, "1.25e-07"),
        (5e-324, "5e-324"),
        (2f64.powi(49) + 0.25, "562949953421312.2"),
        (2f64.powi(49) + 0.75, "562949953421312.8"),
        (2f64.powi(46) + 0.125, "70368744177664.12"),
        (f64::MAX, "1.7976931348623157e+308"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        assert_eq!(json(number, &LEGACY).expect("number"), text);
    }
    assert_eq!(json(f64::NAN, &RELAXED).expect("number"), "{\"$numberDouble\": \"NaN\"}");
    assert_eq!(json(2.0, &CANONICAL).expect("number"), "{\"$numberDouble\": \"2.0\"}");
}

#[test]
fn strings_are_ascii() {
    let text = "a\"\\\n\r\t\u{8}\u{c}\u{0}\u{7f}é\u{20ac}\u{1f600}/";
    let expected = r#""a\"\\\n\r\t\b\f\u0000\u007f\u00e9\u20ac\ud83d\ude00/""#;
    assert_eq!(json(text, &LEGACY).expect("string"), expected);
}

#[test]
fn dates_have_three_forms() {
    let when = |millis| Bson::DateTime(DateTime::from_millis(millis));
    assert_eq!(json(when(1_715_000_000_123), &LEGACY).expect("date"), "{\"$date\": 1715000000123}");
    assert_eq!(json(when(1_715_000_000_120), &RELAXED).expect("date"), "{\"$date\": \"2024-05-06T12:53:20.120Z\"}");
    assert_eq!(json(when(951_782_400_000), &RELAXED).expect("date"), "{\"$date\": \"2000-02-29T00:00:00Z\"}");
    assert_eq!(json(when(-1), &RELAXED).expect("date"), "{\"$date\": {\"$numberLong\": \"-1\"}}");
    assert_eq!(json(when(5), &CANONICAL).expect("date"), "{\"$date\": {\"$numberLong\": \"5\"}}");
    assert_eq!(json(when(i64::MAX), &LEGACY), Err(Declined));
}

#[test]
fn other_types() {
    let uuid = |subtype: u8| Bson::Binary(Binary { subtype: subtype.into(), bytes: vec![1; 16] });
    let uuid_text = format!("{{\"$uuid\": \"{}\"}}", "01".repeat(16));
    let regex = Bson::RegularExpression(Regex {
        pattern: "a/".try_into().expect("pattern"),
        options: "xi".try_into().expect("options"),
    });
    for (value, style, text) in [
        (Bson::Int64(1 << 40), LEGACY, "1099511627776"),
        (Bson::Int64(5), CANONICAL, "{\"$numberLong\": \"5\"}"),
        (Bson::Int32(-5), CANONICAL, "{\"$numberInt\": \"-5\"}"),
        (Bson::Null, LEGACY, "null"),
        (Bson::Boolean(true), LEGACY, "true"),
        (Bson::ObjectId(ObjectId::from_bytes([10; 12])), LEGACY, "{\"$oid\": \"0a0a0a0a0a0a0a0a0a0a0a0a\"}"),
        (Bson::Timestamp(Timestamp { time: 4, increment: 7 }), LEGACY, "{\"$timestamp\": {\"t\": 4, \"i\": 7}}"),
        (uuid(4), LEGACY, uuid_text.as_str()),
        (uuid(3), LEGACY, "{\"$binary\": \"AQEBAQEBAQEBAQEBAQEBAQ==\", \"$type\": \"03\"}"),
        (uuid(4), CANONICAL, "{\"$binary\": {\"base64\": \"AQEBAQEBAQEBAQEBAQEBAQ==\", \"subType\": \"04\"}}"),
        (regex.clone(), LEGACY, "{\"$regex\": \"a/\", \"$options\": \"ix\"}"),
        (regex, RELAXED, "{\"$regularExpression\": {\"pattern\": \"a/\", \"options\": \"ix\"}}"),
        (Bson::from(doc! {"a": [1, {}, []]}), LEGACY, "{\"a\": [1, {}, []]}"),
        (Bson::from(doc! {"$ref": "c", "$id": 1, "$db": "d"}), LEGACY, "{\"$ref\": \"c\", \"$id\": 1, \"$db\": \"d\"}"),
    ] {
        assert_eq!(json(value, &style).expect("value"), text);
    }
}

#[test]
fn what_python_would_write_otherwise_is_declined() {
    let foreign = Style { uuid_subtype: None, foreign_uuids: true, ..LEGACY };
    assert_eq!(json(Binary { subtype: 3.into(), bytes: vec![1; 16] }, &foreign), Err(Declined));
    for reference in [doc! {"$id": 1, "$ref": "c"}, doc! {"$ref": "c", "x": 1}, doc! {"$ref": 5}] {
        assert_eq!(json(reference, &LEGACY), Err(Declined));
    }
    let mut twice = doc! {"a": 1, "b": 2}.to_vec().expect("document");
    let at = twice.iter().position(|byte| *byte == b'b').expect("key");
    twice[at] = b'a';
    assert_eq!(array(&[&twice], &LEGACY), Err(Declined));
    assert_eq!(array(&[&[5, 0, 0, 0, 1]], &LEGACY), Err(Declined));
}

#[test]
fn many_documents_are_the_same_by_one_thread_by_several_and_in_steps() {
    let documents: Vec<Vec<u8>> =
        (0..20_000).map(|number| doc! {"n": number, "t": "text"}.to_vec().expect("document")).collect();
    let slices: Vec<&[u8]> = documents.iter().map(Vec::as_slice).collect();
    let shared = array(&slices, &LEGACY).expect("array");
    let mut alone = vec![b'['];
    items(&mut alone, &slices, &LEGACY).expect("items");
    alone.push(b']');
    assert_eq!(shared, alone);
    let mut text = Text::new(LEGACY);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    runtime.block_on(text.append_in_steps(&slices[..700]));
    runtime.block_on(text.append_in_steps(&[]));
    text.append(&slices[700..701]);
    text.append(&slices[701..]);
    assert_eq!(text.finish().expect("text"), alone);
    assert_eq!(array(&[], &LEGACY).expect("empty"), b"[]");
}

#[test]
fn what_is_declined_once_declines_the_whole() {
    let sound = doc! {"a": 1}.to_vec().expect("document");
    let mut text = Text::new(LEGACY);
    text.append(&[&[5, 0, 0, 0, 1]]);
    text.append(&[&sound]);
    assert_eq!(text.finish(), Err(Declined));
}

#[test]
fn many_keys_are_told_apart() {
    let mut document = bson::Document::new();
    for number in 0..200 {
        document.insert(format!("k{number}"), number);
    }
    let bytes = document.to_vec().expect("document");
    assert!(array(&[&bytes], &LEGACY).is_ok());
}
