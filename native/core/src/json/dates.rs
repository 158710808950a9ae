//! Dates of the proleptic Gregorian calendar, as Python's `datetime` has them.

/// Milliseconds of 0001-01-01 and of the end of 9999, between which Python has dates.
const FIRST: i64 = -62_135_596_800_000;
const LAST: i64 = 253_402_300_799_999;
const DAY: i64 = 86_400_000;

/// Whether Python's `datetime` can hold this moment.
pub fn python_has(millis: i64) -> bool {
    (FIRST..=LAST).contains(&millis)
}

/// Returns year, month, day, hour, minute, second, millisecond of a moment from 1970 on.
///
/// The date is that of `civil_from_days` in Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
pub fn civil(millis: i64) -> [i64; 7] {
    let (days, rest) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let seconds = rest / 1_000;
    [year, month, day, seconds / 3_600, seconds / 60 % 60, seconds % 60, rest % 1_000]
}
