//! Stored documents through the plan of a class: loaded, read, checked and written as MongoEngine does it.
#![no_main]
use std::sync::OnceLock;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use mongoengine_fast_fuzz::{written, Value};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// The Python side, `plan_decode.py`.
struct Judge {
    check: Py<PyAny>,
    names: Vec<String>,
    texts: Vec<String>,
}

fuzz_target!(|data: &[u8]| {
    let judge = judge();
    let Some((kind, rest)) = data.split_first() else { return };
    let bytes = if kind & 2 == 0 { rest.to_vec() } else { made(rest, judge).unwrap_or_default() };
    Python::attach(|py| {
        let stored = PyBytes::new(py, &bytes);
        if let Err(error) = judge.check.call1(py, (stored, kind & 1)) {
            error.print(py);
            panic!("{kind}: {bytes:?}");
        }
    });
});

fn judge() -> &'static Judge {
    static JUDGE: OnceLock<Judge> = OnceLock::new();
    JUDGE.get_or_init(|| {
        Python::attach(|py| start(py).inspect_err(|error| error.print(py))).expect("plan_decode.py can be imported")
    })
}

fn start(py: Python<'_>) -> PyResult<Judge> {
    // The extension module is part of this program.
    let native = pyo3::wrap_pymodule!(_native::_native)(py);
    let sys = py.import("sys")?;
    sys.getattr("modules")?.set_item("mongoengine_fast._native", native)?;
    let here = env!("CARGO_MANIFEST_DIR");
    let path = sys.getattr("path")?;
    path.call_method1("insert", (0, here))?;
    path.call_method1("insert", (0, format!("{here}/..")))?;
    let module = py.import("plan_decode")?;
    Ok(Judge {
        check: module.getattr("check")?.unbind(),
        names: module.getattr("NAMES")?.extract()?,
        texts: module.getattr("TEXTS")?.extract()?,
    })
}

/// A document with known names, and some damage.
fn made(data: &[u8], judge: &Judge) -> Option<Vec<u8>> {
    let mut source = Unstructured::new(data);
    let damage: Vec<(u16, u8)> = if source.ratio(1, 8).ok()? { source.arbitrary().ok()? } else { Vec::new() };
    let members: Vec<(u8, Value)> = source.arbitrary().ok()?;
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| (judge.names[usize::from(name) % judge.names.len()].clone(), known(value, judge)))
        .collect();
    let mut bytes = written(&members).ok()?;
    for (place, byte) in damage {
        let place = usize::from(place) % bytes.len();
        bytes[place] = byte;
    }
    Some(bytes)
}

/// The value with keys and texts that mean something, where they start with a character that asks for it.
fn known(value: Value, judge: &Judge) -> Value {
    let within = |members: Vec<(String, Value)>| {
        members.into_iter().map(|(key, value)| (chosen(key, &judge.names), known(value, judge))).collect()
    };
    match value {
        Value::String(text) => Value::String(chosen(text, &judge.texts)),
        Value::Document(members) => Value::Document(within(members)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| known(item, judge)).collect()),
        other => other,
    }
}

fn chosen(text: String, choice: &[String]) -> String {
    match text.bytes().next() {
        Some(first) if first < 0x60 => choice[usize::from(first) % choice.len()].clone(),
        _ => text,
    }
}
