"""Packages that are imported when somebody asks for them."""

import subprocess
import sys
from unittest import mock

import pytest

from mongoengine_fast import fields
from mongoengine_fast.fields import extras


def test_pillow_and_gridfs_are_not_imported_with_the_package() -> None:
    script = "import sys, mongoengine_fast; print(sorted({'PIL', 'gridfs'} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("name", extras.LAZY)
def test_they_are_names_of_the_module_all_the_same(name: str) -> None:
    assert name in dir(fields)
    assert getattr(fields, name) is getattr(extras, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = fields.nothing


def test_a_missing_pillow_is_noticed_when_it_is_needed_and_put_back() -> None:
    pillow = fields.Image
    with mock.patch.object(fields, "Image", None), pytest.raises(fields.ImproperlyConfigured, match="PIL"):
        fields.ImageField()
    assert fields.Image is pillow
    vars(fields).pop("Image")
    with mock.patch("mongoengine_fast.fields.Image", None), pytest.raises(fields.ImproperlyConfigured, match="PIL"):
        fields.ImageField()
    assert fields.Image is pillow is extras.Image


def test_a_name_that_is_taken_away_is_gone_until_it_is_set_again() -> None:
    pillow = fields.Image
    assert len(dir(fields)) == len(set(dir(fields)))
    del fields.Image
    try:
        assert not hasattr(fields, "Image")
        assert "Image" not in dir(fields)
        with pytest.raises(AttributeError):
            del fields.Image
    finally:
        fields.Image = pillow
    assert fields.Image is extras.Image is pillow
