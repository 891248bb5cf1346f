// SPDX-License-Identifier: Apache-2.0
// What an MM2S channel needs of the stream that it sends into: StreamSource, or what a test puts in its place.
#pragma once

#include <cstdint>

#include <systemc>

#include "models/array/stream/stream_source.hpp"

namespace aie4::array {

/// Each function as in StreamSource.
class StreamOutput {
 public:
  virtual ~StreamOutput() = default;

  virtual StreamSource::Grant wait_ready(WaitRegistry::Process& process, const StreamSource::Request& request) = 0;
  virtual sc_core::sc_time send(const StreamSource::Burst& burst) = 0;
  [[nodiscard]] virtual StreamBuffer buffer(std::uint32_t words) = 0;
  [[nodiscard]] virtual std::uint32_t beat_words() const = 0;
  virtual void reset() = 0;
};

}  // namespace aie4::array
