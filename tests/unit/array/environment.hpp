// SPDX-License-Identifier: Apache-2.0
// The surroundings that a part of the array needs in its tests.
#pragma once

#include "models/array/environment.hpp"
#include "tests/unit/soc/bench.hpp"

namespace aie4::array {

/// Reports, waits, a clock of 1 GHz: a cycle is a nanosecond.
struct Surroundings : bench::Reports {
  Parameters parameters;
  ClockDomain clock{"aie", 1000};
  WaitRegistry waits;
  ResourceRegistry resources;
  Environment environment{parameters, clock, waits, diagnostics, resources};
};

/// A process of a test.
class Actor : public sc_core::sc_module {
 public:
  WaitRegistry::Process process;

  SC_HAS_PROCESS(Actor);
  Actor(sc_core::sc_module_name name, WaitRegistry& waits, std::function<void(Actor&)> body)
      : sc_module(name), process(waits, std::string(this->name())), body_(std::move(body)) {
    SC_THREAD(run);
  }

 private:
  void run() { body_(*this); }

  std::function<void(Actor&)> body_;
};

}  // namespace aie4::array
