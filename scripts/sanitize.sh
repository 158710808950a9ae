#!/usr/bin/env bash
# The Python tests on a build of the native core with AddressSanitizer: sanitize.sh BIN [pytest arguments].
# Python allocates by malloc meanwhile, so that an object which was freed too early is seen as freed.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$1
shift
host=$(rustc -vV | sed -n 's/^host: //p')
library=$(cc -print-file-name=libasan.so)
cargo +nightly --version >/dev/null || { echo "nightly Rust is needed: rustup toolchain install nightly" >&2; exit 1; }
[ -f "$library" ] || { echo "libasan.so is needed; it comes with gcc" >&2; exit 1; }

PYO3_PYTHON=$(realpath -s "$bin/python")
export PYO3_PYTHON
RUSTFLAGS=-Zsanitizer=address cargo +nightly build --target "$host" --target-dir target/sanitizer -p mongoengine-fast-native
"$bin/python" scripts/place_native.py "target/sanitizer/$host/debug"

# What the interpreter leaves at its end is no leak of ours. Frames are several times as large as in a release build: two
# hundred levels do not fit the small stack that one test gives a thread.
export LD_PRELOAD=$library PYTHONMALLOC=malloc
export ASAN_OPTIONS=detect_leaks=0:detect_odr_violation=0:allocator_may_return_null=1:handle_segv=0
MONGOENGINE_FAST_ALLOW_DEBUG=1 "$bin/python" -m pytest -p no:faulthandler -k 'not depth_bombs' "$@"
