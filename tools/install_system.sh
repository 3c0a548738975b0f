#!/usr/bin/env bash
# The system packages of the browser tests: Chromium, and a font where there is none. Installed where that needs no
# question (root, or sudo without a password, on a machine with apt-get); elsewhere it says what is missing, and the
# browser tests are skipped. SYSTEM=no installs nothing. Never asks, never fails.
set -uo pipefail

missing=()
have_chromium=false
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then have_chromium=true; fi
done
$have_chromium || missing+=(chromium)
# A Mac brings its fonts; elsewhere fontconfig knows them.
if [ "$(uname -s)" = Linux ] && ! { command -v fc-list && [ -n "$(fc-list | head -n 1)" ]; } >/dev/null 2>&1; then
    missing+=(fontconfig fonts-dejavu-core)
fi
[ ${#missing[@]} -gt 0 ] || exit 0

skip() {
    printf 'system packages: %s: %s.\n' "$1" "${missing[*]}" >&2
    $have_chromium || printf 'system packages: without Chromium the browser tests are skipped.\n' >&2
    exit 0
}

[ "${SYSTEM:-yes}" = yes ] || skip "left out as asked (SYSTEM=$SYSTEM)"
command -v apt-get >/dev/null 2>&1 || skip "no apt-get here; please install these, or what stands for them"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true >/dev/null 2>&1 || skip "not root, and no sudo without a password; please have these installed"
    as_root=(sudo -n)
fi

apt() {
    timeout 900 ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=120 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 \
        -o Acquire::Retries=2 "$@" </dev/null >"$log" 2>&1
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

printf 'system packages: installing %s\n' "${missing[*]}" >&2
if ! apt install -y --no-install-recommends "${missing[@]}"; then
    apt update
    if ! apt install -y --no-install-recommends "${missing[@]}"; then
        tail -n 5 "$log" >&2
        skip "apt-get could not install"
    fi
fi
