//! `datetime.datetime` and milliseconds since 1970 UTC.
use std::ops::RangeInclusive;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDateAccess, PyDateTime, PyTimeAccess, PyTzInfo, PyTzInfoAccess};

use super::options::{CodecOptions, DatetimeMode};
use super::types::types;

const DAY_MS: i64 = 86_400_000;
/// 0001-01-01T00:00:00.000 and 9999-12-31T23:59:59.999.
const MIN_MS: i64 = -62_135_596_800_000;
const MAX_MS: i64 = 253_402_300_799_999;

/// The milliseconds that are a `datetime.datetime` without doubt. A time zone moves the limits by less than a day,
/// and converting to it may run over the edge.
pub(super) fn native_range(has_tzinfo: bool) -> RangeInclusive<i64> {
    let margin = if has_tzinfo { 2 * DAY_MS } else { 0 };
    MIN_MS + margin..=MAX_MS - margin
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u8, day as u8)
}

/// Milliseconds since 1970 of the wall clock fields, microseconds cut off.
fn wall_millis(value: &Bound<'_, PyDateTime>) -> i64 {
    let days = days_from_civil(i64::from(value.get_year()), i64::from(value.get_month()), i64::from(value.get_day()));
    let seconds =
        i64::from(value.get_hour()) * 3600 + i64::from(value.get_minute()) * 60 + i64::from(value.get_second());
    days * DAY_MS + seconds * 1000 + i64::from(value.get_microsecond() / 1000)
}

/// Milliseconds since 1970 UTC of a `datetime.datetime`; a naive one counts as UTC.
///
/// Errors: TypeError for another type, whatever `utcoffset` raises, OverflowError outside years 1 to 9999.
pub fn datetime_to_millis(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let py = value.py();
    let datetime = value.cast::<PyDateTime>()?;
    if datetime.is_exact_instance_of::<PyDateTime>() && datetime.get_tzinfo().is_none() {
        return Ok(wall_millis(datetime));
    }
    let offset = datetime.call_method0(intern!(py, "utcoffset"))?;
    if offset.is_none() {
        return Ok(wall_millis(datetime));
    }
    let utc = datetime.sub(offset)?;
    Ok(wall_millis(utc.cast::<PyDateTime>()?))
}

/// The `datetime.datetime` of milliseconds since 1970 UTC that lies in years 1 to 9999.
fn wall_datetime<'py>(
    py: Python<'py>,
    millis: i64,
    tzinfo: Option<&Bound<'py, PyTzInfo>>,
) -> PyResult<Bound<'py, PyDateTime>> {
    let (days, rest) = (millis.div_euclid(DAY_MS), millis.rem_euclid(DAY_MS));
    let (year, month, day) = civil_from_days(days);
    let seconds = rest / 1000;
    PyDateTime::new(
        py,
        year as i32,
        month,
        day,
        (seconds / 3600) as u8,
        (seconds / 60 % 60) as u8,
        (seconds % 60) as u8,
        (rest % 1000 * 1000) as u32,
        tzinfo,
    )
}

/// What a BSON datetime becomes under options that ask for naive datetimes, without running any Python code.
///
/// `None` under other options, near the limits of `datetime`, and before [`prepare`] was called.
#[inline]
pub fn naive_datetime<'py>(py: Python<'py>, millis: i64, opts: &CodecOptions) -> Option<Bound<'py, PyAny>> {
    let naive = opts.datetime_mode != DatetimeMode::Ms && !opts.tz_aware;
    if !naive || PREPARED.get(py).is_none() || !native_range(false).contains(&millis) {
        return None;
    }
    wall_datetime(py, millis, None).ok().map(Bound::into_any)
}

static PREPARED: PyOnceLock<()> = PyOnceLock::new();

/// Have Python's `datetime` imported, which the first datetime would do.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    wall_datetime(py, 0, None)?;
    PREPARED.get_or_init(py, || ());
    Ok(())
}

/// What a BSON datetime becomes under `opts`; `None` when the limits of `datetime` are near and pymongo decides.
pub(super) fn try_datetime<'py>(
    py: Python<'py>,
    millis: i64,
    opts: &CodecOptions,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if opts.datetime_mode == DatetimeMode::Ms {
        return types(py).datetime_ms.bind(py).call1((millis,)).map(Some);
    }
    if !native_range(opts.tzinfo.is_some()).contains(&millis) {
        return Ok(None);
    }
    if !opts.tz_aware {
        return wall_datetime(py, millis, None).map(|d| Some(d.into_any()));
    }
    let utc = types(py).utc.bind(py).cast::<PyTzInfo>()?;
    let aware = wall_datetime(py, millis, Some(utc))?;
    match &opts.tzinfo {
        None => Ok(Some(aware.into_any())),
        Some(tzinfo) => aware.call_method1(intern!(py, "astimezone"), (tzinfo,)).map(Some),
    }
}
