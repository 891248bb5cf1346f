// SPDX-License-Identifier: Apache-2.0
// Transcripts come from other people's machines: whatever the bytes are, reading, printing and replaying them end in
// order. The first byte chooses: a whole file, or the bare event stream, which no checksum protects.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "sim/transcript/describe.hpp"
#include "sim/transcript/print.hpp"
#include "sim/transcript/reader.hpp"
#include "sim/transcript/replay.hpp"

namespace {

using namespace aie4::transcript;  // NOLINT(google-build-using-namespace)

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// A device that answers every read with zeros and never does anything by itself.
class ZeroDevice final : public ReplayTarget {
 public:
  [[nodiscard]] unsigned functions() const override { return 256; }
  void set_observer(aie4::pci::BoundaryObserver* observer) override { observer_ = observer; }
  void connect(unsigned function, aie4::pci::InterruptSink& sink, aie4::pci::DmaPort&) override {
    show(Kind::Connect, function, 0, sink.keeps_vector_masks() ? 1 : 0, {});
  }
  void disconnect(unsigned function) override { show(Kind::Disconnect, function, 0, 0, {}); }
  void reset(unsigned function) override { show(Kind::Reset, function, 0, 0, {}); }
  void host_view(unsigned, HostViewOption, bool) override {}
  void config_read(unsigned function, std::uint32_t offset, std::span<std::byte> data) override {
    show(Kind::ConfigRead, function, 0, offset, data);
  }
  void config_write(unsigned function, std::uint32_t offset, std::span<const std::byte> data) override {
    show(Kind::ConfigWrite, function, 0, offset, data);
  }
  void bar_read(unsigned function, unsigned bar, std::uint64_t offset, std::span<std::byte> data) override {
    show(Kind::BarRead, function, bar, offset, data);
  }
  void bar_write(unsigned function, unsigned bar, std::uint64_t offset, std::span<const std::byte> data) override {
    show(Kind::BarWrite, function, bar, offset, data);
  }
  [[nodiscard]] std::uint64_t now_ps() const override { return now_; }
  void run_until(std::uint64_t time_ps) override { now_ = time_ps; }
  void settle() override {}
  bool run_step() override { return false; }

 private:
  using Kind = aie4::pci::BoundaryEventKind;
  void show(Kind kind, unsigned function, unsigned bar, std::uint64_t address, std::span<const std::byte> data) {
    if (observer_ == nullptr) return;
    aie4::pci::BoundaryEvent event;
    event.kind = kind;
    event.function = static_cast<std::uint8_t>(function);
    event.bar = static_cast<std::uint8_t>(bar);
    event.address = address;
    event.data = data;
    observer_->observe(event);
  }
  aie4::pci::BoundaryObserver* observer_ = nullptr;
  std::uint64_t now_ = 0;
};

void replay_both_ways(const Transcript& transcript) {
  for (const ReplayTiming timing : {ReplayTiming::Exact, ReplayTiming::Ignore}) {
    ZeroDevice device;
    ReplayOptions options;
    options.timing = timing;
    try {
      const ReplayResult result = replay(transcript, device, {"pf", "vf0"}, options);
      require(result.matched <= result.events, "more matched than there is");
      require(result.difference.has_value() || result.matched == result.events, "neither matched nor different");
    } catch (const TranscriptError&) {
      continue;
    }
  }
}

void whole_file(const std::string& bytes) {
  for (const PrintFormat format : {PrintFormat::Text, PrintFormat::Json}) {
    std::istringstream in(bytes);
    std::ostringstream out;
    PrintOptions options;
    options.format = format;
    try {
      static_cast<void>(print(in, out, options));
    } catch (const TranscriptError&) {
      continue;
    }
  }
  try {
    std::istringstream in(bytes);
    replay_both_ways(load(in, std::uint64_t{1} << 24));
  } catch (const TranscriptError&) {
    return;
  }
}

void event_stream(std::span<const std::byte> bytes) {
  EventDecoder decoder;
  EventEncoder encoder;
  Describer describer({"pf", "vf0"});
  std::vector<std::byte> again;
  Transcript transcript;
  std::size_t position = 0;
  try {
    while (position < bytes.size()) {
      Event event;
      const std::size_t taken = decoder.decode(bytes.subspan(position), event);
      if (taken == 0) break;
      position += taken;
      encoder.encode(event, again);
      const Description description = describer.describe(event);
      require(!line_text(transcript.events.size(), event, description).empty(), "an event without a line");
      for (std::size_t offset = 0; offset < event.data.size() && offset < 256; offset += 4) {
        static_cast<void>(describer.word_name(event, offset));
      }
      transcript.events.push_back(event);
    }
  } catch (const TranscriptError&) {
    // What came before the damage still has to encode to the same bytes.
  }
  require(again.size() == position && (position == 0 || std::memcmp(again.data(), bytes.data(), position) == 0),
          "an event stream with two encodings");
  replay_both_ways(transcript);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto rest = std::as_bytes(std::span(data, size)).subspan(1);
  if (data[0] % 2 == 0) {
    whole_file(std::string(reinterpret_cast<const char*>(rest.data()), rest.size()));
  } else {
    event_stream(rest);
  }
  return 0;
}
