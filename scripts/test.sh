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
# The bench in Python that comes with a core needs cocotb, from PyPI into a virtual environment, target/cocotb.
tools="${CARGO_TARGET_DIR:-$PWD/target}/cocotb"
if ! cmp -s scripts/cocotb.txt "$tools/installed.txt"; then
  python3 -m venv --clear "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --no-deps -r scripts/cocotb.txt
  cp scripts/cocotb.txt "$tools/installed.txt"
fi
# cocotb runs Python inside the simulator, from a shared library that Debian has in a package of its own.
if [ -z "$("$tools/bin/find_libpython")" ]; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends libpython3-dev
fi
export PATH="$tools/bin:$PATH"
cargo fmt --all --check
scripts/upkeep.sh
cargo clippy --workspace --all-targets --locked -- -D warnings
# The binary with the fewest crates.
cargo clippy -p lcsim --no-default-features --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
cargo test --workspace --locked
