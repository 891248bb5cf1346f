// SPDX-License-Identifier: Apache-2.0
#include "models/soc/uc_dma_descriptor.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <cstring>

namespace aie4 {
namespace {

constexpr std::uint32_t kNext = 1U << 16;
constexpr std::uint32_t kExternal = 1U << 17;
constexpr std::uint32_t kLocalRelative = 1U << 18;
constexpr std::uint32_t kRemoteHighMask = 0x1FFF'FFFF;

static_assert(std::endian::native == std::endian::little);

}  // namespace

UcDmaDescriptor parse_uc_dma_descriptor(std::span<const std::byte> bytes) {
  assert(bytes.size() >= UcDmaDescriptor::kSize);
  std::array<std::uint32_t, 4> word{};
  std::memcpy(word.data(), bytes.data(), UcDmaDescriptor::kSize);
  return {.words = word[0] & UcDmaDescriptor::kMaxWords,
          .next = (word[0] & kNext) != 0,
          .external = (word[0] & kExternal) != 0,
          .local_relative = (word[0] & kLocalRelative) != 0,
          .local = word[1],
          .remote = word[2] | std::uint64_t{word[3] & kRemoteHighMask} << 32U};
}

void store_uc_dma_descriptor(std::span<std::byte> bytes, const UcDmaDescriptor& descriptor) {
  assert(bytes.size() >= UcDmaDescriptor::kSize);
  const std::array<std::uint32_t, 4> word{(descriptor.words & UcDmaDescriptor::kMaxWords) |
                                              (descriptor.next ? kNext : 0) | (descriptor.external ? kExternal : 0) |
                                              (descriptor.local_relative ? kLocalRelative : 0),
                                          descriptor.local, static_cast<std::uint32_t>(descriptor.remote),
                                          static_cast<std::uint32_t>(descriptor.remote >> 32U) & kRemoteHighMask};
  std::memcpy(bytes.data(), word.data(), UcDmaDescriptor::kSize);
}

}  // namespace aie4
