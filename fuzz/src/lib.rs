//! BSON documents made of a fuzzer's bytes.
use arbitrary::Arbitrary;
use bson::oid::ObjectId;
use bson::raw::{CString, RawBson, RawDocumentBuf, RawJavaScriptCodeWithScope};
use bson::{Binary, DateTime, Decimal128, Regex, Timestamp};
use mongoengine_fast_core::bson::{tag, writer, Result};

/// A value that the writer has a function for.
#[derive(Arbitrary, Clone, Debug)]
pub enum Value {
    Double(f64),
    String(String),
    Document(Vec<(String, Value)>),
    Array(Vec<Value>),
    Binary(u8, Vec<u8>),
    ObjectId([u8; 12]),
    Bool(bool),
    DateTime(i64),
    Null,
    Regex(String, String),
    Code(String),
    Symbol(String),
    CodeWithScope(String, Vec<(String, Value)>),
    DbPointer(String, [u8; 12]),
    Int32(i32),
    Timestamp(u32, u32),
    Int64(i64),
    Decimal128([u8; 16]),
    Undefined,
    MinKey,
    MaxKey,
}

/// The bytes of a document, as our writer puts them.
pub fn written<K: AsRef<str>>(members: &[(K, Value)]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    document(&mut out, members)?;
    Ok(out)
}

fn document<K: AsRef<str>>(out: &mut Vec<u8>, members: &[(K, Value)]) -> Result<()> {
    let start = writer::begin_document(out);
    for (key, value) in members {
        element(out, key.as_ref().as_bytes(), value)?;
    }
    writer::end_document(out, start)
}

fn element(out: &mut Vec<u8>, key: &[u8], value: &Value) -> Result<()> {
    match value {
        Value::Double(number) => writer::f64(out, key, *number),
        Value::String(text) => writer::string(out, key, text),
        Value::Document(members) => {
            writer::element(out, tag::DOCUMENT, key)?;
            document(out, members)
        }
        Value::Array(items) => array(out, key, items),
        Value::Binary(subtype, payload) => writer::binary(out, key, *subtype, payload),
        Value::ObjectId(bytes) => writer::oid(out, key, bytes),
        Value::Bool(truth) => writer::bool(out, key, *truth),
        Value::DateTime(millis) => writer::datetime(out, key, *millis),
        Value::Null => writer::null(out, key),
        Value::Regex(pattern, flags) => writer::regex(out, key, pattern, flags),
        Value::Int32(number) => writer::i32(out, key, *number),
        Value::Timestamp(seconds, increment) => writer::timestamp(out, key, *seconds, *increment),
        Value::Int64(number) => writer::i64(out, key, *number),
        Value::Decimal128(bytes) => writer::decimal128(out, key, bytes),
        rare => rarely(out, key, rare),
    }
}

fn array(out: &mut Vec<u8>, key: &[u8], items: &[Value]) -> Result<()> {
    writer::element(out, tag::ARRAY, key)?;
    let start = writer::begin_document(out);
    for (index, item) in items.iter().enumerate() {
        let mut buffer = [0; 20];
        let name = writer::index_key(index, &mut buffer).to_vec();
        element(out, &name, item)?;
    }
    writer::end_document(out, start)
}

fn rarely(out: &mut Vec<u8>, key: &[u8], value: &Value) -> Result<()> {
    match value {
        Value::Code(code) => {
            writer::element(out, tag::CODE, key)?;
            writer::str_value(out, code.as_bytes())
        }
        Value::Symbol(text) => {
            writer::element(out, tag::SYMBOL, key)?;
            writer::str_value(out, text.as_bytes())
        }
        Value::CodeWithScope(code, scope) => {
            writer::element(out, tag::CODE_W_SCOPE, key)?;
            let start = writer::begin_document(out);
            writer::str_value(out, code.as_bytes())?;
            document(out, scope)?;
            writer::patch_length(out, start)
        }
        Value::DbPointer(name, id) => {
            writer::element(out, tag::DB_POINTER, key)?;
            writer::str_value(out, name.as_bytes())?;
            out.extend_from_slice(id);
            Ok(())
        }
        Value::Undefined => writer::element(out, tag::UNDEFINED, key),
        Value::MinKey => writer::element(out, tag::MIN_KEY, key),
        _ => writer::element(out, tag::MAX_KEY, key),
    }
}

/// The bytes of a document, as the `bson` crate puts them; `None` where that cannot express it.
pub fn expected<K: AsRef<str>>(members: &[(K, Value)]) -> Option<Vec<u8>> {
    raw_document(members).map(RawDocumentBuf::into_bytes)
}

fn raw_document<K: AsRef<str>>(members: &[(K, Value)]) -> Option<RawDocumentBuf> {
    let mut out = RawDocumentBuf::new();
    for (key, value) in members {
        out.append(CString::try_from(key.as_ref()).ok()?, raw(value)?);
    }
    Some(out)
}

fn raw(value: &Value) -> Option<RawBson> {
    Some(match value.clone() {
        Value::Double(number) => RawBson::Double(number),
        Value::String(text) => RawBson::String(text),
        Value::Document(members) => RawBson::Document(raw_document(&members)?),
        Value::Array(items) => RawBson::Array(items.iter().map(raw).collect::<Option<Vec<_>>>()?.into_iter().collect()),
        Value::Binary(subtype, bytes) => RawBson::Binary(Binary { subtype: subtype.into(), bytes }),
        Value::ObjectId(bytes) => RawBson::ObjectId(ObjectId::from_bytes(bytes)),
        Value::Bool(truth) => RawBson::Boolean(truth),
        Value::DateTime(millis) => RawBson::DateTime(DateTime::from_millis(millis)),
        Value::Null => RawBson::Null,
        Value::Regex(pattern, options) => {
            RawBson::RegularExpression(Regex { pattern: pattern.try_into().ok()?, options: options.try_into().ok()? })
        }
        Value::Code(code) => RawBson::JavaScriptCode(code),
        Value::Symbol(text) => RawBson::Symbol(text),
        Value::CodeWithScope(code, scope) => {
            RawBson::JavaScriptCodeWithScope(RawJavaScriptCodeWithScope { code, scope: raw_document(&scope)? })
        }
        Value::DbPointer(..) => return None,
        Value::Int32(number) => RawBson::Int32(number),
        Value::Timestamp(time, increment) => RawBson::Timestamp(Timestamp { time, increment }),
        Value::Int64(number) => RawBson::Int64(number),
        Value::Decimal128(bytes) => RawBson::Decimal128(Decimal128::from_bytes(bytes)),
        Value::Undefined => RawBson::Undefined,
        Value::MinKey => RawBson::MinKey,
        Value::MaxKey => RawBson::MaxKey,
    })
}
