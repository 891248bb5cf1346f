// SPDX-License-Identifier: Apache-2.0
// Brings control pages from host memory into the two slots of the shared data memory, one ahead of need.
// Source: AIE4 control-code notes 1.2 (ping-pong, in_order_page_len).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "firmware-stub/cert/memory_map.hpp"
#include "models/soc/microcontroller.hpp"

namespace aie4::cert {

class PageLoader {
 public:
  explicit PageLoader(Microcontroller& uc) : uc_(uc), words_(uc.private_memory()) {}

  /// Turns to the page array at `code_address`.
  void begin(std::uint64_t code_address);
  /// Puts `length` bytes of page `index` into a slot, from the prefetch if it is that page. False: host memory refused,
  /// which has been reported. Throws ControllerReset, like all that follow.
  [[nodiscard]] bool load(std::uint32_t index, std::uint32_t length);
  /// Starts to bring a page into the other slot.
  void prefetch(std::uint32_t index, std::uint32_t length);
  /// Waits for the end of a prefetch that nobody wants any more: host memory must not be read behind a completion.
  void drain();

  /// Where the page that was loaded last lies in the shared data memory.
  [[nodiscard]] std::uint32_t offset() const { return shared_map::kPageSlots + slot_ * shared_map::kPageSlotSize; }
  [[nodiscard]] std::span<std::byte> bytes() const { return uc_.shared_memory().subspan(offset(), length_); }

 private:
  struct Prefetch {
    std::uint32_t index = 0;
    std::uint32_t length = 0;
    UcDma::Handle handle = 0;
  };
  [[nodiscard]] std::uint64_t address(std::uint32_t index) const;

  Microcontroller& uc_;
  PrivateWords words_;
  std::uint64_t code_address_ = 0;
  std::uint32_t slot_ = 1;
  std::uint32_t length_ = 0;
  std::optional<Prefetch> prefetch_;
};

}  // namespace aie4::cert
