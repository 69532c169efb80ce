// Drives the core by AXI4-Lite, as a program on a processor would: everything it knows of the core stands in lcsim.h and
// in the README that comes with the core.
#include "Vlcsim_axi4_lite_top.h"
#include "lcsim.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

static Vlcsim_axi4_lite_top *top;

static void tick() {
  top->eval();
  top->aclk = 1;
  top->eval();
  top->aclk = 0;
  top->eval();
}

[[noreturn]] static void fail(const char *what, long found, long expected) {
  std::printf("FAIL: %s: found %ld, expected %ld\n", what, found, expected);
  std::exit(1);
}

static void expect(const char *what, long found, long expected) {
  if (found != expected) fail(what, found, expected);
}

// Takes a transfer of a channel after at most some cycles.
template <typename Ready> static void taken(Ready ready) {
  for (int n = 0; n < 1000; n++, tick()) {
    top->eval();
    if (ready()) return tick();
  }
  fail("cycles until a handshake", 1000, 0);
}

// Gives the response.
static unsigned write(uint32_t address, uint32_t data, unsigned strobe = 15) {
  top->s_axi_awaddr = address;
  top->s_axi_awvalid = 1;
  // The data may come before the address or after it.
  bool data_first = std::rand() % 2;
  top->s_axi_wdata = data;
  top->s_axi_wstrb = strobe;
  if (data_first) {
    top->s_axi_awvalid = 0;
    top->s_axi_wvalid = 1;
    taken([] { return top->s_axi_wready; });
    top->s_axi_wvalid = 0;
    top->s_axi_awvalid = 1;
  }
  taken([] { return top->s_axi_awready; });
  top->s_axi_awvalid = 0;
  if (!data_first) {
    top->s_axi_wvalid = 1;
    taken([] { return top->s_axi_wready; });
    top->s_axi_wvalid = 0;
  }
  for (int n = std::rand() % 8; n > 0; n--) tick();
  unsigned response = 0;
  top->s_axi_bready = 1;
  taken([&] { response = top->s_axi_bresp; return top->s_axi_bvalid; });
  top->s_axi_bready = 0;
  return response;
}

static unsigned read(uint32_t address, uint32_t &data) {
  top->s_axi_araddr = address;
  top->s_axi_arvalid = 1;
  taken([] { return top->s_axi_arready; });
  top->s_axi_arvalid = 0;
  for (int n = std::rand() % 8; n > 0; n--) tick();
  unsigned response = 0;
  top->s_axi_rready = 1;
  taken([&] { response = top->s_axi_rresp; data = top->s_axi_rdata; return top->s_axi_rvalid; });
  top->s_axi_rready = 0;
  return response;
}

static uint32_t get(uint32_t address) {
  uint32_t data = 0;
  expect("response to a read", read(address, data), 0);
  return data;
}

static void put(uint32_t address, uint32_t data) { expect("response to a write", write(address, data), 0); }

// Numbers of a file, one in a line.
static std::vector<uint64_t> numbers(const char *path) {
  std::vector<uint64_t> found;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) found.push_back(std::stoull(line, nullptr, 16));
  return found;
}

int main() {
  top = new Vlcsim_axi4_lite_top;
  top->aclk = top->aresetn = 0;
  tick();
  tick();
  top->aresetn = 1;
  expect("identity", get(LCSIM_IDENTITY), LCSIM_IDENTITY_IDENTITY_VALUE);
  expect("rows", get(LCSIM_SHAPE) >> LCSIM_SHAPE_ROWS_SHIFT & LCSIM_SHAPE_ROWS_MASK, LCSIM_SHAPE_ROWS_VALUE);
  // Without a program nothing starts, and nothing hangs.
  expect("response to a start without a program", write(LCSIM_CONTROL, LCSIM_CONTROL_START), 2);
  expect("error", get(LCSIM_ERROR), LCSIM_ERROR_NO_PROGRAM);
  put(LCSIM_ERROR, LCSIM_ERROR_NO_PROGRAM);
  for (uint64_t word : numbers("core_tb_network.hex")) put(word >> 32, word);
  std::vector<uint64_t> images = numbers("core_tb_images.hex"), results = numbers("core_tb_results.hex");
  size_t count = 0;
  for (uint64_t word : images) count += word >> 32 == images[0] >> 32;
  size_t beats = images.size() / count, lines = results.size() / count;
  for (size_t i = 0; i < count; i++) {
    // The next image is written while this one is worked on.
    while (!(get(LCSIM_STATUS) & LCSIM_STATUS_IMAGE_FREE)) {}
    for (size_t n = 0; n < beats; n++) {
      uint64_t word = images[i * beats + n];
      put(word >> 32, word);
    }
    put(LCSIM_CONTROL, LCSIM_CONTROL_START);
    expect("done behind a start", get(LCSIM_STATUS) & (LCSIM_STATUS_DONE | LCSIM_STATUS_BUSY), LCSIM_STATUS_BUSY);
    while (!(get(LCSIM_STATUS) & LCSIM_STATUS_DONE)) {}
    expect("cycles", get(LCSIM_CYCLES), results[i * lines]);
    expect("logits", get(LCSIM_LOGITS), lines - 1);
    for (size_t n = 0; n + 1 < lines; n++) {
      expect("logit", get(LCSIM_LOGITS_BASE + 4 * n), results[i * lines + 1 + n]);
    }
  }
  expect("error", get(LCSIM_ERROR), 0);
  // A program that has its first instruction, which takes an image in, everywhere, and no end. The core stops behind the last one.
  std::vector<uint64_t> network = numbers("core_tb_network.hex");
  for (uint32_t n = 0; n < LCSIM_PROGRAM_WORDS * LCSIM_PROGRAM_BEATS; n++) {
    uint32_t word = n / LCSIM_PROGRAM_BEATS, beat = n % LCSIM_PROGRAM_BEATS;
    put(LCSIM_PROGRAM_BASE + word * LCSIM_PROGRAM_STRIDE + 4 * beat, network[beat]);
  }
  put(LCSIM_CONTROL, LCSIM_CONTROL_START);
  for (int n = 0; n < 10000 && get(LCSIM_STATUS) & LCSIM_STATUS_BUSY; n++) {}
  expect("status of a program without an end", get(LCSIM_STATUS) & (LCSIM_STATUS_DONE | LCSIM_STATUS_BUSY | LCSIM_STATUS_ERROR), LCSIM_STATUS_ERROR);
  expect("error", get(LCSIM_ERROR), LCSIM_ERROR_NO_STOP);
  std::printf("PASS: %zu images\n", count);
  top->final();
  delete top;
  return 0;
}
