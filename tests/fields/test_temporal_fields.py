"""Precise times: separators of any sort, and text that is no time."""

from datetime import datetime, timedelta, timezone

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, load
from tests.fields.describing import outcome
from tests.fields.trying import thing, tried

KEY = ObjectId(f"{1:024x}")


@pytest.mark.parametrize("separator", [",", "-", ".", "", " ", "%", "%d", "ab", "0"])
@alike
def test_separators_of_precise_times(me, separator):
    cls = thing(me, me.ComplexDateTimeField(separator=separator))
    zone = timezone(timedelta(hours=1))
    values = [
        datetime(2020, 1, 2, 3, 4, 5, 6),
        datetime(1, 1, 1),
        datetime(999, 12, 31),
        datetime(9999, 12, 31, 23, 59, 59, 999999),
        datetime(2020, 1, 2, tzinfo=zone),
        separator.join(["2020", "01", "02", "03", "04", "05", "000006"]),
        separator.join(["2020", "1", "2"]),
        separator.join(["2020", "1"]),
        separator.join(["2020", "1", "2", "3", "4", "5", "6", "7", "8"]),
        "",
        "x",
    ]
    lines = tried(cls, values)
    for value in values:
        lines.append(outcome(lambda value=value: me.Q(value__gt=value).to_query(cls)))
        if isinstance(value, str):
            lines.append(outcome(lambda value=value: load(cls, {"_id": KEY, "value": value}).value))
    return lines
