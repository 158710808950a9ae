#!/usr/bin/env bash
# Licences and known vulnerabilities: audit.sh BIN_FOLDER. A finding fails; a tool or a database out of reach is said.
set -euo pipefail
bin=$1

if cargo deny --version >/dev/null 2>&1; then
    if cargo deny fetch db >/dev/null 2>&1; then
        cargo deny --locked check
    else
        echo "NOTE: the RustSec database cannot be reached: licences, bans and sources are checked, advisories are not"
        cargo deny --locked check licenses bans sources
    fi
else
    echo "NOTE: cargo-deny is not installed (cargo install --locked cargo-deny): Rust dependencies were not audited"
fi

output=$(mktemp)
trap 'rm -f "$output"' EXIT
if "$bin/pip-audit" --requirement requirements/dev.txt --require-hashes --disable-pip --progress-spinner off \
    >"$output" 2>&1; then
    grep -v 'could not be audited' "$output" || true
    unknown=$(grep -c 'could not be audited' "$output" || true)
    [ "$unknown" = 0 ] || echo "NOTE: $unknown Python packages are unknown to the database that was reached"
elif grep -qE 'ConnectionError|ServiceError|Max retries|HTTPSConnectionPool|Timeout|Forbidden|ConnectTimeout' "$output"; then
    echo "NOTE: pip-audit cannot reach the vulnerability database: Python dependencies were not audited"
    tail -n 1 "$output"
else
    cat "$output"
    exit 1
fi
