// SPDX-License-Identifier: Apache-2.0
#include "sim/pci/register_key.hpp"

#include <charconv>

namespace aie4::pci {

std::string_view RegisterKey::of(unsigned bar, std::uint64_t offset, const FunctionBackend& backend) {
  if (bar != bar_ || offset != offset_) {
    bar_ = bar;
    offset_ = offset;
    size_ = prefix_size_;
    const std::string_view name = backend.register_name(bar, offset);
    if (name.empty()) {
      append_place(bar, offset);
    } else {
      append(name);
      append(" (");
      append_place(bar, offset);
      append(")");
    }
  }
  return {text_.data(), size_};
}

void RegisterKey::append(std::string_view text) {
  size_ += text.copy(text_.data() + size_, text_.size() - size_);
}

void RegisterKey::append_place(unsigned bar, std::uint64_t offset) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), offset, 16).ptr;
  const char index = static_cast<char>('0' + bar);
  append("BAR");
  append({&index, 1});
  append("+0x");
  append({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

}  // namespace aie4::pci
