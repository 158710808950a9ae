"""Programs that say `import mongoengine` get this package: in processes of their own, as they would be run."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments, cwd, code=0):
    """What a fresh Python prints."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    environment.pop("PYTHONSAFEPATH", None)
    done = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def script(folder, text, name="program.py"):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(textwrap.dedent(text))
    return str(path)


INSTALL = "import mongoengine_fast; mongoengine_fast.install_as_mongoengine()\n"


def test_the_alias_is_the_very_package(tmp_path):
    program = INSTALL + textwrap.dedent("""
        import mongoengine, mongoengine_fast
        assert mongoengine is mongoengine_fast
        import mongoengine.queryset.visitor, mongoengine_fast.queryset.visitor, sys
        assert sys.modules["mongoengine.queryset.visitor"] is sys.modules["mongoengine_fast.queryset.visitor"]
        from mongoengine.base.datastructures import BaseList
        from mongoengine_fast.base.datastructures import BaseList as Ours
        assert BaseList is Ours
        print("the same")
    """)
    assert run("-c", program, cwd=tmp_path) == "the same\n"


@pytest.mark.parametrize(
    "module",
    [
        "mongoengine.fields",
        "mongoengine.document",
        "mongoengine.connection",
        "mongoengine.errors",
        "mongoengine.signals",
        "mongoengine.queryset",
        "mongoengine.queryset.base",
        "mongoengine.queryset.queryset",
        "mongoengine.queryset.transform",
        "mongoengine.queryset.visitor",
        "mongoengine.queryset.manager",
        "mongoengine.queryset.field_list",
        "mongoengine.common",
        "mongoengine.base.common",
        "mongoengine.base.datastructures",
        "mongoengine.base.document",
        "mongoengine.base.fields",
        "mongoengine.base.metaclasses",
        "mongoengine.base.utils",
        "mongoengine.context_managers",
        "mongoengine.dereference",
        "mongoengine.mongodb_support",
        "mongoengine.pymongo_support",
    ],
)
def test_every_module_of_mongoengine_has_its_alias(module, tmp_path):
    program = (
        INSTALL
        + f"""
import importlib
alias = importlib.import_module({module!r})
ours = importlib.import_module({module.replace("mongoengine", "mongoengine_fast", 1)!r})
assert alias is ours, (alias, ours)
assert ours.__spec__.name == ours.__name__
"""
    )
    run("-c", program, cwd=tmp_path)


def test_installing_twice_does_nothing(tmp_path):
    program = INSTALL * 2 + "import sys; print(sum(type(f).__name__ == '_AliasFinder' for f in sys.meta_path))"
    assert run("-c", program, cwd=tmp_path) == "1\n"


def test_installing_after_mongoengine_itself_names_who_uses_it(tmp_path):
    script(tmp_path, "from mongoengine import Document", "plugin.py")
    error = run("-c", "import plugin\n" + INSTALL, cwd=tmp_path, code=1)
    assert "RuntimeError: install_as_mongoengine() came too late" in error
    assert "plugin" in error
    assert "python -m mongoengine_fast run" in error


def test_both_packages_side_by_side_without_the_alias(tmp_path):
    program = (
        "import mongoengine, mongoengine_fast as ours; print(mongoengine is ours, mongoengine.VERSION == ours.VERSION)"
    )
    assert run("-c", program, cwd=tmp_path) == "False True\n"


def test_a_missing_module_is_missing_under_the_alias_too(tmp_path):
    error = run("-c", INSTALL + "import mongoengine.nothing", cwd=tmp_path, code=1)
    assert "ModuleNotFoundError: No module named 'mongoengine.nothing'" in error


def test_a_plug_in_that_imports_mongoengine_gets_ours(tmp_path):
    script(tmp_path, """
        import mongoengine as db
        from mongoengine import fields
        from mongoengine.base import BaseField
        from mongoengine.queryset import QuerySet

        class SlugField(fields.StringField):
            def to_mongo(self, value):
                return value.lower()

        class Base(db.Document):
            meta = {"abstract": True}
            slug = SlugField()
    """, "plugin.py")  # fmt: skip
    program = script(tmp_path, """
        import mongoengine_fast
        from plugin import Base, BaseField, QuerySet, SlugField

        assert issubclass(Base, mongoengine_fast.Document)
        assert issubclass(SlugField, BaseField) and BaseField is mongoengine_fast.base.BaseField
        assert QuerySet is mongoengine_fast.QuerySet

        class Page(Base):
            pass

        print(dict(Page(slug="A").to_mongo()))
    """)  # fmt: skip
    assert run("-m", "mongoengine_fast", "run", program, cwd=tmp_path) == "{'slug': 'a'}\n"


SHOW = """
    import sys, mongoengine
    print(__name__, sys.argv, mongoengine.__name__, __file__ is not None, sys.path[0])
"""


def test_running_a_script_as_python_would(tmp_path):
    program = script(tmp_path, SHOW, "sub/program.py")
    out = run("-m", "mongoengine_fast", "run", program, "--port", "8", cwd=tmp_path)
    assert out == f"__main__ {[program, '--port', '8']!r} mongoengine_fast True {tmp_path / 'sub'}\n"


def test_running_a_module_as_python_would(tmp_path):
    script(tmp_path, SHOW, "sub/__main__.py")
    out = run("-m", "mongoengine_fast", "run", "-m", "sub", "-x", cwd=tmp_path)
    assert out == f"__main__ {[str(tmp_path / 'sub' / '__main__.py'), '-x']!r} mongoengine_fast True {tmp_path}\n"


def test_running_a_folder(tmp_path):
    script(tmp_path, SHOW, "sub/__main__.py")
    out = run("-m", "mongoengine_fast", "run", str(tmp_path / "sub"), cwd=tmp_path)
    assert " mongoengine_fast True " in out


def test_the_exit_status_is_the_programs(tmp_path):
    run("-m", "mongoengine_fast", "run", script(tmp_path, "import sys; sys.exit(3)"), cwd=tmp_path, code=3)


def test_the_programs_traceback_is_shown(tmp_path):
    error = run("-m", "mongoengine_fast", "run", script(tmp_path, "import mongoengine\n1 / 0"), cwd=tmp_path, code=1)
    assert "ZeroDivisionError" in error
    assert "program.py" in error


def test_a_program_that_is_not_there(tmp_path):
    assert "no such file" in run("-m", "mongoengine_fast", "run", "nothing.py", cwd=tmp_path, code=2)
    assert "No module named" in run("-m", "mongoengine_fast", "run", "-m", "no_such_module", cwd=tmp_path, code=1)
    assert "SCRIPT or -m MODULE" in run("-m", "mongoengine_fast", "run", cwd=tmp_path, code=2)


def test_pickles_of_the_programs_own_classes(tmp_path):
    program = script(tmp_path, """
        import pickle
        import mongoengine

        class Thing(mongoengine.Document):
            name = mongoengine.StringField()

        print(pickle.loads(pickle.dumps(Thing(name="a"))).name)
    """)  # fmt: skip
    assert run("-m", "mongoengine_fast", "run", program, cwd=tmp_path) == "a\n"


def test_the_version_is_printed(tmp_path):
    import mongoengine_fast

    out = run("-m", "mongoengine_fast", "version", cwd=tmp_path)
    assert out == f"mongoengine_fast {mongoengine_fast.__version__} (MongoEngine 0.29.3)\n"


def test_a_program_works_on_a_server(tmp_path, mongodb_uri, mongodb_database):
    program = script(tmp_path, """
        import sys
        from mongoengine import Document, StringField, connect
        from mongoengine.context_managers import query_counter

        class Thing(Document):
            name = StringField()

        connect(sys.argv[1], host=sys.argv[2], uuidRepresentation="standard")
        Thing(name="a").save()
        with query_counter() as counter:
            assert Thing.objects.get(name="a").name == "a"
            print(int(counter))
    """)  # fmt: skip
    assert run("-m", "mongoengine_fast", "run", program, mongodb_database.name, mongodb_uri, cwd=tmp_path) == "1\n"
    assert [row["name"] for row in mongodb_database["thing"].find()] == ["a"]


def test_a_test_suite_runs_under_the_alias(tmp_path):
    script(tmp_path, """
        import mongoengine

        def test_it():
            assert mongoengine.__name__ == "mongoengine_fast"
    """, "test_mine.py")  # fmt: skip
    assert "1 passed" in run(
        "-m", "mongoengine_fast", "run", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py", cwd=tmp_path
    )
