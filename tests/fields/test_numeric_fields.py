"""Decimals: precision, rounding, text, limits, and what 128 bits can hold."""

import decimal
from decimal import Decimal

import pytest
from bson import Decimal128

from tests.base.both_sides import alike
from tests.fields.describing import outcome
from tests.fields.trying import thing, tried

DECIMALS = [
    "1.005",
    "1.015",
    "-1.005",
    "-0",
    "-0.001",
    "1e10",
    "1E-10",
    "sNaN",
    "-sNaN5",
    "NaN",
    "Infinity",
    "123456789.987654321",
]


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("precision", [0, 1, 2, 8, 30])
@alike
def test_decimals(me, precision, text):
    lines = []
    for name in sorted(dir(decimal)):
        if not name.startswith("ROUND_"):
            continue
        field = me.DecimalField(precision=precision, rounding=getattr(decimal, name), force_string=text)
        lines += [f"{name} {line}" for line in tried(thing(me, field), [Decimal(one) for one in DECIMALS])]
    field = me.DecimalField(precision=precision, force_string=text, min_value=Decimal("-1"), max_value="x")
    lines += tried(thing(me, field), ["1", 1, 1.1, Decimal("-2"), 10**40, 1e300, "1,5", "\u0661", b"1"])
    return lines


@pytest.mark.parametrize("precision", [-1, "x", None, 1.5, -0.5, True, 10**3])
@alike
def test_odd_precisions(me, precision):
    return outcome(
        lambda: me.DecimalField(precision=precision).precision,
        lambda: me.DecimalField(precision=precision).to_python("1.25"),
    )


@alike
def test_decimal128_to_the_last_digit(me):
    values = [
        Decimal("1." + "1" * 33),
        Decimal("1." + "1" * 34),
        "1." + "1" * 40,
        Decimal("1E+6144"),
        Decimal("9E+6144"),
        Decimal("1E-6176"),
        Decimal("1E-6177"),
        Decimal("-0E+3"),
        Decimal("sNaN"),
        Decimal128("sNaN"),
        Decimal128("-0"),
        (0, (1, 2), -1),
        (0x1, 0x3040000000000000),
        [1],
        1.1,
        True,
        "x",
        b"1",
    ]
    lines = tried(thing(me, me.Decimal128Field()), values)
    lines += tried(thing(me, me.Decimal128Field(min_value=1, max_value=Decimal128("5"))), ["0", "3", "9", "NaN"])
    lines += tried(thing(me, me.Decimal128Field(min_value="1", max_value=2.5)), ["0", "3"])
    return lines
