// Runs one image through an emitted core and prints what an observer sees, with the cycle it happened in:
//   A n  the array became idle     G n  the gate unit became idle
//   S v  a score                   L v  a logit        D n  cycles of the image
// Arguments: file of image words (BANKS bytes each), 1 to force gates open.
#include "Vlcsim_core.h"
#include "verilated.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

int main(int argc, char **argv) {
  std::vector<unsigned char> image;
  FILE *file = std::fopen(argv[1], "rb");
  for (int c; (c = std::fgetc(file)) != EOF;) image.push_back(static_cast<unsigned char>(c));
  std::fclose(file);
  auto *core = new Vlcsim_core;
  auto tick = [&] {
    core->clock = 1;
    core->eval();
    core->clock = 0;
    core->eval();
  };
  core->clock = 0;
  core->i_go = 0;
  core->i_image_valid = 0;
  core->i_forced_open = std::atoi(argv[2]);
  core->reset = 1;
  tick();
  core->reset = 0;
  tick();
  core->i_go = 1;
  tick();
  core->i_go = 0;
  bool array = false, gate = false;
  size_t word = 0;
  for (long cycle = 0; cycle < 100000000; cycle++) {
    core->i_image_valid = word < image.size();
    if (word < image.size()) std::memcpy(&core->i_image_data, &image[word], BANKS);
    core->eval();
    if (array && !core->o_array_busy) std::printf("A %ld\n", cycle);
    if (gate && !core->o_gate_busy) std::printf("G %ld\n", cycle);
    array = core->o_array_busy;
    gate = core->o_gate_busy;
    if (core->o_done) {
      std::printf("D %ld\n", cycle - 1);
      break;
    }
    if (core->o_score_valid) std::printf("S %u\n", static_cast<unsigned>(core->o_score));
    if (core->o_logit_valid) std::printf("L %d\n", static_cast<int>(core->o_logit));
    if (core->o_image_ready && core->i_image_valid) word += BANKS;
    tick();
  }
  core->final();
  delete core;
  return 0;
}
