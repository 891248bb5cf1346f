// SPDX-License-Identifier: Apache-2.0
// What AddressSanitizer has to be told after sc_start. Nothing without it.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#include <cstddef>
#include <pthread.h>

extern "C" {
void __sanitizer_start_switch_fiber(void** save, const void* bottom, std::size_t size);
void __sanitizer_finish_switch_fiber(void* save, const void** old_bottom, std::size_t* old_size);
}
#endif

namespace aie4 {

#if defined(__SANITIZE_ADDRESS__)
/// The sanitizer may take the stack of a SystemC thread for the present one, and an exception of the host would not
/// clear the marks of the frames that it leaves.
inline void back_on_main_stack() {
  static const auto stack = [] {
    struct {
      void* bottom = nullptr;
      std::size_t size = 0;
    } found;
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &found.bottom, &found.size);
      pthread_attr_destroy(&attributes);
    }
    return found;
  }();
  __sanitizer_start_switch_fiber(nullptr, stack.bottom, stack.size);
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
}
#else
inline void back_on_main_stack() {}
#endif

}  // namespace aie4
