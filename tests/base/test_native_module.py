"""The native module itself: what it says about its build, and that it refuses what it cannot take."""

import os
import subprocess
import sys

import pytest

import mongoengine_fast
from mongoengine_fast import _native

IMPORT = """
import sys, types, warnings
import mongoengine_fast
mongoengine_fast._native = types.SimpleNamespace(__debug_build__=sys.argv[1] == "debug")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    mongoengine_fast._warn_of_debug_build()
for warning in caught:
    print(warning.category.__name__, warning.message)
"""


def warnings_at_import(build, allowed):
    environment = {**os.environ, "MONGOENGINE_FAST_ALLOW_DEBUG": allowed}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, build], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_it_says_whether_it_is_a_debug_build():
    assert type(_native.__debug_build__) is bool


def test_a_debug_build_is_warned_about():
    assert "RuntimeWarning" in warnings_at_import("debug", "0")
    assert "debug build" in warnings_at_import("debug", "0")


@pytest.mark.parametrize(("build", "allowed"), [("debug", "1"), ("release", "0")])
def test_no_warning_when_allowed_or_optimised(build, allowed):
    assert warnings_at_import(build, allowed) == ""


def test_documents_and_fields_have_native_bases():
    assert issubclass(mongoengine_fast.Document, _native.DocumentCore)
    assert issubclass(mongoengine_fast.StringField, _native.FieldCore)


def test_fields_and_documents_have_a_real_dict():
    class Thing(mongoengine_fast.Document):
        name = mongoengine_fast.StringField()

    thing = Thing()
    thing.note = 1
    Thing.name.note = 2
    assert vars(thing)["note"] == 1
    assert vars(Thing.name)["note"] == 2


def test_a_field_is_not_set_on_something_that_is_no_document():
    class Elsewhere:
        name = mongoengine_fast.StringField()

    with pytest.raises(AttributeError):
        Elsewhere().name = "a"


@pytest.mark.parametrize("batch", [5, [5], ["text"], None])
def test_a_batch_of_something_else_is_refused(batch):
    with pytest.raises(TypeError):
        _native.load_documents(None, batch)


def test_documents_take_part_in_garbage_collection():
    import gc
    import weakref

    class Thing(mongoengine_fast.Document):
        extra = mongoengine_fast.DictField()

    thing = Thing(extra={})
    thing._data["itself"] = thing
    gone = weakref.ref(thing)
    del thing
    gc.collect()
    assert gone() is None


def test_a_value_that_reads_its_document_while_it_is_dropped():
    seen = []

    class Thing(mongoengine_fast.Document):
        value = mongoengine_fast.DynamicField()

    class Nosy(str):
        def __del__(self):
            seen.append(thing.value)

    thing = Thing()
    thing.value = Nosy("old")
    thing.value = "new"
    assert seen == ["new"]


def test_a_missing_core_is_explained():
    program = "import sys; sys.modules['mongoengine_fast._native'] = None; import mongoengine_fast"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "cannot load its native core" in done.stderr
    assert "maturin develop" in done.stderr
