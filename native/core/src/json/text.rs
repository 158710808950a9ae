//! Strings and numbers in the text of Python's `json` module.
use std::io::Write;

/// Where `repr` of a float changes to an exponent: values of at least 1e16, and below 1e-4.
const MOST_DIGITS: i32 = 16;
const LEAST_EXPONENT: i32 = -4;
/// More digits than a float has, those before its exponent included.
const MOST_TEXT: usize = 32;
/// Bytes that are looked at together.
const CHUNK: usize = 16;

/// Appends a string in quotes; everything but printable ASCII is escaped.
pub fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = first_special(rest.as_bytes()) {
        // What is special starts a character, since it is the first byte that is no plain ASCII.
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut characters = special.chars();
        if let Some(character) = characters.next() {
            escaped(out, character);
        }
        rest = characters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Where the first byte stands that is not written as it is.
fn first_special(bytes: &[u8]) -> Option<usize> {
    // Whole chunks without a branch for each byte, which processors do many at a time.
    let is_special = |byte: &u8| !matches!(byte, b' '..=b'~') | (*byte == b'"') | (*byte == b'\\');
    let plain =
        bytes.chunks_exact(CHUNK).take_while(|chunk| !chunk.iter().fold(false, |any, byte| any | is_special(byte)));
    let start = plain.count() * CHUNK;
    bytes[start..].iter().position(is_special).map(|at| start + at)
}

fn escaped(out: &mut Vec<u8>, character: char) {
    let short = match character {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.extend_from_slice(b"\\u");
                for byte in unit.to_be_bytes() {
                    hex(out, byte);
                }
            }
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Appends a byte as two hexadecimal digits.
pub fn hex(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(&digits(byte));
}

/// Appends the twelve bytes of an id as hexadecimal digits.
pub fn hex_of_id(out: &mut Vec<u8>, bytes: [u8; 12]) {
    out.extend_from_slice(bytes.map(digits).as_flattened());
}

fn digits(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

/// Appends a whole number.
pub fn whole(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends anything by its `Display`.
pub fn display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{value}");
}

/// Appends a float as Python's `repr`, and what is no number as its `json` module does.
pub fn float(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if value.is_infinite() {
        return out.extend_from_slice(if value > 0.0 { b"Infinity".as_slice() } else { b"-Infinity" });
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let mut room = [0; MOST_TEXT];
    let (digits, exponent) = shortest(value.abs(), &mut room);
    if (LEAST_EXPONENT..MOST_DIGITS).contains(&exponent) {
        fixed(out, digits, exponent);
    } else {
        out.push(digits[0]);
        if digits.len() > 1 {
            out.push(b'.');
            out.extend_from_slice(&digits[1..]);
        }
        display(out, format_args!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()));
    }
}

/// The fewest digits that read back as the same number (of two as close the even one, as in Python), and the exponent of
/// the first.
fn shortest(value: f64, room: &mut [u8; MOST_TEXT]) -> (&[u8], i32) {
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let point = mantissa.find('.').unwrap_or(mantissa.len());
    let mut count = 0;
    for (place, digit) in room.iter_mut().zip(mantissa.bytes().filter(u8::is_ascii_digit)) {
        *place = digit;
        count += 1;
    }
    let all = &room[..count];
    let Some(first) = all.iter().position(|digit| *digit != b'0') else { return (b"0", 0) };
    let last = all.iter().rposition(|digit| *digit != b'0').unwrap_or(first);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    (&all[first..=last], exponent + point as i32 - 1 - first as i32)
}

/// Appends digits with a decimal point; `exponent` is that of the first digit.
fn fixed(out: &mut Vec<u8>, digits: &[u8], exponent: i32) {
    if exponent < 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + (-exponent - 1) as usize, b'0');
        return out.extend_from_slice(digits);
    }
    let whole = exponent as usize + 1;
    if digits.len() > whole {
        out.extend_from_slice(&digits[..whole]);
        out.push(b'.');
        out.extend_from_slice(&digits[whole..]);
    } else {
        out.extend_from_slice(digits);
        out.resize(out.len() + whole - digits.len(), b'0');
        out.extend_from_slice(b".0");
    }
}
