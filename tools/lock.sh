#!/usr/bin/env bash
# lock.sh [--upgrade]: pin pyproject.toml's dependencies, with hashes, for every supported Python and platform.
# One version of each package for all of them, so that every installation computes the same numbers.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=uv
if ! command -v uv >/dev/null 2>&1; then
    uv=${VENV:-.venv}/bin/uv
    if [ ! -x "$uv" ]; then
        echo "lock: uv is needed (https://docs.astral.sh/uv/): pip install uv" >&2
        exit 1
    fi
fi

pin() {
    local lock=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        --output-file "$lock" pyproject.toml "$@" >/dev/null
}

pin requirements/run.lock --group build "${@}"
pin requirements/dev.lock --group dev --constraints requirements/run.lock "${@}"
