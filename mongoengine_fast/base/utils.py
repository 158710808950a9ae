"""Small helpers without dependencies."""

from __future__ import annotations

import re
from typing import Any


class LazyRegexCompiler:
    """A class attribute that compiles its regular expression at first use.

    Args:
        pattern: the regular expression.
        flags: flags of the `re` module.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._pattern = pattern
        self._flags = flags
        self._compiled_regex: re.Pattern[str] | None = None

    @property
    def compiled_regex(self) -> re.Pattern[str]:
        """The compiled expression."""
        regex = self._compiled_regex
        if regex is None:
            regex = self._compiled_regex = re.compile(self._pattern, self._flags)
        return regex

    def __get__(self, instance: Any, owner: Any) -> re.Pattern[str]:
        return self.compiled_regex

    def __set__(self, instance: Any, value: Any) -> None:
        raise AttributeError("Can not set attribute LazyRegexCompiler")
