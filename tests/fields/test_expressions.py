"""The regular expressions of text fields, which are ours: they accept what MongoEngine's accept, and nothing else."""

import itertools

import pytest

from tests.base.both_sides import alike

USERS = (
    "a", "A.b", "a..b", ".a", "a.", "a b", "a+b-c_d", "é", "日本", '"a b"', '"a"b', '"\\""', '"a\\\x0b"', '"\x7f"',
    "a\n", "", "a@b", "!#$%&'*+/=?^_`{|}~-", "a,b", '"', '""', "x" * 100, "a\x80", "\U0010ffff",
)  # fmt: skip
DOMAINS = (
    "a.b", "a.bc", "A.BC", "a-.bc", "-a.bc", "a-b.c-d", "a.b-", "a.bc.", "a..bc", "localhost", "1.2.3.4", "a_b.cd",
    "a.b_c", "é.fr", "x" * 63 + ".com", "x" * 64 + ".com", "a." + "x" * 63, "a." + "x" * 64, "a.bc\n", "", ".bc",
    "xn--a.bc", "[1.2.3.4]", "a.12",
)  # fmt: skip
SCHEMES = ("http", "HTTP", "ftp", "a.b-c", "", "h_p", "é")
HOSTS = (
    *DOMAINS,
    "[::1]",
    "::1",
    "1.2.3",
    "1234.1.1.1",
    "a.toolongtld",
    "a.museum.",
    "[a:b]",
    "a b.cd",
    "user@a.bc",
    "LOCALHOST",
)
TAILS = ("", "/", "?", ":80", ":", ":x", "/a b", "/a", "?a=b#c", "#c", ":80/x", "//", "\n", "/\n")


@pytest.mark.parametrize("name", ["USER_REGEX", "UTF8_USER_REGEX"])
@alike
def test_users_of_addresses(me, name):
    expression = getattr(me.EmailField, name)
    return [(user, bool(expression.match(user)), bool(expression.search(user))) for user in USERS]


@alike
def test_domains_of_addresses(me):
    return [(domain, bool(me.EmailField.DOMAIN_REGEX.match(domain))) for domain in DOMAINS]


@alike
def test_addresses_on_the_web(me):
    expression = me.URLField._URL_REGEX
    addresses = ["://".join((scheme, host)) + tail for scheme, host, tail in itertools.product(SCHEMES, HOSTS, TAILS)]
    return [(address, bool(expression.match(address)), bool(expression.search(f" {address}"))) for address in addresses]


@alike
def test_every_short_user(me):
    letters = ("a", ".", '"', "\\", " ", "é", "\x0b", "[", "@")
    users = ["".join(parts) for size in range(4) for parts in itertools.product(letters, repeat=size)]
    return [bool(me.EmailField.USER_REGEX.match(user)) for user in users], [
        bool(me.EmailField.UTF8_USER_REGEX.match(user)) for user in users
    ]


@alike
def test_every_short_domain(me):
    parts = ("a", "-", ".", "_", "1", "é")
    domains = ["".join(chosen) for size in range(6) for chosen in itertools.product(parts, repeat=size)]
    return [bool(me.EmailField.DOMAIN_REGEX.match(domain)) for domain in domains], [
        bool(me.URLField._URL_REGEX.match(f"http://{domain}")) for domain in domains
    ]
