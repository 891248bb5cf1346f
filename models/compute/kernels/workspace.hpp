// SPDX-License-Identifier: Apache-2.0
// What a thread that runs kernels keeps between calls: scratch memory, and the instruction set it uses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "models/compute/kernels/isa.hpp"

namespace aie4::compute {

/// Never shared between threads. Scratch memory grows to the largest call and is not given back before the end.
class Workspace {
 public:
  /// A test may ask for less than the host has.
  explicit Workspace(Isa isa = host_isa()) : isa_(isa) {}

  [[nodiscard]] Isa isa() const { return isa_; }

  /// `count` uninitialised elements, aligned to 64 bytes; valid until the next call for the same slot.
  template <class T>
  [[nodiscard]] T* scratch(std::size_t slot, std::size_t count) {
    return static_cast<T*>(grow(slots_[slot], count * sizeof(T)));
  }

  static constexpr std::size_t kSlots = 5;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }  // NOLINT(cppcoreguidelines-no-malloc)
  };
  struct Slot {
    std::size_t bytes = 0;
    std::unique_ptr<void, Free> memory;
  };

  static void* grow(Slot& slot, std::size_t bytes) {
    if (bytes > slot.bytes || slot.memory == nullptr) {
      const std::size_t rounded = (bytes + 63) / 64 * 64 + 64;
      slot.memory.reset(std::aligned_alloc(64, rounded));  // NOLINT(cppcoreguidelines-no-malloc)
      if (slot.memory == nullptr) throw std::bad_alloc();
      slot.bytes = rounded;
    }
    return slot.memory.get();
  }

  Isa isa_;
  std::array<Slot, kSlots> slots_;
};

}  // namespace aie4::compute
