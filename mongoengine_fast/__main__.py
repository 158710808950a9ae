"""``python -m mongoengine_fast``: run a program written for MongoEngine on this package, or print the version."""

from __future__ import annotations

import argparse
import builtins
import importlib.util
import io
import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

import mongoengine_fast

_RUN_HELP = """\
examples:
  python -m mongoengine_fast run app.py --port 8000
  python -m mongoengine_fast run -m pytest tests

The program sees itself as it would under `python SCRIPT` or `python -m MODULE`: arguments, module search path and
exit status are the same. Only `import mongoengine` leads to mongoengine_fast. Processes that the program starts are
separate Pythons: start them in the same way, or call mongoengine_fast.install_as_mongoengine() first thing in them.
"""

# What Python has for the program's name while it looks for a module.
_SEARCHING = "-m"


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mongoengine_fast", description="MongoEngine's interface on a Rust core."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="run an unmodified MongoEngine program on mongoengine_fast",
        description="Run an unmodified MongoEngine program on mongoengine_fast.",
        usage="%(prog)s [-h] (SCRIPT | -m MODULE) [ARGS ...]",
        epilog=_RUN_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("-m", dest="module", nargs=argparse.REMAINDER, metavar="MODULE", help="run a module, as python -m")
    run.add_argument("script", nargs="?", metavar="SCRIPT", help="a Python file, or a folder or zip with a __main__.py")
    run.add_argument("args", nargs=argparse.REMAINDER, metavar="ARGS", help="passed on to the program")
    commands.add_parser("version", help="print the version, and that of the MongoEngine it stands in for")
    return parser


def _has_unsafe_path() -> bool:
    """Whether Python put the place it was started from in front of the module search path."""
    return not (sys.flags.isolated or getattr(sys.flags, "safe_path", False))


def _execute(code: CodeType, spec: ModuleSpec | None, file: str | None) -> None:
    """Run *code* as the module ``__main__``.

    It is a module of its own that stays in place, so that threads, exit handlers and pickles which outlive the
    program's last line find it.
    """
    module = ModuleType("__main__")
    attributes = {"__builtins__": builtins, "__file__": file, "__spec__": spec, "__cached__": None}
    if spec is not None:
        attributes |= {"__loader__": spec.loader, "__package__": spec.parent, "__cached__": spec.cached}
    vars(module).update(attributes)
    sys.modules["__main__"] = module
    exec(code, vars(module))


def _execute_found(spec: ModuleSpec | None, missing: str) -> None:
    """Run the module that *spec* describes; leave with the message *missing* if there is none with code."""
    code = spec.loader.get_code(spec.name) if spec is not None and hasattr(spec.loader, "get_code") else None
    if spec is None or code is None:
        sys.exit(f"{sys.executable}: {missing}")
    if sys.argv[0] == _SEARCHING:
        sys.argv[0] = spec.origin or spec.name
    _execute(code, spec, spec.origin)


def _run_script(path: str, arguments: Sequence[str]) -> None:
    """Run a file, or the ``__main__.py`` in a folder or zip file; what it raises is not caught."""
    sys.argv = [path, *arguments]
    container = pkgutil.get_importer(path)
    if container is not None:
        # Such a program comes first on the path in any case, the place this command was started from does not.
        sys.path[0 : int(_has_unsafe_path())] = [os.path.abspath(path)]
        _execute_found(container.find_spec("__main__"), f"can't find '__main__' module in {path!r}")
        return
    with io.open_code(os.path.abspath(path)) as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    if _has_unsafe_path():
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    _execute(code, None, os.path.abspath(path))


def _run_module(name: str, arguments: Sequence[str]) -> None:
    """Run a module, or a package's ``__main__``, as ``python -m`` does; what it raises is not caught."""
    sys.argv = [_SEARCHING, *arguments]
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except ModuleNotFoundError as error:
        # Only the search itself: a package that fails to import something else says so.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        spec = None
    _execute_found(spec, f"No module named {name}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; *arguments* are those after the program's name, ``sys.argv``'s by default."""
    parser = _build_parser()
    options = parser.parse_args(arguments)
    if options.command == "version":
        stands_for = ".".join(map(str, mongoengine_fast.VERSION))
        print(f"mongoengine_fast {mongoengine_fast.__version__} (MongoEngine {stands_for})")
        return

    if not options.module and not options.script:
        parser.error("run needs a SCRIPT or -m MODULE")
    if not options.module and not os.path.exists(options.script):
        parser.error(f"can't open file {options.script!r}: no such file")
    mongoengine_fast.install_as_mongoengine()
    if options.module:
        _run_module(options.module[0], options.module[1:])
    else:
        _run_script(options.script, options.args)


if __name__ == "__main__":
    main()
