#!/usr/bin/env bash
# Makes a package of each crate, as crates.io would get it, and builds each from its package alone.
# Options go to `cargo package`: --no-verify makes the packages and does not build them.
#
# Cargo resolves packages that need each other only if they may be published, which these may not:
# so the flag is turned on in a copy, and the copy is thrown away. `cargo package` uploads nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/package-build"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --null --files-from - --create | tar --extract --directory "$copy"
cd "$copy"
sed -i 's/^publish = false$/publish = true/' Cargo.toml
# Cargo keeps what it unpacked and built of a package, by name and version: a package of the same version would be built
# with the crates of the run before.
home="${CARGO_HOME:-$HOME/.cargo}/registry"
rm -rf "$home"/src/-*/lcsim-* "$home"/cache/-*/lcsim-* "$CARGO_TARGET_DIR"/*/.fingerprint/lcsim-*
# Without Git, a package says nothing of the commit that it was made of.
cargo package --workspace --exclude lcsim-tests "$@"
