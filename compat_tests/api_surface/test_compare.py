"""The comparison finds what differs, tried on packages made up for it."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compat_tests.api_surface.collect import Collector
from compat_tests.api_surface.compare import Comparison, compare
from compat_tests.api_surface.describe import Describer

# What differs when a function becomes a value.
KIND = ("home", "kind", "signature", "value")
Compare = Callable[..., list[str]]
BASE = '''
__all__ = ("shout", "Box")
LIMIT = 3

def shout(text, times=1, *, end="!"):
    """Say it."""

def _whisper(text): ...

class Box:
    """Holds things."""

    size = 1
    _secret = "a"

    def __init__(self, size=1): ...

    def open(self, key=None):
        """Open it."""

    @property
    def lid(self): ...

    @classmethod
    def make(cls): ...

    @staticmethod
    def count(): ...

class Crate(Box): ...
'''


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Comparison]]:
    """Compares a package of the given module text with the same after replacements (old, new, old, new, ...)."""
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ("made_up_stock", "made_up_ours")

    def run(*changes: str, inserted: tuple[str, ...] = (), text: str = BASE) -> Comparison:
        changed = text
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in changed
            changed = changed.replace(old, new)
        for name, content in zip(names, (text, changed), strict=True):
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").write_text("")
            (tmp_path / name / "things.py").write_text(content)
        importlib.invalidate_caches()
        stock, ours = Collector(names[0]).collect(), Collector(names[1], frozenset(inserted)).collect()
        return compare(stock, ours)

    yield run
    for name in [name for name in sys.modules if name.startswith(names)]:
        del sys.modules[name]


@pytest.fixture
def keys(compared: Callable[..., Comparison]) -> Compare:
    """What differs, by its keys without the module's name."""

    def run(*changes: str, **options: object) -> list[str]:
        found = compared(*changes, **options).differences
        return [difference.key.removeprefix("mongoengine.things:") for difference in found]

    return run


def test_equal_packages_do_not_differ(compared: Callable[..., Comparison]) -> None:
    comparison = compared()
    assert comparison.differences == []
    assert comparison.compared["modules"] == 2
    assert comparison.compared["names"] == 6
    assert comparison.compared["classes"] == 2
    assert comparison.compared["class members"] == 7
    assert comparison.compared["signatures"] == 6


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("LIMIT = 3", "LIMIT = 4", ["LIMIT value"]),
        ("LIMIT = 3", "LIMIT = 3.0", ["LIMIT value"]),
        ("LIMIT = 3", "", ["LIMIT missing"]),
        ("LIMIT = 3", "LIMIT = 3; MORE = 4", []),
        ('("shout", "Box")', '("Box", "shout")', []),
        ('("shout", "Box")', '("shout",)', ["mongoengine.things __all__"]),
        ("def _whisper(text): ...", "", ["_whisper missing"]),
        ("def _whisper(text): ...", "_whisper = 1", ["_whisper " + aspect for aspect in KIND]),
        ("_whisper(text)", "_whisper(words)", ["_whisper signature"]),
        ("_whisper(text)", "_whisper(text: str) -> None", []),
        ("times=1", "times=2", ["shout signature"]),
        ("times=1", "times", ["shout signature"]),
        ("*, end", "end", ["shout signature"]),
        ("(text, times", "(text, /, times", ["shout signature"]),
        ('    """Say it."""\n', "    return 1\n", ["shout documented"]),
        ("key=None", "key=False", ["Box.open signature"]),
        ("(self, key=None)", "(this, key=None)", ["Box.open signature"]),
        ('        """Open it."""', "        return 1", ["Box.open documented"]),
        ("size=1): ...", "size=2): ...", ["Box signature", "Box.__init__ signature", "Crate signature"]),
        ("    size = 1", "    size = True", ["Box.size value"]),
        ('    _secret = "a"', "", ["Box._secret missing"]),
        ('    _secret = "a"', '    _secret = "a"; _more = 1', []),
        ('    _secret = "a"', '    _secret = "a"; more = 1', ["Box.more extra"]),
        ("    @property\n", "", ["Box.lid accessors", "Box.lid kind", "Box.lid signature"]),
        ("@property\n    def lid(self): ...", "lid = property(None, lambda self, value: None)", ["Box.lid accessors"]),
        ("@classmethod\n    def make(cls)", "@staticmethod\n    def make(cls)", ["Box.make kind"]),
        ("    @staticmethod\n    def count()", "    def count(self)", ["Box.count kind", "Box.count signature"]),
        ("class Crate(Box): ...", "class Crate(Box, dict): ...", ["Crate bases", "Crate mro"]),
        ("class Crate(Box): ...", "class Crate(Box):\n    size = 2", ["Crate.size value"]),
        ("class Crate(Box): ...", "class Crate(Box):\n    __slots__ = ()", []),
        ("    size = 1", "    __slots__ = ()\n    size = 1", ["Box instance dict", "Box weakly referable"]),
        ("class Crate(Box): ...", "class Meta(type): ...\nclass Crate(Box, metaclass=Meta): ...", ["Crate metaclass"]),
        ("class Crate(Box): ...", "class Crate(Box): ...\nCrate.__module__ = 'elsewhere'", ["Crate home"]),
    ],
)  # fmt: skip
def test_one_change(keys: Compare, old: str, new: str, expected: list[str]) -> None:
    assert keys(old, new) == expected


def test_a_missing_module(compared: Callable[..., Comparison], tmp_path: Path) -> None:
    (tmp_path / "made_up_stock").mkdir()
    (tmp_path / "made_up_stock" / "__init__.py").write_text("")
    (tmp_path / "made_up_stock" / "more.py").write_text("def f(): ...")
    (tmp_path / "made_up_ours").mkdir()
    (tmp_path / "made_up_ours" / "__init__.py").write_text("")
    found = compare(Collector("made_up_stock").collect(), Collector("made_up_ours").collect()).differences
    assert [difference.key for difference in found] == [
        "mongoengine.more missing", "mongoengine.more:f missing", "mongoengine:more missing",
    ]  # fmt: skip


def test_names_of_other_packages_count_and_the_standard_librarys_do_not(keys: Compare) -> None:
    text = "import re\nfrom functools import partial\nfrom bson import ObjectId\nimport pymongo\n"
    assert keys("import re", "", "from functools import partial", "", text=text) == []


def test_a_name_of_another_package_that_is_gone(keys: Compare) -> None:
    text = "from bson import ObjectId\nimport pymongo\n"
    assert keys("from bson import ObjectId", "", "import pymongo", "", text=text) == [
        "ObjectId missing",
        "pymongo missing",
    ]


def test_a_base_that_is_looked_through(compared: Callable[..., Comparison]) -> None:
    text = "class Box:\n    def open(self): ...\n    def close(self): ...\n"
    change = "class Box:\n    def open(self): ...\n", "class Core:\n    def open(self): ...\nclass Box(Core):\n"
    assert compared(*change, inserted=("made_up_ours.things.Core",), text=text).differences == []


def test_members_of_a_base_that_is_looked_through_are_compared(keys: Compare) -> None:
    text = "class Box:\n    def open(self): ...\n    def close(self): ...\n"
    change = (
        "class Box:\n    def open(self): ...\n",
        "class Core:\n    def open(self, key): ...\n    more = 1\nclass Box(Core):\n",
    )
    found = keys(*change, inserted=("made_up_ours.things.Core",), text=text)
    assert found == ["Box.more extra", "Box.open signature"]


def test_a_base_that_is_not_looked_through(keys: Compare) -> None:
    text = "class Box:\n    def open(self): ...\n"
    change = "class Box:\n    def open(self): ...\n", "class Core:\n    def open(self): ...\nclass Box(Core): ...\n"
    assert keys(*change, text=text) == ["Box bases", "Box mro"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (True, "True"),
        ({"b": 1, "a": [1.5, None]}, "dict('a': list(1.5, None), 'b': 1)"),
        (frozenset({"b", "a"}), "frozenset('a', 'b')"),
        (Path, "class pathlib:Path"),
        (importlib, "module importlib"),
        (object(), "instance of builtins:object"),
    ],
)
def test_values_as_text(value: object, text: str) -> None:
    assert Describer("made_up").value(value).replace("pathlib._local", "pathlib") == text


def test_own_names_are_neutral_and_those_of_others_are_not() -> None:
    describe = Describer("made_up")
    assert describe.neutral("made_up.things") == "mongoengine.things"
    assert describe.neutral("made_up_more.things") == "made_up_more.things"
