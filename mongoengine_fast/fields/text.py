"""Fields of text."""

from __future__ import annotations

import re
import socket
from typing import Any

from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks
from mongoengine_fast.base.utils import LazyRegexCompiler
from mongoengine_fast.queryset.transform import STRING_OPERATORS

# Query operator (without its leading "i") -> the expression around the escaped text.
_STRING_PATTERNS = {
    "startswith": r"^%s",
    "endswith": r"%s$",
    "exact": r"^%s$",
    "wholeword": r"\b%s\b",
}


class StringField(BaseField):
    """A `str`.

    Args:
        regex: expression that the beginning of the value must match.
        max_length, min_length: bounds of the length, in characters.
    """

    _holds_one_value = True

    def __init__(
        self,
        regex: str | None = None,
        max_length: int | None = None,
        min_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.regex = re.compile(regex) if regex else None
        self.max_length = max_length
        self.min_length = min_length
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Return text; bytes are read as UTF-8, anything else is left alone."""
        if isinstance(value, str):
            return value
        try:
            return value.decode("utf-8")
        except Exception:
            return value

    def validate(self, value: Any) -> None:
        """Check type, length and expression."""
        if not isinstance(value, str):
            self.error("StringField only accepts string values")
        if self.max_length is not None and len(value) > self.max_length:
            self.error("String value is too long")
        if self.min_length is not None and len(value) < self.min_length:
            self.error("String value is too short")
        if self.regex is not None and self.regex.match(value) is None:
            self.error("String value did not match validation regex")

    def lookup_member(self, member_name: str) -> None:
        """Return None: text has no parts."""

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Turn the value of a string operator into a regular expression."""
        if not isinstance(op, str):
            return value
        if op in STRING_OPERATORS:
            flags = re.IGNORECASE if op.startswith("i") else 0
            kind = op.lstrip("i")
            if kind != "regex":
                value = _STRING_PATTERNS.get(kind, "%s") % re.escape(value)
            value = re.compile(value, flags)
        return super().prepare_query_value(op, value)


_DOMAIN_NAME = r"(?:[A-Z0-9](?:[A-Z0-9_-]{0,61}[A-Z0-9])?\.)+[A-Z0-9-]{2,}(?<!-)\.?"
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_IPV6 = r"\[?[A-F0-9]*:[A-F0-9:]+\]?"


class URLField(StringField):
    """A URL with scheme and host.

    Args:
        url_regex: compiled expression used instead of the built-in one.
        schemes: the acceptable schemes, instead of http, https, ftp and ftps.
    """

    _URL_REGEX = LazyRegexCompiler(
        # `validate` looks at the scheme more closely.
        rf"^[a-z0-9.-]*://(?:{_DOMAIN_NAME}|localhost|{_IPV4}|{_IPV6})"
        r"(?::\d+)?(?:/?|[/?]\S+)$",
        re.IGNORECASE,
    )
    _URL_SCHEMES = ["http", "https", "ftp", "ftps"]

    def __init__(self, url_regex: Any = None, schemes: Any = None, **kwargs: Any) -> None:
        self.url_regex = url_regex or self._URL_REGEX
        self.schemes = schemes or self._URL_SCHEMES
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        """Check the scheme, then the whole."""
        scheme = value.split("://")[0].lower()
        if scheme not in self.schemes:
            self.error(f"Invalid scheme {scheme} in URL: {value}")
        if not self.url_regex.match(value):
            self.error(f"Invalid URL: {value}")


def _user_part(atom: str) -> str:
    """Return the expression of a mailbox name, given the characters of an atom."""
    quotable = r"[\x01-\x08\x0b\x0c\x0e-\x1f!#-\[\]-\x7f]"
    escapable = r"[\x01-\x09\x0b\x0c\x0e-\x7f]"
    return rf'^(?:{atom}+(?:\.{atom}+)*|"(?:{quotable}|\\{escapable})*")\Z'


_ATOM = r"-!#$%&'*+/=?^_`{}|~0-9A-Z"


class EmailField(StringField):
    """An email address.

    Args:
        domain_whitelist: domains that are not checked.
        allow_utf8_user: whether the mailbox name may hold non-ASCII characters (RFC 6531).
        allow_ip_domain: whether the domain may be an address in brackets.
    """

    # Dot-atom or quoted string, RFC 5322 sections 3.2.3 and 3.2.4.
    USER_REGEX = LazyRegexCompiler(_user_part(f"[{_ATOM}]"), re.IGNORECASE)
    UTF8_USER_REGEX = LazyRegexCompiler(_user_part(rf"[{_ATOM}\x80-\U0010FFFF]"), re.IGNORECASE)
    DOMAIN_REGEX = LazyRegexCompiler(
        r"(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\.)+[A-Z0-9-]{2,63}(?<!-)\Z",
        re.IGNORECASE,
    )

    error_msg = "Invalid email address: %s"

    def __init__(
        self,
        domain_whitelist: Any = None,
        allow_utf8_user: bool = False,
        allow_ip_domain: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.domain_whitelist = domain_whitelist or []
        self.allow_utf8_user = allow_utf8_user
        self.allow_ip_domain = allow_ip_domain
        super().__init__(*args, **kwargs)

    def validate_user_part(self, user_part: str) -> Any:
        """Return something true if the part before the "@" is acceptable."""
        regex = self.UTF8_USER_REGEX if self.allow_utf8_user else self.USER_REGEX
        return regex.match(user_part)

    def validate_domain_part(self, domain_part: str) -> bool:
        """Tell whether the part after the "@" is acceptable."""
        if domain_part in self.domain_whitelist or self.DOMAIN_REGEX.match(domain_part):
            return True
        bracketed = self.allow_ip_domain and domain_part[0] == "[" and domain_part[-1] == "]"
        return bracketed and _is_ip_address(domain_part[1:-1])

    def validate(self, value: Any) -> None:
        """Check both parts of the address; the domain may be an international one."""
        super().validate(value)
        if "@" not in value:
            self.error(self.error_msg % value)
        user, domain = value.rsplit("@", 1)
        if not self.validate_user_part(user):
            self.error(self.error_msg % value)
        if self.validate_domain_part(domain):
            return
        try:
            ascii_domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            self.error(f"{self.error_msg % value} (domain failed IDN encoding)")
        else:
            if not self.validate_domain_part(ascii_domain):
                self.error(f"{self.error_msg % value} (domain validation failed)")


def _is_ip_address(text: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, text)
        except (OSError, UnicodeEncodeError):
            continue
        return True
    return False


register_hooks(StringField, to_python="string", validate="string")
