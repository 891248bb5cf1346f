// SPDX-License-Identifier: Apache-2.0
// A descriptor of the microcontroller's DMA engines as bytes. Pure.
// Source: aiebu assembler, UC_DMA_BD; every field compared with what aiebu-asm 2.25 emits (AIE4 control-code
// notes 2.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace aie4 {

/// 16 bytes in the shared data memory, 16-byte aligned. A descriptor whose `next` is set is followed by another one.
struct UcDmaDescriptor {
  static constexpr std::uint32_t kSize = 16;
  static constexpr std::uint32_t kMaxWords = 0x7FFF;

  std::uint32_t words = 0;      ///< Length in 32-bit words; 0 moves nothing.
  bool next = false;            ///< Another descriptor follows at +16.
  bool external = false;        ///< The remote end is behind the NoC; else it is in the array.
  bool local_relative = false;  ///< `local` counts from the descriptor itself.
  std::uint32_t local = 0;      ///< Bytes, in the shared data memory.
  std::uint64_t remote = 0;     ///< Byte address, 61 bits.

  /// Start of the data in the shared data memory, for a descriptor at `offset` there. Wraps at 2^32 as an adder does.
  [[nodiscard]] constexpr std::uint32_t local_offset(std::uint32_t offset) const {
    return local_relative ? offset + local : local;
  }
};

/// `bytes`: at least 16.
[[nodiscard]] UcDmaDescriptor parse_uc_dma_descriptor(std::span<const std::byte> bytes);
/// The other way round, into the first 16 bytes.
void store_uc_dma_descriptor(std::span<std::byte> bytes, const UcDmaDescriptor& descriptor);

}  // namespace aie4
