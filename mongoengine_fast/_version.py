"""The one place that says which version this is.

``VERSION`` is the MongoEngine release whose behaviour is reproduced, so that programs comparing it keep working;
``__version__`` adds this package's own revision as a fourth number.
"""

from __future__ import annotations

VERSION: tuple[int, int, int] = (0, 29, 3)
REVISION: int = 1

__version__: str = "0.29.3.1"


def get_version() -> str:
    """Return ``VERSION`` as dotted text, without this package's own revision."""
    return ".".join(str(number) for number in VERSION)
