"""``python -m compat_tests.api_surface``: the comparison of the interfaces.  Ends with 0 when all is declared.

The process has to be a fresh one: caches and counters of the packages change as soon as somebody uses them.
"""

import importlib
import sys
from collections.abc import Iterable

from compat_tests.api_surface import declared, report
from compat_tests.api_surface.collect import Collector, Surface
from compat_tests.api_surface.compare import Comparison, compare
from compat_tests.api_surface.describe import Describer
from compat_tests.api_surface.provocations import provoke
from compat_tests.api_surface.samples import classes, sample

STOCK = "mongoengine"
OURS = "mongoengine_fast"


def collect(package: str, inserted: frozenset[str], asked: Iterable[str] = ()) -> tuple[Surface, set[str]]:
    """The surface of a package, and the classes that were looked through.

    `asked` are paths of attributes that its sample objects are asked for.
    """
    collector = Collector(package, inserted)
    surface = collector.collect()
    module, describe = importlib.import_module(package), Describer(package)
    # No server is needed for looks.
    client_class = importlib.import_module("mongomock").MongoClient
    for alias in ("default", "other"):
        module.connect("surface", alias, mongo_client_class=client_class, uuidRepresentation="standard")
    for name, cls in classes(module).items():
        surface.classes[f"class of a program:{name}"] = collector.describe_class(cls)
    surface.samples = sample(module, describe, asked)
    surface.warnings = provoke(module, describe)
    module.disconnect_all()
    return surface, collector.met


def main() -> int:
    """Compare, print the report, and return the exit code."""
    known = declared.load()
    inserted = frozenset(known.inserted)
    stock, _ = collect(STOCK, frozenset())
    ours, met = collect(OURS, inserted, stock.samples)
    comparison: Comparison = compare(stock, ours)
    verdict = declared.judge(comparison.differences, met, known)
    print(report.text(comparison, verdict))
    return 0 if verdict.in_order else 1


if __name__ == "__main__":
    sys.exit(main())
