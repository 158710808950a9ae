"""One run of the cases under pytest-benchmark, in a process of its own."""

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import public_data
from benchmarks.reporting.build import build
from mongoengine_fast.testing import mongod_version

ROOT = Path(__file__).resolve().parents[1]


def measure(
    *, quick: bool, rest: Sequence[str] = (), only: Sequence[str] = (), rounds_factor: float = 1.0
) -> tuple[int, dict[str, Any] | None]:
    """Run the cases (`only`: those); return pytest's exit code and the report, None where nothing was measured."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        raw_file = Path(scratch, "raw.json")
        command = [
            sys.executable, "-m", "pytest", "benchmarks", "-q", "--no-header", "-p", "no:randomly", "-p",
            "no:cacheprovider", "--override-ini=addopts=", "--override-ini=filterwarnings=default", "--timeout=0",
            "--benchmark-only", "--benchmark-quiet", "--disable-warnings", f"--benchmark-json={raw_file}",
            f"--rounds-factor={rounds_factor}", *rest,
        ]  # fmt: skip
        if quick:
            command.append("--quick")
        if only:
            command.append(f"--only={','.join(only)}")
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if not raw_file.is_file() or not raw_file.stat().st_size:
            return code, None
        return code, build(json.loads(raw_file.read_text()), facts(quick))


def facts(quick: bool) -> dict[str, str]:
    """What was measured, for the report."""
    versions = {}
    for name in ("mongoengine", "pymongo", "mongoengine-fast"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "from the source tree"
    return {
        "profile": "quick" if quick else "full",
        **versions,
        "mongodb": ".".join(map(str, mongod_version())),
        "documents of the published benchmarks": public_data.source(),
    }
