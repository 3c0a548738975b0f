#!/bin/sh
# Rebuilds src/gigaloop/report/assets from the packages pinned in package-lock.json; needs Node.js 20 or later and npm.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out="$here/../../src/gigaloop/report/assets"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/package.json "$here"/package-lock.json "$here"/.npmrc "$here"/build.mjs "$here"/echarts.entry.js "$work"
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$work"
npm ci
node build.mjs "$out"
