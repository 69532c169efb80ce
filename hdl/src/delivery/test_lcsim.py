# SPDX-License-Identifier: MIT OR Apache-2.0
"""Drives the core by its bus, and compares logits and cycles with those of lcsim's simulator.

Run it with `make sim`. All addresses and bits come from lcsim.h. LCSIM_SEED starts the random
choices. LCSIM_IMAGES says how many images of core_tb_images.hex run. If the first one takes more
than LONG cycles, one image runs, and tests that run it again and again are skipped; LCSIM_ALL=1
runs them all the same.
"""

import logging
import os
import random
import re
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, ReadOnly, RisingEdge, with_timeout
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSink,
    AxiStreamSource,
)

HERE = Path(__file__).parent
DEFINED = re.findall(
    r"^#define LCSIM_(\w+) (0x[0-9a-f]+|[0-9]+)u?$", (HERE / "lcsim.h").read_text(), re.M
)
MAP = {name: int(value, 0) for name, value in DEFINED}
RANDOM = random.Random(int(os.environ.get("LCSIM_SEED", "1")))
OKAY, REFUSED, UNMAPPED = 0, 2, 3
# Cycles of an image that Icarus Verilog simulates in a minute, if the core has some dozens of PEs.
LONG = 50_000
# Bytes that one call of the AXI4-Lite master writes.
CALL = 1024
# Writes from one message to the next.
SOME = 8192


def words(name):
    """The numbers of a file that lcsim wrote, one in a line; none if there is no such file."""
    path = HERE / name
    return [int(line, 16) for line in path.read_text().split()] if path.exists() else []


def writes(name):
    """Addresses and data of the writes in a file."""
    return [(word >> 32, word & 0xFFFFFFFF) for word in words(name)]


def images():
    """For each image its writes, its cycles and its logits."""
    beats, results = writes("core_tb_images.hex"), words("core_tb_results.hex")
    if not beats:
        return []
    count = sum(address == beats[0][0] for address, _ in beats)
    each, lines = len(beats) // count, len(results) // count
    found = []
    for i in range(count):
        result = results[i * lines : (i + 1) * lines]
        found.append((beats[i * each : (i + 1) * each], result[0], result[1:]))
    return found


IMAGES = images()
ALL = "LCSIM_ALL" in os.environ or not any(cycles > LONG for _, cycles, _ in IMAGES[:1])
IMAGES = IMAGES[: int(os.environ.get("LCSIM_IMAGES", len(IMAGES) if ALL else 1))]
if not IMAGES:
    print(
        "test_lcsim.py: no images here, so tests with images are skipped: "
        "write the core with a network that fits it"
    )
elif not ALL:
    print(
        f"test_lcsim.py: an image takes {IMAGES[0][1]:,} cycles; "
        "tests that repeat it are skipped without LCSIM_ALL=1"
    )


def stalls():
    """For each cycle, whether a partner waits."""
    while True:
        yield RANDOM.random() < 0.3


class AxiLite:
    """A master of AXI4-Lite."""

    def __init__(self, dut):
        self.clock, self.reset, self.reset_level = dut.aclk, dut.aresetn, 0
        bus = AxiLiteBus.from_prefix(dut, "s_axi")
        self.master = AxiLiteMaster(bus, dut.aclk, dut.aresetn, reset_active_level=False)
        # By default it tells each transfer.
        for side in [self.master.write_if, self.master.read_if]:
            side.log.setLevel(logging.WARNING)

    def stall(self):
        writes, reads = self.master.write_if, self.master.read_if
        for channel in [
            writes.aw_channel,
            writes.w_channel,
            writes.b_channel,
            reads.ar_channel,
            reads.r_channel,
        ]:
            channel.set_pause_generator(stalls())

    async def write(self, address, data, strobe=None):
        beat = data.to_bytes(4, "little")
        if strobe is None:
            return (await self.master.write(address, beat)).resp
        low = (strobe & -strobe).bit_length() - 1
        return (await self.master.write(address + low, beat[low : strobe.bit_length()])).resp

    async def write_all(self, beats):
        """Writes all beats. The master does not wait for answers between neighbours."""
        start, data = None, b""
        for address, word in [*beats, (None, 0)]:
            if data and (address != start + len(data) or len(data) == CALL):
                assert (await self.master.write(start, data)).resp == OKAY, hex(start)
                data = b""
            start = start if data else address
            data += word.to_bytes(4, "little")

    async def read(self, address):
        answer = await self.master.read(address, 4)
        return int.from_bytes(answer.data, "little"), answer.resp


class Wishbone:
    """A master of Wishbone B4, classic cycles. It does not know REFUSED from UNMAPPED."""

    def __init__(self, dut):
        self.dut, self.clock, self.reset, self.reset_level = dut, dut.clk_i, dut.rst_i, 1
        self.waits = False
        for port in [
            dut.wb_cyc_i,
            dut.wb_stb_i,
            dut.wb_we_i,
            dut.wb_adr_i,
            dut.wb_dat_i,
            dut.wb_sel_i,
        ]:
            port.value = 0

    def stall(self):
        self.waits = True

    async def transfer(self, address, data, strobe):
        dut = self.dut
        if self.waits:
            await ClockCycles(self.clock, RANDOM.randint(1, 4))
        dut.wb_cyc_i.value = dut.wb_stb_i.value = 1
        dut.wb_we_i.value = int(data is not None)
        dut.wb_adr_i.value, dut.wb_dat_i.value, dut.wb_sel_i.value = address, data or 0, strobe
        while True:
            await RisingEdge(self.clock)
            await ReadOnly()
            if int(dut.wb_ack_o.value) or int(dut.wb_err_o.value):
                break
        answer, error = int(dut.wb_dat_o.value), int(dut.wb_err_o.value)
        await RisingEdge(self.clock)
        dut.wb_cyc_i.value = dut.wb_stb_i.value = 0
        return answer, error

    async def write(self, address, data, strobe=0xF):
        return (await self.transfer(address, data, 0xF if strobe is None else strobe))[1]

    async def write_all(self, beats):
        for address, data in beats:
            assert await self.write(address, data) == OKAY, hex(address)

    async def read(self, address):
        return await self.transfer(address, None, 0xF)


class Core:
    """The core behind a bus and two streams."""

    # The memories have the network. They keep it when the core is reset.
    loaded = False

    def __init__(self, dut):
        self.dut = dut
        self.bus = AxiLite(dut) if hasattr(dut, "aclk") else Wishbone(dut)
        active = bool(self.bus.reset_level)
        clock, reset = self.bus.clock, self.bus.reset
        self.images = AxiStreamSource(
            AxiStreamBus.from_prefix(dut, "s_axis_image"), clock, reset, active
        )
        self.logits = AxiStreamSink(
            AxiStreamBus.from_prefix(dut, "m_axis_logits"), clock, reset, active
        )
        # By default they tell each image byte by byte.
        for stream in [self.images, self.logits]:
            stream.log.setLevel(logging.WARNING)
        cocotb.start_soon(Clock(clock, 10, "ns").start())

    async def restart(self):
        """Resets the core."""
        self.bus.reset.value = self.bus.reset_level
        await ClockCycles(self.bus.clock, 3)
        self.bus.reset.value = 1 - self.bus.reset_level
        await RisingEdge(self.bus.clock)

    async def load(self):
        """Loads the network, unless the core carries it. A reset drops only its program."""
        beats = writes("core_tb_network.hex")
        if Core.loaded:
            program = range(
                MAP["PROGRAM_BASE"],
                MAP["PROGRAM_BASE"] + MAP["PROGRAM_WORDS"] * MAP["PROGRAM_STRIDE"],
            )
            beats = [beat for beat in beats if beat[0] in program]
        for at in range(0, len(beats), SOME):
            self.dut._log.info(f"loads the network: {at:,} of {len(beats):,} writes")
            await self.bus.write_all(beats[at : at + SOME])
        Core.loaded = True

    def stall(self):
        self.bus.stall()
        self.images.set_pause_generator(stalls())
        self.logits.set_pause_generator(stalls())

    async def get(self, name):
        data, response = await self.bus.read(MAP[name])
        assert response == OKAY, f"{name}: response {response}"
        return data

    async def status(self, bit):
        return bool(await self.get("STATUS") & MAP[f"STATUS_{bit}"])

    async def start(self, beats):
        """Writes an image as soon as it may be, and starts it when the core is free."""
        while not await self.status("IMAGE_FREE"):
            pass
        await self.bus.write_all(beats)
        while await self.status("BUSY"):
            pass
        assert await self.bus.write(MAP["CONTROL"], MAP["CONTROL_START"]) == OKAY

    async def finish(self):
        """The cycles and the logits of the image in work, when it is finished."""
        while not await self.status("DONE"):
            pass
        count = await self.get("LOGITS")
        logits = [(await self.bus.read(MAP["LOGITS_BASE"] + 4 * n))[0] for n in range(count)]
        return await self.get("CYCLES"), logits


async def ready(dut, loaded=True):
    """A core after reset, with its network."""
    core = Core(dut)
    await core.restart()
    if loaded:
        await core.load()
    return core


@cocotb.test()
async def registers_are_as_described(dut):
    core = await ready(dut, loaded=False)
    for name in [
        "IDENTITY_IDENTITY",
        "VERSION_CYCLE_MODEL",
        "VERSION_MAP",
        "SHAPE_ROWS",
        "SHAPE_COLUMNS",
    ]:
        register = name.split("_", 1)[0]
        value = await core.get(register) >> MAP.get(f"{name}_SHIFT", 0) & MAP.get(
            f"{name}_MASK", 0xFFFFFFFF
        )
        assert value == MAP[f"{name}_VALUE"], f"{name}: {value}"
    assert await core.status("IMAGE_FREE")
    assert not await core.status("BUSY")


@cocotb.test()
async def nothing_happens_where_nothing_is(dut):
    core = await ready(dut, loaded=False)
    # A read-only register, and the first byte behind each memory whose size is no power of two.
    places = [MAP["STATUS"]]
    for name in ["PROGRAM", "FILTER", "PARAM", "GATE_WEIGHT", "GATE_PARAM", "IMAGE"]:
        end = MAP[f"{name}_BASE"] + MAP[f"{name}_WORDS"] * MAP[f"{name}_STRIDE"]
        bases = [value for key, value in MAP.items() if key.endswith("_BASE")]
        if end not in bases:
            places.append(end)
    for place in places:
        assert await core.bus.write(place, 1) != OKAY, hex(place)
        assert await core.get("ERROR") == MAP["ERROR_UNMAPPED"]
        assert await core.status("ERROR")
        assert await core.bus.write(MAP["ERROR"], MAP["ERROR_UNMAPPED"]) == OKAY
        assert await core.get("ERROR") == 0
    for place in places[1:] + [MAP["PROGRAM_BASE"], MAP["IMAGE_BASE"]]:
        data, response = await core.bus.read(place)
        assert (data, response != OKAY) == (0, True), hex(place)
    if words("core_tb_network.hex"):
        assert await core.bus.write(MAP["CONTROL"], MAP["CONTROL_START"]) != OKAY
        assert await core.get("ERROR") & MAP["ERROR_NO_PROGRAM"]
        assert not await core.status("BUSY")


@cocotb.test(skip=not IMAGES)
async def images_by_the_bus(dut):
    core = await ready(dut)
    core.stall()
    await core.start(IMAGES[0][0])
    # A start, or a write to the weights, while an image is worked on is refused.
    assert await core.bus.write(MAP["CONTROL"], MAP["CONTROL_START"]) != OKAY
    assert await core.bus.write(MAP["FILTER_BASE"], 0xFFFFFFFF) != OKAY
    assert await core.get("ERROR") == MAP["ERROR_REFUSED"]
    for n, (beats, cycles, logits) in enumerate(IMAGES):
        if n > 0:
            await core.start(beats)
        assert await core.finish() == (cycles, logits), f"image {n}"


@cocotb.test(skip=not IMAGES or not ALL)
async def bytes_are_as_good_as_words(dut):
    core = await ready(dut)
    beats, cycles, logits = IMAGES[0]
    for address, data in beats:
        for byte in [0, 1, 2, 3]:
            assert await core.bus.write(address, data, 1 << byte) == OKAY
    assert await core.bus.write(MAP["CONTROL"], MAP["CONTROL_START"]) == OKAY
    assert await core.finish() == (cycles, logits)


@cocotb.test(skip=not IMAGES)
async def images_by_the_stream(dut):
    core = await ready(dut)
    core.stall()
    for beats, _, _ in IMAGES:
        data = b"".join(word.to_bytes(4, "little") for _, word in beats)
        core.images.send_nowait(AxiStreamFrame(data))
    for n, (_, _, logits) in enumerate(IMAGES):
        receive = cocotb.start_soon(core.logits.recv())
        while not receive.done():
            # The bus works meanwhile.
            await core.get("STATUS")
        data = bytes(receive.result().tdata)
        found = [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]
        assert found == logits, f"image {n}"
    assert await core.get("ERROR") == 0


@cocotb.test(skip=not IMAGES or not ALL)
async def the_interrupt_tells_the_end(dut):
    core = await ready(dut)
    beats, cycles, logits = IMAGES[0]
    assert await core.bus.write(MAP["INTERRUPT_ENABLE"], MAP["INTERRUPT_ENABLE_DONE"]) == OKAY
    await core.start(beats)
    assert not int(dut.irq.value)
    await with_timeout(RisingEdge(dut.irq), 10 * (2 * cycles + 100), "ns")
    assert await core.get("INTERRUPT") & MAP["INTERRUPT_DONE"]
    assert await core.bus.write(MAP["INTERRUPT"], MAP["INTERRUPT_DONE"]) == OKAY
    await ClockCycles(core.bus.clock, 2)
    assert not int(dut.irq.value)
    assert await core.finish() == (cycles, logits)


@cocotb.test(skip=not IMAGES or not ALL)
async def an_image_that_was_stopped_leaves_no_trace(dut):
    core = await ready(dut)
    beats, cycles, logits = IMAGES[0]
    for how in ["CONTROL_ABORT", "CONTROL_RESET", "reset"] * 2:
        await core.start(beats)
        await ClockCycles(core.bus.clock, RANDOM.randint(1, min(cycles, 3000)))
        if how == "reset":
            await core.restart()
            await core.load()
        else:
            assert await core.bus.write(MAP["CONTROL"], MAP[how]) == OKAY
        assert not await core.status("BUSY")
        assert not await core.status("DONE")
        await core.start(beats)
        assert await core.finish() == (cycles, logits), how


@cocotb.test(skip=not IMAGES)
async def a_soft_reset_sets_all_registers_back(dut):
    core = await ready(dut)
    beats, cycles, _ = IMAGES[0]
    for _ in range(6):
        assert await core.bus.write(MAP["STATUS"], 1) != OKAY
        assert await core.bus.write(MAP["MODE"], MAP["MODE_FORCED_OPEN"]) == OKAY
        await core.start(beats)
        await ClockCycles(core.bus.clock, RANDOM.randint(1, min(cycles, 3000)))
        assert await core.bus.write(MAP["CONTROL"], MAP["CONTROL_RESET"]) == OKAY
        for name in ["ERROR", "INTERRUPT", "INTERRUPT_ENABLE", "MODE", "CYCLES", "LOGITS"]:
            assert await core.get(name) == 0, name
        assert await core.get("STATUS") == MAP["STATUS_IMAGE_FREE"]


@cocotb.test(skip=not IMAGES or not ALL)
async def logits_that_leave_are_whole_after_a_soft_reset(dut):
    core = await ready(dut)
    beats, _, logits = IMAGES[0]
    core.logits.pause = True
    await core.images.send(
        AxiStreamFrame(b"".join(word.to_bytes(4, "little") for _, word in beats))
    )
    while not int(dut.m_axis_logits_tvalid.value):
        await RisingEdge(core.bus.clock)
    assert await core.bus.write(MAP["CONTROL"], MAP["CONTROL_RESET"]) == OKAY
    core.logits.pause = False
    data = bytes((await core.logits.recv()).tdata)
    assert [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)] == logits
    assert await core.get("ERROR") == 0


@cocotb.test(skip=not IMAGES or not ALL)
async def an_abort_drops_the_image_that_came_by_the_stream(dut):
    core = await ready(dut)
    beats, cycles, logits = IMAGES[0]
    frame = b"".join(word.to_bytes(4, "little") for _, word in beats)
    for delay in range(10):
        await core.images.send(AxiStreamFrame(frame))
        abort = cocotb.start_soon(core.bus.write(MAP["CONTROL"], MAP["CONTROL_ABORT"]))
        await core.images.wait()
        await ClockCycles(core.bus.clock, delay)
        await abort
        # Whether it was stopped before or not: nothing is left behind a second one.
        assert await core.bus.write(MAP["CONTROL"], MAP["CONTROL_ABORT"]) == OKAY
        await ClockCycles(core.bus.clock, 10)
        assert not await core.status("BUSY")
        assert core.logits.empty()
        await core.start(beats)
        assert await core.finish() == (cycles, logits), f"after a delay of {delay}"


@cocotb.test()
async def a_master_that_gives_up_gets_no_answer(dut):
    core = await ready(dut, loaded=False)
    if not hasattr(dut, "wb_cyc_i"):
        return
    for idle in [1, 2, 3, 4]:
        dut.wb_cyc_i.value = dut.wb_stb_i.value = 1
        dut.wb_we_i.value, dut.wb_adr_i.value = 0, MAP["IDENTITY"]
        await RisingEdge(core.bus.clock)
        dut.wb_cyc_i.value = dut.wb_stb_i.value = 0
        await ClockCycles(core.bus.clock, idle)
        assert await core.bus.write(MAP["MODE"], idle & 1) == OKAY
        assert await core.get("MODE") == idle & 1, f"after {idle} idle cycles"
