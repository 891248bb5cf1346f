// SPDX-License-Identifier: Apache-2.0
// Task-complete tokens as the program on a microcontroller sees them: how many of each kind have arrived at the uC port
// of the shim switch. Source: WAIT_TCTS of the aiebu isa-spec (AIE4 control-code notes 2.3, tile-array notes 4.6).
#pragma once

#include <cstdint>

namespace aie4 {

/// Whose tokens: a tile by column and logical row, and an actor of it.
struct TokenSource {
  std::uint8_t column = 0;
  std::uint8_t row = 0;
  std::uint8_t actor = 0;

  friend constexpr bool operator==(const TokenSource&, const TokenSource&) = default;
};

/// Counts tokens from the moment they arrive, whether or not somebody waits. Whoever implements it calls
/// `Microcontroller::attention()` at each arrival.
class TokenPort {
 public:
  virtual ~TokenPort() = default;

  /// Tokens that have arrived and were not taken.
  [[nodiscard]] virtual std::uint32_t available(const TokenSource& source) const = 0;
  /// `count`: at most what is available.
  virtual void take(const TokenSource& source, std::uint32_t count) = 0;
};

}  // namespace aie4
