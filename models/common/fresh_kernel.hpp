// SPDX-License-Identifier: Apache-2.0
// Several simulations in one process, one after the other: a SystemC kernel elaborates once, so each gets its own.
#pragma once

#include <systemc>

namespace aie4 {

/// Declared before the first module of a simulation. The first, empty kernel stays: library objects point at it.
class FreshKernel {
 public:
  FreshKernel() { sc_core::sc_curr_simcontext = mine_; }
  ~FreshKernel() {
    delete mine_;
    sc_core::sc_curr_simcontext = base_;
  }
  FreshKernel(const FreshKernel&) = delete;
  FreshKernel& operator=(const FreshKernel&) = delete;

 private:
  sc_core::sc_simcontext* base_ = sc_core::sc_get_curr_simcontext();
  sc_core::sc_simcontext* mine_ = new sc_core::sc_simcontext;
};

}  // namespace aie4
