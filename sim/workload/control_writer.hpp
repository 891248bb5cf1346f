// SPDX-License-Identifier: Apache-2.0
// Control code of one uC as text for aiebu-asm: one job after the other, each on a page of its own. Pure.
// Source: AIE4 control-code notes, sections 1.2, 2 and 6.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/workload/array_registers.hpp"

namespace aie4::workload {

/// Pages fill up by themselves: what does not fit any more begins the next one, which runs when the one before is
/// through. So everything happens in the order of the calls.
class ControlWriter {
 public:
  explicit ControlWriter(unsigned uc) : uc_(uc) {}

  /// By uC-DMA, in a chain with the writes before and after.
  void write(const RegisterWrite& write);
  /// The same for a shim descriptor whose base is an offset into an argument of the program.
  void write_host_bd(const RegisterWrite& write, std::uint32_t argument);
  /// One register by the uC itself, after all chained writes.
  void write_now(const RegisterWrite& write);
  /// `count` tokens of the shim's S2MM channel 0 of a column.
  void wait_output(unsigned column, unsigned count);
  /// All uCs in the mask arrive.
  void remote_barrier(std::uint32_t uc_mask);

  /// Nothing can be added afterwards.
  [[nodiscard]] std::string text();

 private:
  void reserve(std::uint32_t bytes);
  void op(const std::string& line, std::uint32_t bytes);
  void sync();
  void close();
  std::string label(const char* kind) { return "uc" + std::to_string(uc_) + "_" + kind + std::to_string(labels_++); }
  std::string data(const std::vector<std::uint32_t>& words);

  struct Link {
    std::uint32_t address = 0;
    std::string data;
    std::size_t words = 0;
  };

  unsigned uc_;
  unsigned labels_ = 0;
  unsigned jobs_ = 0;
  std::uint32_t used_ = 0;  // Bytes of the page.
  bool open_ = false;
  std::vector<Link> chain_;
  std::string code_;
  std::string chains_;
  std::string words_;
};

}  // namespace aie4::workload
