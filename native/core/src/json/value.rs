//! One BSON value, and documents of them, as JSON.
use std::collections::HashSet;

use base64::prelude::{Engine, BASE64_STANDARD};

use super::text::{display, float, hex, hex_of_id, string, whole};
use super::{dates, Dates, Declined, Result, Style};
use crate::bson::reader::{self, Element, Elements};
use crate::bson::{tag, BsonError, MAX_DEPTH};

/// Keys up to which comparing each with each is quicker than a set.
const FEW_KEYS: usize = 24;
/// The options of regular expressions that Python knows, in its order.
const REGEX_FLAGS: &[u8; 6] = b"ilmsux";

impl From<BsonError> for Declined {
    fn from(_: BsonError) -> Self {
        Declined
    }
}

/// Appends a whole stored document.
pub fn document(out: &mut Vec<u8>, bytes: &[u8], style: &Style) -> Result<()> {
    members(out, bytes, style, 0, false)
}

/// Appends a document as an object. A nested one with `$ref` is a reference to Python, with an order of its own.
fn members(out: &mut Vec<u8>, bytes: &[u8], style: &Style, depth: usize, nested: bool) -> Result<()> {
    if depth >= MAX_DEPTH {
        return Err(Declined);
    }
    let mut keys = Keys::new();
    out.push(b'{');
    for element in Elements::new(bytes)? {
        let element = element?;
        let name = element.name()?;
        if !keys.take(name) || (nested && !keys.fit_a_reference(&element)) {
            return Err(Declined);
        }
        if keys.count() > 1 {
            out.extend_from_slice(b", ");
        }
        string(out, name);
        out.extend_from_slice(b": ");
        value(out, element.tag, element.value, style, depth)?;
    }
    out.push(b'}');
    Ok(())
}

/// The keys of a document so far.
struct Keys<'a> {
    few: [&'a str; FEW_KEYS],
    /// How many of these there are.
    fews: usize,
    many: HashSet<&'a str>,
    /// A bit for each key, so that most new ones need not be compared with all others.
    seen: u64,
}

impl<'a> Keys<'a> {
    fn new() -> Self {
        Keys { few: [""; FEW_KEYS], fews: 0, many: HashSet::new(), seen: 0 }
    }

    /// Notes a key; false for one that was there before, because a `dict` keeps one of the two.
    fn take(&mut self, name: &'a str) -> bool {
        let bit = bit_of(name.as_bytes());
        let may_be_there = self.seen & bit != 0;
        self.seen |= bit;
        let is_new = !may_be_there || !self.few[..self.fews].contains(&name);
        if self.fews < FEW_KEYS {
            self.few[self.fews] = name;
            self.fews += 1;
            return is_new;
        }
        is_new && self.many.insert(name)
    }

    fn count(&self) -> usize {
        self.fews + self.many.len()
    }

    /// Whether the document, up to its last key `element`, is no reference, or one in the order that Python writes.
    fn fit_a_reference(&self, element: &Element<'_>) -> bool {
        if self.few[0] != "$ref" {
            return element.key != b"$ref";
        }
        match self.count() {
            1 => element.tag == tag::STRING,
            2 => element.key == b"$id",
            3 => element.key == b"$db" && element.tag == tag::STRING,
            _ => false,
        }
    }
}

/// One of 64 bits, by the length and the ends of a key.
fn bit_of(name: &[u8]) -> u64 {
    let ends = match name {
        [] => 0,
        [only] => usize::from(*only),
        [first, .., last] => usize::from(*first) * 31 + usize::from(*last) * 7,
    };
    1 << ((ends + name.len() * 13) % 64)
}

fn value(out: &mut Vec<u8>, tag: u8, bytes: &[u8], style: &Style, depth: usize) -> Result<()> {
    match tag {
        tag::STRING | tag::SYMBOL => string(out, reader::read_str(bytes)?),
        tag::INT32 => integer(out, i64::from(reader::read_i32(bytes)?), style.canonical.then_some("$numberInt")),
        tag::INT64 => integer(out, reader::read_i64(bytes)?, style.strict_longs.then_some("$numberLong")),
        tag::DOUBLE => double(out, reader::read_f64(bytes)?, style),
        tag::BOOL => out.extend_from_slice(if reader::read_bool(bytes)? { b"true".as_slice() } else { b"false" }),
        tag::NULL | tag::UNDEFINED => out.extend_from_slice(b"null"),
        tag::OBJECT_ID => {
            out.extend_from_slice(b"{\"$oid\": \"");
            hex_of_id(out, bytes.try_into().map_err(|_| Declined)?);
            out.extend_from_slice(b"\"}");
        }
        tag::DATETIME => date(out, reader::read_datetime(bytes)?, style)?,
        tag::DOCUMENT => members(out, bytes, style, depth + 1, true)?,
        tag::ARRAY => list(out, bytes, style, depth + 1)?,
        tag::BINARY => binary(out, bytes, style)?,
        _ => rare(out, tag, bytes, style, depth)?,
    }
    Ok(())
}

fn rare(out: &mut Vec<u8>, tag: u8, bytes: &[u8], style: &Style, depth: usize) -> Result<()> {
    match tag {
        tag::DECIMAL128 => {
            let number = bson::Decimal128::from_bytes(reader::read_decimal128(bytes)?);
            wrapped(out, "$numberDecimal", number);
        }
        tag::REGEX => regex(out, bytes, style)?,
        tag::TIMESTAMP => {
            let (seconds, increment) = reader::read_timestamp(bytes)?;
            display(out, format_args!("{{\"$timestamp\": {{\"t\": {seconds}, \"i\": {increment}}}}}"));
        }
        tag::CODE => {
            out.extend_from_slice(b"{\"$code\": ");
            string(out, reader::read_str(bytes)?);
            out.push(b'}');
        }
        tag::CODE_W_SCOPE => {
            let (code, scope) = reader::read_code_w_scope(bytes)?;
            out.extend_from_slice(b"{\"$code\": ");
            string(out, reader::utf8(code, 0)?);
            out.extend_from_slice(b", \"$scope\": ");
            members(out, scope, style, depth + 1, true)?;
            out.push(b'}');
        }
        tag::MIN_KEY => out.extend_from_slice(b"{\"$minKey\": 1}"),
        tag::MAX_KEY => out.extend_from_slice(b"{\"$maxKey\": 1}"),
        _ => return Err(Declined),
    }
    Ok(())
}

fn list(out: &mut Vec<u8>, bytes: &[u8], style: &Style, depth: usize) -> Result<()> {
    if depth >= MAX_DEPTH {
        return Err(Declined);
    }
    out.push(b'[');
    for (number, element) in Elements::new(bytes)?.enumerate() {
        let element = element?;
        if number > 0 {
            out.extend_from_slice(b", ");
        }
        value(out, element.tag, element.value, style, depth)?;
    }
    out.push(b']');
    Ok(())
}

/// Appends `{"name": "value"}` of a value whose text needs no escapes.
fn wrapped(out: &mut Vec<u8>, name: &str, value: impl std::fmt::Display) {
    display(out, format_args!("{{\"{name}\": \"{value}\"}}"));
}

fn integer(out: &mut Vec<u8>, number: i64, name: Option<&str>) {
    match name {
        Some(name) => wrapped(out, name, number),
        None => whole(out, number),
    }
}

fn double(out: &mut Vec<u8>, number: f64, style: &Style) {
    if !style.canonical && (style.legacy || number.is_finite()) {
        return float(out, number);
    }
    out.extend_from_slice(b"{\"$numberDouble\": \"");
    float(out, number);
    out.extend_from_slice(b"\"}");
}

fn date(out: &mut Vec<u8>, millis: i64, style: &Style) -> Result<()> {
    if !dates::python_has(millis) {
        return Err(Declined);
    }
    match style.dates {
        Dates::Millis => {
            out.extend_from_slice(b"{\"$date\": ");
            whole(out, millis);
            out.push(b'}');
        }
        Dates::Iso if millis >= 0 => {
            let [year, month, day, hour, minute, second, rest] = dates::civil(millis);
            display(out, format_args!("{{\"$date\": \"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"));
            if rest > 0 {
                display(out, format_args!(".{rest:03}"));
            }
            out.extend_from_slice(b"Z\"}");
        }
        Dates::Iso | Dates::NumberLong => {
            display(out, format_args!("{{\"$date\": {{\"$numberLong\": \"{millis}\"}}}}"))
        }
    }
    Ok(())
}

fn binary(out: &mut Vec<u8>, bytes: &[u8], style: &Style) -> Result<()> {
    let (subtype, payload) = reader::read_binary(bytes)?;
    if matches!(subtype, 3 | 4) {
        if style.uuid_subtype == Some(subtype) && payload.len() == 16 {
            out.extend_from_slice(b"{\"$uuid\": \"");
            payload.iter().for_each(|byte| hex(out, *byte));
            out.extend_from_slice(b"\"}");
            return Ok(());
        }
        // What is too short or too long for a UUID some versions of pymongo read, and some refuse.
        if style.foreign_uuids || style.uuid_subtype == Some(subtype) || payload.len() != 16 {
            return Err(Declined);
        }
    }
    let encoded = BASE64_STANDARD.encode(payload);
    if style.legacy {
        display(out, format_args!("{{\"$binary\": \"{encoded}\", \"$type\": \"{subtype:02x}\"}}"));
    } else {
        display(out, format_args!("{{\"$binary\": {{\"base64\": \"{encoded}\", \"subType\": \"{subtype:02x}\"}}}}"));
    }
    Ok(())
}

fn regex(out: &mut Vec<u8>, bytes: &[u8], style: &Style) -> Result<()> {
    let (pattern, given) = reader::read_regex(bytes)?;
    let flags: Vec<u8> = REGEX_FLAGS.iter().copied().filter(|flag| given.contains(flag)).collect();
    let flags = String::from_utf8_lossy(&flags);
    let (start, middle, end) = if style.legacy {
        ("{\"$regex\": ", ", \"$options\": \"", "\"}")
    } else {
        ("{\"$regularExpression\": {\"pattern\": ", ", \"options\": \"", "\"}}")
    };
    out.extend_from_slice(start.as_bytes());
    string(out, reader::utf8(pattern, 0)?);
    out.extend_from_slice(middle.as_bytes());
    out.extend_from_slice(flags.as_bytes());
    out.extend_from_slice(end.as_bytes());
    Ok(())
}
