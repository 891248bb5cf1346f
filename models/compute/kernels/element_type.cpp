// SPDX-License-Identifier: Apache-2.0
#include "models/compute/kernels/element_type.hpp"

namespace aie4::compute {

std::string_view to_string(ElementType type) {
  const auto index = static_cast<std::size_t>(type);
  return index < kElementTypeNames.size() ? kElementTypeNames[index] : std::string_view("?");
}

std::uint32_t bits_of(ElementType type) {
  constexpr std::array<std::uint32_t, 7> kBits = {4, 8, 16, 32, 16, 32, 9};
  const auto index = static_cast<std::size_t>(type);
  return index < kBits.size() ? kBits[index] : 0;
}

std::uint64_t bytes_of(ElementType type, std::uint64_t count) {
  if (type == ElementType::bfp16) return (count + kBfpBlock - 1) / kBfpBlock * kBfpBlockBytes;
  return (count * bits_of(type) + 7) / 8;
}

}  // namespace aie4::compute
