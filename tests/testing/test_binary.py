"""Finding the mongod program."""

import stat

import pytest

from mongoengine_fast.testing import MongodNotFound, MongodStartError, binary, find_mongod, mongod_version


def fake_program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_mongod_on_path_comes_first(tmp_path, monkeypatch):
    program = fake_program(tmp_path / "mongod", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_mongod() == program


def test_the_wheel_comes_second_and_gets_its_run_bit(tmp_path, monkeypatch):
    program = fake_program(tmp_path / "fiftyone" / "db" / "bin" / "mongod", "exit 0")
    program.chmod(0o644)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.syspath_prepend(tmp_path)
    assert find_mongod() == program
    assert program.stat().st_mode & stat.S_IXUSR


def test_without_any_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(binary.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MongodNotFound, match=r"MONGODB_URI.*mongoengine-fast\[testing\]"):
        find_mongod()


def test_version(tmp_path):
    assert mongod_version(fake_program(tmp_path / "mongod", "echo db version v7.0.14")) == (7, 0, 14)


def test_a_missing_library_is_named_with_its_package(tmp_path):
    program = fake_program(tmp_path / "mongod", "echo 'libcurl.so.4: cannot open shared object file' >&2; exit 127")
    with pytest.raises(MongodStartError, match="apt-get install libcurl4"):
        mongod_version(program)
