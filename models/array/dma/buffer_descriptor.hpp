// SPDX-License-Identifier: Apache-2.0
// Buffer descriptors of the tile DMAs: what a BD says, and how its words are read and written. Pure.
// Source: AIE4 tile-array notes 2.2. Positions of fields, and how far they can be believed, come from the register
// tables (models/registers/npu3): what turns out wrong is corrected there and nowhere else.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/registers/array/types.hpp"

namespace aie4::array {

enum class BdKind : std::uint8_t { Compute, Memory, Shim, ShimControl, ShimTrace };
inline constexpr std::size_t kBdKinds = 5;

/// The most words a BD has.
inline constexpr unsigned kMaxBdWords = 11;
using BdWords = std::array<std::uint32_t, kMaxBdWords>;

/// A decoded BD. Fields that its kind does not have keep these defaults. Lengths, steps, wraps and pads in 32-bit words
/// (rows, planes) unless said otherwise.
struct BufferDescriptor {
  std::uint64_t base_address = 0;  ///< Words; shim: bytes, 4-byte aligned.
  std::uint32_t buffer_length = 0;
  std::uint32_t d1_stepsize = 0;  ///< The step of dimension 0 is 1.
  std::uint32_t d2_stepsize = 0;
  std::uint32_t d3_stepsize = 0;
  std::uint32_t d0_wrap = 0;  ///< 0: unbounded.
  std::uint32_t d1_wrap = 0;
  std::uint32_t d2_wrap = 0;
  std::uint32_t iteration_stepsize = 0;
  std::uint32_t iteration_wrap = 0;  ///< As stored: number of iterations minus one.
  std::uint32_t iteration_current = 0;
  std::uint32_t d0_pad_before = 0;
  std::uint32_t d0_pad_after = 0;
  std::uint32_t d1_pad_before = 0;
  std::uint32_t d1_pad_after = 0;
  std::uint32_t d2_pad_before = 0;
  std::uint32_t d2_pad_after = 0;

  bool lock_acq_enable = false;
  std::int8_t lock_acq_value = 0;  ///< -64..63; negative: acquire-greater-equal.
  std::int8_t lock_rel_value = 0;  ///< -64..63; 0: no release.
  std::uint32_t lock_acq_id = 0;
  std::uint32_t lock_rel_id = 0;

  bool use_next_bd = false;
  std::uint32_t next_bd = 0;

  bool enable_packet = false;
  std::uint32_t packet_id = 0;
  std::uint32_t packet_type = 0;  ///< Compute only; elsewhere it is in the control register of the channel.
  std::uint32_t out_of_order_bd_id = 0;
  bool tlast_suppress = false;
  bool enable_compression = false;

  std::uint32_t burst_length = 0;  ///< Code; see axi_burst_bytes().
  std::uint32_t axqos = 0;
  std::uint32_t axcache = 0;
  std::uint32_t axuser = 0;
  std::uint32_t key_index = 0;
  std::uint32_t data_reuse = 0;
  bool io_coherence = false;

  friend bool operator==(const BufferDescriptor&, const BufferDescriptor&) = default;
};

using BdMember = std::variant<std::uint64_t BufferDescriptor::*, std::uint32_t BufferDescriptor::*,
                              std::int8_t BufferDescriptor::*, bool BufferDescriptor::*>;

/// One field of the register tables, or one part of a field that is spread over words.
struct BdField {
  const registers::Field* field = nullptr;
  BdMember member;
  std::uint8_t value_lsb = 0;  ///< Which bit of the value the lowest bit of the part is.
};

struct BdLayout {
  BdKind kind = BdKind::Compute;
  std::string_view name;
  std::uint8_t words = 0;         ///< Registers that a BD occupies.
  std::uint8_t dimensions = 0;    ///< Without the iteration.
  std::uint8_t address_bits = 0;  ///< Addresses wrap modulo this many bits of words, or of bytes if `byte_address`.
  bool byte_address = false;
  std::vector<BdField> fields = {};  ///< In order of words, each from its highest bit down.
};

[[nodiscard]] const BdLayout& bd_layout(BdKind kind);

/// Words that are missing count as 0.
[[nodiscard]] BufferDescriptor decode_bd(BdKind kind, std::span<const std::uint32_t> words);

/// Values too large for their field are cut. Fields that the kind does not have are dropped.
[[nodiscard]] BdWords encode_bd(BdKind kind, const BufferDescriptor& bd);

/// "Base_Address 0x1fe0, Buffer_Length 4, D1_Stepsize 1, ...": the fields that are not 0, in order of words. A field
/// whose position is assumed or inferred has a question mark.
[[nodiscard]] std::string describe_bd(BdKind kind, std::span<const std::uint32_t> words);

/// Null if the padding follows the rule of the driver (wrap 0 in a dimension: nothing after it, no pads above), else
/// what it breaks.
[[nodiscard]] const char* padding_error(const BufferDescriptor& bd);

/// Bytes of one AXI burst for code 0..3. Source: tile-array notes 2.2 (driver argument 1, 2, 4, 8), read as beats of 64
/// bytes.
[[nodiscard]] constexpr std::uint32_t axi_burst_bytes(std::uint32_t burst_length) {
  return 64U << (burst_length & 3U);
}

}  // namespace aie4::array
