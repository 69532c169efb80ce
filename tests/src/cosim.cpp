// Runs images through an emitted core, by its host port alone, and prints what an observer sees, with the cycle it
// happened in:
//   A n  the array became idle     G n  the gate unit became idle
//   S v  a score                   W v  a channel, written to live list v / 65536
//   L v  a logit, read back        D n  cycles, read back
// Arguments: 1 to force gates open; files of writes (address, data: 32 bits each): the program, then the images.
#include "Vlcsim_core.h"
#include "lcsim.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>

static Vlcsim_core *core;
static std::function<void()> observe = [] {};

static void tick() {
  core->eval();
  observe();
  core->clock = 1;
  core->eval();
  core->clock = 0;
  core->eval();
}

// The port never waits.
static void put(uint32_t address, uint32_t data) {
  core->i_write = 1;
  core->i_write_address = address;
  core->i_write_data = data;
  tick();
  core->i_write = 0;
}

// A read is answered two cycles later, and the answer stands.
static uint32_t get(uint32_t address) {
  core->i_read = 1;
  core->i_read_address = address;
  tick();
  core->i_read = 0;
  tick();
  core->eval();
  return core->o_read_data;
}

static void load(const char *path) {
  FILE *file = std::fopen(path, "rb");
  for (uint32_t pair[2]; std::fread(pair, sizeof pair, 1, file) == 1;) put(pair[0], pair[1]);
  std::fclose(file);
}

int main(int argc, char **argv) {
  core = new Vlcsim_core;
  core->clock = core->i_write = core->i_read = 0;
  core->i_write_strobe = 15;
  core->reset = 1;
  tick();
  core->reset = 0;
  load(argv[2]);
  for (int i = 3; i < argc; i++) {
    load(argv[i]);
    long cycle = 0;
    bool array = false, gate = false;
    observe = [&] {
      if (!core->o_running) return;
      if (array && !core->o_array_busy) std::printf("A %ld\n", cycle);
      if (gate && !core->o_gate_busy) std::printf("G %ld\n", cycle);
      array = core->o_array_busy;
      gate = core->o_gate_busy;
      if (core->o_score_valid) std::printf("S %u\n", static_cast<unsigned>(core->o_score));
      if (core->o_list_write) std::printf("W %u\n", (core->o_list_write - 1u) << 16 | core->o_list_channel);
      cycle++;
    };
    put(LCSIM_MODE, std::atoi(argv[1]) ? LCSIM_MODE_FORCED_OPEN : 0);
    put(LCSIM_CONTROL, LCSIM_CONTROL_START);
    tick();
    for (uint32_t status = 0; !(status & LCSIM_STATUS_DONE);) {
      status = get(LCSIM_STATUS);
      if (cycle > 100000000 || status & LCSIM_STATUS_ERROR) return 1;
    }
    uint32_t logits = get(LCSIM_LOGITS);
    for (uint32_t n = 0; n < logits; n++) std::printf("L %d\n", static_cast<int32_t>(get(LCSIM_LOGITS_BASE + 4 * n)));
    std::printf("D %u\n", get(LCSIM_CYCLES));
    observe = [] {};
  }
  core->final();
  delete core;
  return 0;
}
