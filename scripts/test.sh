#!/usr/bin/env bash
# Installs what the tests need and runs them all. Needs a Rust toolchain; Debian's packages for the rest.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v cc >/dev/null; then
  apt-get update -q && apt-get install -y -q --no-install-recommends gcc libc6-dev
fi
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
cargo test --workspace --locked
