// SPDX-License-Identifier: Apache-2.0
// The tokens that a shim half has counted, as its microcontroller sees them.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include <systemc>

#include "models/array/stream/token_counter.hpp"
#include "models/soc/token_port.hpp"

namespace aie4::array {

/// Give it to `Microcontroller::set_tokens`, and `Microcontroller::attention` as what is to be told of arrivals.
class UcTokens : public sc_core::sc_module, public TokenPort {
 public:
  SC_HAS_PROCESS(UcTokens);
  UcTokens(sc_core::sc_module_name name, TokenCounter& counter, std::function<void()> attention)
      : sc_module(name), counter_(counter), attention_(std::move(attention)) {
    SC_METHOD(tell);
    sensitive << counter_.arrived;
    dont_initialize();
  }

  [[nodiscard]] std::uint32_t available(const TokenSource& source) const override {
    return static_cast<std::uint32_t>(counter_.waiting({source.column, source.row}, source.actor));
  }
  void take(const TokenSource& source, std::uint32_t count) override {
    static_cast<void>(counter_.take({source.column, source.row}, source.actor, count));
  }

 private:
  void tell() { attention_(); }

  TokenCounter& counter_;
  std::function<void()> attention_;
};

}  // namespace aie4::array
