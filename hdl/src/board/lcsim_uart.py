#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Runs images on a core behind a serial line: loads the network, if the core does not carry it,
then for each image of the bench prints class, cycles and how long it took.

    python3 lcsim_uart.py /dev/ttyUSB0      (needs `pip install pyserial`)
"""

import re
import struct
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFINED = re.findall(
    r"^#define LCSIM_(\w+) (0x[0-9a-f]+|[0-9]+)u?$", (HERE / "lcsim.h").read_text(), re.M
)
MAP = {name: int(value, 0) for name, value in DEFINED}
BAUD = 1_000_000
# A request carries at most so many beats.
MOST = 4096


class Line:
    """Requests on a serial line: anything that has `write` and `read`."""

    def __init__(self, port):
        self.port = port

    def ask(self, letter, count, address, beats=b"", answer=0):
        self.port.write(letter + struct.pack("<HI", count, address) + beats)
        data = self.port.read(answer + 1)
        if len(data) != answer + 1:
            raise TimeoutError(f"no answer at address {address:#x}")
        if data[-1]:
            raise RuntimeError(
                f"address {address:#x}: " + ("refused", "nothing is there")[data[-1] - 2]
            )
        return data[:-1]

    def write(self, address, words):
        for at in range(0, len(words), MOST):
            part = words[at : at + MOST]
            self.ask(b"W", len(part), address + 4 * at, struct.pack(f"<{len(part)}I", *part))

    def read(self, address, count=1):
        return struct.unpack(f"<{count}I", self.ask(b"R", count, address, answer=4 * count))


def runs(lines):
    """Writes, as runs of neighbouring addresses."""
    run, begin, after = [], None, None
    for line in lines:
        address, data = int(line[:8], 16), int(line[8:], 16)
        if address != after and run:
            yield begin, run
            run = []
        if not run:
            begin = address
        run.append(data)
        after = address + 4
    if run:
        yield begin, run


def main(port):
    line = Line(port)
    (identity,) = line.read(MAP["IDENTITY"])
    if identity != MAP["IDENTITY_IDENTITY_VALUE"]:
        raise SystemExit(f"no core answers: identity {identity:#x}")
    network = HERE / "core_tb_network.hex"
    if network.exists():
        for address, words in runs(network.read_text().split()):
            line.write(address, words)
    results = [int(text, 16) for text in (HERE / "core_tb_results.hex").read_text().split()]
    images = (HERE / "core_tb_images.hex").read_text().split()
    starts = [n for n, text in enumerate(images) if text[:8] == images[0][:8]]
    each = len(images) // len(starts)
    lines = len(results) // len(starts)
    wrong = 0
    for n, start in enumerate(starts):
        began = time.time()
        for address, words in runs(images[start : start + each]):
            line.write(address, words)
        line.write(MAP["CONTROL"], [MAP["CONTROL_START"]])
        while not line.read(MAP["STATUS"])[0] & MAP["STATUS_DONE"]:
            pass
        (cycles,), (count,) = line.read(MAP["CYCLES"]), line.read(MAP["LOGITS"])
        logits = line.read(MAP["LOGITS_BASE"], count)
        signed = [value - (value >> 31 << 32) for value in logits]
        expected = results[n * lines : (n + 1) * lines]
        same = [cycles, *logits] == expected
        wrong += not same
        print(
            f"image {n}: class {signed.index(max(signed))}, {cycles} cycles, "
            f"{time.time() - began:.2f} s"
            f"{'' if same else ', NOT as simulated'}"
        )
    return wrong


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    import serial

    with serial.Serial(sys.argv[1], BAUD, timeout=10) as opened:
        raise SystemExit(main(opened))
