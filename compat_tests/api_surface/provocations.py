"""What makes MongoEngine warn.  Each provocation is run on both packages, and what it warns of is compared."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from compat_tests.api_surface.describe import Describer

Provocation = Callable[[Any, Any], Any]


def provoke(package: Any, describe: Describer) -> dict[str, dict[str, str]]:
    """The warnings of every provocation, by its name.  The package has to be connected."""
    thing = _a_document_class(package)
    thing(name="stored").save()
    found = {}
    for provocation in PROVOCATIONS:
        lines = []
        with _recorded() as recorded:
            try:
                provocation(package, thing)
            except Exception as error:
                lines.append(f"raises {error!r}")
        lines += [
            f"{entry.category.__name__} {_origin(package, entry.filename)}: {entry.message}" for entry in recorded
        ]
        found[f"warnings:{provocation.__name__}"] = {
            "warnings": "\n".join(lines).replace(describe.package, "mongoengine")
        }
    return found


@contextmanager
def _recorded() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        yield recorded


def _origin(package: Any, filename: str) -> str:
    """Whom a warning blames: a filter of the user's may go by it."""
    if filename == __file__:
        return "of the caller"
    inside = filename.startswith(os.path.dirname(package.__file__) + os.sep)
    return "of the package" if inside else "of another package"


def _a_document_class(package: Any) -> Any:
    class Thing(package.Document):  # type: ignore[misc]
        name = package.StringField()
        meta = {"allow_inheritance": True}

    return Thing


def connecting_without_a_uuid_representation(package: Any, thing: Any) -> None:
    package.register_connection("other", "surface")


def connecting_with_removed_options(package: Any, thing: Any) -> None:
    package.register_connection("another", "surface", slaves=[], is_slave=True, uuidRepresentation="standard")


def naming_the_collection_of_a_subclass(package: Any, thing: Any) -> None:
    type("Special", (thing,), {"meta": {"collection": "elsewhere"}})


def document_to_json(package: Any, thing: Any) -> None:
    thing(name="a").to_json()


def document_from_json(package: Any, thing: Any) -> None:
    thing.from_json('{"name": "a"}')


def queryset_to_json(package: Any, thing: Any) -> None:
    thing.objects.to_json()


def queryset_from_json(package: Any, thing: Any) -> None:
    thing.objects.from_json('[{"name": "a", "_cls": "Thing"}]')


def json_with_options(package: Any, thing: Any) -> None:
    from bson.json_util import LEGACY_JSON_OPTIONS

    thing(name="a").to_json(json_options=LEGACY_JSON_OPTIONS)
    thing.objects.to_json(json_options=LEGACY_JSON_OPTIONS)


def asking_for_a_snapshot(package: Any, thing: Any) -> None:
    thing.objects.snapshot(True)


def reading_with_a_snapshot(package: Any, thing: Any) -> None:
    list(thing.objects.snapshot(True))


def modifying_with_a_full_response(package: Any, thing: Any) -> None:
    thing.objects.modify(full_response=True, set__name="b")


def aggregating_an_unpacked_pipeline(package: Any, thing: Any) -> None:
    list(thing.objects.aggregate({"$match": {}}, {"$limit": 1}))


def aggregating_a_list(package: Any, thing: Any) -> None:
    list(thing.objects.aggregate([{"$match": {}}]))


def asking_whether_a_query_is_empty(package: Any, thing: Any) -> None:
    assert package.Q().empty


def asking_whether_a_combination_is_empty(package: Any, thing: Any) -> None:
    assert not (package.Q(name="a") | package.Q(name="b")).empty


PROVOCATIONS: tuple[Provocation, ...] = (
    connecting_without_a_uuid_representation,
    connecting_with_removed_options,
    naming_the_collection_of_a_subclass,
    document_to_json,
    document_from_json,
    queryset_to_json,
    queryset_from_json,
    json_with_options,
    asking_for_a_snapshot,
    reading_with_a_snapshot,
    modifying_with_a_full_response,
    aggregating_an_unpacked_pipeline,
    aggregating_a_list,
    asking_whether_a_query_is_empty,
    asking_whether_a_combination_is_empty,
)
