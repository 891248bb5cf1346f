// SPDX-License-Identifier: Apache-2.0
// What AddressSanitizer is told of the stacks of SC_THREADs; part of its preset only.
#include <cstddef>
#include <cstdint>
#include <sanitizer/asan_interface.h>

#include <systemc>

#include "models/common/fresh_kernel.hpp"
#include "tests/support/catch.hpp"

namespace aie4 {
namespace {

constexpr std::size_t kPage = 4096;

class Sleeper : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Sleeper);
  explicit Sleeper(const sc_core::sc_module_name& name) : sc_module(name) { SC_THREAD(sleep); }

  char* page_of_frame = nullptr;

 private:
  void sleep() {
    volatile char frame[64] = {};
    const auto place = reinterpret_cast<std::uintptr_t>(&frame[0]);
    page_of_frame = reinterpret_cast<char*>(place / kPage * kPage);
    for (;;) {
      frame[0] = 1;
      wait(never_);
    }
  }

  sc_core::sc_event never_;
};

TEST_CASE("The stack of a thread that never ended is given back without its marks") {
  char* page = nullptr;
  {
    const FreshKernel kernel;
    Sleeper sleeper("sleeper");
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    page = sleeper.page_of_frame;
    REQUIRE(page != nullptr);
    REQUIRE(__asan_region_is_poisoned(page, kPage) != nullptr);
  }
  CHECK(__asan_region_is_poisoned(page, kPage) == nullptr);
}

}  // namespace
}  // namespace aie4
