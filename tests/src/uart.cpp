// A board with a core, seen from the other end of its serial line: bytes from stdin go to the board, bytes of the board
// to stdout. Ends with its input.
#include "Vulx3s.h"
#include "verilated.h"
#include <cstdio>
#include <poll.h>
#include <unistd.h>

static Vulx3s *board;

static void tick() {
  board->clk_25mhz = 1;
  board->eval();
  board->clk_25mhz = 0;
  board->eval();
}

int main(int, char **) {
  board = new Vulx3s;
  board->ftdi_txd = 1;
  for (int n = 0; n < 20; n++) tick();
  // Bits that are still to be sent, the lowest first; cycles of this bit; the same of what comes.
  int bits = 0, pace = 0, coming = 0, wait = 0;
  unsigned out = 0, in = 0;
  for (bool open = true; open || bits;) {
    if (!bits && pace == 0) {
      pollfd input = {0, POLLIN, 0};
      unsigned char byte;
      if (poll(&input, 1, 0) > 0) {
        if (read(0, &byte, 1) == 1) out = (byte | 0x100u) << 1, bits = 10;
        else open = false;
      }
    }
    if (bits && pace == 0) {
      board->ftdi_txd = out & 1;
      out >>= 1;
      bits--;
      pace = BIT;
    }
    if (pace) pace--;
    tick();
    // The middle of each bit is taken.
    if (!coming) {
      if (!board->ftdi_rxd) coming = 10, wait = BIT / 2, in = 0;
    } else if (--wait <= 0) {
      in = in >> 1 | (board->ftdi_rxd ? 0x200u : 0);
      wait = BIT;
      if (--coming == 0) {
        std::putchar(in >> 1 & 255);
        std::fflush(stdout);
      }
    }
  }
  board->final();
  delete board;
  return 0;
}
