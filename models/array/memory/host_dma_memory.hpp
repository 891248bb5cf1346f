// SPDX-License-Identifier: Apache-2.0
// Host memory as the DMA channels of a shim tile see it: addresses, stream ids, AXI bursts, time.
// Source: AIE4 tile-array notes 2.8, control-code notes 3.5 (address offset), timing notes 1.6 and 3.6.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <systemc>
#include <tlm>

#include "models/array/environment.hpp"
#include "models/array/memory/dma_memory.hpp"
#include "models/registers/array/types.hpp"
#include "models/soc/host_access.hpp"

namespace aie4::array {

/// A channel spends, for the accesses of one task: the overhead of a task and of a cold channel once, then the largest
/// of what its AXI port moves (shim.axi_bytes_per_cycle), what the requests that may be outstanding allow, and its
/// share of NoC and DDR, which is the NoC's business.
///
/// Addresses have 57 bits and lie shim.address_offset above those of the host. If one run of an access is refused, runs
/// before it have been moved.
class HostDmaMemory : public DmaMemory {
 public:
  struct Channel {
    std::string name;  ///< "column 0/shim tile 0/DMA/MM2S_1"; what host and messages read as the engine.
    registers::Half half = registers::Half::A;
  };
  using Transport = std::function<void(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay)>;

  /// `noc_clock`: moves the beats of AXI. `channels` by the number that accesses name.
  HostDmaMemory(const Environment& environment, const ClockDomain& noc_clock, std::vector<Channel> channels,
                Transport transport);

  void set_stream_id(registers::Half half, std::uint32_t smid) { smid_[static_cast<std::size_t>(half)] = smid; }
  /// The channels of the half are cold again.
  void reset(registers::Half half);

  void begin(unsigned channel, const Attributes& attributes) override;
  Result read(unsigned channel, std::span<const MemoryRun> runs, std::span<std::uint32_t> words,
              sc_core::sc_time start) override;
  Result write(unsigned channel, std::span<const MemoryRun> runs, std::span<const std::uint32_t> words,
               sc_core::sc_time start) override;

 private:
  struct State {
    explicit State(Channel channel) : info(std::move(channel)) {}

    Channel info;
    Attributes attributes;
    bool task_pending = true;         // The next access is the first of a task.
    std::array<unsigned, 2> tasks{};  // Begun since the reset, by direction.
    sc_core::sc_time latency;         // Of the present task: overhead, and what a cold channel costs.
    sc_core::sc_time next;
  };

  [[nodiscard]] sc_core::sc_time task_latency(bool reading, unsigned tasks_before) const;
  /// What so many requests take at least, because only some may be outstanding.
  [[nodiscard]] const sc_core::sc_time& window_of(std::uint64_t requests);
  Result access(bool reading, unsigned channel, std::span<const MemoryRun> runs, std::uint32_t* words,
                sc_core::sc_time start);

  const Environment& environment_;
  const ClockDomain& noc_clock_;
  Transport transport_;
  std::vector<State> channels_;
  std::array<std::uint32_t, 2> smid_{};
  std::uint64_t window_requests_ = 0;
  sc_core::sc_time window_;  // Of window_requests_.
  tlm::tlm_generic_payload payload_;
  HostAccess* access_;  // Owned by the payload, as TLM extensions are.
};

}  // namespace aie4::array
