#!/usr/bin/env bash
# Makes a virtual environment: make_venv.sh PYTHON DIRECTORY
# Debian ships Python without ensurepip; virtualenv from PyPI then does what `python -m venv` cannot.
set -euo pipefail
python=$1
directory=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "mongoengine_fast needs Python 3.10 or newer; $python is $("$python" --version 2>&1). Try: make PYTHON=python3.12" >&2
    exit 1
}
[ -x "$directory/bin/python" ] && "$directory/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
rm -rf "$directory"

if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -m venv "$directory"
    exit 0
fi
echo "this Python has no ensurepip (on Debian: apt-get install python3-venv); using virtualenv"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
if "$python" -m pip --version >/dev/null 2>&1; then
    PIP_BREAK_SYSTEM_PACKAGES=1 "$python" -m pip install --quiet --target "$tools" virtualenv
    PYTHONPATH=$tools "$python" -m virtualenv --quiet "$directory"
elif command -v uv >/dev/null; then
    uv venv --quiet --seed --python "$python" "$directory"
else
    echo "neither ensurepip, pip nor uv is here: install python3-venv (Debian), or uv" >&2
    exit 1
fi
