// SPDX-License-Identifier: Apache-2.0
// Storage and side effects for a block of 32-bit registers described as data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <tlm>

#include "models/common/diagnostics.hpp"
#include "models/registers/register_table.hpp"

namespace aie4 {

/// Registers of one block. An access to an offset that the table does not know is counted by name and reads 0.
///
/// Reads and writes of 1, 2 and 8 bytes are composed of the 32-bit registers they touch: a narrow write keeps the other
/// bytes. Side effects happen once per register touched.
class RegisterFile {
 public:
  using WriteHandler = std::function<void(std::uint32_t value)>;
  using ReadHandler = std::function<std::uint32_t()>;

  /// `owner` names the device part in messages: "pf PSP".
  RegisterFile(const RegisterBlock& block, std::string owner, Diagnostics& diagnostics);

  /// Called after the new value is stored.
  void on_write(std::uint32_t offset, WriteHandler handler);
  /// Replaces the stored value for reads.
  void on_read(std::uint32_t offset, ReadHandler handler);

  void read(std::uint64_t offset, std::span<std::byte> data);
  void write(std::uint64_t offset, std::span<const std::byte> data);
  /// The same for a TLM transaction; never fails.
  void serve(tlm::tlm_generic_payload& payload);

  /// Without side effects.
  [[nodiscard]] std::uint32_t value(std::uint32_t offset) const;
  void set(std::uint32_t offset, std::uint32_t value);
  /// All registers to the reset values of the table.
  void reset();

 private:
  struct Register {
    const RegisterInfo* info = nullptr;
    std::uint32_t value = 0;
    WriteHandler on_write;
    ReadHandler on_read;
  };

  [[nodiscard]] Register* find(std::uint64_t offset);
  [[nodiscard]] std::uint32_t read32(std::uint32_t offset);
  void write32(std::uint32_t offset, std::uint32_t value);

  RegisterBlock block_;
  std::string owner_;
  Diagnostics& diagnostics_;
  std::vector<Register> registers_;          // In the order of the table.
  std::map<std::uint32_t, std::size_t> at_;  // Offset to index.
};

}  // namespace aie4
