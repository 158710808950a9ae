"""``python -m compat_tests.upstream``: the comparison on MongoEngine's own suite.  Ends with 0 when all is declared."""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from compat_tests.upstream import divergences, network, page, report, source
from compat_tests.upstream.side import ROOT, SideResult

RESULT = Path(__file__).resolve().parents[1] / "parity.json"
UNAVAILABLE = 2


def main() -> int:
    """Parse the command line, run both sides, print and store the result; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m compat_tests.upstream", description=__doc__)
    parser.add_argument("select", nargs="*", help="parts of file names: run only these files")
    parser.add_argument("--ours", default="mongoengine_fast", choices=["mongoengine_fast", "mongoengine"],
                        help="what to compare with MongoEngine ('mongoengine' checks the runner itself)")  # fmt: skip
    parser.add_argument("--test-timeout", type=int, default=120, metavar="SECONDS")
    parser.add_argument("--random-runs", type=int, default=0, metavar="N",
                        help="so many more runs, in random orders that are equal on both sides")  # fmt: skip
    parser.add_argument("--if-available", action="store_true", help="end with 0 where the suite cannot be had")
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    declared = divergences.load()
    unavailable = 0 if arguments.if_available else UNAVAILABLE
    try:
        repository = source.git_directory()
    except source.SuiteUnavailable as error:
        print(_banner(f"MONGOENGINE'S OWN TEST SUITE DID NOT RUN: {error}\n"
                      f"Set {source.GIT_VARIABLE} to a git directory of MongoEngine, or let this machine reach "
                      f"{source.URL}"), file=sys.stderr)  # fmt: skip
        return unavailable
    with tempfile.TemporaryDirectory(prefix="mongoengine-suite-") as scratch:
        suite = Path(scratch, "suite")
        source.extract(repository, suite)
        (suite / "pytest.ini").write_text("[pytest]\n")
        try:
            runs = [
                _run(arguments, suite, Path(scratch), declared, seed)
                for seed in (None, *random.SystemRandom().sample(range(2**32), arguments.random_runs))
            ]
        except RuntimeError as error:
            print(_banner(f"MONGOENGINE'S OWN TEST SUITE DID NOT RUN: {error}"), file=sys.stderr)
            return unavailable
    stored = report.store(arguments.output, runs)
    # A run of some files, or of MongoEngine against itself, says nothing of the package as a whole.
    if not arguments.select and arguments.ours != "mongoengine":
        arguments.output.with_name("PARITY.md").write_text(page.page(stored, declared))
    print(f"\nDetails: {arguments.output}")
    problems = sum(len(run.comparison.problems) for run in runs)
    print(f"PARITY: {problems} not in order" if problems else "PARITY: every difference is declared")
    return 1 if problems else 0


def _run(
    arguments: argparse.Namespace, suite: Path, scratch: Path, declared: divergences.Declared, seed: int | None
) -> report.Run:
    """Run both sides once, in upstream's order or in the random one of `seed`, and show what came of it."""
    stock, ours = _run_sides(arguments, suite, scratch, declared, seed)
    comparison = divergences.compare(
        stock.outcomes, ours.outcomes, declared, partial=bool(arguments.select), reordered=seed is not None
    )
    run = report.Run(seed, stock, ours, comparison)
    report.show(run, declared)
    return run


def _run_sides(
    arguments: argparse.Namespace, suite: Path, scratch: Path, declared: divergences.Declared, seed: int | None
) -> tuple[SideResult, SideResult]:
    namespace = network.namespaces_work()
    if not namespace and not network.port_is_free():
        raise RuntimeError(
            f"upstream's tests need port {network.PORT} of localhost, which is taken, and this system gives out no "
            "network namespaces; stop the server on that port"
        )
    print(
        "both sides at once, each with a localhost of its own" if namespace else "one side after the other", flush=True
    )
    sides = []
    for number, package in enumerate(("mongoengine", arguments.ours)):
        result = scratch / f"side-{number}.json"
        command = [
            sys.executable, "-m", "compat_tests.upstream.side", package, str(suite), str(result),
            "--test-timeout", str(arguments.test_timeout),
        ]  # fmt: skip
        command += ["--namespace"] if namespace else []
        command += [] if seed is None else ["--seed", str(seed)]
        for option, values in (("--flaky", sorted(declared.flaky)), ("--select", arguments.select)):
            for value in values:
                command += [option, value]
        process = subprocess.Popen(command, cwd=ROOT)
        sides.append((package, process, result))
        if not namespace:
            process.wait()
    return _collect(sides[0]), _collect(sides[1])


def _collect(side: "tuple[str, subprocess.Popen[bytes], Path]") -> SideResult:
    package, process, result = side
    if process.wait() != 0:
        raise RuntimeError(f"the side of {package} ended with code {process.returncode}")
    return SideResult(**json.loads(result.read_text()))


def _banner(text: str) -> str:
    line = "!" * 100
    return f"\n{line}\n{text}\n{line}"


if __name__ == "__main__":
    sys.exit(main())
