#!/usr/bin/env bash
# setup_venv.sh VENV LOCK: a virtual environment with exactly what LOCK pins, and this checkout installed in it.
# Uses uv where it is installed, else venv and pip. PYTHON=command picks the interpreter.
set -euo pipefail

venv=$1
lock=$2
cd "$(dirname "$0")/.."

say() { printf 'set-up: %s\n' "$*" >&2; }
stop() {
    say "$1"
    shift
    for hint in "$@"; do printf '        %s\n' "$hint" >&2; done
    exit 1
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# Prints the Python to use: the first that is new enough and, without uv, can make a virtual environment.
pick_python() {
    local candidates=(python3.14 python3.13 python3.12 python3.11 python3 python)
    [ -z "${PYTHON:-}" ] || candidates=("$PYTHON")
    local bare=""
    local candidate
    for candidate in "${candidates[@]}"; do
        is_new_enough "$candidate" || continue
        if $have_uv || can_make_venv "$candidate"; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
        bare=${bare:-$candidate}
    done
    if [ -n "$bare" ]; then
        local version
        version=$("$bare" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        stop "$bare cannot make a virtual environment: its venv or ensurepip module is missing." \
            "Debian and Ubuntu: apt install python$version-venv" \
            "Or install uv (https://docs.astral.sh/uv/), which needs neither."
    fi
    if $have_uv && [ -z "${PYTHON:-}" ]; then
        say "no Python 3.11 or newer found; uv fetches one"
        echo 3.13
        return
    fi
    stop "no Python 3.11 or newer found (looked for: ${candidates[*]})." \
        "Debian 12, Ubuntu 24.04 and newer: apt install python3 python3-venv" \
        "Or install uv (https://docs.astral.sh/uv/), which fetches a Python of its own."
}

have_uv=false
if command -v uv >/dev/null 2>&1; then have_uv=true; fi

usable=false
if is_new_enough "$venv/bin/python"; then
    if $have_uv || "$venv/bin/python" -m pip --version >/dev/null 2>&1; then usable=true; fi
fi
if ! $usable; then
    if [ -e "$venv" ] && [ ! -e "$venv/pyvenv.cfg" ] && [ -n "$(ls -A "$venv")" ]; then
        stop "$venv exists and is no virtual environment; it is left as it is." "Name another folder: make VENV=folder"
    fi
    python=$(pick_python)
    say "new virtual environment in $venv with $python"
    if $have_uv; then
        uv venv --quiet --clear --no-project --python "$python" "$venv"
    else
        "$python" -m venv --clear "$venv"
    fi
fi

install() {
    if $have_uv; then
        uv pip install --quiet --python "$venv/bin/python" "$@"
    else
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@"
    fi
}

say "installing $lock with $($have_uv && echo uv || echo pip)"
install --require-hashes --only-binary :all: -r "$lock"
install --no-deps --no-build-isolation -e .
say "done"
