// SPDX-License-Identifier: Apache-2.0
// What AddressSanitizer has to be told of the stacks of SystemC threads, which it does not know. Nothing without it.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
extern "C" void __asan_unpoison_memory_region(void const volatile* address, std::size_t size);
#endif

namespace aie4 {

#if defined(__SANITIZE_ADDRESS__)
/// At the start of a SystemC thread, whose stack may have been another's, and where it has caught an exception: clears
/// the marks of frames that are gone. The next calls would find them and be taken for overflows.
[[gnu::noinline]] inline void forget_dead_frames() {
  constexpr std::size_t kReach = std::size_t{96} * 1024;  // Less than half of a thread's stack.
  const auto* here = static_cast<const char*>(__builtin_frame_address(0));
  __asan_unpoison_memory_region(here - kReach, kReach);
}
#else
inline void forget_dead_frames() {}
#endif

}  // namespace aie4
