// SPDX-License-Identifier: Apache-2.0
// One VF with one application: where tests of commands start.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <ostream>
#include <vector>

#include "tests/integration/rig.hpp"
#include "tests/support/catch.hpp"

namespace aie4::integration {

inline constexpr std::uint64_t kCommandTimeoutMs = 1000;

/// PF and one VF bound, one application.
struct OneContext {
  explicit OneContext(host::QueueLayout layout = host::QueueLayout::Wide, const Configuration& configuration = {},
                      host::AddressMode mode = host::AddressMode::Iova)
      : rig(configuration, mode) {
    rig.bind_pf();
    rig.bind_vfs(1);
    client = std::make_unique<Client>(rig.vf(), host::VfDriver::ContextOptions{}, layout);
    recorder = std::make_unique<Recorder>(rig.vf().device().function());
  }
  ~OneContext() {
    recorder.reset();
    client.reset();
    rig.unbind();
  }
  OneContext(const OneContext&) = delete;
  OneContext& operator=(const OneContext&) = delete;

  host::DmaBuffer load(const host::ControlCode& code) { return code.load(rig.vf().device().dma()); }
  /// Runs one command to its end and returns its completion word.
  std::uint32_t run(const std::vector<host::Work>& work) {
    host::Command command(rig.vf().device().dma(), work);
    const std::uint64_t sequence = client->context->submit(command);
    REQUIRE(client->context->wait(sequence, kCommandTimeoutMs));
    REQUIRE(client->queue.read_index() == sequence + 1);
    return command.word();
  }
  std::uint32_t run(const host::ControlCode& code) {
    const host::DmaBuffer buffer = load(code);
    return run({{0, buffer.address()}});
  }
  /// Lets everything that is due happen.
  void run_idle() {
    rig.host.wait_for(100 * kMillisecond, [] { return false; });
  }

  Rig rig;
  std::unique_ptr<Client> client;
  std::unique_ptr<Recorder> recorder;
};

/// A device write as (address, little-endian value, bytes).
struct Write {
  std::uint64_t address = 0;
  std::uint64_t value = 0;
  std::size_t size = 0;
  bool operator==(const Write&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Write& write) {
  return out << "W" << 8 * write.size << " [" << std::hex << write.address << "] = " << write.value << std::dec;
}

[[nodiscard]] inline std::vector<Write> writes(const Recorder& recorder) {
  std::vector<Write> result;
  for (const DmaWrite& write : recorder.writes) {
    std::uint64_t value = 0;
    for (std::size_t i = std::min<std::size_t>(write.data.size(), 8); i-- > 0;) {
      value = value << 8 | std::to_integer<std::uint64_t>(write.data[i]);
    }
    result.push_back({write.address, value, write.data.size()});
  }
  return result;
}

}  // namespace aie4::integration
