// Drives the vectors of `vectors.txt`, one line a cycle, and prints the outputs of each cycle before its clock edge.
#include "Vbench_units.h"
#include "verilated.h"
#include <cstdio>
#include <fstream>
#include <string>

int main() {
  auto *units = new Vbench_units;
  std::ifstream file("vectors.txt");
  std::string line, digits(OUTPUTS, '0');
  units->clock = 0;
  while (std::getline(file, line)) {
    for (int word = 0; word * 32 < INPUTS; word++) {
      size_t end = line.size() - 8 * static_cast<size_t>(word), begin = end < 8 ? 0 : end - 8;
      units->i_all[word] = static_cast<unsigned>(std::stoul(line.substr(begin, end - begin), nullptr, 16));
    }
    units->eval();
    for (int bit = 0; bit < OUTPUTS; bit++)
      digits[OUTPUTS - 1 - bit] = static_cast<char>('0' + (units->o_all[bit / 32] >> bit % 32 & 1));
    std::puts(digits.c_str());
    units->clock = 1;
    units->eval();
    units->clock = 0;
  }
  units->final();
  delete units;
  return 0;
}
