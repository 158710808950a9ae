"""Addresses, URLs, expressions and lengths."""

import re

import pytest

from tests.base.both_sides import alike
from tests.fields.describing import outcome
from tests.fields.trying import thing

EMAILS = [
    "a@b.co",
    "a@localhost",
    "a@LOCALHOST",
    "a@[127.0.0.1]",
    "a@[::1]",
    "a@[300.0.0.1]",
    "a@[",
    "a@[]",
    "a@",
    "@b.co",
    "a@b@c.co",
    '"a b"@b.co',
    '"a"b"@b.co',
    '"a\\"b"@b.co',
    "a..b@c.co",
    ".a@c.co",
    "\u00e9@c.co",
    "a@\u00e9.co",
    "a@" + "b" * 64 + ".co",
    "a@b.c",
    "a@-b.co",
    "a@b-.co",
    "a@b.co-",
    "a@b_c.co",
    "a@b.co\n",
    "a\n@b.co",
    "a@\u3002co",
    "a@xn--.co",
    "a@b..co",
    "%s@%d.x",
    "a" * 300 + "@b.co",
]


@pytest.mark.parametrize("ip", [True, False])
@pytest.mark.parametrize("utf8", [True, False])
@pytest.mark.parametrize("domains", [None, ["localhost", "b"], "localhost", {"b.c"}])
@alike
def test_email_addresses(me, domains, utf8, ip):
    field = me.EmailField(domain_whitelist=domains, allow_utf8_user=utf8, allow_ip_domain=ip, max_length=100)
    cls = thing(me, field)
    return [outcome(lambda one=one: cls(value=one).validate()) for one in EMAILS]


@alike
def test_an_email_field_with_its_own_message(me):
    class Own(me.EmailField):
        error_msg = "no address"

    class Shown(me.EmailField):
        error_msg = "<%s>"

    return [
        outcome(lambda cls=cls, one=one: thing(me, cls())(value=one).validate())
        for cls in (Own, Shown)
        for one in ("a@b.co", "a", "@b.co", "a@b")
    ]


URLS = [
    "http://a.co",
    "HTTP://A.CO",
    "ftps://a.co:80/x?y#z",
    "gopher://a.co",
    "http://localhost:8000/",
    "http://1.2.3.4",
    "http://999.999.999.999",
    "http://[::1]:5",
    "http://::1",
    "http://a",
    "http://a.b-",
    "http://a_b.co",
    "http://a.c",
    "http://a.co ",
    "http://a.co\n",
    "http://a.co/ x",
    "http://a.co?x",
    "http://a.co#x",
    "http://u:p@a.co",
    "://a.co",
    "a.co",
    "",
    "http:a.co",
    "http://\u00e9.co",
    "http://a.museum.",
    "x-y.z://a.co",
    "http://" + "a" * 64 + ".co",
]


@alike
def test_urls(me):
    fields = [
        me.URLField(),
        me.URLField(schemes=["gopher", "x-y.z", ""]),
        me.URLField(schemes="http"),
        me.URLField(url_regex=re.compile("^x")),
        me.URLField(url_regex="^x"),
        me.URLField(regex="^h", max_length=3),
    ]
    return [
        outcome(lambda field=field, one=one: thing(me, field)(value=one).validate())
        for field in fields
        for one in [*URLS, 5, None, b"http://a.co"]
    ]


@alike
def test_regular_expressions_and_lengths_of_text(me):
    fields = [
        lambda: me.StringField(regex="^a+$"),
        lambda: me.StringField(regex=re.compile("b", re.I)),
        lambda: me.StringField(regex="("),
        lambda: me.StringField(regex=5),
        lambda: me.StringField(min_length=3, max_length=1),
        lambda: me.StringField(max_length=0),
        lambda: me.StringField(min_length="x"),
        lambda: me.StringField(max_length=1.5),
    ]
    lines = []
    for create in fields:
        made = []
        lines.append(outcome(lambda create=create, made=made: made.append(thing(me, create()))))
        for cls in made:
            lines += [
                outcome(lambda cls=cls, one=one: cls(value=one).validate())
                for one in ("", "a", "aa\n", "B", "\u00e9" * 4)
            ]
    return lines
