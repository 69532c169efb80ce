#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Moves registers into the multipliers and block RAMs of an ECP5.

    ecp5_registers.py NETLIST.json      the netlist that yosys wrote; it is replaced

Each multiplier and each block RAM has a register at its output, and each multiplier one at each of
its two inputs. They are much faster than registers beside it. yosys does not use them.

This program looks for a block all of whose outputs go to one register each and nowhere else. If
these registers have one clock, and one enable or one reset to 0 (a block RAM: neither), it takes
them away and switches on those of the block. Then it looks for multipliers whose inputs come from
such registers, and does the same; a register that others read as well stays for them.
Values and cycles stay the same.
"""

import json
import sys
from collections import defaultdict

# For each kind of block: the letters before the numbers of its outputs, and the parameters that
# switch on its registers.
KINDS = {
    "MULT18X18D": [("P", {})],
    "DP16KD": [("DOA", {"REGMODE_A": "OUTREG"}), ("DOB", {"REGMODE_B": "OUTREG"})],
    "PDPW16KD": [("DO", {"REGMODE": "OUTREG"})],
}
# The registers of a multiplier, by letters: their name in parameters, and the number of their
# enable and reset.
MULTIPLIER = {"P": ("OUTPUT", 0), "A": ("INPUTA", 1), "B": ("INPUTB", 2)}
CLOCKS = {"DOA": "CLKA", "DOB": "CLKB", "DO": "CLKR"}


class Netlist:
    """A module, who reads each of its nets, and which register drives it."""

    def __init__(self, module):
        self.cells = module["cells"]
        self.readers = defaultdict(list)
        self.registers = {
            cell["connections"]["Q"][0]: name
            for name, cell in self.cells.items()
            if cell["type"] == "TRELLIS_FF" and cell["connections"].get("Q")
        }
        for port in module["ports"].values():
            if port["direction"] == "output":
                for net in port["bits"]:
                    self.readers[net].append((None, None))
        for name, cell in self.cells.items():
            for port, nets in cell["connections"].items():
                if cell["port_directions"][port] != "output":
                    for net in nets:
                        self.readers[net].append((name, port))

    def behind(self, cell, letters):
        """The registers behind outputs of a cell, by output; None if something else reads them."""
        found = {}
        for port, nets in numbered(cell, letters):
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

    def before(self, cell, letter):
        """The registers in front of an input of a cell, by its bits; None if a bit has none."""
        found = {}
        for port, nets in numbered(cell, letter):
            if nets in ([], ["0"]):
                continue
            name = self.registers.get(nets[0])
            if name is None:
                return None
            found[port] = name
        return found

    def control(self, name):
        """Clock, enable and reset of a register; None if it starts with 1, or is no such one."""
        cell = self.cells[name]
        nets = cell["connections"]
        parameters = {key: str(value).strip() for key, value in cell["parameters"].items()}
        reset = (nets.get("LSR") or ["0"])[0]
        enable = (nets.get("CE") or ["1"])[0] if parameters.get("CEMUX") not in (None, "1") else "1"
        other = parameters.get("REGSET") == "SET" or "INV" in (
            parameters.get("CLKMUX"),
            parameters.get("CEMUX"),
        )
        if other or (
            reset != "0"
            and (parameters.get("SRMODE") == "ASYNC" or parameters.get("LSRMUX") == "INV")
        ):
            return None
        # Whether a multiplier's reset waits for its enable is not documented.
        if reset != "0" and enable != "1":
            return None
        return nets["CLK"][0], enable, reset

    def common(self, registers):
        """Clock, enable and reset of all these registers; None if they differ."""
        controls = {self.control(name) for name in registers.values()}
        return controls.pop() if len(controls) == 1 else None

    def data(self, name):
        """The port of a register at which its data enters."""
        return "DI" if self.cells[name]["connections"].get("DI") else "M"

    def move_outputs(self, cell, letters, parameters):
        """Moves registers behind a cell into it if that changes nothing; returns how many."""
        registers = self.behind(cell, letters)
        control = registers and self.common(registers)
        if not control:
            return 0
        if cell["type"] == "MULT18X18D":
            control_multiplier(cell, letters, control)
        elif control != (cell["connections"][CLOCKS[letters]][0], "1", "0"):
            return 0
        cell["parameters"].update(parameters)
        for port, name in registers.items():
            net = self.cells.pop(name)["connections"]["Q"]
            del self.registers[net[0]]
            cell["connections"][port] = net
        return len(registers)

    def move_inputs(self, key):
        """Moves or copies registers in front of a multiplier into it; returns how many."""
        cell = self.cells[key]
        before = {letter: self.before(cell, letter) for letter in "AB"}
        controls = {
            letter: registers and self.common(registers) for letter, registers in before.items()
        }
        clocks = {control and control[0] for control in controls.values()}
        # nextpnr knows the times only if both inputs have registers.
        if (
            len(clocks) > 1
            or None in clocks
            or cell["connections"].get("CLK0", list(clocks)) != list(clocks)
        ):
            return 0
        for letter, registers in before.items():
            control_multiplier(cell, letter, controls[letter])
            for port, name in registers.items():
                self.take(key, port, name)
        names = set(before["A"].values()) | set(before["B"].values())
        for name in names:
            register = self.cells[name]["connections"]
            if not self.readers[register["Q"][0]]:
                self.readers[register[self.data(name)][0]].remove((name, self.data(name)))
                del self.registers[register["Q"][0]], self.cells[name]
        return len(names)

    def take(self, key, port, name):
        """Connects a port of a cell to what the register there takes."""
        register = self.cells[name]["connections"]
        (old,), (new,) = register["Q"], register[self.data(name)]
        self.cells[key]["connections"][port] = [new]
        self.readers[old].remove((key, port))
        self.readers[new].append((key, port))


def numbered(cell, letters):
    """The ports of a cell that have these letters and a number, with their nets."""
    connections = cell["connections"].items()
    return [
        (port, nets)
        for port, nets in connections
        if port.startswith(letters) and port[len(letters) :].isdigit()
    ]


def control_multiplier(cell, letters, control):
    """Switches on registers of a multiplier."""
    name, number = MULTIPLIER[letters]
    cell["parameters"]["RESETMODE"] = "SYNC"
    for port, parameter, net in zip(
        ("CLK0", f"CE{number}", f"RST{number}"), ("CLK", "CE", "RST"), control
    ):
        cell["parameters"][f"REG_{name}_{parameter}"] = port
        cell["connections"][port] = [net]
        cell["port_directions"][port] = "input"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    with open(sys.argv[1], encoding="utf-8") as file:
        design = json.load(file)
    blocks = registers = 0
    for module in design["modules"].values():
        netlist = Netlist(module)
        kinds = [(name, cell) for name, cell in netlist.cells.items() if cell["type"] in KINDS]
        for name, cell in kinds:
            moved = [netlist.move_outputs(cell, *kind) for kind in KINDS[cell["type"]]]
            if cell["type"] == "MULT18X18D":
                moved.append(netlist.move_inputs(name))
            blocks, registers = blocks + any(moved), registers + sum(moved)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(design, file)
    print(f"{registers} registers moved into {blocks} multipliers and block RAMs")


if __name__ == "__main__":
    main()
