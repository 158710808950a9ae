"""Imports the package in a sub-interpreter, which is refused; the main interpreter goes on."""

import os
import sys

try:
    import _interpreters
except ImportError:
    import _xxsubinterpreters as _interpreters

from shop import connect, is_native, work

IN_THERE = """
import os
import sys
sys.path[:0] = {path!r}
try:
    import mongoengine_fast
except ImportError as error:
    outcome = f"ImportError: {{error}}"
except BaseException as error:
    outcome = f"{{type(error).__name__}}: {{error}}"
else:
    outcome = "imported"
os.write({pipe}, (outcome + chr(10)).encode())
"""


def imported_in_there() -> str:
    """What importing comes to in a new sub-interpreter."""
    reading, writing = os.pipe()
    interpreter = _interpreters.create()
    try:
        _interpreters.run_string(interpreter, IN_THERE.format(path=sys.path, pipe=writing))
    finally:
        _interpreters.destroy(interpreter)
        os.close(writing)
    with os.fdopen(reading) as pipe:
        return pipe.read().strip()


if __name__ == "__main__":
    connect()
    work("before")
    for number in range(3):
        print(imported_in_there())
        work(f"after{number}")
    print("done", is_native())
