#!/usr/bin/env bash
# Installs what the tests need and runs them all. Needs a Rust toolchain; Debian's packages for the rest.
set -euo pipefail
cd "$(dirname "$0")/.."
# Co-simulation needs verilator, a compiler for what it generates, and iverilog; proofs need yosys and z3.
for tool in cc c++ make verilator iverilog yosys z3; do
  if ! command -v "$tool" >/dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends gcc g++ libc6-dev make verilator iverilog yosys z3
    break
  fi
done
# Checks of crates are made by tools from PyPI.
if ! python3 -c 'import ensurepip' 2>/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-venv
fi
cargo fmt --all --check
scripts/upkeep.sh
cargo clippy --workspace --all-targets --locked -- -D warnings
# The binary with the fewest crates.
cargo clippy -p lcsim --no-default-features --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
cargo test --workspace --locked
