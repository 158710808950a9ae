"""``python -m demo.run``: the site under both packages, compared in everything that it prints and stores."""

import argparse
import difflib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from mongoengine_fast.testing import start_mongod

SITE = Path(__file__).with_name("site.py")
STOCK, OURS = "mongoengine", "mongoengine_fast"
LAUNCHERS = {STOCK: (str(SITE),), OURS: ("-m", "mongoengine_fast", "run", str(SITE))}


@dataclass
class Run:
    """What one package did."""

    package: str
    database: str
    output: list[str]
    seconds: dict[str, float]


def run_site(package: str, uri: str, database: str, posts: int, scratch: Path) -> Run:
    """Run the site under `package` in a process of its own.  Ends the demo if the site fails."""
    timings = scratch / f"{database}.json"
    command = [sys.executable, *LAUNCHERS[package], uri, database, str(posts)]
    print(f"running demo/site.py under {package} ...", flush=True)
    environment = {**os.environ, "SITE_TIMINGS": str(timings)}
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode != 0:
        print(answer.stdout)
        sys.exit(f"DEMO FAILED: the site ended with code {answer.returncode} under {package}")
    seconds = {entry["step"]: entry["seconds"] for entry in json.loads(timings.read_text())}
    return Run(package, database, answer.stdout.splitlines(), seconds)


def contents(client: MongoClient[Any], database: str) -> dict[str, dict[str, str]]:
    """A digest of every stored document's bytes, by collection and id; and of the indexes."""
    result: dict[str, dict[str, str]] = {}
    for name in sorted(client[database].list_collection_names()):
        collection = client[database].get_collection(name)
        raw = client.get_database(database).get_collection(
            name, codec_options=collection.codec_options.with_options(document_class=RawBSONDocument)
        )
        result[name] = {str(document["_id"]): hashlib.sha256(document.raw).hexdigest() for document in raw.find()}
        result[f"indexes of {name}"] = {key: str(sorted(index.items(), key=str)) for key, index in
                                        collection.index_information().items()}  # fmt: skip
    return result


def differences(client: MongoClient[Any], stock: Run, ours: Run) -> list[str]:
    """Everything that differs between two runs, in words."""
    found = list(difflib.unified_diff(stock.output, ours.output, stock.package, ours.package, lineterm="", n=1))[:40]
    left, right = contents(client, stock.database), contents(client, ours.database)
    for name in sorted(left.keys() | right.keys()):
        a, b = left.get(name, {}), right.get(name, {})
        wrong = [key for key in a.keys() | b.keys() if a.get(key) != b.get(key)]
        if wrong:
            found.append(f"{name}: {len(wrong)} of {len(a)} differ, for instance {sorted(wrong)[0]}")
            found += _both(client, stock, ours, name, sorted(wrong)[0])
    if not found:
        documents = sum(len(entries) for name, entries in left.items() if not name.startswith("indexes of "))
        print(
            f"\nidentical: {len(stock.output)} lines of output, {documents} stored documents byte by byte, all indexes"
        )
    return found


def _both(client: MongoClient[Any], stock: Run, ours: Run, name: str, key: str) -> list[str]:
    lines = []
    for run in (stock, ours):
        documents = (document for document in client[run.database][name].find() if str(document["_id"]) == key)
        lines.append(f"  {run.package}: {next(documents, None)}"[:600])
    return lines


def show(stock: Run, ours: Run) -> None:
    """The steps side by side."""
    print(f"\n{'step':46}{'MongoEngine':>14}{'mongoengine_fast':>18}{'ratio':>9}")
    for step, seconds in stock.seconds.items():
        _line(step, seconds, ours.seconds[step])
    _line("together", sum(stock.seconds.values()), sum(ours.seconds.values()))


def _line(step: str, stock: float, ours: float) -> None:
    print(f"{step:46}{stock * 1e3:>11.1f} ms{ours * 1e3:>15.1f} ms{stock / ours:>8.1f}x")


def main() -> None:
    """Run, compare, show.  Ends with an error if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m demo.run", description=__doc__)
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--ours", default=OURS, choices=[STOCK, OURS],
                        help="'mongoengine' compares MongoEngine with itself, to check the demo")  # fmt: skip
    arguments = parser.parse_args()
    with start_mongod(journal=False) as server, server.client() as client, tempfile.TemporaryDirectory() as scratch:
        runs = []
        for side, package in (("stock", STOCK), ("ours", arguments.ours)):
            client.drop_database(f"demo_{side}")
            runs.append(run_site(package, server.uri, f"demo_{side}", arguments.posts, Path(scratch)))
        found = differences(client, *runs)
        show(*runs)
    if found:
        print("\n".join(["", "DIFFERENT:", *found]))
        sys.exit("DEMO FAILED: the packages differ")
    print("\nThe same program, the same output, the same documents.")


if __name__ == "__main__":
    main()
