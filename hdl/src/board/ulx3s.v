// SPDX-License-Identifier: MIT OR Apache-2.0
// The core on a ULX3S (LFE5U-85F): a PLL makes its clock, and the serial line of the USB connector
// drives it. Light 0 is on while an image is worked on, light 1 when one is finished, light 7 when
// the clock is there.
`default_nettype none

module ulx3s #(
  // The PLL: the clock is 25 MHz * FEEDBACK / INPUT, its oscillator runs OUTPUT times as fast.
  parameter INPUT = 1,
  parameter FEEDBACK = 3,
  parameter OUTPUT = 8,
  // Clock cycles of a bit of the serial line.
  parameter BIT = 75
) (
  // The board's clock of 25 MHz.
  input wire clk_25mhz,
  // The line to the host, named as the USB chip sees it.
  output wire ftdi_rxd,
  // The line from the host.
  input wire ftdi_txd,
  // The lights.
  output wire [7:0] led,
  // Keeps the board's other processor from taking over.
  output wire wifi_gpio0
);

  wire clock;
  wire locked;
  wire busy;
  wire done;
  wire irq;
  assign wifi_gpio0 = 1'b1;
  assign led = {locked, 4'd0, irq, done, busy};

  (* FREQUENCY_PIN_CLKI = "25" *)
  EHXPLLL #(
    .CLKI_DIV(INPUT),
    .CLKFB_DIV(FEEDBACK),
    .CLKOP_DIV(OUTPUT),
    .CLKOP_CPHASE(OUTPUT - 1),
    .CLKOP_ENABLE("ENABLED"),
    .FEEDBK_PATH("CLKOP")
  ) pll (
    .CLKI(clk_25mhz),
    .CLKFB(clock),
    .CLKOP(clock),
    .LOCK(locked),
    .RST(1'b0),
    .STDBY(1'b0),
    .PHASESEL0(1'b0),
    .PHASESEL1(1'b0),
    .PHASEDIR(1'b0),
    .PHASESTEP(1'b0),
    .PHASELOADREG(1'b0),
    .PLLWAKESYNC(1'b0),
    .ENCLKOP(1'b0)
  );

  // Reset ends some cycles after the clock is there.
  reg [3:0] reset_r = 4'b1111;
  always @(posedge clock or negedge locked) begin
    if (!locked) begin
      reset_r <= 4'b1111;
    end else begin
      reset_r <= {reset_r[2:0], 1'b0};
    end
  end

  lcsim_uart_top #(
    .BIT(BIT)
  ) core (
    .clock(clock),
    .reset(reset_r[3]),
    .receive(ftdi_txd),
    .transmit(ftdi_rxd),
    .busy(busy),
    .done(done),
    .irq(irq)
  );
endmodule

`default_nettype wire
