// SPDX-License-Identifier: Apache-2.0
#include "models/array/memory/host_dma_memory.hpp"

#include <algorithm>
#include <utility>

#include "models/common/time.hpp"
#include "models/registers/shim.hpp"

namespace aie4::array {
namespace {

constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << 57) - 1;

std::uint64_t bursts(std::uint64_t address, std::uint64_t bytes, std::uint64_t burst_bytes) {
  return (address + bytes - 1) / burst_bytes - address / burst_bytes + 1;
}

}  // namespace

HostDmaMemory::HostDmaMemory(const Environment& environment, const ClockDomain& noc_clock,
                             std::vector<Channel> channels, Transport transport)
    : environment_(environment), noc_clock_(noc_clock), transport_(std::move(transport)), access_(new HostAccess) {
  for (Channel& channel : channels) channels_.emplace_back(std::move(channel));
  payload_.set_extension(access_);
}

void HostDmaMemory::reset(registers::Half half) {
  for (State& channel : channels_) {
    if (channel.info.half != half) continue;
    channel.task_pending = true;
    channel.tasks = {};
  }
}

void HostDmaMemory::begin(unsigned channel, const Attributes& attributes) {
  State& state = channels_.at(channel);
  state.attributes = attributes;
  if (attributes.task_start) state.task_pending = true;
}

sc_core::sc_time HostDmaMemory::task_latency(bool reading, unsigned tasks_before) const {
  const Parameters& parameters = environment_.parameters;
  double cold = static_cast<double>(reading ? parameters.shim_cold_read_ns : parameters.shim_cold_write_ns);
  const auto percent = static_cast<double>(reading ? parameters.shim_cold_read_decay_percent : 0);
  for (unsigned task = 0; task < tasks_before && cold >= 1.0; ++task) cold = cold * percent / 100.0;
  return nanoseconds((reading ? parameters.shim_read_task_ns : parameters.shim_write_task_ns) +
                     static_cast<std::uint64_t>(cold));
}

/// Bursts of one transfer are of one size, mostly.
const sc_core::sc_time& HostDmaMemory::window_of(std::uint64_t requests) {
  if (requests != window_requests_) {
    const Parameters& parameters = environment_.parameters;
    window_requests_ = requests;
    window_ = nanoseconds(parameters.noc_latency_ns) *
              (static_cast<double>(requests) / static_cast<double>(parameters.shim_outstanding));
  }
  return window_;
}

DmaMemory::Result HostDmaMemory::read(unsigned channel, std::span<const MemoryRun> runs, std::span<std::uint32_t> words,
                                      sc_core::sc_time start) {
  return access(true, channel, runs, words.data(), start);
}

DmaMemory::Result HostDmaMemory::write(unsigned channel, std::span<const MemoryRun> runs,
                                       std::span<const std::uint32_t> words, sc_core::sc_time start) {
  // The payload's pointer is not const; a write command only reads it.
  return access(false, channel, runs, const_cast<std::uint32_t*>(words.data()), start);  // NOLINT
}

DmaMemory::Result HostDmaMemory::access(bool reading, unsigned channel, std::span<const MemoryRun> runs,
                                        std::uint32_t* words, sc_core::sc_time start) {
  namespace smid = registers::shim::smid;
  const Parameters& parameters = environment_.parameters;
  State& state = channels_.at(channel);
  if (state.task_pending) {
    state.latency = task_latency(reading, state.tasks[reading ? 0 : 1]++);
    state.task_pending = false;
  }
  const std::uint32_t stream_id = smid_[static_cast<std::size_t>(state.info.half)];
  access_->function = smid::function(stream_id);
  access_->attributes = {.engine = state.info.name, .context = smid::context(stream_id)};
  access_->streaming = true;
  payload_.set_command(reading ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);

  const sc_core::sc_time now = time_now();
  const sc_core::sc_time begin = std::max({start, state.next, now});
  sc_core::sc_time moved = begin;
  std::uint64_t bytes = 0;
  std::uint64_t requests = 0;
  for (const MemoryRun& run : runs) {
    const std::uint64_t length = std::uint64_t{run.words} * 4;
    const std::uint64_t address = (run.address - parameters.shim_address_offset) & kAddressMask;
    payload_.set_address(address);
    payload_.set_data_ptr(reinterpret_cast<unsigned char*>(words));
    payload_.set_data_length(static_cast<unsigned>(length));
    payload_.set_streaming_width(static_cast<unsigned>(length));
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    access_->status = DmaStatus::Ok;
    sc_core::sc_time delay = begin - now;
    transport_(payload_, delay);
    if (payload_.is_response_error()) {
      const sc_core::sc_time end = begin + nanoseconds(parameters.noc_latency_ns);
      return {.status = MemoryStatus::SlaveError, .done = end, .next = end};
    }
    moved = std::max(moved, now + delay);
    bytes += length;
    requests += bursts(address, length, state.attributes.burst_bytes);
    words += run.words;
  }
  const std::uint64_t width = parameters.shim_axi_bytes_per_cycle;
  const sc_core::sc_time port = noc_clock_.cycles((bytes + width - 1) / width);
  state.next = std::max({begin + port, begin + window_of(requests), moved});
  return {.status = MemoryStatus::Ok, .done = state.next + state.latency, .next = state.next};
}

}  // namespace aie4::array
