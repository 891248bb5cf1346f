// SPDX-License-Identifier: Apache-2.0
// What a part of a tile does with its registers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <systemc>

#include "models/registers/array/registers.hpp"

namespace aie4::array {

/// A unit of a tile that owns register families: locks, events, DMA, ... The tile finds out at construction who owns
/// which family, by its name, which is the same in all kinds of tiles.
class RegisterPart {
 public:
  struct Claim {
    std::string_view family;  ///< Family::id. One that the tile does not have is no error.
    std::uint8_t code = 0;    ///< What `read` and `write` get; the part's own enumerator.
  };

  virtual ~RegisterPart() = default;

  [[nodiscard]] virtual std::span<const Claim> claims() const = 0;
  /// Whether the register is the part's: units that exist once for each half share families.
  [[nodiscard]] virtual bool owns(const registers::RegisterRef& /*ref*/) const { return true; }
  /// `ref.byte` is 4-byte aligned.
  [[nodiscard]] virtual std::uint32_t read(std::uint8_t code, const registers::RegisterRef& ref) = 0;
  virtual void write(std::uint8_t code, const registers::RegisterRef& ref, std::uint32_t value) = 0;
  /// For who polls the register until it is `wanted` under `mask`: the event before which it cannot be, as PollHint
  /// says. Null: it might be at any time.
  [[nodiscard]] virtual const sc_core::sc_event* not_before(std::uint8_t /*code*/,
                                                            const registers::RegisterRef& /*ref*/,
                                                            std::uint32_t /*mask*/, std::uint32_t /*wanted*/) {
    return nullptr;
  }
  /// One half is reset; of a compute tile: half A, which is all of it.
  virtual void reset(registers::Half half) = 0;
  /// Power was lost; both halves have been reset. What application resets leave alone goes now.
  virtual void power_off() {}
};

/// The field of that name, which the family must have.
[[nodiscard]] inline const registers::Field& field_of(const registers::Family& family, std::string_view name) {
  for (const registers::Field& field : family.fields) {
    if (field.name == name) return field;
  }
  static constexpr registers::Field kNone{.name = "none", .width = 1};
  return kNone;
}

}  // namespace aie4::array
