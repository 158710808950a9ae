#!/usr/bin/env bash
# Coverage-guided fuzzing with cargo-fuzz (libFuzzer, AddressSanitizer): fuzz.sh BIN, the folder of the Python tools.
# FUZZ_SECONDS (1200) is the time of each target, FUZZ_TARGETS (all) names some of them; one runs on each processor.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$1
seconds=${FUZZ_SECONDS:-1200}
read -ra targets <<<"${FUZZ_TARGETS:-plan_decode json reader writer}"
logs=fuzz/artifacts

command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz is needed: cargo install cargo-fuzz" >&2; exit 1; }
cargo +nightly --version >/dev/null || { echo "nightly Rust is needed: rustup toolchain install nightly" >&2; exit 1; }

PYO3_PYTHON=$(realpath -s "$bin/python")
PYTHONPATH=$("$PYO3_PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# Freed objects are to be seen as freed; what the interpreter itself leaves at its end is no leak of ours.
export PYO3_PYTHON PYTHONPATH PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0
"$PYO3_PYTHON" fuzz/seeds.py
cargo +nightly fuzz build --fuzz-dir fuzz --features python

one() {
    mkdir -p "$logs" "fuzz/corpus/$1"
    local program
    program=$(ls -t fuzz/target/*/release/"$1" | head -n 1)
    mkdir -p "$logs/$1"
    "$program" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=6000 -artifact_prefix="$logs/$1/" \
        "fuzz/corpus/$1" >"$logs/$1.log" 2>&1 || { tail -n 40 "$logs/$1.log"; echo "$1: FAILED, see $logs/$1"; return 1; }
    echo "$1: clean, $(grep -a 'DONE ' "$logs/$1.log" | sed -E 's/^#([0-9]+)\s+DONE\s+(cov: [0-9]+).*(corp: [0-9]+).*/\1 executions, \2 edges, \3 inputs/')"
}
export -f one
export logs seconds

echo "fuzzing ${targets[*]}, $seconds s each"
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I {} bash -euo pipefail -c 'one {}'
