"""Equality before speed: the same results and the same stored documents on every library, or no time is reported."""

import hashlib
from typing import Any

from bson.raw_bson import RawBSONDocument

from benchmarks import datasets
from benchmarks.case import Case


def check(case: Case, libraries: list[Any]) -> dict[str, Any]:
    """Do the work once on every library; return what was compared, for the report.

    Raises AssertionError where two libraries differ.  Each is warm afterwards.
    """
    for name in case.needs:
        datasets.ensure(name, libraries)
    results, stored = {}, {}
    for library in libraries:
        results[library.name] = outcome(case, library)
        names = [*(datasets.DATA_SETS[name].collection for name in case.needs), *case.stored]
        stored[library.name] = {name: digest(library.database[name]) for name in names}
    first, *others = (library.name for library in libraries)
    for name in others:
        assert results[name] == results[first], f"{case.name}: {name} and {first} give different results"
        assert stored[name] == stored[first], f"{case.name}: {name} and {first} store different documents"
    return {
        "libraries": [first, *others],
        "result": hashlib.sha256(repr(results[first]).encode()).hexdigest()[:16],
        "stored": stored[first],
    }


def outcome(case: Case, library: Any) -> Any:
    """Do the work once, untimed, and return what can be compared between libraries."""
    work = case.work(library)
    assert work is not None
    return case.result(library, work(library, case.prepare(library)))


def digest(collection: Any) -> str:
    """Number and hash of the documents of a collection, byte by byte but for keys that the client makes up."""
    raw = collection.with_options(codec_options=collection.codec_options.with_options(document_class=RawBSONDocument))
    total = hashlib.sha256()
    count = 0
    for document in raw.find({}, {"_id": 0}).sort("$natural", 1):
        total.update(document.raw)
        count += 1
    return f"{count} documents, {total.hexdigest()[:16]}"
