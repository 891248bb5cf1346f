// SPDX-License-Identifier: Apache-2.0
#include "models/array/tile/memory_control.hpp"

namespace aie4::array {
namespace {

enum Code : std::uint8_t { kInterleaving, kZeroHalfA, kZeroHalfB, kZeroProgram, kZeroData };
constexpr RegisterPart::Claim kClaims[] = {{"memory_interleaving", kInterleaving},
                                           {"memory_zeroization_a", kZeroHalfA},
                                           {"memory_zeroization_b", kZeroHalfB},
                                           {"core_memory_control", kZeroProgram},
                                           {"memory_memory_control", kZeroData}};
constexpr std::uint64_t kProgramRowBytes = 16;  // Assumed; only the time of zeroing depends on it.

}  // namespace

MemoryControl::MemoryControl(const Environment& environment, TileMemory& data, ZeroedBytes* program)
    : environment_(environment), data_(data), program_(program) {}

std::span<const RegisterPart::Claim> MemoryControl::claims() const {
  return kClaims;
}

std::uint32_t MemoryControl::read(std::uint8_t code, const registers::RegisterRef& /*ref*/) {
  if (code == kInterleaving) return interleaving_;
  return sc_core::sc_time_stamp() < busy_until_[code] ? 1 : 0;
}

void MemoryControl::write(std::uint8_t code, const registers::RegisterRef& /*ref*/, std::uint32_t value) {
  if (code == kInterleaving) {
    interleaving_ = value & 3U;
    data_.set_interleaved(interleaving_ != 0);
    return;
  }
  if ((value & 1U) == 0) return;
  const TileMemory::Shape& shape = data_.shape();
  const std::uint64_t rows = shape.bytes / shape.row_bytes / shape.banks;
  switch (code) {
    case kZeroHalfA:
      data_.storage().clear(0, shape.bytes / 2);
      zero(code, rows);
      break;
    case kZeroHalfB:
      data_.storage().clear(shape.bytes / 2, shape.bytes - shape.bytes / 2);
      zero(code, rows);
      break;
    case kZeroProgram:
      if (program_ == nullptr) return;
      program_->clear();
      zero(code, program_->bytes().size() / kProgramRowBytes);
      break;
    default:
      data_.clear();
      zero(code, rows);
      break;
  }
}

void MemoryControl::zero(std::uint8_t code, std::uint64_t cycles) {
  busy_until_[code] = sc_core::sc_time_stamp() + environment_.clock.cycles(cycles);
}

void MemoryControl::reset(registers::Half half) {
  if (half != registers::Half::A) return;
  interleaving_ = 0;
  data_.set_interleaved(false);
}

}  // namespace aie4::array
