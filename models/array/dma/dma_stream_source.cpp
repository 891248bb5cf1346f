// SPDX-License-Identifier: Apache-2.0
#include "models/array/dma/dma_engine.hpp"
#include "models/array/stream/stream_output.hpp"

namespace aie4::array {
namespace {

class SourceOutput final : public StreamOutput {
 public:
  explicit SourceOutput(StreamSource& source) : source_(source) {}

  StreamSource::Grant wait_ready(WaitRegistry::Process& process, const StreamSource::Request& request) override {
    return source_.wait_ready(process, request);
  }
  sc_core::sc_time send(const StreamSource::Burst& burst) override { return source_.send(burst); }
  StreamBuffer buffer(std::uint32_t words) override { return source_.buffer(words); }
  std::uint32_t beat_words() const override { return source_.beat_words(); }
  void reset() override { source_.reset(); }

 private:
  StreamSource& source_;
};

}  // namespace

void DmaEngine::connect(unsigned channel, StreamSource& source) {
  connect(channel, std::make_unique<SourceOutput>(source));
}

}  // namespace aie4::array
