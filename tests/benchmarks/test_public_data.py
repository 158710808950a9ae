"""Documents of the published benchmarks: from files, or made up with the same shape."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bson import encode

from benchmarks import public_data


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv(public_data.VARIABLE, raising=False)
    public_data.document.cache_clear()
    yield
    public_data.document.cache_clear()


def _types(document: dict[str, Any]) -> Counter[str]:
    return Counter(type(value).__name__ for value in document.values())


def test_the_small_document_has_thirteen_short_fields() -> None:
    small = public_data.document("small")
    assert list(small) == [f"field{number}" for number in range(1, 14)]
    assert _types(small) == {"str": 7, "int": 6}
    assert 200 < len(encode(small)) < 320


def test_the_large_document_has_250_fields_and_an_image() -> None:
    large = public_data.document("large")
    assert _types(large) == {"str": 125, "int": 125, "bytes": 1}
    assert len(large["image_field"]) == public_data.IMAGE_BYTES


def test_the_nested_document_has_embedded_documents_and_an_array() -> None:
    nested = public_data.document("nested")
    assert _types(nested) == {"dict": 12, "list": 1}
    assert {len(value) for value in nested.values() if isinstance(value, dict)} == {15}
    assert [len(item) for item in nested["embedded_str_doc_array"]] == [15, 15]


def test_the_tweet_has_a_user_and_entities_and_no_nulls() -> None:
    tweet = public_data.document("tweet")
    assert tweet["entities"]["user_mentions"][0]["indices"] == [0, 9]
    assert None not in tweet.values()
    assert None not in tweet["user"].values()
    assert 900 < len(encode(tweet)) < 2_000


@pytest.mark.parametrize("name", public_data.FILES)
def test_what_is_made_up_is_always_the_same(name: str) -> None:
    assert public_data.generate(name) == public_data.generate(name)


def test_a_file_in_the_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / public_data.FILES["small"]
    path.parent.mkdir()
    path.write_text(
        json.dumps({"field1": "given", "field2": None, "image": {"$binary": {"base64": "AAE=", "subType": "00"}}})
    )
    monkeypatch.setenv(public_data.VARIABLE, str(tmp_path))
    assert public_data.document("small") == {"field1": "given", "image": b"\0\1"}
    assert public_data.document("nested") == public_data.generate("nested")
    assert public_data.source() == "generated with the same shape: large, nested, tweet; published files: small"


def test_without_a_folder_the_report_says_that_all_was_made_up() -> None:
    assert public_data.source() == "generated with the same shape: small, large, nested, tweet"
