#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Moves registers into the multipliers and block RAMs of an ECP5.

    ecp5_registers.py NETLIST.json      the netlist that yosys wrote; it is replaced

Each multiplier and each block RAM has a register at its output, which is much faster than one beside
it. yosys does not use them. This program looks for a block all of whose outputs go to one register
each and nowhere else. If these registers have one clock, no enable, and one reset to 0 (a block RAM:
none), it takes them away and switches on those of the block. Values and cycles stay the same.
"""

import json
import sys
from collections import defaultdict

# For each kind of block: the letters before the numbers of its outputs, and the parameters that
# switch on its registers.
MULTIPLIER = {
    "REG_OUTPUT_CLK": "CLK0",
    "REG_OUTPUT_CE": "CE0",
    "REG_OUTPUT_RST": "RST0",
    "RESETMODE": "SYNC",
}
KINDS = {
    "MULT18X18D": [("P", MULTIPLIER)],
    "DP16KD": [("DOA", {"REGMODE_A": "OUTREG"}), ("DOB", {"REGMODE_B": "OUTREG"})],
    "PDPW16KD": [("DO", {"REGMODE": "OUTREG"})],
}

CLOCKS = {"DOA": "CLKA", "DOB": "CLKB", "DO": "CLKR"}


class Netlist:
    """A module, and who reads each of its nets."""

    def __init__(self, module):
        self.cells = module["cells"]
        self.readers = defaultdict(list)
        for port in module["ports"].values():
            if port["direction"] == "output":
                for net in port["bits"]:
                    self.readers[net].append((None, None))
        for name, cell in self.cells.items():
            for port, nets in cell["connections"].items():
                if cell["port_directions"][port] != "output":
                    for net in nets:
                        self.readers[net].append((name, port))

    def registers(self, cell, letters):
        """The registers behind the outputs of a cell, by output; None if something else reads them."""
        found = {}
        for port, nets in cell["connections"].items():
            if not (port.startswith(letters) and port[len(letters) :].isdigit()):
                continue
            readers = self.readers[nets[0]] if nets else []
            if not readers:
                continue
            name, at = readers[0]
            if len(readers) > 1 or name is None or at not in ("DI", "M"):
                return None
            if self.cells[name]["type"] != "TRELLIS_FF":
                return None
            found[port] = name
        return found

    def control(self, name):
        """Clock and reset of a register; None if it has an enable, or starts with a 1."""
        cell = self.cells[name]
        parameters, nets = cell["parameters"], cell["connections"]
        enabled = parameters.get("CEMUX") in (None, "1") or nets.get("CE") in ([], ["1"], None)
        if not enabled or parameters.get("REGSET") == "SET" or parameters.get("CLKMUX") == "INV":
            return None
        reset = nets.get("LSR") or ["0"]
        if reset != ["0"] and (parameters.get("SRMODE") == "ASYNC" or parameters.get("LSRMUX") == "INV"):
            return None
        return nets["CLK"][0], reset[0]

    def move(self, cell, letters, parameters):
        """Moves registers into a cell if that changes nothing; returns how many."""
        registers = self.registers(cell, letters)
        if not registers:
            return 0
        controls = {self.control(name) for name in registers.values()}
        clock_and_reset = controls.pop()
        if controls or clock_and_reset is None:
            return 0
        clock, reset = clock_and_reset
        if cell["type"] == "MULT18X18D":
            for port, net in ("CLK0", clock), ("CE0", "1"), ("RST0", reset):
                cell["connections"][port] = [net]
                cell["port_directions"][port] = "input"
        elif reset != "0" or cell["connections"][CLOCKS[letters]] != [clock]:
            return 0
        cell["parameters"].update(parameters)
        for port, name in registers.items():
            cell["connections"][port] = self.cells.pop(name)["connections"]["Q"]
        return len(registers)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    with open(sys.argv[1], encoding="utf-8") as file:
        design = json.load(file)
    blocks = registers = 0
    for module in design["modules"].values():
        netlist = Netlist(module)
        for cell in list(netlist.cells.values()):
            for letters, parameters in KINDS.get(cell["type"], []):
                moved = netlist.move(cell, letters, parameters)
                blocks, registers = blocks + bool(moved), registers + moved
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(design, file)
    print(f"{registers} registers moved into {blocks} multipliers and block RAMs")


if __name__ == "__main__":
    main()
