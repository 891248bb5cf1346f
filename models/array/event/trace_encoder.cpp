// SPDX-License-Identifier: Apache-2.0
#include "models/array/event/trace_encoder.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace aie4::array {
namespace {

constexpr std::uint8_t kStart = 0xF0;
constexpr std::uint8_t kFiller = 0xFE;
constexpr std::uint64_t kTimerMask = (std::uint64_t{1} << 56) - 1;
constexpr std::uint64_t kShort = 1U << 4;
constexpr std::uint64_t kMiddle = 1U << 10;
constexpr std::uint64_t kLong = 1U << 18;
constexpr unsigned kPayloadBytes = 4 * TraceEncoder::kPayloadWords;

}  // namespace

void TraceEncoder::put(std::uint8_t byte) {
  current_[filled_ / 4] |= std::uint32_t{byte} << (24 - 8 * (filled_ % 4));
  if (++filled_ < kPayloadBytes) return;
  full_.push_back(current_);
  current_ = {};
  filled_ = 0;
}

void TraceEncoder::put(std::uint64_t bits, unsigned bytes) {
  while (bytes-- > 0) put(static_cast<std::uint8_t>(bits >> 8 * bytes));
}

void TraceEncoder::start(std::uint64_t timer) {
  put(kStart);
  put(timer & kTimerMask, 7);
  last_ = timer;
}

void TraceEncoder::frame(std::uint8_t slots, std::uint64_t timer) {
  if (timer - last_ >= kLong) start(timer);
  const std::uint64_t cycles = timer - last_;
  last_ = timer;
  if (std::has_single_bit(slots)) {
    const auto slot = static_cast<std::uint64_t>(std::countr_zero(slots));
    if (cycles < kShort) {
      put(slot << 4 | cycles, 1);
    } else if (cycles < kMiddle) {
      put(std::uint64_t{0b100} << 13 | slot << 10 | cycles, 2);
    } else {
      put(std::uint64_t{0b101} << 21 | slot << 18 | cycles, 3);
    }
    return;
  }
  if (cycles < kShort) {
    put(std::uint64_t{0b1100} << 12 | std::uint64_t{slots} << 4 | cycles, 2);
  } else if (cycles < kMiddle) {
    put(std::uint64_t{0b110100} << 18 | std::uint64_t{slots} << 10 | cycles, 3);
  } else {
    put(std::uint64_t{0b110101} << 26 | std::uint64_t{slots} << 18 | cycles, 4);
  }
}

void TraceEncoder::repeat(std::uint64_t cycles) {
  last_ += cycles;
  while (cycles != 0) {
    const std::uint64_t part = std::min(cycles, kMiddle - 1);
    if (part < kShort) {
      put(std::uint64_t{0b1110} << 4 | part, 1);
    } else {
      put(std::uint64_t{0b110110} << 10 | part, 2);
    }
    cycles -= part;
  }
}

void TraceEncoder::finish() {
  while (filled_ != 0) put(kFiller);
}

std::vector<TraceEncoder::Payload> TraceEncoder::take() {
  return std::exchange(full_, {});
}

}  // namespace aie4::array
