"""Tasks of MongoDB's published driver benchmark, with documents in the place of dicts."""

from typing import Any

from benchmarks import public_data
from benchmarks.case import Case, Work
from benchmarks.cases.common import emptied, group
from benchmarks.cases.odm import build

SMALL_BATCH, TWEET_BATCH, LARGE_BATCH = 1_000, 500, 4


def _built(name: str, collection: str, count: int) -> Any:
    """A `prepare` that empties the collection and builds what is to be inserted."""

    def prepare(library: Any) -> list[Any]:
        library.database[collection].delete_many({})
        return [build(library, name) for _ in range(count)]

    return prepare


def _insert(name: str) -> Work:
    def work(library: Any, documents: Any) -> None:
        getattr(library.models, name).objects.insert(documents, load_bulk=False)

    return work


def _insert_raw(collection: str) -> Work:
    def work(library: Any, documents: Any) -> None:
        library.database[collection].insert_many(documents)

    return work


def _bulk_insert(name: str, collection: str, count: int, title: str, **options: Any) -> Case:
    return Case(
        f"driver_insert_{name}", f"bulk insert of {count:,} {title}", _insert(name), raw=_insert_raw(collection),
        prepare=_built(name, collection, count), stored=(collection,), **options,
    )  # fmt: skip


def _empty_cursor(library: Any, _: Any) -> int:
    count = 0
    for _document in library.models.tweet_many.objects.no_cache():
        count += 1
    return count


def _empty_cursor_raw(library: Any, _: Any) -> int:
    count = 0
    for _document in library.database["tweets_many"].find():
        count += 1
    return count


def _first_texts(library: Any, count: int) -> Any:
    if hasattr(library, "models"):
        return count, [tweet.user.name for tweet in library.models.tweet_many.objects.limit(50)]
    return count, [tweet["user"]["name"] for tweet in library.database["tweets_many"].find().limit(50)]


def _insert_one(library: Any, _: Any) -> None:
    build(library, "tweet").save()


def _insert_one_raw(library: Any, _: Any) -> None:
    library.database["tweets"].insert_one(dict(public_data.document("tweet")))


CASES = group(
    "Driver benchmark",
    _bulk_insert("small", "small", SMALL_BATCH, "small documents", raw_target=1.3),
    _bulk_insert("tweet", "tweets", TWEET_BATCH, "tweets", raw_target=1.3),
    _bulk_insert("large", "large", LARGE_BATCH, "large documents of 2.4 MB", rounds=9, guard=False),
    Case(
        "driver_find_many", "find 5,000 tweets and empty the cursor", _empty_cursor, raw=_empty_cursor_raw,
        needs=("tweets_many",), result=_first_texts, rounds=9, raw_target=1.3,
    ),
    Case(
        "driver_insert_one", "insert one tweet", _insert_one, raw=_insert_one_raw, prepare=emptied("tweets"),
        stored=("tweets",), loops=20,
    ),
)  # fmt: skip
