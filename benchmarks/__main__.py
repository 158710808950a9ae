"""``python -m benchmarks [--quick] [--readme] [pytest's arguments]``: run the benchmark and write its report."""

import argparse
import importlib.metadata
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import report
from mongoengine_fast.testing import mongod_version

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run pytest-benchmark, then print and store the report; return pytest's exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, no memory cases")
    parser.add_argument("--readme", action="store_true", help="put the table into README.md")
    arguments, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        raw_file = Path(scratch, "raw.json")
        command = [
            sys.executable, "-m", "pytest", "benchmarks", "-q", "-p", "no:randomly", "-p", "no:cacheprovider",
            "--override-ini=addopts=", "--override-ini=filterwarnings=default", "--timeout=0", "--benchmark-only",
            "--benchmark-quiet", "-v", f"--benchmark-json={raw_file}", *rest,
        ]  # fmt: skip
        if arguments.quick:
            command += ["--quick", "--deselect", "benchmarks/test_memory.py"]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if not raw_file.is_file() or not raw_file.stat().st_size:
            return code or 1
        result = report.build(json.loads(raw_file.read_text()), _facts())
    report.write(result)
    if arguments.readme:
        report.put_into_readme(result)
    print(f"\n{report.table(result)}\n")
    for title in report.missed(result):
        print(f"below target: {title}")
    print(f"Report: {report.FOLDER / 'report.md'}")
    return code


def _facts() -> dict[str, str]:
    versions = {}
    for name in ("mongoengine", "pymongo", "mongoengine-fast"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "from the source tree"
    return {**versions, "mongodb": ".".join(map(str, mongod_version()))}


if __name__ == "__main__":
    sys.exit(main())
