// SPDX-License-Identifier: Apache-2.0
#include "sim/pci/config_names.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "sim/pci/config_layout.hpp"

namespace aie4::pci {

namespace {

/// Every register that any function can have: a PF's.
const std::vector<ConfigRegister>& all_registers() {
  static const std::vector<ConfigRegister> registers = [] {
    FunctionShape shape;
    shape.sriov.emplace();
    return config_layout(shape);
  }();
  return registers;
}

}  // namespace

std::string_view config_register_name(std::uint32_t offset) {
  const std::vector<ConfigRegister>& registers = all_registers();
  const auto after = std::upper_bound(registers.begin(), registers.end(), offset,
                                      [](std::uint32_t at, const ConfigRegister& reg) { return at < reg.offset; });
  if (after == registers.begin()) return {};
  const ConfigRegister& reg = *std::prev(after);
  return offset - reg.offset < reg.size ? reg.name : std::string_view{};
}

std::string config_access_name(std::uint32_t offset, std::size_t size) {
  const std::uint64_t end = std::uint64_t{offset} + size;
  const auto touched = [offset, end](const ConfigRegister& reg) {
    return reg.offset < end && reg.offset + reg.size > offset;
  };
  const std::vector<ConfigRegister>& registers = all_registers();
  const auto first = std::find_if(registers.begin(), registers.end(), touched);
  if (first == registers.end()) return fmt::format("{:#x}", offset);
  const auto past = std::find_if_not(first, registers.end(), touched);
  const std::string_view last_name = std::prev(past)->name;
  switch (past - first) {
    case 1:
      return std::string(first->name);
    case 2:
      return fmt::format("{} + {}", first->name, last_name);
    default:
      return fmt::format("{} .. {}", first->name, last_name);
  }
}

}  // namespace aie4::pci
