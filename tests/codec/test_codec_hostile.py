"""Input made to break a codec: deep nesting, containers that change meanwhile, objects that raise."""

from __future__ import annotations

import collections.abc
import gc
import subprocess
import sys
import threading
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON, InvalidDocument
from bson.son import SON
from codec_helpers import assert_same_encoding

from mongoengine_fast import _native

LIMIT = 200


def nested_value(levels: int, wrap: Any) -> Any:
    value: Any = {}
    for _ in range(levels - 1):
        value = wrap(value)
    return value


def nested_bytes(levels: int, tag: bytes = b"\x03") -> bytes:
    """Built from the inside without recursion, as pymongo could not."""
    data = b"\x05\x00\x00\x00\x00"
    for _ in range(levels - 1):
        data = (len(data) + 8).to_bytes(4, "little") + tag + b"0\x00" + data + b"\x00"
    return data


WRAPS = [lambda v: {"0": v}, lambda v: SON({"0": v}), lambda v: collections.UserDict({"0": v})]


@pytest.mark.parametrize("wrap", WRAPS)
def test_two_hundred_levels_pass_and_one_more_is_a_clear_error(wrap: Any) -> None:
    data = _native.encode(nested_value(LIMIT, wrap))
    assert data == nested_bytes(LIMIT)
    _native.decode(data)
    with pytest.raises(InvalidDocument, match="nested more than 200 levels deep"):
        _native.encode(nested_value(LIMIT + 1, wrap))
    with pytest.raises(InvalidBSON, match="nested more than 200 levels deep"):
        _native.decode(nested_bytes(LIMIT + 1))


@pytest.mark.parametrize("levels", [1_000, 20_000])
@pytest.mark.parametrize("tag", [b"\x03", b"\x04"])
def test_depth_bombs_do_not_kill_the_process(levels: int, tag: bytes) -> None:
    data = nested_bytes(levels, tag)
    for document_class in (dict, SON):
        with pytest.raises(InvalidBSON):
            _native.decode(data, CodecOptions(document_class=document_class))
    errors: list[Exception] = []

    def decode() -> None:
        try:
            _native.decode(data)
        except Exception as error:
            errors.append(error)

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=decode)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert isinstance(errors[0], InvalidBSON)


def test_containers_that_hold_themselves() -> None:
    mapping: dict[str, Any] = {}
    mapping["self"] = mapping
    items: list[Any] = []
    items.append(items)
    for value in (mapping, {"l": items}, {"t": (items,)}, SON(a=mapping)):
        with pytest.raises(InvalidDocument, match="nested more than 200 levels deep"):
            _native.encode(value)


class Acting(collections.abc.Mapping):  # type: ignore[type-arg]
    """A mapping that runs something whenever it is read."""

    def __init__(self, act: Any) -> None:
        self.act = act

    def __getitem__(self, key: str) -> Any:
        self.act()
        return "x" * 100

    def __iter__(self) -> Any:
        self.act()
        return iter(["k"])

    def __len__(self) -> int:
        return 1


def test_list_that_shrinks_while_it_is_encoded() -> None:
    items: list[Any] = []
    items.extend([Acting(items.clear), *("x" * 50 for _ in range(1000))])
    with pytest.raises(RuntimeError, match="list changed size during iteration"):
        _native.encode({"l": items})


def test_list_that_grows_while_it_is_encoded() -> None:
    items: list[Any] = []
    items.extend([Acting(lambda: items.append(1)), 2])
    assert bson.decode(_native.encode({"l": items}))["l"][1] == 2


def test_dict_that_changes_while_it_is_encoded() -> None:
    for change in ("clear", "grow"):
        document: dict[str, Any] = {}
        act = document.clear if change == "clear" else lambda: document.update({str(len(document)): 1})  # noqa: B023
        document["a"] = Acting(act)
        document.update({f"k{i}": "v" * 30 for i in range(100)})
        with pytest.raises(RuntimeError, match="dictionary changed size during iteration"):
            _native.encode(document)
        inner: dict[str, Any] = {}
        act = inner.clear if change == "clear" else lambda: inner.update({str(len(inner)): 1})  # noqa: B023
        inner.update({"a": Acting(act), **{f"k{i}": "v" * 30 for i in range(100)}})
        with pytest.raises(RuntimeError, match="dictionary changed size during iteration"):
            _native.encode({"d": inner})


def test_value_that_is_dropped_while_it_is_encoded() -> None:
    document: dict[str, Any] = {}
    document["a"] = Acting(lambda: document.update(a=None))
    document["b"] = 1
    assert _native.encode(document)
    gc.collect()


class Failing(collections.abc.Mapping):  # type: ignore[type-arg]
    def __init__(self, where: str, error: BaseException) -> None:
        self.where, self.error = where, error

    def __getitem__(self, key: str) -> Any:
        if self.where == "getitem":
            raise self.error
        return 1

    def __iter__(self) -> Any:
        if self.where == "iter":
            raise self.error
        yield "a"
        if self.where == "next":
            raise self.error

    def __len__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return "<Failing>"


# pymongo uses PyMapping_HasKey, which reports such errors as ignored since Python 3.13.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("where", ["getitem", "iter", "next"])
@pytest.mark.parametrize("error", [ValueError("v"), KeyError("k"), InvalidDocument("own"), RecursionError("r")])
def test_mappings_that_raise(where: str, error: Exception) -> None:
    assert_same_encoding({"m": Failing(where, error)})
    assert_same_encoding(Failing(where, error))


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_requests_to_stop_pass_through(error: type[BaseException]) -> None:
    with pytest.raises(error):
        _native.encode({"m": Failing("iter", error())})


def test_errors_leave_no_references_behind() -> None:
    class Marker:
        def __repr__(self) -> str:
            return "<Marker>"

    marker = Marker()
    for _ in range(5):
        with pytest.raises(InvalidDocument):
            _native.encode({"a": [1, {"b": marker}]})
    gc.collect()
    assert sys.getrefcount(marker) == 2


def test_no_leaks_over_many_rounds() -> None:
    document = {
        "_id": bson.ObjectId(),
        "s": "h\u00e9",
        "l": [1, 2.5, {"x": bson.Decimal128("1")}],
        "r": bson.DBRef("c", bson.ObjectId()),
        "t": bson.Timestamp(1, 2),
    }
    options = CodecOptions(document_class=SON)
    data = bson.encode(document)

    def rounds(count: int) -> None:
        for _ in range(count):
            _native.decode(data, options)
            _native.decode(data)
            _native.encode(document)

    rounds(50)
    gc.collect()
    before = len(gc.get_objects())
    rounds(500)
    gc.collect()
    assert len(gc.get_objects()) - before < 50


def test_many_keys_and_threads() -> None:
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for turn in range(30):
                document = {f"key-{seed}-{turn}-{i}": i for i in range(500)}
                document["k" * 300] = seed
                assert _native.decode(_native.encode(document)) == document
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_process_that_ends_with_threads_decoding_ends_well() -> None:
    script = (
        "import threading, bson\n"
        "from mongoengine_fast import _native\n"
        "data = bson.encode({'a': 1, 'b': [bson.ObjectId()]})\n"
        "def work():\n"
        "    while True: _native.decode(data)\n"
        "for _ in range(3): threading.Thread(target=work, daemon=True).start()\n"
        "for _ in range(1000): _native.decode(data)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
