// SPDX-License-Identifier: Apache-2.0
// The text by which the spin detector knows a register, built without allocation because every read of a BAR needs it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/pci/ports.hpp"

namespace aie4::pci {

/// "vf0 X2I_TAIL (BAR0+0x10)", or "vf0 BAR2+0x1000" where the backend knows no name. Long names are cut short.
class RegisterKey {
 public:
  explicit RegisterKey(std::string_view function_name) {
    append(function_name);
    append(" ");
    prefix_size_ = size_;
  }

  /// Valid until the next call. Reading one register again and again, as a poll does, costs a comparison.
  [[nodiscard]] std::string_view of(unsigned bar, std::uint64_t offset, const FunctionBackend& backend);

 private:
  void append(std::string_view text);
  void append_place(unsigned bar, std::uint64_t offset);

  std::array<char, 96> text_{};
  std::size_t size_ = 0;
  std::size_t prefix_size_ = 0;
  unsigned bar_ = ~0U;
  std::uint64_t offset_ = 0;
};

}  // namespace aie4::pci
