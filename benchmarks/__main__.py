"""``python -m benchmarks``: run the benchmark, write its report, compare it with the record, or update the record."""

import argparse
import os
import sys

from benchmarks import guard, public_data, run
from benchmarks.reporting import files, markdown
from benchmarks.reporting.build import missed


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less time for each case, and smaller sizes")
    parser.add_argument("--data", help="folder with the documents of MongoDB's published benchmarks")
    parser.add_argument("--readme", action="store_true", help="put the table of the last report into README.md; no run")
    parser.add_argument(
        "--check", action="store_true", help="fail where a ratio fell against the record, twice in a row"
    )
    parser.add_argument("--record", type=int, metavar="RUNS", help="record the lowest ratios of RUNS quick runs")
    parser.add_argument(
        "--no-instructions", action="store_true", help="leave instruction counts out of check and record"
    )
    return parser.parse_known_args()


def main() -> int:
    """Return the exit code: that of pytest, or 1 where something fell."""
    arguments, rest = _arguments()
    if arguments.data:
        os.environ[public_data.VARIABLE] = arguments.data
    if arguments.readme:
        markdown.put_into_readme(files.read())
        return 0
    if arguments.record:
        return guard.update(arguments.record, rest, instructions=not arguments.no_instructions)
    code, report = run.measure(quick=arguments.quick, rest=rest)
    if report is None:
        return code or 1
    files.write(report)
    print(f"\n{markdown.table(report['rows'])}\n")
    for line in missed(report):
        print(f"below target: {line}")
    print(f"Report: {files.FOLDER / 'report.html'}")
    if code or not arguments.check:
        return code
    return guard.check(report, rest, instructions=not arguments.no_instructions)


if __name__ == "__main__":
    sys.exit(main())
