"""The hottest native paths, for callgrind: ``python -m benchmarks.instructions.paths PATH=LOOPS ...``.

Every path is warmed up first, so that two runs differ by nothing but the loops they were given.  No server is needed.
"""

import gc
import importlib
import sys
from collections.abc import Callable
from typing import Any

from bson import encode

from benchmarks import models, shapes

WARM = 100


def make() -> dict[str, Callable[[], Any]]:
    package: Any = importlib.import_module("mongoengine_fast")

    address_type = models.address_class(package)
    order_type = models.order_class(package, address_type, {})
    stored = encode(shapes.stored_order(42))
    values = shapes.order(42)
    built = order_type(**{**values, "address": address_type(**values["address"])})
    changing = order_type.from_db(stored)

    def construct() -> Any:
        return order_type(**{**values, "address": address_type(**values["address"])})

    def change() -> Any:
        changing.total = 1.5
        changing.customer = "somebody else"
        delta = changing._delta()
        changing._clear_changed_fields()
        return delta

    def load() -> Any:
        order = order_type.from_db(stored)
        return order.number, order.customer, order.tags, order.address.city

    return {
        "construct": construct,
        "change": change,
        "load": load,
        "validate": built.validate,
        "to_mongo": built.to_mongo,
    }


NAMES = ("construct", "change", "load", "validate", "to_mongo")


def main() -> None:
    """Warm every path up, then do the loops that were asked for."""
    paths = make()
    assert tuple(paths) == NAMES
    wanted = {name: int(loops) for name, _, loops in (argument.partition("=") for argument in sys.argv[1:])}
    # The collector runs by the number of objects alive, which is not what is counted here.
    gc.disable()
    for path in paths.values():
        for _ in range(WARM):
            path()
    for name, loops in wanted.items():
        path = paths[name]
        for _ in range(loops):
            path()


if __name__ == "__main__":
    main()
