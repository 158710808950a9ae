"""Getting upstream's tests: what is refused, and in which words."""

import subprocess

import pytest

from compat_tests.upstream import source


def test_a_directory_without_the_commit_is_refused(tmp_path, monkeypatch) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    monkeypatch.setenv(source.GIT_VARIABLE, str(tmp_path))
    with pytest.raises(source.SuiteUnavailable, match="does not hold MongoEngine"):
        source.git_directory()


def test_a_failing_clone_is_explained(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv(source.GIT_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(source, "URL", str(tmp_path / "nowhere"))
    with pytest.raises(source.SuiteUnavailable, match=r"cloning .* failed"):
        source.git_directory()
    assert not (tmp_path / "cache" / "mongoengine_fast" / "mongoengine.git").exists()


def test_a_tree_with_another_hash_is_refused(tmp_path, monkeypatch) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git[:3], "init", "--quiet"], check=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text("")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "x"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    monkeypatch.setenv(source.GIT_VARIABLE, str(tmp_path))
    monkeypatch.setattr(source, "COMMIT", head)
    with pytest.raises(source.SuiteUnavailable, match="expected 6619b30c"):
        source.git_directory()
