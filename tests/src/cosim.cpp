// Runs images through an emitted core, by its host port alone, and prints what an observer sees, with the cycle it
// happened in:
//   A n  the array became idle     G n  the gate unit became idle
//   S v  a score                   W v  a channel, written to live list v / 65536
//   L v  a logit, read back        D n  cycles, read back
// Arguments: 1 to force gates open; files of writes (address, data: 32 bits each): the program, then the images.
#include "Vlcsim_core.h"
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

static void request(uint32_t address, uint32_t data, bool write) {
  core->i_request_valid = 1;
  core->i_request_write = write;
  core->i_request_address = address;
  core->i_request_data = data;
  core->eval();
  while (!core->o_request_ready) tick();
  tick();
  core->i_request_valid = 0;
}

static uint32_t answer(uint32_t address) {
  request(address, 0, false);
  core->i_response_ready = 0;
  while (!core->o_response_valid) tick();
  tick(); // held until it is taken
  uint32_t data = core->o_response_data;
  core->i_response_ready = 1;
  tick();
  return data;
}

static void load(const char *path) {
  FILE *file = std::fopen(path, "rb");
  for (uint32_t pair[2]; std::fread(pair, sizeof pair, 1, file) == 1;) request(pair[0], pair[1], true);
  std::fclose(file);
}

int main(int argc, char **argv) {
  core = new Vlcsim_core;
  core->clock = core->i_request_valid = 0;
  core->i_response_ready = 1;
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
    request(0, 1 | std::atoi(argv[1]) << 1, true);
    for (uint32_t status = 1; !(status & 2);) {
      status = answer(0);
      if (cycle > 100000000) return 1;
    }
    uint32_t logits = answer(2);
    for (uint32_t n = 0; n < logits; n++) std::printf("L %d\n", static_cast<int32_t>(answer(7u << 28 | n)));
    std::printf("D %u\n", answer(1));
    observe = [] {};
  }
  core->final();
  delete core;
  return 0;
}
