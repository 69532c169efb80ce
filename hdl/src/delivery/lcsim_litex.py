# SPDX-License-Identifier: MIT OR Apache-2.0
"""The core as a LiteX module.

    from lcsim_litex import Lcsim

    self.lcsim = Lcsim(platform)
    self.bus.add_slave("lcsim", self.lcsim.bus, SoCRegion(size=self.lcsim.size, cached=False))
    self.irq.add("lcsim", use_loc_if_exists=True)

`lcsim.h` has the registers, at their distance from the region's origin. `images` and `logits` are
streams of 32 bits.
"""

import re
from pathlib import Path

from litex.soc.interconnect import stream, wishbone
from litex.soc.interconnect.axi import AXILiteInterface
from litex.soc.interconnect.csr_eventmanager import EventManager, EventSourceLevel
from migen import ClockSignal, Instance, Module, ResetSignal

HERE = Path(__file__).resolve().parent


class Lcsim(Module):
    def __init__(self, platform):
        header = (HERE / "lcsim.h").read_text()
        bits = int(re.search(r"LCSIM_ADDRESS_BITS (\d+)", header).group(1))
        top = next(HERE.glob("lcsim_*_top.f")).stem
        self.size = 1 << bits
        self.images = images = stream.Endpoint([("data", 32)])
        self.logits = logits = stream.Endpoint([("data", 32)])
        self.submodules.ev = EventManager()
        self.ev.interrupt = EventSourceLevel()
        self.ev.finalize()
        ports = dict(
            i_s_axis_image_tdata=images.data,
            i_s_axis_image_tlast=images.last,
            i_s_axis_image_tvalid=images.valid,
            o_s_axis_image_tready=images.ready,
            o_m_axis_logits_tdata=logits.data,
            o_m_axis_logits_tlast=logits.last,
            o_m_axis_logits_tvalid=logits.valid,
            i_m_axis_logits_tready=logits.ready,
            o_irq=self.ev.interrupt.trigger,
        )
        if top == "lcsim_wishbone_top":
            self.bus = bus = wishbone.Interface(data_width=32, address_width=32, addressing="byte")
            ports |= dict(
                i_clk_i=ClockSignal(),
                i_rst_i=ResetSignal(),
                i_wb_cyc_i=bus.cyc,
                i_wb_stb_i=bus.stb,
                i_wb_we_i=bus.we,
                i_wb_adr_i=bus.adr[:bits],
                i_wb_dat_i=bus.dat_w,
                i_wb_sel_i=bus.sel,
                o_wb_ack_o=bus.ack,
                o_wb_err_o=bus.err,
                o_wb_dat_o=bus.dat_r,
            )
        else:
            self.bus = bus = AXILiteInterface(data_width=32, address_width=32)
            ports |= dict(
                i_aclk=ClockSignal(),
                i_aresetn=~ResetSignal(),
                i_s_axi_awaddr=bus.aw.addr[:bits],
                i_s_axi_awprot=0,
                i_s_axi_awvalid=bus.aw.valid,
                o_s_axi_awready=bus.aw.ready,
                i_s_axi_wdata=bus.w.data,
                i_s_axi_wstrb=bus.w.strb,
                i_s_axi_wvalid=bus.w.valid,
                o_s_axi_wready=bus.w.ready,
                o_s_axi_bresp=bus.b.resp,
                o_s_axi_bvalid=bus.b.valid,
                i_s_axi_bready=bus.b.ready,
                i_s_axi_araddr=bus.ar.addr[:bits],
                i_s_axi_arprot=0,
                i_s_axi_arvalid=bus.ar.valid,
                o_s_axi_arready=bus.ar.ready,
                o_s_axi_rdata=bus.r.data,
                o_s_axi_rresp=bus.r.resp,
                o_s_axi_rvalid=bus.r.valid,
                i_s_axi_rready=bus.r.ready,
            )
        self.specials += Instance(top, **ports)
        for source in (HERE / f"{top}.f").read_text().split():
            platform.add_source(str(HERE / source))
